#pragma once
// Server: HTTP/1.1 on one or more listen addresses, on a thread of its own.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "telltale/error.hpp"
#include "telltale/http/router.hpp"

namespace telltale::http {

/// Takes the response to one request: at once or later, on any thread. Only the first counts. It
/// may outlive the exchange, the connection and the server, and does nothing then.
using Reply = std::function<void(Response)>;

/// Answers one request; called on the server's thread, which it must not hold up. One that throws
/// makes a 500. Without a reply before the exchange's deadline the client is told so by a 503.
using Handler = std::function<void(const Request&, Reply)>;

/// Hears of a failure inside the server (an exception of the handler, a listener that cannot
/// accept): where, and what. Called on the server's thread; must not throw.
using FailureListener = std::function<void(std::string_view where, std::string_view what)>;

/// What a peer may take of us.
struct Limits {
  std::uint32_t header_bytes = 8'192;               ///< more is answered 431
  std::uint64_t body_bytes = 65'536;                ///< more is answered 413
  std::size_t connections = 256;                    ///< served at once; others wait their turn
  std::chrono::milliseconds exchange{10'000};       ///< from its first byte to its last
  std::chrono::milliseconds idle{75'000};           ///< between two exchanges
  std::chrono::milliseconds finish_on_stop{2'000};  ///< for exchanges under way at stop()
};

/// Serves until destroyed. Requests are answered one at a time per connection, in their order.
/// Where all connections are taken, the one idle longest makes room; without an idle one, new ones
/// wait in the kernel's queue.
class Server {
 public:
  /// Binds every address: `127.0.0.1:9943`, `[::1]:0`, or `:9943` and `[::]:9943` for all of IPv4
  /// and IPv6. Serving begins with start(). Errc::invalid_value names the address that is malformed
  /// or taken; the caller puts the flag in front with Error::at().
  [[nodiscard]] static Result<std::unique_ptr<Server>> bind(
      const std::vector<std::string>& addresses, Handler handler, FailureListener on_failure = {},
      Limits limits = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Starts the serving thread.
  void start();

  /// Stops accepting, lets exchanges under way finish for a while, joins the thread. Idempotent;
  /// not to be called by the handler.
  void stop();

  /// The addresses really bound, with the port chosen where 0 was asked for.
  [[nodiscard]] std::vector<std::string> addresses() const;

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace telltale::http
