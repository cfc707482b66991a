#pragma once
// Recording: what a message callback heard of one handshake, kept raw until somebody asks.

#include <optional>
#include <span>
#include <vector>

#include "telltale/bytes.hpp"
#include "telltale/tls/handshake.hpp"

struct ssl_st;

namespace telltale::tls {

/// Listens to one SSL. Certificates and the CertificateRequest are kept as sent, since OpenSSL
/// throws away what it cannot parse.
class Recording {
 public:
  /// Hears one message, as SSL_set_msg_callback delivers it.
  void hear(bool sent, int content_type, ByteView message);

  [[nodiscard]] unsigned session_tickets() const noexcept { return session_tickets_; }

  [[nodiscard]] bool certificate_requested() const noexcept {
    return certificate_request_.has_value();
  }

  /// The fatal alert that was received, if one was.
  [[nodiscard]] std::optional<Alert> fatal_alert() const;

  /// The first bytes that came were text, not a TLS record.
  [[nodiscard]] bool met_plaintext() const noexcept { return met_plaintext_; }

  /// Fills in what was heard; `version` is the one that was offered. Chains in `known` lend their
  /// certificates where the bytes are the same.
  void describe(Handshake& handshake, ProtocolVersion version,
                std::span<const pki::Chain> known) const;

 private:
  void hear_handshake(bool sent, ByteView message);
  void hear_record_header(ByteView header);

  std::optional<Bytes> certificate_request_;  // body
  std::optional<Bytes> certificate_;          // body of the peer's Certificate
  std::vector<Alert> alerts_;
  unsigned session_tickets_ = 0;
  bool certificate_sent_ = false;
  bool met_record_ = false;
  bool met_plaintext_ = false;
};

}  // namespace telltale::tls
