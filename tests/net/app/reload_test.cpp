// The daemon's configuration read again: by SIGHUP and by POST /-/reload.

#include <atomic>
#include <csignal>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "net/app/daemon.hpp"
#include "net/app/world.hpp"

using namespace telltale;
using namespace telltale::app_test;
using support::ClientAuth;
using support::TestPeer;

namespace {

constexpr std::string_view quick_gates =
    "gates: [{name: need, targets: [orca], rounds: 2, for: 0s}, {name: all, rounds: 1, for: 0s}]";
constexpr const char* successful = "telltale_config_last_reload_successful";

unsigned looks_at(const Daemon& daemon, const std::string& target) {
  const std::string value =
      daemon.metric("telltale_probe_attempts_total{target=\"" + target + "\"}");
  return value.empty() ? 0 : static_cast<unsigned>(std::stoul(value));
}

/// `Max core file size        1                    1                    bytes`, without the name.
std::string core_limit_of(pid_t pid) {
  std::ifstream limits("/proc/" + std::to_string(pid) + "/limits");
  const std::string name = "Max core file size";
  for (std::string line; std::getline(limits, line);) {
    if (line.starts_with(name)) {
      return line.substr(name.size());
    }
  }
  return "";
}

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("reload: targets come, go and change -> the others keep evidence, gates theirs") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    const TestPeer echo(world.peer(ClientAuth::want));
    const TestPeer gate(world.peer(ClientAuth::need));
    Daemon daemon(world.configure({entry("orca", orca), entry("echo", echo)}, quick_gates));
    (void)daemon.wait_for("/gate/need", 200);
    (void)daemon.wait_for("/gate/all", 200);
    const unsigned looks = looks_at(daemon, "orca");

    (void)world.configure({entry("gate", gate), entry("orca", orca)}, quick_gates);
    const auto reloaded = daemon.reload();
    CHECK(reloaded.status == 200);
    CHECK(reloaded.body.starts_with("reloaded at 20"));
    CHECK(reloaded.header("content-type") == "text/plain; charset=utf-8");
    CHECK(reloaded.header("cache-control") == "no-store");
    CHECK(daemon.get("/gate/need").status == 200);
    CHECK(looks_at(daemon, "orca") >= looks);
    CHECK_FALSE(daemon.has_metric("target=\"echo\""));
    CHECK(daemon.get("/gate/all/echo").status == 404);
    (void)daemon.wait_for("/gate/all", 200);  // once gate was looked at
    CHECK(looks_at(daemon, "gate") > 0);
    CHECK(daemon.get("/-/ready").status == 200);

    // The same name, and another peer behind it: nothing of what was seen counts.
    (void)world.configure({entry("gate", gate), entry("orca", echo)}, quick_gates);
    daemon.send_signal(SIGHUP);
    (void)daemon.read_line_with("msg=reloaded");
    (void)daemon.read_line_with("msg=reloaded");
    CHECK(looks_at(daemon, "orca") < looks);
    CHECK_FALSE(daemon.has_metric(orca.endpoint()));
    (void)daemon.wait_for("/gate/need", 200);
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE("reload: what is wrong -> 500 with the line, and everything as it was") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    const std::string config = world.configure({entry("orca", orca)}, quick_gates);
    Daemon daemon(config);
    (void)daemon.wait_for("/gate/need", 200);
    CHECK(daemon.metric(successful) == "1");
    const std::string since =
        daemon.metric("telltale_config_last_reload_success_timestamp_seconds");

    world.files.write("telltale.yml", "targets:\n  - {name: orca, url: nowhere}\n");
    const auto failed = daemon.reload();
    CHECK(failed.status == 500);
    CHECK(failed.body.starts_with("not reloaded: " + config + ":2: "));
    CHECK(failed.body.find('\n') == failed.body.size() - 1);
    CHECK(daemon.metric(successful) == "0");
    CHECK(daemon.metric("telltale_config_last_reload_success_timestamp_seconds") == since);
    CHECK(daemon.get("/gate/need").status == 200);

    // A good configuration with a credential that is not: none of it counts.
    (void)world.configure({entry("orca", orca), {"echo", "https://127.0.0.1:1", ""}}, quick_gates);
    const std::string key = world.root.issue({}).key_pem();
    world.files.write("telltale.key", key);
    const auto mismatched = daemon.reload();
    CHECK(mismatched.status == 500);
    CHECK(mismatched.body.find("telltale.key") != std::string::npos);
    CHECK_FALSE(daemon.has_metric("target=\"echo\""));

    const unsigned looks = looks_at(daemon, "orca");
    daemon.wait_until("another look", [&] { return looks_at(daemon, "orca") > looks; });
    CHECK(daemon.get("/gate/need").status == 200);

    const auto identity = world.root.issue({.common_name = "telltale"});
    world.files.write("telltale.pem", identity.chain_pem());
    world.files.write("telltale.key", identity.key_pem());
    daemon.send_signal(SIGHUP);
    daemon.wait_for_metric(std::string(successful) + " 1");
    CHECK(daemon.has_metric("target=\"echo\""));
    CHECK(daemon.stop(SIGTERM) == 0);
    CHECK(daemon.output().find("msg=\"not reloaded, what was loaded before stays in force\"") !=
          std::string::npos);
    CHECK(daemon.output().find(key.substr(100, 40)) == std::string::npos);
  }

  TEST_CASE("reload: GET and HEAD -> 405, and nothing is done") {
    const World world;
    Daemon daemon(world.configure({{"orca", "https://127.0.0.1:1", ""}}));
    const auto reply = daemon.get("/-/reload");
    CHECK(reply.status == 405);
    CHECK(reply.header("allow") == "POST, PUT");
    CHECK(daemon.ask("PUT /-/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").status ==
          200);
    CHECK(daemon.stop(SIGTERM) == 0);
    const auto first = daemon.output().find("msg=reloaded");
    CHECK(first != std::string::npos);
    CHECK(daemon.output().find("msg=reloaded", first + 1) == std::string::npos);
  }

  TEST_CASE("reload: a storm of them -> all answered, nothing lost, no look fails") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    const TestPeer echo(world.peer(ClientAuth::need));
    Daemon daemon(world.configure({entry("orca", orca), entry("echo", echo)}, quick_gates, "5s"));
    (void)daemon.wait_for("/gate/need", 200);
    (void)daemon.wait_for("/gate/all", 200);
    const unsigned looks = looks_at(daemon, "orca");

    constexpr int connections = 10;
    constexpr int requests = 10;
    std::atomic<int> reloaded = 0;
    std::vector<std::thread> clients;
    for (int i = 0; i < connections; ++i) {
      clients.emplace_back([&] {
        http_test::Client client(daemon.address());
        for (int request = 0; request < requests; ++request) {
          const auto reply =
              client.ask("POST /-/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
          reloaded += reply && reply->status == 200 ? 1 : 0;
        }
      });
    }
    for (int i = 0; i < 10; ++i) {
      daemon.send_signal(SIGHUP);
    }
    for (std::thread& client : clients) {
      client.join();
    }
    CHECK(reloaded == connections * requests);
    CHECK(daemon.get("/gate/need").status == 200);
    CHECK(daemon.get("/gate/all").status == 200);
    CHECK(daemon.metric(successful) == "1");
    CHECK(looks_at(daemon, "orca") >= looks);
    const unsigned after = looks_at(daemon, "echo");
    daemon.wait_until("looks go on", [&] { return looks_at(daemon, "echo") > after + 1; });
    CHECK_FALSE(daemon.has_metric("\ntelltale_probe_failures_total{"));
    CHECK(daemon.metric("telltale_internal_errors_total") == "0");
    CHECK(daemon.stop(SIGTERM) == 0);
    CHECK(daemon.output().find("gate is not open") == std::string::npos);
  }

  TEST_CASE("SIGHUP: to a check -> it goes on to its verdict") {
    const World world;
    auto options = world.peer(ClientAuth::want);
    options.fault = support::Fault::silent_at_accept;
    const TestPeer silent(options);
    support::ChildProcess check({TELLTALE_PROGRAM, "check", "-o", "short", "--config.file",
                                 world.configure({entry("silent", silent)})});
    CHECK(silent.wait_until([](const support::Seen& seen) { return seen.connections > 0; }));
    check.send_signal(SIGHUP);
    CHECK(check.wait() == 1);
    CHECK(check.output().find("tls_timeout") != std::string::npos);
  }

  TEST_CASE("core dumps: off, unless they are asked for") {
    const World world;
    const std::string config = world.configure({{"orca", "https://127.0.0.1:1", ""}});
    rlimit own{};
    REQUIRE(getrlimit(RLIMIT_CORE, &own) == 0);
    Daemon allowed(config, {"--debug.core-dumps"});
    CHECK(core_limit_of(allowed.pid()) == core_limit_of(getpid()));
    Daemon quiet(config);
    std::string limit = core_limit_of(quiet.pid());
    std::erase(limit, ' ');
    CHECK(limit == (own.rlim_max > 0 ? "11bytes" : "00bytes"));
    CHECK(allowed.stop(SIGTERM) == 0);
    CHECK(quiet.stop(SIGTERM) == 0);
  }
}
