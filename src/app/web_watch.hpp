#pragma once
// WebWatch: keeps what `--web.config.file` says in force, as its files change.

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "telltale/http/web_guard.hpp"
#include "telltale/time.hpp"

#include "app/directory_watch.hpp"

namespace telltale::app {

/// Belongs to the probing thread, and reads on a thread of its own.
class WebWatch {
 public:
  /// Told on the context's thread.
  struct Listener {
    std::function<void()> on_renewed;                    ///< all that the files say is in force
    std::function<void(const std::string&)> on_failure;  ///< why not; what was in force stays
  };

  /// The context must outlive it, and must not run any more once it is gone.
  WebWatch(boost::asio::io_context& context, std::shared_ptr<http::WebGuard> guard,
           Listener listener);
  ~WebWatch();
  WebWatch(const WebWatch&) = delete;
  WebWatch& operator=(const WebWatch&) = delete;

  void start();

  /// Begins nothing any more.
  void stop();

 private:
  void refresh_within(Duration gap);
  void refresh();
  void take(const http::WebRefresh& refreshed);
  void poll();

  boost::asio::io_context& context_;
  std::shared_ptr<http::WebGuard> guard_;
  Listener listener_;
  DirectoryWatch watch_;
  boost::asio::steady_timer soon_;
  boost::asio::steady_timer poll_;
  bool is_soon_ = false;
  bool is_reading_ = false;
  bool is_wanted_again_ = false;
  bool is_stopped_ = false;
  boost::asio::thread_pool thread_;  // last: joined before anything that it uses goes
};

}  // namespace telltale::app
