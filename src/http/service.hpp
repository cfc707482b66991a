#pragma once
// Service: what all connections of a server share.

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "telltale/http/server.hpp"

#include "http/streams.hpp"

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

/// A value that is on its way. Lives and dies on the serving thread; whoever brings it holds it
/// weakly.
template <class T>
struct Awaited {
  explicit Awaited(const boost::asio::any_io_executor& executor) : arrival(executor) {}

  /// Takes it, unless there is one.
  void take(T arrived) {
    if (!value) {
      value = std::move(arrived);
      arrival.cancel();
    }
  }

  std::optional<T> value;
  boost::asio::steady_timer arrival;  ///< cancelled when it is there
};

/// Lives on the serving thread, longer than any connection.
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
  Streams streams;
  bool is_stopping = false;
};

}  // namespace telltale::http
