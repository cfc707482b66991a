#pragma once
// Publisher: all that lives on the probing thread, and the snapshots that leave it.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "telltale/app/cell.hpp"
#include "telltale/app/log.hpp"
#include "telltale/app/plan.hpp"
#include "telltale/app/scheduler.hpp"
#include "telltale/gate/board.hpp"

#include "app/reloader.hpp"

namespace telltale::app {

/// Owns board, scheduler and reloader, publishes what they find and logs what has changed. Lives on
/// the context's thread, but for snapshot().
class Publisher {
 public:
  struct Settings {
    std::string config_file;
    std::optional<Duration> auto_reload_interval;  ///< nothing: it is read again when asked for
    std::size_t history_limit = 0;  ///< as gate::Board has it
  };

  /// `log` and `context` must outlive it; the context must not run any more once it is gone.
  Publisher(boost::asio::io_context& context, Settings settings, Plan plan, Log& log);

  void start();
  void stop();

  /// Reads the configuration and its credentials again. `listener` is told once the outcome is
  /// published.
  void reload(ReloadListener listener) { reloader_.reload(std::move(listener)); }

  void note_internal_error();

  /// `listener` is told of every snapshot that is published from now on, on the context's thread.
  void on_snapshot(std::function<void(const gate::Snapshot&)> listener) {
    snapshot_listener_ = std::move(listener);
  }

  /// What was published last; from any thread.
  [[nodiscard]] gate::SnapshotPtr snapshot() const { return cell_.load(); }

  /// The plan in force; from any thread. Changes with the snapshot, a moment sooner.
  [[nodiscard]] PlanPtr plan() const { return plan_.load(); }

  /// What `/config` shows; from any thread.
  [[nodiscard]] std::shared_ptr<const std::string> config() const { return plan()->config; }

 private:
  [[nodiscard]] Scheduler::Listener scheduler_listener();
  [[nodiscard]] Reloader::Listener reloader_listener();

  void take(const Loaded& loaded, Now now);
  void take(const Rereading& rereading);
  void note_failed_reload(const Error& error);

  void publish_soon();
  void publish();

  void tell_of_internal_error(const char* where, const std::string& what);
  void tell_of(const probe::Observation& seen);
  void tell_of(const CredentialNews& news, const fleet::Credentials& credentials);
  void tell_of_calls(const gate::Snapshot& before, const gate::Snapshot& after);
  void tell_of_changes(const gate::Snapshot& before, const gate::Snapshot& after);

  Log& log_;
  gate::Board board_;
  Cell<const Plan> plan_;
  Cell<const gate::Snapshot> cell_;
  boost::asio::steady_timer timer_;
  bool is_dirty_ = false;
  Scheduler scheduler_;
  Reloader reloader_;
  std::function<void(const gate::Snapshot&)> snapshot_listener_;
};

}  // namespace telltale::app
