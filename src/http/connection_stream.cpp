// Connection's streams: a response that goes on for as long as the client stays.

#include <tuple>
#include <utility>

#include "http/connection.hpp"
#include "http/response_head.hpp"

namespace telltale::http {
namespace {

/// A comment of a stream of events (WHATWG HTML section 9.2.6): it tells a client, and what stands
/// between, that the stream is alive.
constexpr std::string_view heartbeat = ":\n\n";

}  // namespace

asio::awaitable<void> Connection::stream(Response response, Manner manner,
                                         std::uint64_t known_events) {
  manner.keep_alive = false;
  response.is_stream = true;
  const bool in_chunks = manner.version >= 11;
  const auto subscriber = service_.streams.join(transport_.executor(), known_events);
  std::string beginning = head_of(response, manner);
  if (!manner.without_body && !response.body.empty()) {
    beginning += in_chunks ? to_chunk(response.body) : response.body;
  }
  response.body = {};
  const error_code error = co_await transport_.send(beginning);
  if (error || manner.without_body) {
    co_return;
  }
  received_ = {};
  listen_to_client(subscriber);
  bool goes_on = true;
  while (goes_on && !service_.is_stopping && !is_closed_) {
    goes_on = is_admitted() && co_await send_next(subscriber, in_chunks);
  }
  if (goes_on && in_chunks && !is_closed_) {
    transport_.expire_after(service_.limits.response);
    const std::string last_chunk = to_chunk({});
    std::ignore = co_await transport_.send(last_chunk);
  }
}

asio::awaitable<bool> Connection::send_next(const std::shared_ptr<Subscriber>& subscriber,
                                            bool in_chunks) {
  if (std::exchange(subscriber->has_spoken, false)) {
    co_return hears_client_out(subscriber);
  }
  const Event event = std::exchange(subscriber->event, nullptr);
  if (!event) {
    subscriber->news.expires_after(service_.limits.heartbeat);
    const auto [woken] = co_await subscriber->news.async_wait(use_tuple);
    if (woken) {
      co_return true;
    }
  }
  const std::string_view piece = event ? std::string_view(*event) : heartbeat;
  const std::string bytes = in_chunks ? to_chunk(piece) : std::string(piece);
  transport_.expire_after(service_.limits.response);
  const error_code error = co_await transport_.send(bytes);
  if (error) {
    transport_.reset();
  }
  co_return !error;
}

void Connection::listen_to_client(const std::shared_ptr<Subscriber>& subscriber) {
  transport_.when_readable([weak = std::weak_ptr(subscriber)] {
    if (const auto waiting = weak.lock()) {
      waiting->has_spoken = true;
      waiting->news.cancel();
    }
  });
}

/// Reads on, only to notice when the client goes. A request sent meanwhile gets no answer: the
/// response before it never ends.
bool Connection::hears_client_out(const std::shared_ptr<Subscriber>& subscriber) {
  std::string dropped;
  const error_code error = transport_.receive_now(dropped);
  unexpected_bytes_ += dropped.size();
  if ((error && error != asio::error::would_block) ||
      unexpected_bytes_ > service_.limits.header_bytes) {
    return false;
  }
  listen_to_client(subscriber);
  return true;
}

}  // namespace telltale::http
