#include "http/transport.hpp"

#include <array>
#include <new>
#include <tuple>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace telltale::http {
namespace {

constexpr std::size_t read_bytes = 4096;

// How many pieces of a response may be taken at once before others get their turn: a record of TLS
// each, or what fits into the socket's buffer.
constexpr unsigned sends_per_turn = 16;

/// Chooses HTTP/1.x (RFC 7301 section 3.2); a client that offers others only is refused, as Go's
/// crypto/tls does.
int choose_protocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void* /*argument*/) {
  constexpr std::string_view spoken = "\x08http/1.1\x08http/1.0";
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(
      &found, chosen_size, reinterpret_cast<const unsigned char*>(spoken.data()),
      static_cast<unsigned>(spoken.size()), offered, offered_size);
  if (outcome != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

void SslDeleter::operator()(SSL* ssl) const noexcept {
  SSL_free(ssl);
}

struct Transport::Wire {
  explicit Wire(tcp::socket accepted) : socket(std::move(accepted)), timer(socket.get_executor()) {}

  tcp::socket socket;
  asio::steady_timer timer;
};

Transport::Transport(tcp::socket socket) : wire_(std::make_shared<Wire>(std::move(socket))) {
  error_code ignored;
  wire_->socket.non_blocking(true, ignored);
  wire_->socket.set_option(tcp::no_delay(true), ignored);
}

Transport::~Transport() {
  wire_->timer.cancel();
  error_code ignored;
  wire_->socket.close(ignored);
}

tcp::socket::executor_type Transport::executor() const {
  return wire_->socket.get_executor();
}

void Transport::expire_after(std::chrono::milliseconds limit) {
  deadline_ = read_clocks().steady + limit;
}

void Transport::arm() {
  if (armed_for_ == deadline_) {
    return;
  }
  armed_for_ = deadline_;
  wire_->timer.expires_at(deadline_);
  wire_->timer.async_wait([wire = wire_](const error_code& cancelled) {
    if (!cancelled) {
      error_code ignored;
      wire->socket.cancel(ignored);
    }
  });
}

asio::awaitable<error_code> Transport::wait(tcp::socket::wait_type direction) {
  while (read_clocks().steady < deadline_) {
    arm();
    const auto [error] = co_await wire_->socket.async_wait(direction, use_tuple);
    // A timer that was armed anew may still have cancelled us for its former time.
    if (error != asio::error::operation_aborted || !is_open()) {
      co_return error;
    }
  }
  co_return asio::error::timed_out;
}

asio::awaitable<error_code> Transport::wait_for_turn() {
  co_await asio::post(executor(), asio::use_awaitable);
  co_return error_code();
}

asio::awaitable<std::optional<std::uint8_t>> Transport::first_byte() {
  const error_code error = co_await wait(tcp::socket::wait_read);
  std::uint8_t byte = 0;
  error_code peek_error;
  const auto space = asio::buffer(&byte, 1);
  const std::size_t size =
      error ? 0 : wire_->socket.receive(space, tcp::socket::message_peek, peek_error);
  co_return size == 1 ? std::optional(byte) : std::nullopt;
}

asio::awaitable<error_code> Transport::start_tls(std::shared_ptr<SSL_CTX> context) {
  context_ = std::move(context);
  SSL_CTX_set_alpn_select_cb(context_.get(), &choose_protocol, nullptr);
  ssl_.reset(SSL_new(context_.get()));
  if (!ssl_ || SSL_set_fd(ssl_.get(), wire_->socket.native_handle()) != 1) {
    throw std::bad_alloc();
  }
  SSL_set_mode(ssl_.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                               SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Whoever sends nothing but KeyUpdates must not keep the thread, nor whoever renegotiates.
  SSL_clear_mode(ssl_.get(), SSL_MODE_AUTO_RETRY);
  SSL_set_options(ssl_.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_set_read_ahead(ssl_.get(), 0);  // what was read ahead would not wake async_wait
  SSL_set_accept_state(ssl_.get());
  error_code error = asio::error::would_block;
  while (error == asio::error::would_block) {
    ERR_clear_error();
    error = outcome_of(SSL_do_handshake(ssl_.get()));
    if (error == asio::error::would_block) {
      const error_code wait_error = co_await wait(wanted_);
      error = wait_error ? wait_error : error;
    }
  }
  can_say_goodbye_ = !error;
  co_return error;
}

/// What libssl is asked to do on a descriptor that is closed could meet another connection there.
bool Transport::is_open() const {
  return wire_->socket.is_open();
}

error_code Transport::outcome_of(int result) {
  if (result > 0) {
    return {};
  }
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      wanted_ = tcp::socket::wait_read;
      return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
      wanted_ = tcp::socket::wait_write;
      return asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return asio::error::eof;
    default:
      can_say_goodbye_ = false;
      return asio::error::connection_aborted;
  }
}

error_code Transport::receive_now(std::string& into) {
  std::array<char, read_bytes> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled
  std::size_t size = 0;
  error_code error;
  if (!is_open()) {
    return asio::error::bad_descriptor;
  }
  if (ssl_) {
    ERR_clear_error();
    error = outcome_of(SSL_read_ex(ssl_.get(), piece.data(), piece.size(), &size));
  } else {
    wanted_ = tcp::socket::wait_read;
    size = wire_->socket.read_some(asio::buffer(piece), error);
  }
  into.append(piece.data(), size);
  return error;
}

asio::awaitable<error_code> Transport::receive(std::string& into) {
  // Waiting first gives others their turn; what libssl holds already wakes nobody.
  if (!ssl_ || SSL_pending(ssl_.get()) == 0) {
    const error_code error = co_await wait(tcp::socket::wait_read);
    if (error) {
      co_return error;
    }
  }
  error_code error = receive_now(into);
  while (error == asio::error::would_block) {
    error = co_await wait(wanted_);
    if (!error) {
      error = receive_now(into);
    }
  }
  co_return error;
}

error_code Transport::send_now(std::string_view& bytes) {
  std::size_t size = 0;
  error_code error;
  if (!is_open()) {
    return asio::error::bad_descriptor;
  }
  if (ssl_) {
    ERR_clear_error();
    error = outcome_of(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size));
  } else {
    wanted_ = tcp::socket::wait_write;
    size = wire_->socket.write_some(asio::buffer(bytes), error);
  }
  bytes.remove_prefix(size);
  return error;
}

asio::awaitable<error_code> Transport::send(std::string_view bytes) {
  error_code error;
  while (!bytes.empty() && !error) {
    error = send_now(bytes);
    if (error == asio::error::would_block) {
      error = co_await wait(wanted_);
    } else if (!error && !bytes.empty() && ++sends_ % sends_per_turn == 0) {
      error = co_await wait_for_turn();
    }
  }
  co_return error;
}

void Transport::when_readable(std::function<void()> then) {
  wire_->socket.async_wait(tcp::socket::wait_read,
                           [then = std::move(then)](const error_code&) { then(); });
}

void Transport::say_goodbye() {
  if (std::exchange(can_say_goodbye_, false) && is_open()) {
    ERR_clear_error();
    std::ignore = SSL_shutdown(ssl_.get());
  }
}

asio::awaitable<void> Transport::linger() {
  say_goodbye();
  error_code error;
  wire_->socket.shutdown(tcp::socket::shutdown_send, error);
  std::array<char, 512> dropped;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled
  while (!error) {
    error = co_await wait(tcp::socket::wait_read);
    if (!error) {
      std::ignore = wire_->socket.read_some(asio::buffer(dropped), error);
    }
  }
}

void Transport::close() {
  say_goodbye();
  error_code ignored;
  wire_->socket.close(ignored);
}

bool Transport::has_unread() const {
  error_code ignored;
  return is_open() && wire_->socket.available(ignored) > 0;
}

}  // namespace telltale::http
