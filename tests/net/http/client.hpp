#pragma once
// A blocking HTTP client that sends whatever bytes a test wants, over TLS or without.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/mint.hpp"
#include "support/openssl_ptr.hpp"
#include "support/socket.hpp"

namespace telltale::http_test {

struct Reply {
  unsigned status = 0;
  std::multimap<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  /// The only value of a header; empty if it is absent or there are several.
  [[nodiscard]] std::string header(const std::string& name) const;
};

/// What a client says in its handshake. It verifies nothing.
struct Hello {
  int version = TLS1_3_VERSION;
  std::vector<std::string> protocols;  ///< by ALPN
  std::optional<mint::Credential> credential;
};

/// One connection. A read that takes half a minute counts as the end of the stream, so that a test
/// fails instead of hanging.
class Client {
 public:
  /// Connects to an address as Server::addresses() spells it. `receive_buffer` is the socket's, in
  /// bytes; 0 leaves it as it is.
  explicit Client(const std::string& address, int receive_buffer = 0);

  /// Greets the server in TLS; false if it refuses. (In TLS 1.3 what it thinks of our certificate
  /// shows at the first read.)
  [[nodiscard]] bool greet(const Hello& hello = {});

  /// The protocol chosen by ALPN; empty if none was.
  [[nodiscard]] std::string protocol() const;

  /// False if the peer is gone.
  bool send(std::string_view bytes);

  /// The next reply; nothing if the stream ends before it is complete.
  /// `to_head`: without a body, whatever Content-Length says.
  [[nodiscard]] std::optional<Reply> read_reply(bool to_head = false);

  /// Sends a request and reads its reply.
  [[nodiscard]] std::optional<Reply> ask(std::string_view request) {
    return send(request) ? read_reply() : std::nullopt;
  }

  /// The status line and header of the next reply.
  [[nodiscard]] std::optional<Reply> read_head();

  /// The next chunk of a chunked body; empty: it was the last. Nothing if the stream ends before.
  [[nodiscard]] std::optional<std::string> read_chunk();

  /// So many bytes, or fewer where the stream ends before.
  [[nodiscard]] std::string read_bytes(std::size_t size);

  /// The peer says nothing more and has closed.
  [[nodiscard]] bool is_at_end();

  /// The peer's last word was close_notify.
  [[nodiscard]] bool was_told_goodbye() const;

  /// Says that nothing more will be sent.
  void finish_sending();

 private:
  [[nodiscard]] bool receive();
  [[nodiscard]] std::optional<std::string> read_line();

  support::Socket socket_;
  support::SslCtxPtr context_;
  support::SslPtr ssl_;
  std::string received_;
};

/// A GET of a path, kept alive.
[[nodiscard]] std::string get(std::string_view path, std::string_view more_headers = "");

}  // namespace telltale::http_test
