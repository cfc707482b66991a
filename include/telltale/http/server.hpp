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
#include "telltale/http/guard.hpp"
#include "telltale/http/router.hpp"

namespace telltale::http {

/// Takes the response to one request: at once or later, on any thread. Only the first counts. It
/// may outlive the exchange, the connection and the server, and does nothing then.
using Reply = std::function<void(Response)>;

/// Answers one request; called on the server's thread, which it must not hold up. One that throws
/// makes a 500. Without a reply within Limits::answer the client is told so by a 503.
using Handler = std::function<void(const Request&, Reply)>;

/// Hears of a failure inside the server (an exception of the handler, a listener that cannot
/// accept): where, and what. Called on the server's thread; must not throw.
using FailureListener = std::function<void(std::string_view where, std::string_view what)>;

/// What a peer may take of us.
struct Limits {
  std::uint32_t header_bytes = 8'192;  ///< more is answered 431
  std::uint64_t body_bytes = 65'536;   ///< more is answered 413
  std::size_t connections = 512;       ///< at once, for each Listener; others are answered 503
  std::size_t streams = 64;            ///< of these, at most so many; others are answered 503
  std::chrono::milliseconds request{
      10'000};  ///< TLS handshake, then each request, to be sent in; 408
  std::chrono::milliseconds answer{60'000};     ///< for the handler
  std::chrono::milliseconds response{10'000};   ///< for a client to take a response, or an event
  std::chrono::milliseconds idle{75'000};       ///< between two exchanges
  std::chrono::milliseconds heartbeat{15'000};  ///< between two events or comments of a stream
  std::chrono::milliseconds finish_on_stop{2'000};  ///< for exchanges under way at stop()
};

/// Some addresses, what is served on them, and to whom.
struct Listener {
  std::string flag;  ///< where the addresses come from, for error messages
  std::vector<std::string> addresses;
  Handler handler;
  std::shared_ptr<Guard> guard = nullptr;  ///< null: plain HTTP, for everybody
};

/// Serves until destroyed. Requests are answered one at a time per connection, in their order.
/// Where all of a listener's are taken, the one idle longest makes room; without one, a new one
/// is answered 503 and closed.
class Server {
 public:
  /// Binds every address: `127.0.0.1:9943`, `[::1]:0`, or `:9943` and `[::]:9943` for all of IPv4
  /// and IPv6. Serving begins with start(). Errc::invalid_value names the flag and the address that
  /// is malformed or taken.
  [[nodiscard]] static Result<std::unique_ptr<Server>> bind(std::vector<Listener> listeners,
                                                            FailureListener on_failure = {},
                                                            Limits limits = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Starts the serving thread.
  void start();

  /// Stops accepting, lets exchanges under way finish for a while, joins the thread. Idempotent;
  /// not to be called by the handler.
  void stop();

  /// Sends this to every client of a stream, as it is: events, each ended by an empty line. A
  /// client that has not taken the one before gets only the newest. Any thread; nothing after
  /// stop().
  void broadcast(std::string event);

  /// The addresses really bound, listener by listener, with the port chosen where 0 was asked for.
  [[nodiscard]] std::vector<std::string> addresses() const;

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace telltale::http
