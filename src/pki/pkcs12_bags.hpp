#pragma once
// The bags of a PKCS#12 (RFC 7292 4.2) with their attributes, and the chains that Java makes of
// them (sun.security.pkcs12.PKCS12KeyStore of OpenJDK 17).

#include <optional>
#include <string>
#include <vector>

#include "telltale/bytes.hpp"
#include "telltale/error.hpp"

#include "pki/openssl.hpp"
#include "pki/store_content.hpp"

namespace telltale::pki {

/// What an entry is known by to Java: where a file leaves it out, Java makes something up.
struct EntryName {
  std::string alias;                  ///< friendlyName
  std::optional<Bytes> local_key_id;  ///< RFC 2985 5.5.2
};

struct Pkcs12Certificate {
  HeldCertificate certificate;
  EntryName name;
  bool is_trusted_entry = false;
  bool is_seen_by_java = true;
};

struct Pkcs12Key {
  const PKCS12_SAFEBAG* bag = nullptr;  ///< a keyBag or pkcs8ShroudedKeyBag, borrowed
  EntryName name;
  bool is_seen_by_java = true;
};

/// Collects the bags of one store, in their order: what Java makes up for a missing name or
/// localKeyId depends on it.
class Pkcs12Bags {
 public:
  /// Takes the keys and certificates among the bags of one SafeContents, and of those within it,
  /// which Java does not read. The bags must outlive this. Errc::malformed for a certificate that
  /// cannot be read.
  [[nodiscard]] Result<void> add(const STACK_OF(PKCS12_SAFEBAG) & bags);

  [[nodiscard]] const std::vector<Pkcs12Certificate>& certificates() const noexcept {
    return certificates_;
  }

  [[nodiscard]] const std::vector<Pkcs12Key>& keys() const noexcept { return keys_; }

  /// A key's chain as Java puts it together: its certificate by localKeyId, else by alias; then
  /// each one's issuer by name, and by key identifier where both have one, wherever it stands, up
  /// to a self-signed one (PKCS12KeyStore.findMatchedCertificate, findIssuer). Empty if no
  /// certificate belongs to the key.
  [[nodiscard]] std::vector<HeldCertificate> chain_of(const Pkcs12Key& key) const;

 private:
  [[nodiscard]] Result<void> add(const STACK_OF(PKCS12_SAFEBAG) & bags, bool is_nested);
  [[nodiscard]] Result<void> add_certificate(const PKCS12_SAFEBAG& bag, bool is_first,
                                             bool is_nested);
  void add_key(const PKCS12_SAFEBAG& bag, bool is_shrouded, bool is_nested);
  [[nodiscard]] std::string made_up_alias();
  [[nodiscard]] const Pkcs12Certificate* find_leaf(const Pkcs12Key& key) const;
  [[nodiscard]] const Pkcs12Certificate* find_issuer(const Pkcs12Certificate& issued) const;

  std::vector<Pkcs12Certificate> certificates_;
  std::vector<Pkcs12Key> keys_;
  unsigned shrouded_keys_ = 0;
  unsigned made_up_aliases_ = 0;
};

}  // namespace telltale::pki
