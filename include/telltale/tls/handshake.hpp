#pragma once
// Handshake: what one TLS handshake showed, in RFC 8446's and RFC 5246's words. A value; no
// OpenSSL.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/enum.hpp>

#include "telltale/bytes.hpp"
#include "telltale/pki/certificate.hpp"
#include "telltale/pki/distinguished_name.hpp"

namespace telltale::tls {

/// RFC 8446 4.2.1. The two versions that telltale speaks; peers that know only older ones answer
/// with the alert protocol_version.
enum class ProtocolVersion : std::uint16_t { tls_1_2 = 0x0303, tls_1_3 = 0x0304 };
BOOST_DESCRIBE_ENUM(ProtocolVersion, tls_1_2, tls_1_3)

/// `TLSv1.2` or `TLSv1.3`, as OpenSSL, Java and Prometheus' blackbox_exporter spell it.
[[nodiscard]] constexpr std::string_view label(ProtocolVersion version) noexcept {
  return version == ProtocolVersion::tls_1_3 ? "TLSv1.3" : "TLSv1.2";
}

/// What a server asks of its clients: Tomcat's certificateVerification, Spring's client-auth.
/// Ordered from lax to strict; `unknown` is not part of the order.
enum class ClientAuthMode { none, want, need, unknown };
BOOST_DESCRIBE_ENUM(ClientAuthMode, none, want, need, unknown)

/// RFC 8446 6, with 40 to 60 of RFC 5246 7.2 for TLS 1.2. OpenSSL 3.0 has no names for some of
/// them.
enum class AlertDescription : std::uint8_t {
  close_notify = 0,
  unexpected_message = 10,
  bad_record_mac = 20,
  record_overflow = 22,
  handshake_failure = 40,
  no_certificate = 41,
  bad_certificate = 42,
  unsupported_certificate = 43,
  certificate_revoked = 44,
  certificate_expired = 45,
  certificate_unknown = 46,
  illegal_parameter = 47,
  unknown_ca = 48,
  access_denied = 49,
  decode_error = 50,
  decrypt_error = 51,
  protocol_version = 70,
  insufficient_security = 71,
  internal_error = 80,
  inappropriate_fallback = 86,
  user_canceled = 90,
  no_renegotiation = 100,
  missing_extension = 109,
  unsupported_extension = 110,
  unrecognized_name = 112,
  bad_certificate_status_response = 113,
  unknown_psk_identity = 115,
  certificate_required = 116,
  no_application_protocol = 120,
};
BOOST_DESCRIBE_ENUM(AlertDescription, close_notify, unexpected_message, bad_record_mac,
                    record_overflow, handshake_failure, no_certificate, bad_certificate,
                    unsupported_certificate, certificate_revoked, certificate_expired,
                    certificate_unknown, illegal_parameter, unknown_ca, access_denied, decode_error,
                    decrypt_error, protocol_version, insufficient_security, internal_error,
                    inappropriate_fallback, user_canceled, no_renegotiation, missing_extension,
                    unsupported_extension, unrecognized_name, bad_certificate_status_response,
                    unknown_psk_identity, certificate_required, no_application_protocol)

enum class AlertLevel : std::uint8_t { warning = 1, fatal = 2 };
BOOST_DESCRIBE_ENUM(AlertLevel, warning, fatal)

enum class Direction { received, sent };
BOOST_DESCRIBE_ENUM(Direction, received, sent)

struct Alert {
  AlertLevel level = AlertLevel::fatal;
  AlertDescription description =
      AlertDescription::close_notify;  ///< may be a number without a name
  Direction direction = Direction::received;

  friend bool operator==(const Alert&, const Alert&) = default;
};

/// `certificate_required (116)`; `unassigned (99)` for a number without a name.
[[nodiscard]] std::string to_text(AlertDescription description);

/// RFC 8446 4.2.3 code point; also the (hash, signature) pair of RFC 5246 7.4.1.4.1.
using SignatureScheme = std::uint16_t;

/// `ecdsa_secp256r1_sha256` and so on, as IANA spells it; `0x0a0b` for one without a name.
[[nodiscard]] std::string name_of_scheme(SignatureScheme scheme);

/// RFC 8446 4.3.2, RFC 5246 7.4.4. An empty list of authorities is a fact: any issuer will do.
struct CertificateRequest {
  std::vector<pki::DistinguishedName> certificate_authorities;  ///< in the order sent
  std::vector<SignatureScheme> signature_algorithms;
  std::vector<SignatureScheme> signature_algorithms_cert;  ///< TLS 1.3 only, often absent
  std::vector<std::uint8_t> certificate_types;             ///< TLS 1.2 only (ClientCertificateType)
  std::size_t bytes =
      0;  ///< of the handshake message, its header of 4 not counted (what JSSE limits)
};

using CertificateRequestPtr = std::shared_ptr<const CertificateRequest>;

/// What one handshake showed, as far as it went.
struct Handshake {
  bool completed = false;  ///< our side finished; in TLS 1.3 the peer may still refuse
  std::optional<ProtocolVersion> version;     ///< negotiated
  std::string cipher_suite;                   ///< IANA name, e.g. `TLS_AES_256_GCM_SHA384`
  pki::Chain peer_certificates;               ///< as sent, leaf first, those that parse
  std::size_t malformed_certificates = 0;     ///< of those sent, how many do not parse
  CertificateRequestPtr certificate_request;  ///< null: none was sent
  bool certificate_sent = false;              ///< our Certificate message left, and was not empty
  unsigned session_tickets = 0;               ///< NewSessionTicket messages received
  std::vector<Alert> alerts;                  ///< both directions, in order, close_notify included
};

}  // namespace telltale::tls
