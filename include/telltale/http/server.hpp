#pragma once
// Server: HTTP/1.1 on one or more listen addresses, on a thread of its own.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "telltale/error.hpp"
#include "telltale/http/router.hpp"

namespace telltale::http {

/// Answers one request; called on the server's thread.
using Handler = std::function<Response(const Request&)>;

/// Serves until destroyed. GET, HEAD and POST; a header limit of 8 KiB, a body limit of 64 KiB
/// (read and ignored), 10 s per exchange, at most 256 connections at once.
class Server {
 public:
  /// Binds every address (`127.0.0.1:9943`, `:9943`, `[::]:0`); Errc::invalid_value names the one
  /// that is malformed or taken. Serving begins with start().
  [[nodiscard]] static Result<std::unique_ptr<Server>> bind(
      const std::vector<std::string>& addresses, Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Starts the serving thread.
  void start();

  /// Stops accepting, lets exchanges under way finish for up to 2 s, joins the thread. Idempotent.
  void stop();

  /// The addresses really bound, with the port chosen where 0 was asked for.
  [[nodiscard]] std::vector<std::string> addresses() const;

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace telltale::http
