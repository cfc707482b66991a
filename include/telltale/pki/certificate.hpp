#pragma once
// Certificate: the facts about one X.509 certificate that telltale judges by (RFC 5280 names). A
// value; no OpenSSL.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/enum.hpp>

#include "telltale/bytes.hpp"
#include "telltale/pki/distinguished_name.hpp"
#include "telltale/time.hpp"

namespace telltale::pki {

/// RFC 5280 4.1.2.5: both ends belong to the time in which the certificate is valid.
struct Validity {
  CivilTime not_before;
  CivilTime not_after;

  friend bool operator==(const Validity&, const Validity&) = default;
};

enum class KeyAlgorithm { rsa, rsa_pss, ec, ed25519, ed448, dsa, unknown };
BOOST_DESCRIBE_ENUM(KeyAlgorithm, rsa, rsa_pss, ec, ed25519, ed448, dsa, unknown)

struct PublicKey {
  KeyAlgorithm algorithm = KeyAlgorithm::unknown;
  unsigned bits = 0;  ///< of the modulus or of the curve's field
  std::string curve;  ///< OpenSSL's name, e.g. `prime256v1`; empty unless ec

  friend bool operator==(const PublicKey&, const PublicKey&) = default;
};

/// How a certificate was signed by its issuer.
struct Signature {
  std::string name;    ///< e.g. `ecdsa-with-SHA256`
  std::string digest;  ///< e.g. `SHA256`; empty where the scheme has none of its own
  KeyAlgorithm key_algorithm = KeyAlgorithm::unknown;  ///< of the issuer's key

  friend bool operator==(const Signature&, const Signature&) = default;
};

/// RFC 5280 4.2.1.12. Purposes that play no role in TLS are `other`.
enum class KeyPurpose { server_auth, client_auth, any, other };
BOOST_DESCRIBE_ENUM(KeyPurpose, server_auth, client_auth, any, other)

/// RFC 5280 4.2.1.3, in the order of its bits.
enum class KeyUsage : std::uint8_t {
  digital_signature,
  content_commitment,
  key_encipherment,
  data_encipherment,
  key_agreement,
  key_cert_sign,
  crl_sign,
  encipher_only,
  decipher_only,
};
BOOST_DESCRIBE_ENUM(KeyUsage, digital_signature, content_commitment, key_encipherment,
                    data_encipherment, key_agreement, key_cert_sign, crl_sign, encipher_only,
                    decipher_only)

struct Certificate {
  DistinguishedName subject;
  DistinguishedName issuer;
  std::string serial_number;  ///< lower-case hexadecimal, no leading zeroes
  Validity validity;
  std::vector<std::string> dns_names;              ///< subjectAltName dNSName
  std::vector<std::string> ip_addresses;           ///< subjectAltName iPAddress, in text
  std::vector<std::string> uris;                   ///< subjectAltName uniformResourceIdentifier
  std::vector<std::string> email_addresses;        ///< subjectAltName rfc822Name
  bool is_ca = false;                              ///< basicConstraints cA
  bool allows_digital_signature = true;            ///< keyUsage absent, or has digitalSignature
  std::optional<std::vector<KeyUsage>> key_usage;  ///< nothing where the extension is absent
  std::optional<std::vector<KeyPurpose>>
      extended_key_usage;  ///< nothing where the extension is absent
  std::vector<std::string>
      other_purposes;  ///< what `other` stands for, e.g. `codeSigning`, in order
  PublicKey public_key;
  Signature signature;
  bool is_self_issued = false;     ///< subject and issuer are the same name (RFC 5280 3.2)
  std::string fingerprint_sha256;  ///< of the DER, lower-case hexadecimal
  Bytes der;
};

/// Certificates are shared: a fleet shows the same few over and over.
using CertificatePtr = std::shared_ptr<const Certificate>;

/// Certificates in the order they were sent or stored: the leaf first.
using Chain = std::vector<CertificatePtr>;

/// The SPIFFE IDs (`spiffe://…`) among the URIs of subjectAltName; a workload's certificate has
/// exactly one (SPIFFE X.509-SVID 2).
[[nodiscard]] std::vector<std::string> spiffe_ids(const Certificate& certificate);

/// Reads one certificate from its DER. Errc::malformed if it is not one, or has bytes behind it.
[[nodiscard]] Result<Certificate> parse_certificate(ByteView der);

}  // namespace telltale::pki
