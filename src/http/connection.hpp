#pragma once
// Connection: one client, from accept to close. Its exchanges, one after the other.

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "telltale/http/server.hpp"
#include "telltale/time.hpp"

namespace telltale::http {

/// The way to the serving thread from others, for as long as there is one. Shared with replies,
/// which may come after the server.
class Entrance {
 public:
  explicit Entrance(boost::asio::io_context& context) : context_(&context) {}

  /// Runs `work` on the serving thread: at once if this is it. Drops it after close().
  void enter(std::function<void()> work);

  /// Waits for calls of enter() that have begun.
  void close();

 private:
  std::mutex mutex_;
  boost::asio::io_context* context_;  // null after close()
};

/// A response that is on its way. Lives and dies on the serving thread.
struct Awaited {
  explicit Awaited(const boost::asio::any_io_executor& executor) : arrival(executor) {}

  /// Takes it, unless there is one.
  void take(Response arrived);

  std::optional<Response> response;
  boost::asio::steady_timer arrival;  ///< cancelled when it is there
};

/// What all connections of a server share. Lives on the serving thread, longer than any of them.
struct Service {
  Service(boost::asio::io_context& context, FailureListener listener, Limits most);

  ~Service() { entrance->close(); }

  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Tells the listener, if there is one.
  void report(std::string_view where, std::string_view what) const;
  void report(std::string_view where, const std::exception_ptr& failure) const;

  FailureListener on_failure;
  Limits limits;
  std::shared_ptr<Entrance> entrance;
  bool is_stopping = false;
  boost::asio::steady_timer vacancy;  ///< never expires; cancelled when a connection turns idle
};

class Connection {
 public:
  /// `listener` accepted it.
  Connection(boost::asio::ip::tcp::socket socket, const Listener& listener, Service& service);

  /// Answers requests until the client, a limit or stopping ends that. Closes gracefully.
  [[nodiscard]] boost::asio::awaitable<void> serve();

  /// Ends it at once: serve() is done soon after.
  void close();

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

  /// Waits for the handler's response. Nothing: close() was called meanwhile.
  [[nodiscard]] boost::asio::awaitable<std::optional<Response>> answer(const Request& request);
  void ask(const Request& request);
  void turn_idle();

  const Listener& listener_;
  Service& service_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;  ///< what was received and not yet parsed
  std::optional<SteadyTime> idle_since_;
  SteadyTime deadline_;               ///< of the exchange under way
  std::shared_ptr<Awaited> awaited_;  ///< of the exchange under way; replies hold it weakly
  bool is_closed_ = false;
};

}  // namespace telltale::http
