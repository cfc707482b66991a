#include "http/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "telltale/version.hpp"

#include "http/date.hpp"

namespace telltale::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// I/O errors are values.
constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t read_bytes{4096};
constexpr std::chrono::milliseconds linger_time{2'000};

/// A request body that is read and let go: a Body as Beast wants them.
struct DroppedBody {
  // NOLINTBEGIN(readability-identifier-naming): Beast asks for these two names
  struct value_type {};

  struct reader {
    // NOLINTEND(readability-identifier-naming)
    template <bool is_request, class Fields>
    explicit reader(wire::header<is_request, Fields>&, value_type&) {}

    void init(const boost::optional<std::uint64_t>&, error_code& error) { error = {}; }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, error_code& error) {
      error = {};
      return beast::buffer_bytes(buffers);
    }

    void finish(error_code& error) { error = {}; }
  };
};

using Parser = wire::request_parser<DroppedBody>;
using Message = wire::response<wire::string_body>;

/// The answer to bytes that are no request we take; nothing if the peer is gone or too slow.
std::optional<Response> refusal_of(error_code error, std::uint8_t first_byte) {
  constexpr std::uint8_t tls_handshake_record = 22;  // RFC 8446 section 5.1
  if (error == wire::error::header_limit || error == wire::error::buffer_overflow) {
    return error_response(431, "the header is longer than what is taken here");
  }
  if (error == wire::error::body_limit) {
    return error_response(413, "the body is longer than what is taken here");
  }
  if (error == wire::error::bad_version) {
    return error_response(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  }
  const bool is_malformed = error.category() == make_error_code(wire::error::bad_method).category();
  if (!is_malformed || error == wire::error::end_of_stream ||
      error == wire::error::partial_message) {
    return std::nullopt;
  }
  if (first_byte == tls_handshake_record) {
    return error_response(400, "this port speaks plain HTTP, and was greeted in TLS");
  }
  return error_response(400, "not an HTTP request: " + error.message());
}

/// What is wrong with a header that parses, if anything.
std::optional<Response> refusal_of(const Parser& parser) {
  const auto& header = parser.get();
  const auto hosts = header.equal_range(wire::field::host);
  const auto host_count = std::distance(hosts.first, hosts.second);
  if (host_count > 1 || (host_count == 0 && header.version() >= 11)) {  // RFC 9112 section 3.2
    return error_response(400, "a request carries exactly one Host");
  }
  // A coding that is not understood leaves the body's end unknown (RFC 9112 section 6.1).
  if (header.count(wire::field::transfer_encoding) > 0 && !parser.chunked()) {
    return error_response(501, "of the transfer codings only chunked is understood");
  }
  return std::nullopt;
}

/// All values of a list header as one: several lines mean the same as one with commas.
std::string joined(const wire::fields& fields, wire::field name) {
  std::string value;
  const auto [first, last] = fields.equal_range(name);
  for (auto field = first; field != last; ++field) {
    value.append(value.empty() ? "" : ", ").append(field->value());
  }
  return value;
}

Request to_request(const Parser& parser) {
  const auto& header = parser.get();
  Request request;
  request.method = std::string(header.method_string());
  request.target = std::string(header.target());
  request.accept = joined(header, wire::field::accept);
  request.accept_encoding = joined(header, wire::field::accept_encoding);
  request.scrape_timeout = std::string(header["X-Prometheus-Scrape-Timeout-Seconds"]);
  return request;
}

Message to_message(Response response, unsigned http_version, bool keep_alive) {
  Message message{wire::int_to_status(response.status), http_version};
  message.set(wire::field::server, "telltale/" + std::string(program_version));
  message.set(wire::field::date, to_http_date(read_clocks().civil));
  message.set(wire::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) {
    message.insert(name, value);
  }
  message.keep_alive(keep_alive);
  message.content_length(response.body.size());
  message.body() = std::move(response.body);
  return message;
}

}  // namespace

void Entrance::enter(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (context_ != nullptr) {
    asio::dispatch(*context_, std::move(work));
  }
}

void Entrance::close() {
  const std::lock_guard lock(mutex_);
  context_ = nullptr;
}

void Awaited::take(Response arrived) {
  if (!response) {
    response = std::move(arrived);
    arrival.cancel();
  }
}

Service::Service(asio::io_context& context, FailureListener listener, Limits most)
    : on_failure(std::move(listener)),
      limits(most),
      entrance(std::make_shared<Entrance>(context)),
      vacancy(context, asio::steady_timer::time_point::max()) {}

void Service::report(std::string_view where, std::string_view what) const {
  if (on_failure) {
    on_failure(where, what);
  }
}

void Service::report(std::string_view where, const std::exception_ptr& failure) const {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& exception) {
    report(where, exception.what());
  } catch (...) {
    report(where, "an exception that is no std::exception");
  }
}

// The buffer holds twice the header, so that the header's limit is met before the buffer's.
Connection::Connection(tcp::socket socket, const Listener& listener, Service& service)
    : listener_(listener),
      service_(service),
      stream_(std::move(socket)),
      buffer_(std::size_t{service.limits.header_bytes} * 2) {}

asio::awaitable<void> Connection::serve() {
  bool goes_on = true;
  while (goes_on) {
    goes_on = co_await wait_for_request();
    if (goes_on) {
      goes_on = co_await exchange();
    }
  }
  co_await linger();
}

asio::awaitable<bool> Connection::wait_for_request() {
  if (buffer_.size() > 0) {  // pipelined
    co_return true;
  }
  if (service_.is_stopping) {
    co_return false;
  }
  turn_idle();
  stream_.expires_after(service_.limits.idle);
  const auto space = buffer_.prepare(read_bytes);
  const auto [error, bytes] = co_await stream_.async_read_some(space, use_tuple);
  idle_since_.reset();
  buffer_.commit(bytes);
  co_return !error;
}

asio::awaitable<bool> Connection::exchange() {
  // One deadline for all that follows: a peer that dribbles gains nothing.
  deadline_ = SteadyTime::clock::now() + service_.limits.request;
  stream_.expires_at(deadline_);
  Received received = co_await receive();
  Manner manner = received.manner;
  if (received.refusal) {
    co_await send(*std::move(received.refusal), manner);
    co_return false;
  }
  if (!received.request) {
    co_return false;
  }
  std::optional<Response> response = co_await answer(*received.request);
  if (!response) {
    co_return false;
  }
  manner.keep_alive = manner.keep_alive && !service_.is_stopping;
  const bool sent = co_await send(*std::move(response), manner);
  co_return sent&& manner.keep_alive;
}

asio::awaitable<Connection::Received> Connection::receive() {
  Received received;
  const auto first_byte = *static_cast<const std::uint8_t*>(buffer_.data().data());
  Parser parser;
  parser.header_limit(service_.limits.header_bytes);
  parser.body_limit(service_.limits.body_bytes);
  const auto [header_error, header_bytes] =
      co_await wire::async_read_header(stream_, buffer_, parser, use_tuple);
  std::ignore = header_bytes;
  received.refusal = header_error ? refusal_of(header_error, first_byte) : refusal_of(parser);
  if (header_error || received.refusal) {
    co_return received;
  }
  if (!parser.is_done() && beast::iequals(parser.get()[wire::field::expect], "100-continue")) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto line = asio::buffer(go_on);
    const auto [error, bytes] = co_await asio::async_write(stream_, line, use_tuple);
    std::ignore = bytes;
    if (error) {
      co_return received;
    }
  }
  const auto [body_error, body_bytes] =
      co_await wire::async_read(stream_, buffer_, parser, use_tuple);
  std::ignore = body_bytes;
  if (body_error) {
    received.refusal = refusal_of(body_error, first_byte);
    co_return received;
  }
  received.request = to_request(parser);
  received.manner = {parser.get().version(), parser.keep_alive(),
                     received.request->method == "HEAD"};
  co_return received;
}

asio::awaitable<bool> Connection::send(Response response, Manner manner) {
  Message message = to_message(std::move(response), manner.version, manner.keep_alive);
  wire::response_serializer<wire::string_body> serializer(message);
  if (manner.without_body) {
    const auto [error, bytes] = co_await wire::async_write_header(stream_, serializer, use_tuple);
    std::ignore = bytes;
    co_return !error;
  }
  const auto [error, bytes] = co_await wire::async_write(stream_, serializer, use_tuple);
  std::ignore = bytes;
  co_return !error;
}

/// Closes our side and takes what the peer still sends for a while: closing with bytes unread would
/// reset the connection, and the reset can overtake the response (RFC 9112 section 9.6).
asio::awaitable<void> Connection::linger() {
  error_code error;
  stream_.socket().shutdown(tcp::socket::shutdown_send, error);
  turn_idle();
  stream_.expires_after(linger_time);
  buffer_.clear();
  const auto space = buffer_.prepare(read_bytes);
  while (!error && !service_.is_stopping) {
    const auto [read_error, bytes] = co_await stream_.async_read_some(space, use_tuple);
    std::ignore = bytes;
    error = read_error;
  }
}

asio::awaitable<std::optional<Response>> Connection::answer(const Request& request) {
  awaited_ = std::make_shared<Awaited>(stream_.get_executor());
  ask(request);
  if (!awaited_->response && !is_closed_) {
    awaited_->arrival.expires_after(service_.limits.answer);
    std::ignore = co_await awaited_->arrival.async_wait(use_tuple);
  }
  std::optional<Response> response = std::move(awaited_->response);
  awaited_.reset();
  if (!response && !is_closed_) {
    response =
        error_response(503, "this takes longer than an exchange may; the log tells how it ends");
  }
  stream_.expires_after(service_.limits.response);
  co_return response;
}

void Connection::ask(const Request& request) {
  const Reply reply = [entrance = service_.entrance,
                       awaited = std::weak_ptr(awaited_)](Response response) {
    const auto arrived = std::make_shared<Response>(std::move(response));
    entrance->enter([awaited, arrived] {
      if (const auto waiting = awaited.lock()) {
        waiting->take(std::move(*arrived));
      }
    });
  };
  try {
    listener_.handler(request, reply);
  } catch (...) {
    service_.report("handler", std::current_exception());
    awaited_->take(error_response(500, "an internal error: the log says more"));
  }
}

void Connection::close() {
  is_closed_ = true;
  stream_.close();
  if (awaited_) {
    awaited_->arrival.cancel();
  }
}

void Connection::turn_idle() {
  idle_since_ = read_clocks().steady;
  service_.vacancy.cancel();
}

}  // namespace telltale::http
