#pragma once
// Connection: one client, from accept to close. Its exchanges, one after the other.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "telltale/http/server.hpp"
#include "telltale/time.hpp"

#include "http/asio.hpp"
#include "http/request_reader.hpp"
#include "http/service.hpp"
#include "http/transport.hpp"

namespace telltale::http {

class Connection {
 public:
  /// `listener` accepted it.
  Connection(tcp::socket socket, const Listener& listener, Service& service);

  /// Answers requests until the client, a limit or stopping ends that. Closes gracefully.
  [[nodiscard]] asio::awaitable<void> serve();

  /// Says that there is no room, unless that would take a handshake, and closes gracefully.
  [[nodiscard]] asio::awaitable<void> turn_away();

  /// Ends it at once: serve() is done soon after.
  void close();

  [[nodiscard]] bool is_closed() const { return is_closed_; }

  [[nodiscard]] bool came_to(const Listener& listener) const { return &listener_ == &listener; }

  /// Since when no exchange is under way, so that it may be closed without a word. Not so if a
  /// request has come that was not looked at yet.
  [[nodiscard]] std::optional<SteadyTime> idle_since() const;

 private:
  /// Starts TLS where the listener's guard wants it. False: that is how it ended.
  [[nodiscard]] asio::awaitable<bool> greet();
  [[nodiscard]] asio::awaitable<bool> start_tls(std::shared_ptr<SSL_CTX> context);

  /// What is asked of clients now is what this one was asked.
  [[nodiscard]] bool is_admitted() const;

  [[nodiscard]] asio::awaitable<bool> wait_for_request();
  [[nodiscard]] asio::awaitable<bool> exchange();

  /// Reads a request. False: nobody is there any more.
  [[nodiscard]] asio::awaitable<bool> receive(RequestReader& reader);
  [[nodiscard]] std::string head_of(const Response& response, const Manner& manner) const;
  [[nodiscard]] asio::awaitable<bool> send(Response response, Manner manner);
  [[nodiscard]] asio::awaitable<void> linger();

  /// Who asks is judged, then the handler asked. Nothing: close() was called meanwhile.
  [[nodiscard]] asio::awaitable<std::optional<Response>> answer(const RequestReader& reader);
  [[nodiscard]] asio::awaitable<std::optional<Response>> objection_to_client(
      const std::string& authorization);
  [[nodiscard]] asio::awaitable<std::optional<Response>> ask_handler(const Request& request);

  /// Sends a response without end, and events as they come.
  [[nodiscard]] asio::awaitable<void> stream(Response response, Manner manner,
                                             std::uint64_t known_events);
  [[nodiscard]] asio::awaitable<bool> send_next(const std::shared_ptr<Subscriber>& subscriber,
                                                bool in_chunks);
  [[nodiscard]] bool hears_client_out(const std::shared_ptr<Subscriber>& subscriber);
  void listen_to_client(const std::shared_ptr<Subscriber>& subscriber);

  template <class T>
  [[nodiscard]] std::function<void(T)> way_to(const std::shared_ptr<Awaited<T>>& awaited);
  template <class T>
  [[nodiscard]] asio::awaitable<void> wait_for(std::shared_ptr<Awaited<T>> awaited);

  void turn_idle(bool is_lingering);

  const Listener& listener_;
  Service& service_;
  Transport transport_;
  std::string received_;  ///< what was not looked at yet
  std::optional<SteadyTime> idle_since_;
  bool is_lingering_ = false;
  SteadyTime answer_deadline_;             ///< of the exchange under way
  asio::steady_timer* arrival_ = nullptr;  ///< of what the exchange under way waits for
  std::size_t unexpected_bytes_ = 0;       ///< sent by the client of a stream
  bool is_closed_ = false;
};

}  // namespace telltale::http
