#pragma once
// Reloader: reads the configuration and its credentials again, when asked to and when files change.

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "telltale/app/plan.hpp"
#include "telltale/app/rereader.hpp"

#include "app/directory_watch.hpp"
#include "app/reload_queue.hpp"

namespace telltale::app {

/// Belongs to the probing thread, and reads on a thread of its own: files and key derivation hold
/// up no look.
class Reloader {
 public:
  /// Told on the probing thread.
  struct Listener {
    std::function<void(const Loaded&, Now)> on_reload;
    std::function<void(const Error&)> on_failed_reload;
    std::function<void(const Rereading&)> on_news;       ///< of credentials; there are some
    std::function<void(const std::string&)> on_unheard;  ///< why changes are seen late; new
    std::function<void(std::string)> on_internal_error;
  };

  /// `plan` is the one in force, read from `config_file`. The context must outlive it, and must not
  /// run any more once it is gone. With an `auto_interval` the configuration's files are looked at
  /// that often, and read again when they have changed; credentials are always watched.
  Reloader(boost::asio::io_context& context, std::string config_file, Plan plan, Listener listener,
           std::optional<Duration> auto_interval);
  ~Reloader();
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  /// Begins to watch files.
  void start();

  /// Begins nothing any more; whoever waits for a reload is told so.
  void stop();

  /// Reads the configuration and everything it names: all of it counts, or nothing. `listener` is
  /// told after the Listener above.
  void reload(ReloadListener listener);

 private:
  struct Outcome;

  void begin_next();
  [[nodiscard]] Outcome perform(ReloadQueue::Task task);
  void read_configuration(ReloadQueue::Task task, Outcome& outcome);
  void finish(const Outcome& outcome);
  void tell_of_unheard(const Outcome& outcome);
  void poll();
  void reload_if_changed();
  void reread_within(Duration gap);

  boost::asio::io_context& context_;
  std::string config_file_;
  Listener listener_;
  std::optional<Duration> auto_interval_;
  // The reading thread's while a task runs:
  Rereader rereader_;
  FileSignatures inputs_;
  std::string failure_;  // of the last attempt to read the configuration; empty: it was read
  ReloadQueue queue_;
  DirectoryWatch watch_;
  boost::asio::steady_timer soon_;
  boost::asio::steady_timer poll_;
  boost::asio::steady_timer auto_;
  std::string unheard_;  // as told last
  bool is_soon_ = false;
  bool is_stopped_ = false;
  boost::asio::thread_pool thread_;  // last: joined before anything that it uses goes
};

}  // namespace telltale::app
