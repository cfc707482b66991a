// `/probe`, `/logs` and `/config` of a real daemon.

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/app/daemon.hpp"
#include "net/app/world.hpp"

using namespace telltale;
using namespace telltale::app_test;
using support::ClientAuth;
using support::TestPeer;

namespace {

/// A daemon that looks by itself at its start and then no more.
constexpr std::string_view one_round = "50s";

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::string scrape_timeout(std::string_view seconds) {
  return "X-Prometheus-Scrape-Timeout-Seconds: " + std::string(seconds) + "\r\n";
}

std::string escaped(const std::string& url) {
  std::string text;
  for (const char c : url) {
    text += c == ':' ? "%3A" : c == '/' ? "%2F" : std::string(1, c);
  }
  return text;
}

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("probe: a target by name and by URL -> looked at now, in every form of answer") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    Daemon daemon(world.configure({entry("orca", orca)}, "", "5s"));
    (void)daemon.wait_for("/-/ready", 200);
    const std::size_t before = orca.seen().connections;
    const auto reply = daemon.get("/probe?target=orca&module=http_2xx", scrape_timeout("20"));
    CHECK(reply.status == 200);
    CHECK(reply.header("content-type") == "text/plain; version=0.0.4; charset=utf-8");
    CAPTURE(reply.body);
    CHECK(orca.seen().connections > before);
    CHECK(has_line(reply.body, "probe_success 1"));
    CHECK(has_line(reply.body, "probe_ip_protocol 4"));
    CHECK(has_line(reply.body, "probe_http_status_code 200"));
    CHECK(has_line(reply.body, "probe_tls_version_info{version=\"TLS 1.3\"} 1"));
    CHECK(reply.body.find("probe_ssl_last_chain_info{fingerprint_sha256=\"") != std::string::npos);
    CHECK(has_line(reply.body, "telltale_client_auth_mode{target=\"orca\",address=\"" +
                                   orca.endpoint() + "\",mode=\"want\"} 1"));
    CHECK(reply.body.find("telltale_gate") == std::string::npos);

    const auto by_url = daemon.get("/probe?target=" + escaped(orca.url("127.0.0.1")),
                                   "Accept: application/openmetrics-text\r\n");
    CHECK(by_url.header("content-type").starts_with("application/openmetrics-text"));
    CHECK(has_line(by_url.body, "probe_success 1"));
    CHECK(by_url.body.ends_with("# EOF\n"));
    CHECK(
        daemon.get("/probe?target=orca", "Accept-Encoding: gzip\r\n").header("content-encoding") ==
        "gzip");

    const auto story = daemon.get("/probe?target=orca&debug=true");
    CHECK(story.header("content-type") == "text/plain; charset=utf-8");
    CHECK(story.body.starts_with("Looked at orca (" + orca.url("127.0.0.1") + ") in "));
    CHECK(story.body.find("\n  a stranger presented, TLSv1.3: ") != std::string::npos);
    CHECK(story.body.find("\nprobe_success 1\n") != std::string::npos);
    CHECK(daemon.stop(SIGTERM) == 0);
    CHECK(daemon.output().find("internal error") == std::string::npos);
  }

  TEST_CASE("probe: feeds neither counters nor history, and needs no round of the daemon's own") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    Daemon daemon(world.configure({entry("orca", orca)}, "", one_round));
    (void)daemon.wait_for("/-/ready", 200);
    for (int i = 0; i < 3; ++i) {
      CHECK(has_line(daemon.get("/probe?target=orca").body, "probe_success 1"));
    }
    CHECK(daemon.metric("telltale_probe_attempts_total{target=\"orca\"}") == "1");
    const std::string logs = daemon.get("/logs").body;
    CHECK(logs.find("look 1, ") != std::string::npos);
    CHECK(logs.find("look 2, ") == std::string::npos);
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE("probe: who is not configured -> an error, and nobody is connected to") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    const TestPeer stranger(world.peer(ClientAuth::want));
    Daemon daemon(world.configure({entry("orca", orca)}, "", one_round));
    (void)daemon.wait_for("/-/ready", 200);
    const std::string url = stranger.url("127.0.0.1");
    CHECK(daemon.get("/probe?target=" + escaped(url)).status == 404);
    CHECK(daemon.get("/probe?target=" + url).status == 404);
    CHECK(daemon.get("/probe?target=" + stranger.endpoint()).status == 404);
    CHECK(daemon.get("/probe?target=orca&target=" + url).status == 400);
    CHECK(daemon.get("/probe").body == "`target` is missing; name one; there are: orca\n");
    CHECK(daemon.get("/probe?target=orca", scrape_timeout("soon")).status == 400);
    CHECK(daemon.get("/probe?target=orca&hostname=" + stranger.endpoint()).status == 200);
    CHECK(stranger.seen().connections == 0);
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE("probe: a peer that stalls -> told as a failure before the scraper gives up") {
    const World world;
    auto options = world.peer(ClientAuth::want);
    options.fault = support::Fault::silent_at_accept;
    const TestPeer silent(options);
    Daemon daemon(world.configure({entry("silent", silent)}, "", one_round),
                  {"--timeout-offset=0.5"});
    const auto reply = daemon.get("/probe?target=silent", scrape_timeout("2"));
    CAPTURE(reply.body);
    CHECK(reply.status == 200);
    CHECK(has_line(reply.body, "probe_success 0"));
    CHECK(reply.body.find("telltale_finding{target=\"silent\",address=\"" + silent.endpoint() +
                          "\",reason=\"tls_timeout\"") != std::string::npos);
    const auto at = reply.body.find("\nprobe_duration_seconds ") + 24;
    const double seconds = std::stod(reply.body.substr(at));
    CHECK(seconds > 0.5);  // it did wait
    CHECK(reply.body.find("probe_ssl") == std::string::npos);
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE("probe: several who ask for one target -> one look; for too many targets -> 503") {
    const World world;
    auto options = world.peer(ClientAuth::want);
    options.fault = support::Fault::silent_at_accept;
    std::vector<std::unique_ptr<TestPeer>> peers;
    std::vector<Entry> entries;
    for (int i = 0; i < 5; ++i) {
      peers.push_back(std::make_unique<TestPeer>(options));
      entries.push_back(entry("t" + std::to_string(i), *peers.back()));
    }
    // The daemon's own first round stalls for its whole time, with one connection to each.
    Daemon daemon(world.configure(entries, "", one_round));
    const auto has_connections = [&](std::size_t peer, std::size_t least) {
      return peers[peer]->wait_until(
          [&](const support::Seen& seen) { return seen.connections >= least; });
    };
    for (std::size_t i = 0; i < 5; ++i) {
      REQUIRE(has_connections(i, 1));
    }
    std::vector<http_test::Client> clients;
    for (const char* const target : {"t0", "t0", "t0", "t1", "t2", "t3"}) {
      clients.emplace_back(daemon.address());
      REQUIRE(clients.back().send(
          http_test::get("/probe?target=" + std::string(target), scrape_timeout("20"))));
    }
    for (std::size_t i = 0; i < 4; ++i) {
      REQUIRE(has_connections(i, 2));
    }
    const auto busy = daemon.get("/probe?target=t4", scrape_timeout("20"));
    CHECK(busy.status == 503);
    CHECK(busy.header("retry-after") == "1");
    CHECK(peers[4]->seen().connections == 1);

    // One more, who has less time, shares the look and is told when its own is over.
    const auto hurried = daemon.get("/probe?target=t0", scrape_timeout("1"));
    CHECK(hurried.status == 200);
    CHECK(has_line(hurried.body, "probe_success 0"));
    CHECK(peers[0]->seen().connections == 2);
    // Nobody needs to wait for the others: they hang up, and the daemon stops all the same.
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE("probe: who has more time than a look under way -> is looked for anew") {
    const World world;
    auto options = world.peer(ClientAuth::want);
    options.fault = support::Fault::silent_at_accept;
    const TestPeer silent(options);
    Daemon daemon(world.configure({entry("silent", silent)}, "", one_round));
    const auto has_connections = [&](std::size_t least) {
      return silent.wait_until(
          [&](const support::Seen& seen) { return seen.connections >= least; });
    };
    REQUIRE(has_connections(1));  // of the daemon's own first round
    http_test::Client hurried(daemon.address());
    REQUIRE(hurried.send(http_test::get("/probe?target=silent", scrape_timeout("4"))));
    REQUIRE(has_connections(2));
    http_test::Client patient(daemon.address());
    REQUIRE(patient.send(http_test::get("/probe?target=silent", scrape_timeout("40"))));
    CHECK(has_connections(3));
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE("probe: after a reload -> the new configuration counts, also for credentials") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::need));
    const TestPeer echo(world.peer(ClientAuth::need));
    Daemon daemon(world.configure({entry("orca", orca)}, "", one_round));
    CHECK(has_line(daemon.get("/probe?target=orca").body, "probe_success 1"));
    const auto other = world.root.issue({.common_name = "another"});
    world.files.write("telltale.pem", other.chain_pem());
    world.files.write("telltale.key", other.key_pem());
    (void)world.configure({entry("echo", echo)}, "", one_round);
    CHECK(daemon.reload().status == 200);
    CHECK(daemon.get("/probe?target=orca").status == 404);
    (void)daemon.wait_for("/-/ready", 200);
    const std::size_t before = echo.seen().client_certificates;
    CHECK(has_line(daemon.get("/probe?target=echo").body, "probe_success 1"));
    CHECK(echo.seen().client_certificates > before);
    CHECK(daemon.get("/config").body.find("name: echo\n") != std::string::npos);
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE("logs: a failure among good looks -> told apart, for as long as the limit says") {
    const World world;
    std::optional<TestPeer> orca(std::in_place, world.peer(ClientAuth::want));
    const std::uint16_t port = orca->port();
    const std::string address = orca->endpoint();
    const TestPeer echo(world.peer(ClientAuth::want));
    Daemon daemon(world.configure({entry("orca", *orca), entry("echo", echo)}, "", "300ms"),
                  {"--history.limit=2"});
    (void)daemon.wait_for("/-/ready", 200);
    orca.reset();
    daemon.wait_until("a failed look", [&] {
      return daemon.get("/logs?target=orca").body.find("failed connect_refused") !=
             std::string::npos;
    });
    auto options = world.peer(ClientAuth::want);
    options.port = port;
    orca.emplace(options);
    daemon.wait_until("good looks alone", [&] {
      const std::string body = daemon.get("/logs").body;
      return body.find("failed connect_refused") > body.find("that failed");
    });
    const std::string body = daemon.get("/logs").body;
    const std::string failed = body.substr(body.find("that failed"));
    CAPTURE(body);
    CHECK(failed.find(": orca " + address + ", mode unknown, failed connect_refused\n") !=
          std::string::npos);
    CHECK(failed.find("connecting: the peer refuses the connection") != std::string::npos);
    CHECK(daemon.get("/logs?target=echo").body.find("orca") == std::string::npos);
    CHECK(daemon.get("/logs?target=other").status == 404);
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE(
      "config: comments and what could be a secret -> not shown; a bad reload changes nothing") {
    const World world;
    Daemon daemon(world.configure({{"orca", "https://127.0.0.1:1", "health: \"/h?key=hunter2\""}},
                                  "# hunter2\n"));
    const auto reply = daemon.get("/config");
    CHECK(reply.status == 200);
    CHECK(reply.header("content-type") == "text/plain; charset=utf-8");
    CAPTURE(reply.body);
    CHECK(reply.body.find("hunter2") == std::string::npos);
    CHECK(has_line(reply.body, "    health: \"/h?<redacted>\""));
    CHECK(has_line(reply.body, "  file: ca.pem"));
    world.files.write("telltale.yml", "targets: []\n");
    CHECK(daemon.reload().status == 500);
    CHECK(daemon.get("/config").body == reply.body);
    CHECK(daemon.stop(SIGTERM) == 0);
  }
}
