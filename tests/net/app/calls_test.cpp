// The daemon with calls: its gate opens, and closes when one of them would not survive any more.

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "net/app/daemon.hpp"
#include "net/app/mounted_secret.hpp"
#include "net/app/world.hpp"

using namespace telltale;
using namespace telltale::app_test;
using support::ClientAuth;
using support::PeerOptions;
using support::TestPeer;

namespace {

constexpr const char* probing =
    "probe: {interval: 1s, timeout: 1s, stale_after: 60s, stranger: every_round}\n"
    "trust: {file: ca.pem}\n";
constexpr const char* gates = "gates: [{name: need, rounds: 1, for: 0s}]\n";
constexpr const char* survives =
    R"(telltale_edge_verdict{caller="ci",callee="orca",verdict="survives"} 1)";
constexpr const char* breaks =
    R"(telltale_edge_verdict{caller="ci",callee="orca",verdict="breaks"} 1)";
constexpr const char* broken =
    R"(telltale_edge_verdict{caller="ci",callee="orca",verdict="broken"} 1)";
constexpr const char* unknown =
    R"(telltale_edge_verdict{caller="ci",callee="orca",verdict="unknown"} 1)";

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// orca in `want`, which ci calls with an identity that lies in a mounted Secret.
class Calls {
 public:
  Calls() : secret_(world.files.path() / "secret"), orca_(std::make_unique<TestPeer>(options())) {
    hold(world.root);
  }

  /// ci holds a certificate of this authority, and its key.
  void hold(const mint::Ca& authority) {
    const mint::Credential credential = authority.issue({.common_name = "ci"});
    publish(credential.chain_pem(), credential.key_pem());
  }

  void publish(std::string certificate, std::string key) {
    secret_.publish({{"tls.crt", std::move(certificate)}, {"tls.key", std::move(key)}});
  }

  /// Another server at the same address, which names these authorities.
  void restart_orca(std::optional<std::vector<mint::Der>> authorities) {
    PeerOptions anew = options();
    anew.port = orca_->port();
    anew.authorities = std::move(authorities);
    orca_.reset();
    orca_ = std::make_unique<TestPeer>(anew);
  }

  /// `more` are further callers.
  [[nodiscard]] std::string configure(const std::string& more = "") const {
    return world.files.write(
        "telltale.yml",
        probing +
            std::string("identities:\n"
                        "  telltale: {certificate: telltale.pem, key: telltale.key}\n"
                        "  ci: {certificate: secret/tls.crt, key: secret/tls.key}\n"
                        "targets: [{name: orca, url: \"") +
            orca_->url("127.0.0.1") +
            "\"}]\n"
            "callers:\n"
            "  - {name: ci, runtime: java, identity: ci, calls: [orca]}\n" +
            more + gates);
  }

  [[nodiscard]] const TestPeer& orca() const { return *orca_; }

  World world;

 private:
  [[nodiscard]] PeerOptions options() const { return world.peer(ClientAuth::want); }

  MountedSecret secret_;
  std::unique_ptr<TestPeer> orca_;
};

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("calls: a caller that is let in -> open; its issuer is listed no more -> closed") {
    Calls calls;
    Daemon daemon(calls.configure());
    (void)daemon.wait_for("/gate/need", 200);
    CHECK(daemon.get("/gate/need/orca").status == 200);
    CHECK(daemon.has_metric(survives));
    CHECK(has(daemon.get("/api/v1/edges").body, R"("rehearsed":true)"));

    const mint::Ca other({.common_name = "Other Root"});
    calls.restart_orca(std::vector<mint::Der>{other.subject_der()});
    daemon.wait_for_metric(breaks);
    const auto closed = daemon.get("/gate/need");
    CHECK(closed.status == 403);
    CHECK(has(closed.body, "ci"));
    CHECK(has(closed.body, "issuer_not_advertised"));
    CHECK(daemon.get("/gate/need/orca").status == 403);
    const std::string line = daemon.read_line_with(R"(msg="call does not survive")");
    CHECK(has(line, "caller=ci callee=orca"));
    CHECK(has(daemon.read_line_with(R"(msg="gate is not open")"), "gate=need"));

    calls.restart_orca(std::nullopt);
    (void)daemon.wait_for("/gate/need", 200);
    const std::string events = daemon.get("/api/v1/events").body;
    CAPTURE(events);
    CHECK(has(events, R"("reason":"issuer_not_advertised")"));
    CHECK(has(events, R"("from":"breaks","to":"survives")"));
    CHECK(has(events, R"("from":"closed","to":"open")"));
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE(
      "calls: a reload that adds a caller -> not open from then on; one that breaks, closed") {
    const Calls calls;
    Daemon daemon(calls.configure());
    (void)daemon.wait_for("/gate/need", 200);

    (void)calls.configure("  - {name: probe, runtime: none, calls: [orca]}\n");
    CHECK(daemon.reload().status == 200);
    CHECK(daemon.get("/gate/need").status == 403);
    daemon.wait_for_metric(
        R"(telltale_edge_verdict{caller="probe",callee="orca",verdict="breaks"} 1)");
    CHECK(has(daemon.get("/gate/need").body, "caller_presents_nothing"));

    // What ci asks for on another path was never tried.
    (void)calls.configure(
        "  - {name: other, runtime: java, identity: ci, calls: [{target: orca, path: /ops}]}\n");
    daemon.send_signal(SIGHUP);
    daemon.wait_until("the reload", [&] { return !daemon.has_metric("caller=\"probe\""); });
    (void)daemon.wait_for("/gate/need", 200);
    CHECK(daemon.has_metric(
        R"(telltale_edge_verdict{caller="other",callee="orca",verdict="survives"} 1)"));
    (void)calls.configure();
    CHECK(daemon.reload().status == 200);
    CHECK(daemon.get("/gate/need").status != 404);
    (void)daemon.wait_for("/gate/need", 200);
    CHECK_FALSE(daemon.has_metric("caller=\"other\""));
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE("calls: a caller's key rotates -> the new one is tried before the gate opens again") {
    Calls calls;
    Daemon daemon(calls.configure());
    (void)daemon.wait_for("/gate/need", 200);
    const mint::Ca stranger({.common_name = "Test Root"});  // a namesake: listed, and not trusted
    calls.hold(stranger);
    daemon.wait_for_metric(broken);
    CHECK(daemon.get("/gate/need").status == 403);
    calls.hold(calls.world.root);
    (void)daemon.wait_for("/gate/need", 200);

    // A renewal that fares as before is no event: only opening and closing are told around it.
    const std::string events = daemon.get("/api/v1/events").body;
    CAPTURE(events);
    CHECK_FALSE(has(events, "look_incomplete"));
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE("calls: a caller's file that does not read any more -> not open until it does") {
    Calls calls;
    Daemon daemon(calls.configure());
    (void)daemon.wait_for("/gate/need", 200);
    calls.publish("nothing of the kind", "nor this");
    daemon.wait_for_metric(unknown);
    const auto shut = daemon.get("/gate/need");
    CHECK(shut.status == 403);
    CHECK(has(shut.body, "caller_unknown"));
    calls.hold(calls.world.root);
    (void)daemon.wait_for("/gate/need", 200);
    CHECK(daemon.has_metric(survives));
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE("calls: what the caller's own endpoint presents -> counts, and closes when it ends") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    auto echo = std::make_unique<TestPeer>(world.peer(ClientAuth::want));
    Daemon daemon(
        world.configure({entry("orca", orca), entry("echo", *echo, "runtime: java, calls: [orca]")},
                        "gates: [{name: need, targets: [orca], rounds: 1, for: 0s}]", "1s"));
    (void)daemon.wait_for("/gate/need", 200);
    CHECK(has(daemon.get("/api/v1/edges").body, R"("evidence":"observed")"));
    PeerOptions other = world.peer(ClientAuth::want);
    other.port = echo->port();
    echo.reset();
    // Nobody listens there any more: what echo would present is not known.
    CHECK(has(daemon.wait_for("/gate/need", 403).body, "caller_unknown"));
    other.credential = mint::Ca({.common_name = "Other Root"})
                           .issue({.common_name = "server", .ip = {"127.0.0.1"}});
    echo = std::make_unique<TestPeer>(other);
    daemon.wait_until("the verdict",
                      [&] { return has(daemon.get("/gate/need").body, "issuer_not_advertised"); });
    CHECK(daemon.stop(SIGTERM) == 0);
  }
}
