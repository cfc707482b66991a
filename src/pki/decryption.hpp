#pragma once
// Decryption: opens what PKCS#5 and PKCS#12 encrypt under a password. Its errors go behind "that"
// ("is encrypted with ..."): the caller says what it is that is encrypted.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telltale/error.hpp"

#include "pki/legacy_provider.hpp"
#include "pki/openssl.hpp"

namespace telltale::pki {

/// More iterations are refused, as by Java (sun.security.pkcs12.PKCS12KeyStore,
/// MAX_ITERATION_COUNT): they cost seconds.
inline constexpr std::int64_t max_iterations_of_java = 5'000'000;

/// A password as OpenSSL takes it. An empty one has two forms in PKCS#12 (RFC 7292 B.1), without
/// and with its two closing zeroes, and writers disagree: both are to be tried, as Java does
/// (PKCS12KeyStore.RetryWithZero).
struct PasswordForm {
  const char* text;  ///< null: no bytes at all
  int size;
};

[[nodiscard]] std::vector<PasswordForm> forms_of(std::string_view password);

/// An ASN.1 count; one that does not fit, or is missing, as more than anybody wants.
[[nodiscard]] std::int64_t count_of(const ASN1_INTEGER* count) noexcept;

/// One store's or file's decryptions, and what they took.
class Decryption {
 public:
  explicit Decryption(std::int64_t max_iterations = max_iterations_of_java)
      : max_iterations_(max_iterations) {}

  /// Opens an EncryptedPrivateKeyInfo (RFC 5208 6). Errc::wrong_password if it did not open, which
  /// a damaged one does not either; Errc::unsupported for what OpenSSL cannot do, even with its
  /// legacy provider; Errc::invalid_value for too many iterations; Errc::malformed for parameters
  /// that are none.
  [[nodiscard]] Result<Pkcs8InfoPtr> open_key(const X509_SIG& encrypted, std::string_view password);

  /// Opens encrypted SafeContents (RFC 7292 4.1); errors as above.
  [[nodiscard]] Result<SafeBagsPtr> open_bags(const X509_ALGOR& algorithm,
                                              const ASN1_OCTET_STRING& encrypted,
                                              std::string_view password);

  /// The ways in which things were encrypted, without doubles, e.g. `PBES2 (AES-256-CBC)`.
  [[nodiscard]] const std::vector<std::string>& protections() const noexcept {
    return protections_;
  }

  [[nodiscard]] bool needed_legacy_provider() const noexcept { return needed_legacy_provider_; }

  [[nodiscard]] std::int64_t max_iterations() const noexcept { return max_iterations_; }

 private:
  [[nodiscard]] Result<void*> open(const X509_ALGOR& algorithm, const ASN1_OCTET_STRING& encrypted,
                                   const ASN1_ITEM& type, std::string_view password);

  std::int64_t max_iterations_;
  std::optional<LegacyProvider> legacy_provider_;
  bool needed_legacy_provider_ = false;
  std::vector<std::string> protections_;
};

}  // namespace telltale::pki
