#pragma once
// A TLS server at the other end of a socket pair, driven step by step by the thread that drives the
// client: no port, no waiting.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "telltale/tls/client.hpp"

#include "support/mint.hpp"
#include "support/openssl_ptr.hpp"

namespace telltale::tls {

enum class Asks { nothing, wants, needs };

struct PairedServerOptions {
  mint::Credential credential;
  ProtocolVersion oldest = ProtocolVersion::tls_1_2;
  ProtocolVersion newest = ProtocolVersion::tls_1_3;
  Asks asks = Asks::nothing;
  std::string client_signature_algorithms;  ///< OpenSSL's notation; empty: its default
  std::size_t session_tickets = 2;
};

/// What a ClientHello said.
struct HelloFacts {
  std::optional<std::string> server_name;
  bool offers_psk = false;
  std::size_t ticket_bytes = 0;
  std::size_t session_id_bytes = 0;
};

class PairedServer {
 public:
  explicit PairedServer(PairedServerOptions options);
  ~PairedServer();
  PairedServer(const PairedServer&) = delete;
  PairedServer& operator=(const PairedServer&) = delete;

  /// The client's end, non-blocking, owned here.
  [[nodiscard]] int client_descriptor() const noexcept { return client_; }

  /// Does the server's part of the handshake as far as it goes; true once it is complete.
  bool step();

  /// Sends one NewSessionTicket more; false if the socket is full.
  [[nodiscard]] bool send_ticket();
  [[nodiscard]] bool send(std::string_view text);
  /// What the client has sent, up to what is there.
  [[nodiscard]] std::string receive();
  /// Whether the client has sent close_notify.
  [[nodiscard]] bool was_told_to_close();

  /// Writes bytes past TLS.
  void send_raw(std::string_view bytes);
  /// Closes without close_notify. `unread` bytes of the client make it a reset.
  void hang_up();

  [[nodiscard]] const HelloFacts& hello() const noexcept { return hello_; }

  /// The client's chain as it came, leaf first; empty if it presented nothing.
  [[nodiscard]] const std::vector<mint::Der>& client_chain() const noexcept {
    return client_chain_;
  }

 private:
  static int on_client_hello(SSL* ssl, int* alert, void* server);
  static int on_client_chain(X509_STORE_CTX* verification, void* server);

  int client_ = -1;
  int server_ = -1;
  support::SslCtxPtr context_;
  support::SslPtr ssl_;
  HelloFacts hello_;
  std::vector<mint::Der> client_chain_;
};

/// Drives both ends until the client's handshake came to something.
[[nodiscard]] Step shake_hands(ClientSession& client, PairedServer& server);

}  // namespace telltale::tls
