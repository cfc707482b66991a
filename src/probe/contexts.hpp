#pragma once
// The TLS contexts that looks share, and the strangers.

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "telltale/probe/prober.hpp"
#include "telltale/tls/client.hpp"

namespace telltale::probe {

/// Certificates that nobody should trust: a P-256 key, and an RSA one for servers that admit no
/// other; that one is made when the first such server is met.
class Strangers {
 public:
  explicit Strangers(CivilTime now);

  [[nodiscard]] const pki::IdentityPtr& ec() const noexcept { return ec_; }

  [[nodiscard]] const pki::IdentityPtr& rsa();

 private:
  CivilTime made_at_;
  pki::IdentityPtr ec_;
  pki::IdentityPtr rsa_;
};

/// The TLS contexts of a Prober, made when first wanted.
class Prober::Contexts {
 public:
  explicit Contexts(CivilTime now);

  /// As `before`, but without the contexts of identities that are not `in_use`.
  Contexts(const Contexts& before, const std::set<pki::IdentityPtr>& in_use);
  Contexts(const Contexts&) = delete;
  Contexts& operator=(const Contexts&) = delete;

  [[nodiscard]] const tls::ClientContext& context(tls::ProtocolVersion version,
                                                  const tls::Credential& credential);

  [[nodiscard]] const tls::Credential& stranger() const noexcept { return stranger_; }

 private:
  using Key = std::pair<tls::ProtocolVersion, pki::IdentityPtr>;

  tls::Credential stranger_;
  // Shared with the Contexts that came before and may still serve looks under way.
  std::map<Key, std::shared_ptr<const tls::ClientContext>> contexts_;
};

}  // namespace telltale::probe
