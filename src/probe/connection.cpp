#include "probe/connection.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace telltale::probe {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

// How often bytes may be at hand at once before others get their turn.
constexpr unsigned receptions_per_turn = 8;

Failure timed_out(Phase phase) {
  return {phase, FailureKind::timed_out,
          "no answer in phase " + std::string(name_of(phase)) + " by the deadline"};
}

FailureKind kind_of_failed_step(const tls::ClientSession& session) {
  if (session.fatal_alert()) {
    return FailureKind::alert;
  }
  return session.met_plaintext() ? FailureKind::plaintext : FailureKind::tls;
}

std::string detail_of_failed_step(const tls::ClientSession& session) {
  const auto alert = session.fatal_alert();
  if (alert) {
    return "the peer sent the alert " + tls::to_text(alert->description);
  }
  return session.met_plaintext() ? "the peer answered in plaintext" : session.error();
}

}  // namespace

struct Connection::Wire {
  explicit Wire(asio::io_context& context) : socket(context), timer(context) {}

  tcp::socket socket;
  asio::steady_timer timer;
};

Connection::Connection(asio::io_context& context, SteadyTime deadline)
    : wire_(std::make_shared<Wire>(context)), deadline_(deadline) {
  arm(deadline);
}

Connection::~Connection() {
  if (session_) {
    session_->close();
  }
  wire_->timer.cancel();
  error_code ignored;
  wire_->socket.close(ignored);
}

void Connection::arm(SteadyTime until) {
  deadline_ = until;
  wire_->timer.expires_at(until);
  wire_->timer.async_wait([wire = wire_](const error_code& error) {
    if (!error) {
      error_code ignored;
      wire->socket.cancel(ignored);
    }
  });
}

void Connection::hurry(Duration limit) {
  arm(std::min(deadline_, std::chrono::steady_clock::now() + limit));
}

bool Connection::expired() const {
  return std::chrono::steady_clock::now() >= deadline_;
}

Failure Connection::failure_of(const error_code& error, Phase phase) const {
  if (error == asio::error::operation_aborted || error == asio::error::timed_out) {
    return timed_out(phase);
  }
  if (error == asio::error::connection_refused) {
    return {phase, FailureKind::refused, "connection refused"};
  }
  if (error == asio::error::eof) {
    return {phase, FailureKind::closed, "the peer closed the connection"};
  }
  // A peer may hang up so soon that connect() itself hears of it.
  if (error == asio::error::connection_reset || phase != Phase::connect) {
    return {phase, FailureKind::reset, "the peer reset the connection"};
  }
  return {phase, FailureKind::unreachable, error.message()};
}

MaybeFailure Connection::failure_of(tls::Step step, Phase phase) const {
  switch (step) {
    case tls::Step::closed:
      return Failure{phase, FailureKind::closed, "the peer closed the connection"};
    case tls::Step::reset:
      return Failure{phase, FailureKind::reset, "the peer reset the connection"};
    case tls::Step::failed:
      return Failure{phase, kind_of_failed_step(*session_), detail_of_failed_step(*session_)};
    default:
      return std::nullopt;
  }
}

Awaitable<MaybeFailure> Connection::connect(const fleet::Endpoint& endpoint) {
  error_code error;
  const auto address = asio::ip::make_address(endpoint.host, error);
  if (error) {
    co_return Failure{Phase::connect, FailureKind::unreachable, "not an IP address"};
  }
  if (expired()) {
    co_return timed_out(Phase::connect);
  }
  const tcp::endpoint peer(address, endpoint.port);
  const auto [connect_error] = co_await wire_->socket.async_connect(peer, use_tuple);
  if (connect_error) {
    co_return failure_of(connect_error, Phase::connect);
  }
  // The socket is waited for by us and read by libssl, which must not block on it.
  wire_->socket.non_blocking(true, error);
  wire_->socket.set_option(tcp::no_delay(true), error);
  co_return std::nullopt;
}

Awaitable<MaybeFailure> Connection::wait(tls::Step step, Phase phase) {
  const auto direction =
      step == tls::Step::want_write ? tcp::socket::wait_write : tcp::socket::wait_read;
  while (true) {
    if (expired()) {
      co_return timed_out(phase);
    }
    const auto [error] = co_await wire_->socket.async_wait(direction, use_tuple);
    if (!error) {
      co_return std::nullopt;
    }
    // A timer that was armed anew may still have cancelled us for its former time.
    if (error != asio::error::operation_aborted) {
      co_return failure_of(error, phase);
    }
  }
}

Awaitable<MaybeFailure> Connection::handshake(const tls::ClientContext& tls,
                                              const std::string& server_name,
                                              std::string_view protocol) {
  session_ = std::make_unique<tls::ClientSession>(tls, wire_->socket.native_handle(), server_name,
                                                  protocol);
  while (true) {
    const tls::Step step = session_->handshake();
    if (step != tls::Step::want_read && step != tls::Step::want_write) {
      co_return failure_of(step, Phase::handshake);
    }
    auto failure = co_await wait(step, Phase::handshake);
    if (failure) {
      co_return failure;
    }
  }
}

Awaitable<MaybeFailure> Connection::first_read(Duration silence) {
  const SteadyTime deadline = deadline_;
  hurry(silence);
  MaybeFailure failure;
  while (!failure) {
    const tls::Step step = session_->peek();
    if (step == tls::Step::done || session_->session_tickets() > 0) {
      break;
    }
    if (step != tls::Step::want_read && step != tls::Step::want_write) {
      failure = failure_of(step, Phase::first_read);
      break;
    }
    failure = co_await wait(step, Phase::first_read);
  }
  const bool silent = failure && failure->kind == FailureKind::timed_out;
  arm(deadline);
  if (silent && !expired()) {
    co_return std::nullopt;
  }
  co_return failure;
}

Awaitable<MaybeFailure> Connection::send(std::string_view bytes) {
  if (!session_) {
    if (expired()) {
      co_return timed_out(Phase::application);
    }
    const auto buffer = asio::buffer(bytes);
    const auto [error, count] = co_await asio::async_write(wire_->socket, buffer, use_tuple);
    if (error) {
      co_return failure_of(error, Phase::application);
    }
    co_return std::nullopt;
  }
  while (true) {
    const tls::Step step = session_->write(bytes);
    if (step != tls::Step::want_read && step != tls::Step::want_write) {
      co_return failure_of(step, Phase::application);
    }
    auto failure = co_await wait(step, Phase::application);
    if (failure) {
      co_return failure;
    }
  }
}

Awaitable<Received> Connection::receive(std::span<char> buffer) {
  Received received;
  if (++receptions_ % receptions_per_turn == 0) {
    // A peer that never pauses would otherwise keep the thread to itself, timers included.
    co_await asio::post(wire_->socket.get_executor(), asio::use_awaitable);
  }
  while (true) {
    if (expired()) {
      received.failure = timed_out(Phase::application);
    } else if (session_) {
      const tls::Step step = session_->read(buffer, received.bytes);
      if (step != tls::Step::want_read && step != tls::Step::want_write) {
        received.failure = failure_of(step, Phase::application);
        co_return received;
      }
      received.failure = co_await wait(step, Phase::application);
    } else {
      const auto target = asio::buffer(buffer.data(), buffer.size());
      const auto [error, count] = co_await wire_->socket.async_read_some(target, use_tuple);
      received.bytes = count;
      if (!error) {
        co_return received;
      }
      received.failure = failure_of(error, Phase::application);
    }
    if (received.failure) {
      co_return received;
    }
  }
}

}  // namespace telltale::probe
