// The daemon: the composition root. Probing runs on the calling thread, HTTP on a thread of its
// own; what crosses between them is an immutable Snapshot.

#include <iostream>
#include <malloc.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "telltale/app/commands.hpp"
#include "telltale/app/log.hpp"
#include "telltale/app/plan.hpp"
#include "telltale/app/process_metrics.hpp"
#include "telltale/app/scheduler.hpp"
#include "telltale/app/snapshot_cell.hpp"
#include "telltale/enum_names.hpp"
#include "telltale/gate/board.hpp"
#include "telltale/http/metrics_cache.hpp"
#include "telltale/http/router.hpp"
#include "telltale/http/server.hpp"
#include "telltale/render/render.hpp"

namespace telltale::app {

namespace asio = boost::asio;

namespace {

// Looks that end together are published together: a snapshot is made at most this often.
constexpr auto publishing_gap = std::chrono::milliseconds(50);

/// Owns what lives on the probing thread, and publishes what it finds.
class Publisher {
 public:
  Publisher(asio::io_context& context, const Plan& plan, Log& log)
      : log_(log),
        board_(*plan.fleet, describe_credentials(plan, read_clocks().civil), read_clocks()),
        cell_(board_.snapshot(read_clocks())),
        timer_(context),
        scheduler_(context, plan, board_, listener()) {}

  void start() { scheduler_.start(); }

  void note_internal_error() {
    board_.note_internal_error();
    publish_soon();
  }

  void stop() {
    scheduler_.stop();
    timer_.cancel();
  }

  /// What was published last; from any thread.
  [[nodiscard]] gate::SnapshotPtr snapshot() const { return cell_.load(); }

 private:
  Scheduler::Listener listener() {
    return {
        .on_look = [this](const probe::Observation& seen) { tell_of(seen); },
        .on_change = [this] { publish_soon(); },
        .on_internal_error =
            [this](const std::string& what) {
              note_internal_error();
              log_.write(LogLevel::error, "internal error", {{"where", "probe"}, {"error", what}});
            },
    };
  }

  void publish_soon() {
    if (is_dirty_) {
      return;
    }
    is_dirty_ = true;
    timer_.expires_after(publishing_gap);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) {
        publish();
      }
    });
  }

  void publish() {
    is_dirty_ = false;
    const gate::SnapshotPtr now = board_.snapshot(read_clocks());
    const gate::SnapshotPtr before = cell_.exchange(now);
    tell_of_changes(*before, *now);
  }

  void tell_of(const probe::Observation& seen) {
    if (!log_.is_on(LogLevel::debug)) {
      return;
    }
    for (const probe::Attempt& attempt : seen.attempts) {
      log_.write(LogLevel::debug, "looked",
                 {{"target", seen.target},
                  {"address", to_text(seen.address)},
                  {"tls_version", std::string(tls::label(attempt.version))},
                  {"presentation", std::string(name_of(attempt.presentation))},
                  {"outcome", attempt.failure ? attempt.failure->detail : "answered"}});
    }
  }

  void tell_of_changes(const gate::Snapshot& before, const gate::Snapshot& after) {
    for (std::size_t i = 0; i < after.gates.size(); ++i) {
      if (before.gates[i].state.whole.status == after.gates[i].state.whole.status) {
        continue;
      }
      const gate::Answer answer = gate::answer(after, after.gates[i], after.made_at);
      const bool is_open = answer.status == gate::Status::open;
      log_.write(is_open ? LogLevel::info : LogLevel::warn,
                 is_open ? "gate opened" : "gate is not open",
                 {{"gate", answer.gate},
                  {"status", std::string(name_of(answer.status))},
                  {"answer", render::gate_line(answer)}});
    }
  }

  Log& log_;
  gate::Board board_;
  SnapshotCell cell_;
  asio::steady_timer timer_;
  bool is_dirty_ = false;
  Scheduler scheduler_;
};

int complain(Log& log, const Error& error) {
  log.write(LogLevel::error, "cannot start", {{"error", error.detail()}});
  return 2;
}

}  // namespace

int run_daemon(const Options& options) {
  Log log(options.log_level, options.log_format);
  const auto plan = load_plan(options.config_file);
  if (!plan) {
    return complain(log, plan.error());
  }
  malloc_trim(0);  // the configuration's syntax tree is gone, and nothing as large comes again
  asio::io_context context(1);
  Publisher publisher(context, *plan, log);
  http::MetricsCache cache;  // the serving thread's
  auto server = http::Server::bind(
      options.listen_addresses,
      [&publisher, &cache](const http::Request& request, const http::Reply& reply) {
        const http::World world{publisher.snapshot(), read_clocks(), read_process_figures()};
        reply(std::get<http::Response>(http::handle(request, world, cache)));
      },
      [&](std::string_view where, std::string_view what) {
        asio::post(context, [&publisher] { publisher.note_internal_error(); });
        log.write(LogLevel::error, "internal error",
                  {{"where", std::string(where)}, {"error", std::string(what)}});
      });
  if (!server) {
    return complain(log, server.error().at("--web.listen-address"));
  }
  asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code& error, int signal) {
    if (!error) {
      log.write(LogLevel::info, "stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
      publisher.stop();
      context.stop();
    }
  });
  (*server)->start();
  for (const std::string& address : (*server)->addresses()) {
    log.write(LogLevel::info, "listening", {{"address", address}});
  }
  log.write(LogLevel::info, "started",
            {{"version", version_text()},
             {"targets", std::to_string(plan->fleet->targets.size())},
             {"gates", std::to_string(plan->fleet->gates.size())}});
  publisher.start();
  context.run();
  (*server)->stop();
  log.write(LogLevel::info, "stopped");
  return 0;
}

}  // namespace telltale::app
