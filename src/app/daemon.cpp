// The daemon: the composition root. Probing runs on the calling thread, HTTP on a thread of its
// own; what crosses between them is an immutable Snapshot, and requests for a reload.

#include <iostream>
#include <malloc.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include "telltale/app/commands.hpp"
#include "telltale/app/log.hpp"
#include "telltale/app/plan.hpp"
#include "telltale/app/process_metrics.hpp"
#include "telltale/http/metrics_cache.hpp"
#include "telltale/http/router.hpp"
#include "telltale/http/server.hpp"

#include "app/look_on_demand.hpp"
#include "app/publisher.hpp"

namespace telltale::app {

namespace asio = boost::asio;

namespace {

/// Answers requests, on the serving thread.
class Site {
 public:
  Site(asio::io_context& probing, Publisher& publisher, LookOnDemand& looks,
       Duration timeout_offset)
      : probing_(probing), publisher_(publisher), looks_(looks), timeout_offset_(timeout_offset) {}

  void answer(const http::Request& request, const http::Reply& reply) {
    const http::World world{.snapshot = publisher_.snapshot(),
                            .now = read_clocks(),
                            .process = read_process_figures(),
                            .config = publisher_.config()};
    auto handled = http::handle(request, world, cache_);
    if (auto* response = std::get_if<http::Response>(&handled)) {
      reply(std::move(*response));
      return;
    }
    if (std::holds_alternative<http::ReloadRequest>(handled)) {
      reload(reply);
    }
    if (const auto* asked = std::get_if<http::ProbeRequest>(&handled)) {
      probe(*asked, reply);
    }
  }

 private:
  void probe(const http::ProbeRequest& request, const http::Reply& reply) {
    looks_.look(publisher_.plan(), request.target,
                time_for_look(request.scrape_timeout, timeout_offset_),
                [request, reply](const render::ProbeReportPtr& report) {
                  reply(http::probe_response(request, report));
                });
  }

  void reload(const http::Reply& reply) {
    asio::post(probing_, [&publisher = publisher_, reply] {
      publisher.reload(
          [reply](const Result<CivilTime>& outcome) { reply(http::reload_response(outcome)); });
    });
  }

  asio::io_context& probing_;
  Publisher& publisher_;
  LookOnDemand& looks_;
  Duration timeout_offset_;
  http::MetricsCache cache_;
};

/// Reloads at every SIGHUP.
void reload_at(asio::signal_set& hangups, Publisher& publisher) {
  hangups.async_wait([&](const boost::system::error_code& error, int) {
    if (!error) {
      publisher.reload([](const Result<CivilTime>&) {});
      reload_at(hangups, publisher);
    }
  });
}

int complain(Log& log, const Error& error) {
  log.write(LogLevel::error, "cannot start", {{"error", error.detail()}});
  return 2;
}

}  // namespace

int run_daemon(const Options& options) {
  Log log(options.log_level, options.log_format);
  asio::io_context context(1);
  asio::signal_set hangups(context, SIGHUP);  // first, so that none is lost
  auto plan = load_plan(options.config_file);
  if (!plan) {
    return complain(log, plan.error());
  }
  const std::size_t targets = plan->fleet->targets.size();
  const std::size_t gates = plan->fleet->gates.size();
  malloc_trim(0);  // the configuration's syntax tree is gone, and only a reload brings another
  Publisher publisher(context, options.config_file, *std::move(plan), log, options.history_limit);
  LookOnDemand looks([&](const std::string& what) {
    asio::post(context, [&publisher] { publisher.note_internal_error(); });
    log.write(LogLevel::error, "internal error", {{"where", "probe on demand"}, {"error", what}});
  });
  Site site(context, publisher, looks, options.timeout_offset);
  auto server = http::Server::bind(
      {{.flag = "--web.listen-address",
        .addresses = options.listen_addresses,
        .handler = [&site](const http::Request& request,
                           const http::Reply& reply) { site.answer(request, reply); }}},
      [&](std::string_view where, std::string_view what) {
        asio::post(context, [&publisher] { publisher.note_internal_error(); });
        log.write(LogLevel::error, "internal error",
                  {{"where", std::string(where)}, {"error", std::string(what)}});
      });
  if (!server) {
    return complain(log, server.error());
  }
  asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code& error, int signal) {
    if (!error) {
      log.write(LogLevel::info, "stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
      publisher.stop();
      context.stop();
    }
  });
  reload_at(hangups, publisher);
  (*server)->start();
  for (const std::string& address : (*server)->addresses()) {
    log.write(LogLevel::info, "listening", {{"address", address}});
  }
  log.write(LogLevel::info, "started",
            {{"version", version_text()},
             {"targets", std::to_string(targets)},
             {"gates", std::to_string(gates)}});
  publisher.start();
  context.run();
  (*server)->stop();
  log.write(LogLevel::info, "stopped");
  return 0;
}

}  // namespace telltale::app
