#include "http/connection.hpp"

#include <exception>
#include <tuple>
#include <utility>

#include <boost/asio/post.hpp>

#include "http/response_head.hpp"

namespace telltale::http {
namespace {

constexpr std::chrono::milliseconds linger_time{2'000};

// A body up to this goes out in one piece with its header.
constexpr std::size_t small_body_bytes = 16'384;

constexpr std::string_view seconds_to_retry = "1";

Response busy_response(std::string_view line) {
  Response response = error_response(503, line);
  response.headers.emplace_back("Retry-After", seconds_to_retry);
  return response;
}

/// As exporter-toolkit's web/handler.go says it.
Response unauthorized_response() {
  Response response = error_response(401, "Unauthorized");
  response.headers.emplace_back("WWW-Authenticate", "Basic");
  return response;
}

/// RFC 9110 section 9.3.7: OPTIONS of the server as a whole.
Response options_response() {
  Response response;
  response.status = 204;
  response.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, OPTIONS");
  return response;
}

}  // namespace

Connection::Connection(tcp::socket socket, const Listener& listener, Service& service)
    : listener_(listener), service_(service), transport_(std::move(socket)) {}

asio::awaitable<void> Connection::serve() {
  bool goes_on = co_await greet();
  while (goes_on) {
    goes_on = co_await wait_for_request();
    if (goes_on) {
      goes_on = co_await exchange();
    }
  }
  co_await linger();
}

asio::awaitable<void> Connection::turn_away() {
  if (listener_.guard && listener_.guard->tls()) {
    co_return;  // before a handshake there is nothing to say, and a handshake is what costs
  }
  transport_.expire_after(linger_time);
  const bool sent =
      co_await send(busy_response("as many connections as are served here are busy"), Manner());
  if (sent) {
    co_await linger();
  }
}

// A handshake costs the serving thread a signature, half a millisecond or two for RSA, so whoever
// opens connections without end makes scrapes and the page slow; Limits::connections bounds how
// many are under way and Limits::request how long each lasts. The probing and the gate's judgement
// have a thread of their own and feel nothing of it. Until its first byte a client counts as idle:
// those that stay silent make room, and no session is allocated for them.
asio::awaitable<bool> Connection::greet() {
  if (!listener_.guard || !listener_.guard->tls()) {
    co_return true;
  }
  turn_idle(false);
  transport_.expire_after(service_.limits.request);
  const auto first_byte = co_await transport_.first_byte();
  idle_since_.reset();
  if (!first_byte) {
    co_return false;
  }
  if (*first_byte >= 'A' && *first_byte <= 'Z') {  // a method, where a ClientHello should be
    Response refusal = error_response(400, "Client sent an HTTP request to an HTTPS server.");
    transport_.expire_after(service_.limits.response);
    std::ignore = co_await send(std::move(refusal), Manner());
    co_return false;
  }
  std::shared_ptr<SSL_CTX> context = listener_.guard->tls();  // now: the byte took its time
  co_return context&& co_await start_tls(std::move(context));
}

asio::awaitable<bool> Connection::start_tls(std::shared_ptr<SSL_CTX> context) {
  const error_code error = co_await transport_.start_tls(std::move(context));
  co_return !error && is_admitted();
}

bool Connection::is_admitted() const {
  return transport_.ssl() == nullptr || listener_.guard->admits(transport_.ssl());
}

asio::awaitable<bool> Connection::wait_for_request() {
  if (!received_.empty()) {  // pipelined: others have their turn first
    co_await asio::post(transport_.executor(), asio::use_awaitable);
    co_return !is_closed_;
  }
  if (service_.is_stopping) {
    co_return false;
  }
  received_.shrink_to_fit();
  turn_idle(false);
  transport_.expire_after(service_.limits.idle);
  const error_code error = co_await transport_.receive(received_);
  idle_since_.reset();
  co_return !error;
}

asio::awaitable<bool> Connection::exchange() {
  // One deadline for the whole request: a client that dribbles gains nothing.
  transport_.expire_after(service_.limits.request);
  RequestReader reader(service_.limits);
  const bool is_there = co_await receive(reader);
  if (!is_there || !is_admitted()) {
    co_return false;
  }
  const std::uint64_t known_events = service_.streams.count();
  std::optional<Response> response = co_await answer(reader);
  if (!response) {
    co_return false;
  }
  Manner manner = reader.manner();
  transport_.expire_after(service_.limits.response);
  if (response->is_stream && service_.streams.size() >= service_.limits.streams) {
    response = busy_response("as many streams as are served here are taken");
  }
  if (response->is_stream) {
    co_await stream(*std::move(response), manner, known_events);
    co_return false;
  }
  manner.keep_alive = manner.keep_alive && !service_.is_stopping;
  const bool sent = co_await send(*std::move(response), manner);
  co_return sent&& manner.keep_alive;
}

asio::awaitable<bool> Connection::receive(RequestReader& reader) {
  bool has_told_to_go_on = false;
  RequestReader::Progress progress = reader.take(received_);
  while (progress == RequestReader::Progress::needs_more) {
    error_code error;
    if (reader.awaits_continue() && !std::exchange(has_told_to_go_on, true)) {
      error = co_await transport_.send("HTTP/1.1 100 Continue\r\n\r\n");
    }
    if (!error) {
      error = co_await transport_.receive(received_);
    }
    if (error == asio::error::timed_out) {  // RFC 9110 section 15.5.9
      reader.refuse(408, "the request was not sent in time");
      co_return true;
    }
    if (error) {
      co_return false;
    }
    progress = reader.take(received_);
  }
  co_return true;
}

std::string Connection::head_of(const Response& response, const Manner& manner) const {
  static const HeaderFields none;
  const HeaderFields& extra = listener_.guard ? listener_.guard->headers() : none;
  return response_head(response, manner, extra, read_clocks().civil);
}

asio::awaitable<bool> Connection::send(Response response, Manner manner) {
  std::string head = head_of(response, manner);
  if (manner.without_body || is_without_body(response.status)) {
    response.body.clear();
  }
  if (response.body.size() <= small_body_bytes) {
    head += response.body;
    response.body.clear();
  }
  error_code error = co_await transport_.send(head);
  if (!error) {
    error = co_await transport_.send(response.body);
  }
  if (error) {
    transport_.reset();
  }
  co_return !error;
}

asio::awaitable<void> Connection::linger() {
  received_ = {};
  turn_idle(true);
  transport_.expire_after(service_.is_stopping ? std::chrono::milliseconds(0) : linger_time);
  co_await transport_.linger();
}

asio::awaitable<std::optional<Response>> Connection::answer(const RequestReader& reader) {
  if (reader.refusal()) {
    co_return reader.refusal();
  }
  answer_deadline_ = read_clocks().steady + service_.limits.answer;
  std::optional<Response> response;
  if (listener_.guard && listener_.guard->asks_who()) {
    response = co_await objection_to_client(reader.authorization());
  }
  if (!response && !is_closed_ && reader.request().target == "*") {
    response = options_response();
  }
  if (!response && !is_closed_) {
    response = co_await ask_handler(reader.request());
  }
  co_return is_closed_ ? std::nullopt : std::move(response);
}

asio::awaitable<std::optional<Response>> Connection::objection_to_client(
    const std::string& authorization) {
  using Verdict = std::optional<bool>;
  const auto verdict = std::make_shared<Awaited<Verdict>>(transport_.executor());
  listener_.guard->identify(authorization, way_to(verdict));
  co_await wait_for(verdict);
  const Verdict is_known = verdict->value.value_or(std::nullopt);
  if (!is_known) {
    co_return busy_response("too many clients wait to be identified");
  }
  co_return *is_known ? std::nullopt : std::optional(unauthorized_response());
}

asio::awaitable<std::optional<Response>> Connection::ask_handler(const Request& request) {
  const auto response = std::make_shared<Awaited<Response>>(transport_.executor());
  try {
    listener_.handler(request, way_to(response));
  } catch (...) {
    service_.report("handler", std::current_exception());
    response->take(error_response(500, "an internal error: the log says more"));
  }
  co_await wait_for(response);
  if (!response->value) {
    co_return error_response(503,
                             "this takes longer than an exchange may; the log tells how it ends");
  }
  co_return std::move(response->value);
}

template <class T>
std::function<void(T)> Connection::way_to(const std::shared_ptr<Awaited<T>>& awaited) {
  return [entrance = service_.entrance, weak = std::weak_ptr(awaited)](T value) {
    const auto arrived = std::make_shared<T>(std::move(value));
    entrance->enter([weak, arrived] {
      if (const auto waiting = weak.lock()) {
        waiting->take(std::move(*arrived));
      }
    });
  };
}

template <class T>
asio::awaitable<void> Connection::wait_for(std::shared_ptr<Awaited<T>> awaited) {
  if (awaited->value || is_closed_) {
    co_return;
  }
  awaited->arrival.expires_at(answer_deadline_);
  arrival_ = &awaited->arrival;
  std::ignore = co_await awaited->arrival.async_wait(use_tuple);
  arrival_ = nullptr;
}

void Connection::close() {
  is_closed_ = true;
  transport_.close();
  if (arrival_ != nullptr) {
    arrival_->cancel();
  }
}

void Connection::turn_idle(bool is_lingering) {
  idle_since_ = read_clocks().steady;
  is_lingering_ = is_lingering;
}

std::optional<SteadyTime> Connection::idle_since() const {
  const bool has_news = idle_since_ && !is_lingering_ && transport_.has_unread();
  return has_news ? std::nullopt : idle_since_;
}

}  // namespace telltale::http
