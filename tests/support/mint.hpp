// Certificates and keys minted in memory, as odd as a test needs them.
//
//   mint::Ca root({.common_name = "Root A"});
//   mint::Ca issuing = root.intermediate({.common_name = "Issuing A1"});
//   mint::Credential gate = issuing.issue({.common_name = "gate", .dns = {"spin-gate"}});
//   mint::TempDir files;
//   const std::string certificate = files.write("gate.pem", gate.chain_pem());
//   const std::string key = files.write("gate.key", gate.key_pem());
//
// Everything here throws std::runtime_error when OpenSSL refuses: for a test that is a bug.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/temp_dir.hpp"

namespace telltale::mint {

/// Bytes of one DER encoded object.
using Der = std::vector<std::uint8_t>;

enum class KeyType { ec_p256, ec_p384, rsa_2048, rsa_1024, ed25519 };

/// The digest a certificate is signed with; an Ed25519 issuer has its own and ignores this.
enum class Digest { sha256, sha1 };

/// How the attribute values of a distinguished name are encoded: two names of one text and two
/// encodings are equal to Java and different to Go.
enum class StringType { utf8, printable };

enum class KeyPurpose { server_auth, client_auth };

enum class KeyUsage {
  digital_signature,
  key_encipherment,
  key_agreement,
  key_cert_sign,
  crl_sign,
};

/// How a private key is written: `pkcs8` is "PRIVATE KEY", `pkcs1` the traditional form of the key
/// type, "RSA PRIVATE KEY" or "EC PRIVATE KEY". Ed25519 has no traditional form.
enum class KeyFormat { pkcs8, pkcs1 };

/// now() - 1 h and now() + 365 d, the default validity: peers judge by the real clock.
[[nodiscard]] std::chrono::sys_seconds an_hour_ago();
[[nodiscard]] std::chrono::sys_seconds in_a_year();

/// An extension of one's own: its object identifier, in dotted decimals, and its value's DER.
struct Extension {
  std::string oid;
  Der value;
};

/// The DER of a UTF8String, as the extension that carries Spinnaker's roles holds it.
[[nodiscard]] Der utf8_string(std::string_view text);

/// What a certificate says. Every field has a default that makes a certificate that works.
struct Options {
  /// Attribute values go into the name verbatim, case and spaces included; an empty one is left
  /// out. The order is C, O, OU, CN.
  std::string common_name = "telltale test";
  std::string organizational_unit = "";
  std::string organization = "Telltale Tests";
  std::string country = "";
  StringType string_type = StringType::utf8;

  /// Subject alternative names; all empty means no extension.
  std::vector<std::string> dns = {};
  std::vector<std::string> ip = {};
  std::vector<std::string> uri = {};
  std::vector<std::string> email = {};

  std::chrono::sys_seconds not_before = an_hour_ago();
  std::chrono::sys_seconds not_after = in_a_year();

  KeyType key_type = KeyType::ec_p256;
  Digest digest = Digest::sha256;

  /// Absent: serverAuth and clientAuth for an end entity, no extension for a CA. Empty: no
  /// extension.
  std::optional<std::vector<KeyPurpose>> extended_key_usage = std::nullopt;
  /// Absent: digitalSignature (and keyEncipherment for RSA) for an end entity, keyCertSign and
  /// cRLSign for a CA. Empty: no extension.
  std::optional<std::vector<KeyUsage>> key_usage = std::nullopt;
  /// Basic constraints CA:TRUE; implied by Ca and Ca::intermediate.
  bool is_ca = false;

  /// Absent: random.
  std::optional<std::uint64_t> serial = std::nullopt;

  std::vector<Extension> extensions = {};
};

/// A certificate, what it chains through, and its key. A value: change `chain` at will to make it
/// incomplete, disordered or longer.
struct Credential {
  Der leaf;
  /// The issuers in order, without the root.
  std::vector<Der> chain;
  /// PKCS#8, not encrypted.
  Der key;

  /// The leaf alone.
  [[nodiscard]] std::string certificate_pem() const;
  /// The leaf followed by `chain`.
  [[nodiscard]] std::string chain_pem() const;
  [[nodiscard]] std::string key_pem(KeyFormat format = KeyFormat::pkcs8) const;
  /// "ENCRYPTED PRIVATE KEY" (PKCS#8, PBES2 with AES-256-CBC).
  [[nodiscard]] std::string encrypted_key_pem(std::string_view password) const;

  [[nodiscard]] Der subject_der() const;
  [[nodiscard]] Der issuer_der() const;

  friend bool operator==(const Credential&, const Credential&) = default;
};

/// A certificate authority: a root when constructed, or what `intermediate` returns. Two Ca of the
/// same options are "the same name with another key". A value; copies share the key.
class Ca {
 public:
  Ca();
  explicit Ca(Options options);

  /// An authority below this one.
  [[nodiscard]] Ca intermediate(Options options) const;
  /// An end entity certificate (or, with `is_ca`, whatever one wants) signed by this authority.
  [[nodiscard]] Credential issue(Options options = {}) const;
  /// A root with this authority's key whose name (and validity) is that of `options`: the way to a
  /// name that is equal as text but differs in encoding, case or spaces.
  [[nodiscard]] Ca respelled(Options options) const;

  [[nodiscard]] const Der& certificate() const noexcept { return self_.leaf; }

  [[nodiscard]] std::string certificate_pem() const { return self_.certificate_pem(); }

  /// Name as DER, as it stands in a CertificateRequest.
  [[nodiscard]] Der subject_der() const { return self_.subject_der(); }

  /// The authority's own certificate, the authorities above it without the root, and its key.
  [[nodiscard]] const Credential& credential() const noexcept { return self_; }

 private:
  Ca(Credential self, bool is_root) : self_(std::move(self)), is_root_(is_root) {}

  Credential self_;
  bool is_root_ = true;
};

/// A certificate signed with its own key, known to nobody: the stranger.
[[nodiscard]] Credential self_signed(Options options = {});

/// The subject of a certificate, and the subjects of several, as a CertificateRequest names them.
[[nodiscard]] Der subject_of(const Der& certificate);
[[nodiscard]] std::vector<Der> subjects_of(const std::vector<Der>& certificates);

/// A distinguished name alone, from the name fields of `options`.
[[nodiscard]] Der distinguished_name(const Options& options);

/// `count` different names of CAs that do not exist, "O=Padding, CN=Padding CA 0001" and so on.
[[nodiscard]] std::vector<Der> padding_names(std::size_t count);
/// As many such names as fill `total_bytes` of a CertificateRequest's certificate_authorities,
/// where each name takes its DER and a two-byte length; the last name is widened to hit the size
/// exactly. `total_bytes` of at least 64, at most 65535 (the protocol's own limit).
[[nodiscard]] std::vector<Der> padding_names_of_size(std::size_t total_bytes);

/// One certificate as PEM.
[[nodiscard]] std::string to_pem(const Der& certificate);
/// Certificates as a PEM bundle, e.g. a trust file.
[[nodiscard]] std::string to_pem(const std::vector<Der>& certificates);

}  // namespace telltale::mint
