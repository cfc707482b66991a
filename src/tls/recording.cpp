#include "tls/recording.hpp"

#include <algorithm>

#include <openssl/ssl.h>

#include "telltale/tls/certificate_request.hpp"

#include "tls/wire.hpp"

namespace telltale::tls {

namespace {

constexpr std::size_t handshake_header_bytes = 4;
constexpr std::size_t alert_bytes = 2;
// Finding a text where a record header should be takes no more than the header's own length.
constexpr std::size_t record_header_bytes = 5;

bool is_text(std::uint8_t byte) {
  return (byte >= 0x20 && byte < 0x7f) || byte == '\r' || byte == '\n' || byte == '\t';
}

// RFC 5246 7.4.2; RFC 8446 4.4.2 has a context in front and extensions behind each certificate.
std::vector<ByteView> certificates_of(ByteView body, ProtocolVersion version) {
  std::vector<ByteView> certificates;
  WireReader message(body);
  if (version == ProtocolVersion::tls_1_3) {
    (void)message.vector(1);
  }
  WireReader list(message.vector(3));
  while (message.ok() && !list.at_end()) {
    const ByteView der = list.vector(3);
    if (version == ProtocolVersion::tls_1_3) {
      (void)list.vector(2);
    }
    if (!list.ok()) {
      break;
    }
    certificates.push_back(der);
  }
  return certificates;
}

bool same_bytes(const pki::Chain& chain, const std::vector<ByteView>& sent) {
  return std::ranges::equal(chain, sent, [](const pki::CertificatePtr& certificate, ByteView der) {
    return std::ranges::equal(certificate->der, der);
  });
}

}  // namespace

void Recording::hear(bool sent, int content_type, ByteView message) {
  if (content_type == SSL3_RT_HANDSHAKE && message.size() >= handshake_header_bytes) {
    hear_handshake(sent, message);
  } else if (content_type == SSL3_RT_ALERT && message.size() == alert_bytes) {
    alerts_.push_back({.level = static_cast<AlertLevel>(message[0]),
                       .description = static_cast<AlertDescription>(message[1]),
                       .direction = sent ? Direction::sent : Direction::received});
  } else if (content_type == SSL3_RT_HEADER && !sent) {
    hear_record_header(message);
  }
}

void Recording::hear_handshake(bool sent, ByteView message) {
  const ByteView body = message.subspan(handshake_header_bytes);
  switch (message[0]) {
    case SSL3_MT_CERTIFICATE:
      if (sent) {
        // An empty Certificate is 3 bytes of length; in TLS 1.3 the context's length comes first.
        certificate_sent_ = body.size() > handshake_header_bytes;
      } else {
        certificate_.emplace(body.begin(), body.end());
      }
      return;
    case SSL3_MT_CERTIFICATE_REQUEST:
      if (!sent) {
        certificate_request_.emplace(body.begin(), body.end());
      }
      return;
    case SSL3_MT_NEWSESSION_TICKET:
      session_tickets_ += sent ? 0U : 1U;
      return;
    default:
      return;
  }
}

void Recording::hear_record_header(ByteView header) {
  if (met_record_) {
    return;
  }
  met_record_ = true;
  met_plaintext_ = header.size() >= record_header_bytes && std::ranges::all_of(header, is_text);
}

std::optional<Alert> Recording::fatal_alert() const {
  const auto found = std::ranges::find_if(alerts_, [](const Alert& alert) {
    return alert.direction == Direction::received && alert.level == AlertLevel::fatal;
  });
  return found == alerts_.end() ? std::nullopt : std::optional(*found);
}

void Recording::describe(Handshake& handshake, ProtocolVersion version,
                         std::span<const pki::Chain> known) const {
  handshake.certificate_sent = certificate_sent_;
  handshake.session_tickets = session_tickets_;
  handshake.alerts = alerts_;
  if (certificate_request_) {
    auto request = parse_certificate_request(*certificate_request_, version);
    // That we were asked is a fact even where the question is garbled.
    handshake.certificate_request = std::make_shared<const CertificateRequest>(
        request ? *std::move(request) : CertificateRequest{.bytes = certificate_request_->size()});
  }
  if (!certificate_) {
    return;
  }
  const std::vector<ByteView> sent = certificates_of(*certificate_, version);
  const auto seen =
      std::ranges::find_if(known, [&](const pki::Chain& chain) { return same_bytes(chain, sent); });
  if (seen != known.end()) {
    handshake.peer_certificates = *seen;
    return;
  }
  for (const ByteView der : sent) {
    auto certificate = pki::parse_certificate(der);
    if (certificate) {
      handshake.peer_certificates.push_back(
          std::make_shared<const pki::Certificate>(*std::move(certificate)));
    } else {
      ++handshake.malformed_certificates;
    }
  }
}

}  // namespace telltale::tls
