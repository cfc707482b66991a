// The daemon, run as a user runs it and asked over HTTP.

#include "net/app/daemon.hpp"

#include <csignal>
#include <optional>
#include <sys/resource.h>

#include <doctest/doctest.h>

#include "net/app/world.hpp"

using namespace telltale;
using namespace telltale::app_test;
using support::ClientAuth;
using support::TestPeer;

namespace {

constexpr std::string_view quick_gate = "gates: [{name: need, rounds: 2, for: 0s}]";

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("daemon: a ready fleet -> the gate opens after its rounds, everywhere alike") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    Daemon daemon(world.configure({entry("orca", orca)}, quick_gate));

    const auto open = daemon.wait_for("/gate/need", 200);
    CHECK(open.body.starts_with("open"));
    CHECK(daemon.get("/-/ready").status == 200);
    CHECK(daemon.get("/-/healthy").status == 200);
    CHECK(daemon.get("/api/v1/gates/need").body.find(R"("ready":true)") != std::string::npos);
    CHECK(daemon.get("/api/v1/status").body.find(R"("status":"open")") != std::string::npos);
    CHECK(daemon.get("/metrics").body.find("telltale_gate_open{gate=\"need\"} 1") !=
          std::string::npos);
    CHECK(daemon.get("/").body.find("orca") != std::string::npos);
    CHECK(daemon.get("/gate/nope").status == 404);
    CHECK(daemon.stop(SIGTERM) == 0);
    CHECK(daemon.output().find("msg=\"gate opened\"") != std::string::npos);
    CHECK(daemon.output().find("msg=stopped") != std::string::npos);
  }

  TEST_CASE("daemon: a peer that goes away -> the gate closes, and opens when it is back") {
    const World world;
    std::optional<TestPeer> orca(std::in_place, world.peer(ClientAuth::want));
    const std::uint16_t port = orca->port();
    Daemon daemon(world.configure({entry("orca", *orca)}, quick_gate));
    (void)daemon.wait_for("/gate/need", 200);

    orca.reset();
    const auto closed = daemon.wait_for("/gate/need", 403);
    CHECK(closed.body.starts_with("closed"));
    CHECK(closed.body.find("connect_refused") != std::string::npos);

    auto options = world.peer(ClientAuth::want);
    options.port = port;
    orca.emplace(options);
    CHECK(daemon.wait_for("/gate/need", 200).body.starts_with("open"));
    CHECK(daemon.stop(SIGINT) == 0);
  }

  TEST_CASE("daemon: one bad peer among good ones -> its own reason, and the others go on") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    auto options = world.peer(ClientAuth::want);
    options.fault = support::Fault::silent_at_accept;
    const TestPeer silent(options);
    Daemon daemon(world.configure({entry("orca", orca), entry("silent", silent)}, quick_gate));

    (void)daemon.wait_for("/-/ready", 200);
    const auto closed = daemon.wait_for("/gate/need/silent", 403);
    CHECK(closed.body.find("tls_timeout") != std::string::npos);
    (void)daemon.wait_for("/gate/need/orca", 200);
    CHECK(daemon.get("/gate/need").status == 403);
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE("daemon: a low soft limit of descriptors -> raised to the hard one") {
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit low = before;
    low.rlim_cur = before.rlim_max / 2;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    Daemon daemon(world.configure({entry("orca", orca)}));
    const std::string most = daemon.metric("process_max_fds");
    CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
    REQUIRE_FALSE(most.empty());
    CHECK(static_cast<rlim_t>(std::stod(most)) == before.rlim_max);
  }

  TEST_CASE("daemon: a bad configuration or a taken port -> one line, exit 2") {
    const World world;
    const auto missing = run_telltale({"--config.file", "/nowhere/telltale.yml"});
    CHECK(missing.exit_code == 2);
    CHECK(missing.output.find("/nowhere/telltale.yml") != std::string::npos);

    const TestPeer taken;
    const std::string config = world.configure({{"orca", "https://127.0.0.1:1", ""}});
    const auto in_use =
        run_telltale({"--config.file", config, "--web.listen-address", taken.endpoint()});
    CHECK(in_use.exit_code == 2);
    CHECK(in_use.output.find("--web.listen-address") != std::string::npos);
    CHECK(in_use.output.find('\n') == in_use.output.size() - 1);
  }
}
