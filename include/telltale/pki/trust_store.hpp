#pragma once
// TrustStore: the trust anchors a chain is verified against.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "telltale/error.hpp"
#include "telltale/pki/certificate.hpp"
#include "telltale/pki/secret.hpp"
#include "telltale/pki/store.hpp"
#include "telltale/pki/verification.hpp"

struct x509_store_st;

namespace telltale::pki {

/// Where trust anchors lie. What the file is, PEM, DER, PKCS#12 or JKS, is told by its content.
struct TrustFiles {
  std::string file;
  /// Of a PKCS#12 or JKS. Nothing: a JKS is read without its digest check, and a PKCS#12 is tried
  /// with no password, then with `changeit`, as a JVM's `cacerts` usually comes.
  std::optional<SecretSource> password;

  friend bool operator==(const TrustFiles&, const TrustFiles&) = default;
};

struct StoreContent;

/// A set of trust anchors. Immutable after loading, shared.
class TrustStore {
 public:
  /// Reads every certificate of the file but those of a store's keys' chains. The Error names the
  /// file: Errc::unreadable, malformed, wrong_password or unsupported; a file without any
  /// certificate is an error, since it would trust nobody.
  [[nodiscard]] static Result<std::shared_ptr<const TrustStore>> load(const TrustFiles& files);

  [[nodiscard]] static Result<std::shared_ptr<const TrustStore>> from_pem(std::string_view pem);

  /// Trusts what this machine's OpenSSL trusts by default: SSL_CERT_FILE and SSL_CERT_DIR, or the
  /// paths it was built with, which may hold nothing. The directory is read as certificates are
  /// looked for, so anchors() is empty.
  [[nodiscard]] static Result<std::shared_ptr<const TrustStore>> load_system();

  ~TrustStore();
  TrustStore(const TrustStore&) = delete;
  TrustStore& operator=(const TrustStore&) = delete;

  /// The certificates that were loaded, in the file's order.
  [[nodiscard]] const Chain& anchors() const noexcept { return anchors_; }

  /// Verifies `chain` (leaf first, as sent) for a TLS server called `name` (a DNS name or an IP
  /// address) at the time `now`. Never fails: what is wrong is in the outcome. A certificate in the
  /// store is an anchor even if it is not self-signed, as for Java and Go
  /// (X509_V_FLAG_PARTIAL_CHAIN). Weak keys and digests are no error here (security level 0): that
  /// is for assess to say. Costs about as much as a handshake; but nothing in the outcome depends
  /// on `now` but the errors about dates, so it can be kept as long as chain, store and name stay.
  [[nodiscard]] ChainVerification verify(const Chain& chain, const std::string& name,
                                         CivilTime now) const;

  /// The same for a TLS client's chain; no name is looked for.
  [[nodiscard]] ChainVerification verify_client(const Chain& chain, CivilTime now) const;

  /// What the anchors were read from; nothing for those of the system or of a text.
  [[nodiscard]] const std::optional<StoreFacts>& facts() const noexcept { return facts_; }

 private:
  TrustStore();

  [[nodiscard]] static Result<std::shared_ptr<TrustStore>> from_content(
      const StoreContent& content);

  [[nodiscard]] ChainVerification verify(const Chain& chain, int purpose, const std::string* name,
                                         CivilTime now) const;

  Chain anchors_;
  std::optional<StoreFacts> facts_;
  x509_store_st* store_ = nullptr;  // owned
};

using TrustStorePtr = std::shared_ptr<const TrustStore>;

}  // namespace telltale::pki
