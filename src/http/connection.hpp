#pragma once
// Connection: one client, from accept to close. Its exchanges, one after the other.

#include <exception>
#include <optional>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "telltale/http/server.hpp"
#include "telltale/time.hpp"

namespace telltale::http {

/// What all connections of a server share. Lives on the serving thread, longer than any of them.
struct Service {
  Service(boost::asio::io_context& context, Handler answer, FailureListener listener, Limits most);

  /// Tells the listener, if there is one.
  void report(std::string_view where, std::string_view what) const;
  void report(std::string_view where, const std::exception_ptr& failure) const;

  Handler handler;
  FailureListener on_failure;
  Limits limits;
  bool is_stopping = false;
  boost::asio::steady_timer vacancy;  ///< never expires; cancelled when a connection turns idle
};

class Connection {
 public:
  Connection(boost::asio::ip::tcp::socket socket, Service& service);

  /// Answers requests until the client, a limit or stopping ends that. Closes gracefully.
  [[nodiscard]] boost::asio::awaitable<void> serve();

  /// Ends it at once: serve() is done soon after.
  void close() { stream_.close(); }

  /// Since when no exchange is under way, so that it may be closed without a word.
  [[nodiscard]] std::optional<SteadyTime> idle_since() const { return idle_since_; }

 private:
  /// What a response needs to know of its request.
  struct Manner {
    unsigned version = 11;
    bool keep_alive = false;
    bool without_body = false;
  };

  /// What came of reading: a request, or what to answer instead, or neither (nobody is there any
  /// more).
  struct Received {
    std::optional<Request> request;
    std::optional<Response> refusal;
    Manner manner;
  };

  [[nodiscard]] boost::asio::awaitable<bool> wait_for_request();
  [[nodiscard]] boost::asio::awaitable<bool> exchange();
  [[nodiscard]] boost::asio::awaitable<Received> receive();
  [[nodiscard]] boost::asio::awaitable<bool> send(Response response, Manner manner);
  [[nodiscard]] boost::asio::awaitable<void> linger();

  [[nodiscard]] Response answer(const Request& request) const;
  void turn_idle();

  Service& service_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;  ///< what was received and not yet parsed
  std::optional<SteadyTime> idle_since_;
};

}  // namespace telltale::http
