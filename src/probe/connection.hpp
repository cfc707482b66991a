#pragma once
// Connection: one TCP connection to the peer, with TLS on it or without, under a deadline.

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "telltale/probe/observation.hpp"
#include "telltale/tls/client.hpp"

namespace telltale::probe {

template <class T>
using Awaitable = boost::asio::awaitable<T>;

/// Nothing, or why it went no further.
using MaybeFailure = std::optional<Failure>;

/// What receive() gave: at least one byte, or a failure.
struct Received {
  std::size_t bytes = 0;
  MaybeFailure failure;
};

/// Every operation ends by the deadline at the latest, with FailureKind::timed_out. Closes on
/// destruction.
class Connection {
 public:
  Connection(boost::asio::io_context& context, SteadyTime deadline);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] Awaitable<MaybeFailure> connect(const fleet::Endpoint& endpoint);

  /// Starts TLS, and offers `protocol` by ALPN unless it is empty. `tls` must outlive the
  /// connection.
  [[nodiscard]] Awaitable<MaybeFailure> handshake(const tls::ClientContext& tls,
                                                  const std::string& server_name,
                                                  std::string_view protocol = {});

  /// Listens, without writing, for what a TLS 1.3 server makes of our certificate: ends well with a
  /// NewSessionTicket, with application data, or after `silence`.
  [[nodiscard]] Awaitable<MaybeFailure> first_read(Duration silence);

  /// Sends all of `bytes`, encrypted once there was a handshake.
  [[nodiscard]] Awaitable<MaybeFailure> send(std::string_view bytes);

  /// Receives something. An end of file is FailureKind::closed.
  [[nodiscard]] Awaitable<Received> receive(std::span<char> buffer);

  /// Caps what follows at `limit` from now, or the deadline if that is sooner.
  void hurry(Duration limit);

  /// The session, or null before the handshake.
  [[nodiscard]] const tls::ClientSession* session() const noexcept { return session_.get(); }

 private:
  struct Wire;

  [[nodiscard]] Awaitable<MaybeFailure> wait(tls::Step step, Phase phase);
  [[nodiscard]] MaybeFailure failure_of(tls::Step step, Phase phase) const;
  [[nodiscard]] Failure failure_of(const boost::system::error_code& error, Phase phase) const;
  [[nodiscard]] bool expired() const;
  void arm(SteadyTime until);

  std::shared_ptr<Wire> wire_;  // shared with the timer's handler, which may run after us
  SteadyTime deadline_;
  unsigned receptions_ = 0;
  std::unique_ptr<tls::ClientSession> session_;
};

}  // namespace telltale::probe
