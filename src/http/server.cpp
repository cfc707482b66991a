#include "telltale/http/server.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <list>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "telltale/time.hpp"
#include "telltale/version.hpp"

#include "http/date.hpp"
#include "http/listen_address.hpp"

namespace telltale::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// I/O errors are values.
constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t read_bytes = 4 * 1024;
constexpr std::chrono::milliseconds accept_retry{100};
constexpr std::chrono::milliseconds linger_time{2'000};

/// A request body that is read and let go.
struct DroppedBody {
  struct value_type {};

  struct reader {
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

struct Connection {
  Connection(tcp::socket socket, std::size_t buffer_bytes)
      : stream(std::move(socket)), buffer(buffer_bytes) {}

  beast::tcp_stream stream;
  beast::flat_buffer buffer;  ///< what was received and not yet parsed
  bool is_idle = true;        ///< between exchanges: may be closed without a word
};

using Connections = std::list<Connection>;

/// What a response needs to know of its request.
struct Manner {
  unsigned version = 11;
  bool keep_alive = false;
  bool without_body = false;
};

/// What came of reading a request: all of it, or what to answer instead, or neither (nobody is
/// there any more).
struct Received {
  bool is_complete = false;
  std::optional<Response> refusal;
};

/// The answer to bytes that are no request we take; nothing if the peer is gone or too slow.
std::optional<Response> refusal(error_code error, std::uint8_t first_byte) {
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
std::optional<Response> refusal(const Parser& parser) {
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
  return request;
}

Message to_message(Response response, Manner manner) {
  Message message{wire::int_to_status(response.status), manner.version};
  message.set(wire::field::server, "telltale/" + std::string(program_version));
  message.set(wire::field::date, to_http_date(read_clocks().civil));
  message.set(wire::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) {
    message.insert(name, value);
  }
  message.keep_alive(manner.keep_alive);
  message.content_length(response.body.size());
  message.body() = std::move(response.body);
  return message;
}

std::string to_text(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
  return host + ":" + std::to_string(endpoint.port());
}

/// Binds one address, already listening.
Result<tcp::acceptor> open_acceptor(asio::io_context& context, const std::string& text) {
  const auto parsed = parse_listen_address(text);
  if (!parsed) {
    return parsed.error();
  }
  error_code error;
  const bool is_any = parsed->host.empty();
  tcp::endpoint endpoint(is_any ? asio::ip::address(asio::ip::address_v6::any())
                                : asio::ip::make_address(parsed->host, error),
                         parsed->port);
  if (error) {
    return Error(Errc::invalid_value, text + ": `" + parsed->host +
                                          "` is not an IP address; write for example "
                                          "127.0.0.1:9943, [::1]:9943 or :9943 for all");
  }
  tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), error);
  if (error == asio::error::address_family_not_supported && is_any) {  // a kernel without IPv6
    endpoint = tcp::endpoint(asio::ip::address_v4::any(), parsed->port);
    acceptor.open(endpoint.protocol(), error);
  }
  if (!error) {
    acceptor.set_option(asio::socket_base::reuse_address(true), error);
  }
  if (!error && endpoint.address().is_v6()) {
    acceptor.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), error);
  }
  if (!error) {
    acceptor.bind(endpoint, error);
  }
  if (!error) {
    acceptor.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    return Error(Errc::invalid_value, text + ": cannot listen: " + error.message());
  }
  return acceptor;
}

}  // namespace

// Everything but construction, start() and stop() happens on the serving thread.
struct Server::State {
  State(Handler handler_, FailureListener on_failure_, Limits limits_)
      : handler(std::move(handler_)), on_failure(std::move(on_failure_)), limits(limits_) {
    vacancy.expires_at(asio::steady_timer::time_point::max());
  }

  void report(std::string_view where, std::string_view what) const {
    if (on_failure) {
      on_failure(where, what);
    }
  }

  /// Runs a coroutine whose failure is heard, then calls `at_end`.
  template <class AtEnd>
  void spawn(std::string_view name, asio::awaitable<void> coroutine, AtEnd at_end) {
    const auto on_end = [this, name, at_end](const std::exception_ptr& failure) {
      report_exception(name, failure);
      at_end();
    };
    asio::co_spawn(context, std::move(coroutine), on_end);
  }

  void report_exception(std::string_view where, const std::exception_ptr& failure) const;

  asio::awaitable<void> listen(tcp::acceptor& acceptor);
  asio::awaitable<void> wait_for_vacancy();
  asio::awaitable<void> serve(Connections::iterator connection);
  asio::awaitable<bool> wait_for_request(Connections::iterator connection);
  asio::awaitable<bool> exchange(Connection& connection);
  asio::awaitable<Received> receive(Connection& connection, Parser& parser);
  asio::awaitable<bool> send(Connection& connection, Response response, Manner manner);
  asio::awaitable<void> linger(Connection& connection);

  Response answer(const Request& request) const;
  void close_longest_idle();
  void end(Connections::iterator connection);
  void begin_stop();

  const Handler handler;
  const FailureListener on_failure;
  const Limits limits;
  asio::io_context context{1};
  std::vector<tcp::acceptor> acceptors;
  std::vector<std::string> addresses;
  Connections connections;                ///< the one idle longest before others that are idle
  asio::steady_timer vacancy{context};    ///< never expires; cancelled when one ends or turns idle
  asio::steady_timer last_call{context};  ///< expires when stopping has taken long enough
  bool is_stopping = false;
  std::thread thread;
};

void Server::State::report_exception(std::string_view where,
                                     const std::exception_ptr& failure) const {
  if (!failure) {
    return;
  }
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& exception) {
    report(where, exception.what());
  } catch (...) {
    report(where, "an exception that is no std::exception");
  }
}

asio::awaitable<void> Server::State::listen(tcp::acceptor& acceptor) {
  bool is_failing = false;
  while (!is_stopping) {
    auto [error, socket] = co_await acceptor.async_accept(use_tuple);
    if (is_stopping) {
      break;
    }
    if (error) {  // out of descriptors, say: others will be given back
      if (!std::exchange(is_failing, true)) {
        report("accept", error.message());
      }
      asio::steady_timer pause(context, accept_retry);
      std::ignore = co_await pause.async_wait(use_tuple);
      continue;
    }
    is_failing = false;
    co_await wait_for_vacancy();
    if (is_stopping) {
      break;
    }
    // Twice the header, so that its limit is met before the buffer's.
    const auto connection = connections.emplace(connections.end(), std::move(socket),
                                                std::size_t{limits.header_bytes} * 2);
    spawn("connection", serve(connection), [this, connection] { end(connection); });
  }
}

asio::awaitable<void> Server::State::wait_for_vacancy() {
  while (connections.size() >= limits.connections && !is_stopping) {
    close_longest_idle();
    std::ignore = co_await vacancy.async_wait(use_tuple);
  }
}

void Server::State::close_longest_idle() {
  const auto idle = std::ranges::find_if(connections, &Connection::is_idle);
  if (idle != connections.end()) {
    idle->is_idle = false;
    idle->stream.close();
  }
}

void Server::State::end(Connections::iterator connection) {
  connections.erase(connection);
  vacancy.cancel();
  if (is_stopping && connections.empty()) {
    last_call.cancel();
  }
}

asio::awaitable<void> Server::State::serve(Connections::iterator connection) {
  bool goes_on = true;
  while (goes_on) {
    goes_on = co_await wait_for_request(connection);
    if (goes_on) {
      goes_on = co_await exchange(*connection);
    }
  }
  co_await linger(*connection);
}

asio::awaitable<bool> Server::State::wait_for_request(Connections::iterator connection) {
  if (connection->buffer.size() > 0) {  // pipelined
    co_return true;
  }
  if (is_stopping) {
    co_return false;
  }
  connections.splice(connections.end(), connections, connection);
  connection->is_idle = true;
  vacancy.cancel();
  connection->stream.expires_after(limits.idle);
  const auto space = connection->buffer.prepare(read_bytes);
  const auto [error, bytes] = co_await connection->stream.async_read_some(space, use_tuple);
  connection->is_idle = false;
  connection->buffer.commit(bytes);
  co_return !error;
}

asio::awaitable<bool> Server::State::exchange(Connection& connection) {
  // One deadline for all that follows: a peer that dribbles gains nothing.
  connection.stream.expires_after(limits.exchange);
  Parser parser;
  parser.header_limit(limits.header_bytes);
  parser.body_limit(limits.body_bytes);
  Manner manner;
  Received received = co_await receive(connection, parser);
  if (received.refusal) {
    co_await send(connection, *std::move(received.refusal), manner);
  }
  if (!received.is_complete) {
    co_return false;
  }
  const Request request = to_request(parser);
  manner.version = parser.get().version();
  manner.keep_alive = parser.keep_alive() && !is_stopping;
  manner.without_body = request.method == "HEAD";
  Response response = answer(request);
  const bool sent = co_await send(connection, std::move(response), manner);
  co_return sent&& manner.keep_alive;
}

asio::awaitable<Received> Server::State::receive(Connection& connection, Parser& parser) {
  const auto first_byte = *static_cast<const std::uint8_t*>(connection.buffer.data().data());
  const auto [header_error, header_bytes] =
      co_await wire::async_read_header(connection.stream, connection.buffer, parser, use_tuple);
  std::ignore = header_bytes;
  if (header_error) {
    co_return Received{false, refusal(header_error, first_byte)};
  }
  if (auto refused = refusal(parser)) {
    co_return Received{false, std::move(refused)};
  }
  if (!parser.is_done() && beast::iequals(parser.get()[wire::field::expect], "100-continue")) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto line = asio::buffer(go_on);
    const auto [error, bytes] = co_await asio::async_write(connection.stream, line, use_tuple);
    std::ignore = bytes;
    if (error) {
      co_return Received{};
    }
  }
  const auto [body_error, body_bytes] =
      co_await wire::async_read(connection.stream, connection.buffer, parser, use_tuple);
  std::ignore = body_bytes;
  if (body_error) {
    co_return Received{false, refusal(body_error, first_byte)};
  }
  co_return Received{true, std::nullopt};
}

Response Server::State::answer(const Request& request) const {
  try {
    return handler(request);
  } catch (...) {
    report_exception("handler", std::current_exception());
  }
  return error_response(500, "an internal error: the log says more");
}

asio::awaitable<bool> Server::State::send(Connection& connection, Response response,
                                          Manner manner) {
  Message message = to_message(std::move(response), manner);
  wire::response_serializer<wire::string_body> serializer(message);
  if (manner.without_body) {
    const auto [error, bytes] =
        co_await wire::async_write_header(connection.stream, serializer, use_tuple);
    std::ignore = bytes;
    co_return !error;
  }
  const auto [error, bytes] = co_await wire::async_write(connection.stream, serializer, use_tuple);
  std::ignore = bytes;
  co_return !error;
}

/// Closes our side and takes what the peer still sends for a while: closing with bytes unread would
/// reset the connection, and the reset can overtake the response (RFC 9112 section 9.6).
asio::awaitable<void> Server::State::linger(Connection& connection) {
  error_code error;
  connection.stream.socket().shutdown(tcp::socket::shutdown_send, error);
  connection.is_idle = true;
  vacancy.cancel();
  connection.buffer.clear();
  connection.stream.expires_after(linger_time);
  const auto space = connection.buffer.prepare(read_bytes);
  while (!error && !is_stopping) {
    const auto [read_error, bytes] = co_await connection.stream.async_read_some(space, use_tuple);
    std::ignore = bytes;
    error = read_error;
  }
  connection.is_idle = false;
}

void Server::State::begin_stop() {
  is_stopping = true;
  for (tcp::acceptor& acceptor : acceptors) {
    error_code ignored;
    acceptor.close(ignored);
  }
  vacancy.cancel();
  for (Connection& connection : connections) {
    if (connection.is_idle) {
      connection.stream.close();
    }
  }
  if (connections.empty()) {
    return;
  }
  last_call.expires_after(limits.finish_on_stop);
  last_call.async_wait([this](error_code cancelled) {
    if (!cancelled) {
      std::ranges::for_each(connections, [](Connection& late) { late.stream.close(); });
    }
  });
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::bind(const std::vector<std::string>& addresses,
                                             Handler handler, FailureListener on_failure,
                                             Limits limits) {
  auto state = std::make_unique<State>(std::move(handler), std::move(on_failure), limits);
  for (const std::string& address : addresses) {
    auto acceptor = open_acceptor(state->context, address);
    if (!acceptor) {
      return acceptor.error();
    }
    state->addresses.push_back(to_text(acceptor->local_endpoint()));
    state->acceptors.push_back(*std::move(acceptor));
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

void Server::start() {
  for (tcp::acceptor& acceptor : state_->acceptors) {
    state_->spawn("listener", state_->listen(acceptor), [] {});
  }
  state_->thread = std::thread([state = state_.get()] { state->context.run(); });
}

void Server::stop() {
  if (!state_->thread.joinable()) {
    return;
  }
  asio::post(state_->context, [state = state_.get()] { state->begin_stop(); });
  state_->thread.join();
}

std::vector<std::string> Server::addresses() const {
  return state_->addresses;
}

}  // namespace telltale::http
