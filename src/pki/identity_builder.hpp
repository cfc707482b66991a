#pragma once
// Puts an Identity together from OpenSSL's objects.

#include <memory>
#include <vector>

#include "telltale/pki/identity.hpp"

#include "pki/openssl.hpp"
#include "pki/store_content.hpp"

namespace telltale::pki {

/// Collects certificates, leaf first, and a key; `finish` hands over what was collected.
struct IdentityBuilder {
  void add(HeldCertificate certificate);

  /// Null: the identity is known by certificate only.
  void set_key(EvpPkeyPtr key) noexcept;

  [[nodiscard]] const Chain& chain() const noexcept;
  [[nodiscard]] const std::vector<x509_st*>& certificates() const noexcept;

  /// Checks whether the chain links. At least one certificate must have been added.
  [[nodiscard]] IdentityPtr finish() &&;

 private:
  std::shared_ptr<Identity> identity_{new Identity};  // its constructor is private: no make_shared
};

}  // namespace telltale::pki
