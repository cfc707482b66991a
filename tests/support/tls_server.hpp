// The TLS half of the test peer: what it presents, asks for and believes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "support/openssl_ptr.hpp"
#include "support/record.hpp"
#include "support/stream.hpp"
#include "support/test_peer.hpp"

namespace telltale::support {

/// TlsStream is one TLS connection. It lives no longer than its Socket and its TlsServer.
class TlsStream final : public Stream {
 public:
  TlsStream(Socket& socket, SSL_CTX& context);

  /// Does the server's side of the handshake; if it fails, the alert that says why was sent.
  [[nodiscard]] bool accept();

  [[nodiscard]] std::size_t read_some(std::span<char> buffer) override;
  [[nodiscard]] bool write(std::string_view bytes) override;
  void finish() override;

  [[nodiscard]] bool is_encrypted() const override { return true; }

  [[nodiscard]] std::string client_common_name() const override;

  /// Whether the client sent a certificate, and whether it verified against `PeerOptions::trust`.
  [[nodiscard]] bool has_client_certificate() const;
  [[nodiscard]] bool trusts_client_certificate() const;

 private:
  SslPtr ssl_;
};

/// TlsServer turns PeerOptions into an SSL_CTX and notes every ClientHello and client certificate
/// in the Record. Throws std::runtime_error if OpenSSL refuses the options. Options and Record are
/// borrowed for its lifetime.
class TlsServer {
 public:
  TlsServer(const PeerOptions& options, Record& record);
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] TlsStream make_stream(Socket& socket) { return {socket, *context_}; }

 private:
  static int on_client_hello(SSL* ssl, int* alert, void* server);
  static int on_client_chain(X509_STORE_CTX* verification, void* server);

  void present_credential();
  void ask_for_certificates();

  const PeerOptions& options_;
  Record& record_;
  SslCtxPtr context_;
};

}  // namespace telltale::support
