#pragma once
// Transport: one client's TCP connection, with TLS on it or without, under a deadline.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/steady_timer.hpp>
#include <openssl/types.h>

#include "telltale/time.hpp"

#include "http/asio.hpp"

namespace telltale::http {

/// Frees what libssl allocated.
struct SslDeleter {
  void operator()(SSL* ssl) const noexcept;
};

/// libssl works on the socket's own descriptor, so an idle connection holds no buffer of ours and,
/// by SSL_MODE_RELEASE_BUFFERS, none of libssl's. Every operation that waits ends by the deadline
/// at the latest, with asio::error::timed_out. One of each kind may be under way at a time.
class Transport {
 public:
  explicit Transport(tcp::socket socket);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// Sets the deadline of what follows.
  void expire_after(std::chrono::milliseconds limit);

  /// Waits for the client's first byte, and leaves it there. Nothing: none came.
  [[nodiscard]] asio::awaitable<std::optional<std::uint8_t>> first_byte();

  /// The server's side of a handshake. What is sent and received from then on is encrypted.
  [[nodiscard]] asio::awaitable<error_code> start_tls(std::shared_ptr<SSL_CTX> context);

  /// Waits for something and appends it.
  [[nodiscard]] asio::awaitable<error_code> receive(std::string& into);

  /// Appends what is there; asio::error::would_block if that is nothing.
  [[nodiscard]] error_code receive_now(std::string& into);

  /// Sends all of it.
  [[nodiscard]] asio::awaitable<error_code> send(std::string_view bytes);

  /// Calls it once, when there is something to receive or the connection ended.
  void when_readable(std::function<void()> then);

  /// Says that nothing more will be sent (close_notify where there is TLS), and takes what the
  /// client still sends, until the deadline: closing with bytes unread would reset the connection,
  /// and the reset can overtake what was sent (RFC 9112 section 9.6).
  [[nodiscard]] asio::awaitable<void> linger();

  /// Ends it at once, with a close_notify if that can be had without waiting. Harmless if closed.
  void close();

  /// The client has sent something that nobody has received yet.
  [[nodiscard]] bool has_unread() const;

  /// The session, or null: there was no handshake.
  [[nodiscard]] SSL* ssl() const noexcept { return ssl_.get(); }

  [[nodiscard]] tcp::socket::executor_type executor() const;

 private:
  struct Wire;

  [[nodiscard]] asio::awaitable<error_code> wait(tcp::socket::wait_type direction);
  [[nodiscard]] asio::awaitable<error_code> wait_for_turn();
  [[nodiscard]] error_code send_now(std::string_view& bytes);
  [[nodiscard]] bool is_open() const;
  [[nodiscard]] error_code outcome_of(int result);
  void arm();
  void say_goodbye();

  std::shared_ptr<Wire> wire_;  // shared with the timer's handler, which may run after us
  SteadyTime deadline_ = SteadyTime::max();
  SteadyTime armed_for_ = SteadyTime::max();
  tcp::socket::wait_type wanted_ = tcp::socket::wait_read;  ///< what would_block waits for
  unsigned sends_ = 0;
  std::shared_ptr<SSL_CTX> context_;
  std::unique_ptr<SSL, SslDeleter> ssl_;
  bool can_say_goodbye_ = false;  ///< a session that is whole: close_notify has a meaning
};

}  // namespace telltale::http
