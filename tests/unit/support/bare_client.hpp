// A TLS client of nothing but OpenSSL, to see what the test peer does on the wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <openssl/ssl.h>

#include "support/mint.hpp"

namespace telltale::support {

/// What a BareClient does on its one connection.
struct Visit {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  /// TLS1_2_VERSION or TLS1_3_VERSION, the only one offered; 0 for no TLS at all.
  int version = TLS1_3_VERSION;
  /// What is presented where a certificate is asked for.
  std::optional<mint::Credential> credential = std::nullopt;
  std::string server_name = "";
  /// Sent after the first read; the answer is read to the end of the stream or to `read_limit`.
  std::string request = "GET /health HTTP/1.1\r\nHost: peer\r\n\r\n";
  std::size_t read_limit = 65536;
  /// Whether the peer must say something (a TLS 1.3 ticket will do) before the request is sent.
  /// Absent: in TLS 1.3, where the verdict on a client certificate comes that way.
  std::optional<bool> reads_first = std::nullopt;
};

/// How a connection ended.
enum class End {
  /// close_notify, or without TLS a plain FIN.
  closed,
  /// FIN without close_notify.
  truncated,
  reset,
  /// An alert from the peer, `Account::alert`.
  alert,
  /// Bytes OpenSSL does not understand.
  not_tls,
  /// `Visit::read_limit` was reached.
  still_sending,
};

/// What came of it.
struct Account {
  bool is_connected = false;
  /// SSL_connect succeeded.
  bool handshake = false;
  int alert = 0;
  End end = End::closed;
  std::string reply = {};
  /// NewSessionTicket messages.
  int tickets = 0;
  std::optional<std::size_t> certificate_request_bytes = std::nullopt;
  std::size_t authorities = 0;
  std::size_t peer_certificates = 0;
};

/// Connects, shakes hands, reads, asks and reads again.
[[nodiscard]] Account visit(const Visit& visit);
/// Visits twice, the second time offering the session of the first; returns the second account.
[[nodiscard]] Account resume(const Visit& visit);

}  // namespace telltale::support
