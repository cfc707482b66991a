#pragma once
// StoreContent: what a reader finds in a file, as OpenSSL's objects. Identities, trust stores and
// StoreFacts are made of it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telltale/error.hpp"
#include "telltale/pki/secret.hpp"
#include "telltale/pki/store.hpp"

#include "pki/openssl.hpp"

namespace telltale::pki {

/// A certificate, and the facts about it.
struct HeldCertificate {
  X509Ptr x509;
  CertificatePtr facts;
};

/// Errc::malformed if the certificate has a date that is none.
[[nodiscard]] Result<HeldCertificate> hold(X509Ptr x509);
[[nodiscard]] Result<HeldCertificate> hold_der(ByteView der);

/// Another reference to both.
[[nodiscard]] HeldCertificate share(const HeldCertificate& held);

struct HeldEntry {
  HeldCertificate certificate;
  std::string alias;
  bool is_trusted_entry = false;
};

struct HeldKey {
  EvpPkeyPtr key;  ///< null where it does not open
  std::string alias;
  KeyEncoding encoding = KeyEncoding::pkcs8;
  bool is_seen_by_java = true;
  bool has_own_password = false;
  std::vector<HeldCertificate> chain;
  std::size_t certificate_position = 0;
  std::optional<Error> error;  ///< why it does not open: a predicate of the file
};

/// See StoreFacts, which says the same in values.
struct StoreContent {
  StoreFormat format = StoreFormat::pem;
  StoreOpening opening = StoreOpening::unprotected;
  std::vector<HeldEntry> certificates;
  std::vector<HeldKey> keys;
  std::vector<std::string> protections;
  bool needs_legacy_provider = false;
  std::vector<std::string> pem_blocks;

  /// A PKCS#12 or JKS, whose entries have names.
  [[nodiscard]] bool is_keystore() const noexcept {
    return format == StoreFormat::pkcs12 || format == StoreFormat::jks;
  }
};

/// What may open a file; an empty one was not given.
struct StorePasswords {
  const Secret& store;
  const Secret& key;

  [[nodiscard]] const Secret& for_keys() const noexcept { return key.empty() ? store : key; }
};

/// What is tried on a store: the password given, or else none and Java's usual `changeit`.
[[nodiscard]] std::vector<std::string_view> candidates(const Secret& given);

/// Puts what opened a key, or why it did not open, into it. Nothing opened it: `error` is said for
/// a password of its own, of the store's, or for none given.
void set_key(HeldKey& held, Result<EvpPkeyPtr> key, const StorePasswords& passwords);

/// Reads a file of any format. Errors are predicates of the file.
[[nodiscard]] Result<StoreContent> read_content(std::string_view content,
                                                const StorePasswords& passwords);

/// The same from a file's name, which the Error begins with.
[[nodiscard]] Result<StoreContent> read_content_of(const std::string& file,
                                                   const StorePasswords& passwords);

[[nodiscard]] StoreFacts facts_of(const StoreContent& content);

/// A file without a certificate: says what it holds instead.
[[nodiscard]] Error no_certificate(const StoreContent& content);

}  // namespace telltale::pki
