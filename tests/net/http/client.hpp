#pragma once
// A blocking HTTP client that sends whatever bytes a test wants.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "support/socket.hpp"

namespace telltale::http_test {

struct Reply {
  unsigned status = 0;
  std::multimap<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  /// The only value of a header; empty if it is absent or there are several.
  [[nodiscard]] std::string header(const std::string& name) const;
};

/// One connection. A read that takes half a minute counts as the end of the stream, so that a test
/// fails instead of hanging.
class Client {
 public:
  /// Connects to an address as Server::addresses() spells it.
  explicit Client(const std::string& address);

  /// False if the peer is gone.
  bool send(std::string_view bytes) { return socket_.write(bytes); }

  /// The next reply; nothing if the stream ends before it is complete.
  /// `to_head`: without a body, whatever Content-Length says.
  [[nodiscard]] std::optional<Reply> read_reply(bool to_head = false);

  /// Sends a request and reads its reply.
  [[nodiscard]] std::optional<Reply> ask(std::string_view request) {
    return send(request) ? read_reply() : std::nullopt;
  }

  /// The peer says nothing more and has closed.
  [[nodiscard]] bool is_at_end();

  /// Says that nothing more will be sent.
  void finish_sending();

 private:
  [[nodiscard]] bool receive();
  [[nodiscard]] std::optional<std::string> read_line();

  support::Socket socket_;
  std::string received_;
};

/// A GET of a path, kept alive.
[[nodiscard]] std::string get(std::string_view path, std::string_view more_headers = "");

}  // namespace telltale::http_test
