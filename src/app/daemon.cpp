// The daemon: the composition root. Probing runs on the calling thread, HTTP on a thread of its
// own; what crosses between them is an immutable Snapshot, and requests for a reload.

#include <iostream>
#include <malloc.h>
#include <memory>
#include <optional>
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include "telltale/app/commands.hpp"
#include "telltale/app/log.hpp"
#include "telltale/app/plan.hpp"
#include "telltale/http/server.hpp"
#include "telltale/http/web_guard.hpp"

#include "app/look_on_demand.hpp"
#include "app/publisher.hpp"
#include "app/site.hpp"
#include "app/web_watch.hpp"

namespace telltale::app {

namespace asio = boost::asio;

namespace {

/// Clients' connections must leave descriptors for the probing, more than the 1,024 that are usual.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
  }
}

/// Reloads at every SIGHUP.
void reload_at(asio::signal_set& hangups, Publisher& publisher) {
  hangups.async_wait([&](const boost::system::error_code& error, int) {
    if (!error) {
      publisher.reload([](const Result<CivilTime>&) {});
      reload_at(hangups, publisher);
    }
  });
}

WebWatch::Listener web_listener(Log& log) {
  return {
      .on_renewed = [&log] { log.write(LogLevel::info, "web configuration read anew"); },
      .on_failure =
          [&log](const std::string& why) {
            log.write(LogLevel::error,
                      "web configuration unreadable, the last good one stays in force",
                      {{"error", why}});
          },
  };
}

int complain(Log& log, const Error& error) {
  log.write(LogLevel::error, "cannot start", {{"error", error.detail()}});
  return 2;
}

/// What `--web.config.file` asks for; null without one.
Result<std::shared_ptr<http::WebGuard>> read_guard(const Options& options) {
  if (options.web_config_file.empty()) {
    return std::shared_ptr<http::WebGuard>();
  }
  auto guard = http::WebGuard::read(options.web_config_file);
  if (!guard) {
    return guard.error();
  }
  return std::shared_ptr<http::WebGuard>(*std::move(guard));
}

/// What is served where.
std::vector<http::Listener> listeners_of(const Options& options, Site& site,
                                         std::shared_ptr<http::Guard> guard) {
  const auto handler = [&site](http::Place place) {
    return
        [&site, place = std::move(place)](const http::Request& request, const http::Reply& reply) {
          site.answer(place, request, reply);
        };
  };
  return {{.flag = "--web.listen-address",
           .addresses = options.listen_addresses,
           .handler = handler({.route_prefix = options.route_prefix.value_or("")}),
           .guard = std::move(guard)},
          {.flag = "--probe.listen-address",
           .addresses = options.probe_listen_addresses,
           .handler = handler({.scope = http::Scope::health_and_gates})}};
}

/// The addresses listened on, each with what was asked for.
void tell_of_addresses(Log& log, const Options& options, const http::Server& server) {
  const std::vector<std::string> addresses = server.addresses();
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const bool is_main = i < options.listen_addresses.size();
    log.write(LogLevel::info, "listening",
              {{"serves", is_main ? "everything" : "health and gates"}, {"address", addresses[i]}});
  }
}

}  // namespace

int run_daemon(const Options& options) {
  Log log(options.log_level, options.log_format);
  raise_descriptor_limit();
  asio::io_context context(1);
  asio::signal_set hangups(context, SIGHUP);  // first, so that none is lost
  auto plan = load_plan(options.config_file);
  if (!plan) {
    return complain(log, plan.error());
  }
  const auto guard = read_guard(options);
  if (!guard) {
    return complain(log, guard.error());
  }
  const std::size_t targets = plan->fleet->targets.size();
  const std::size_t gates = plan->fleet->gates.size();
  malloc_trim(0);  // the configuration's syntax tree is gone, and only a reload brings another
  Publisher publisher(context,
                      {.config_file = options.config_file,
                       .auto_reload_interval = options.auto_reload_interval,
                       .history_limit = options.history_limit},
                      *std::move(plan), log);
  LookOnDemand looks([&](const std::string& what) {
    asio::post(context, [&publisher] { publisher.note_internal_error(); });
    log.write(LogLevel::error, "internal error", {{"where", "probe on demand"}, {"error", what}});
  });
  Site site(context, publisher, looks, options.timeout_offset);
  auto server = http::Server::bind(
      listeners_of(options, site, *guard), [&](std::string_view where, std::string_view what) {
        asio::post(context, [&publisher] { publisher.note_internal_error(); });
        log.write(LogLevel::error, "internal error",
                  {{"where", std::string(where)}, {"error", std::string(what)}});
      });
  if (!server) {
    return complain(log, server.error());
  }
  std::optional<WebWatch> web;
  if (*guard) {
    web.emplace(context, *guard, web_listener(log));
  }
  asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code& error, int signal) {
    if (!error) {
      log.write(LogLevel::info, "stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
      site.stop();
      publisher.stop();
      if (web) {
        web->stop();
      }
      context.stop();
    }
  });
  reload_at(hangups, publisher);
  (*server)->start();
  site.tell([&server](std::string event) { (*server)->broadcast(std::move(event)); });
  tell_of_addresses(log, options, **server);
  log.write(LogLevel::info, "started",
            {{"version", version_text()},
             {"targets", std::to_string(targets)},
             {"gates", std::to_string(gates)}});
  publisher.start();
  if (web) {
    web->start();
  }
  context.run();
  (*server)->stop();
  log.write(LogLevel::info, "stopped");
  return 0;
}

}  // namespace telltale::app
