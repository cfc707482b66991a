// `telltale gate` against the daemon, both the program itself.

#include <csignal>
#include <string>

#include <doctest/doctest.h>

#include "net/app/daemon.hpp"
#include "net/app/world.hpp"

namespace telltale::app_test {
namespace {

constexpr std::string_view quick_gate = "gates: [{name: need, rounds: 1, for: 0}]";

support::Finished ask(const Daemon& daemon, std::vector<std::string> words) {
  words.insert(words.begin(), {"gate", "--url", "http://" + daemon.address()});
  return run_telltale(words);
}

TEST_SUITE("net") {
  TEST_CASE("telltale gate: waits for a gate to open -> its line, exit 0") {
    const World world;
    const support::TestPeer orca(world.peer(support::ClientAuth::need));
    const Daemon daemon(world.configure({entry("orca", orca)}, quick_gate));
    const auto open = ask(daemon, {"need", "--wait", "60s"});
    CHECK(open.exit_code == 0);
    // What it says while it waits goes to stderr, and stands before.
    CHECK(open.output.substr(open.output.rfind("\n", open.output.size() - 2) + 1)
              .starts_with("open: "));
    CHECK(ask(daemon, {"need/orca", "--wait=60s"}).exit_code == 0);
  }

  TEST_CASE("telltale gate: closed, unknown, no such gate, nobody there -> 1, 2, 2, 2") {
    const World world;
    const support::TestPeer orca(world.peer(support::ClientAuth::none));
    Daemon daemon(world.configure({entry("orca", orca)}, quick_gate));
    (void)daemon.wait_for("/-/ready", 200);

    const auto closed = ask(daemon, {"need"});
    CHECK(closed.exit_code == 1);
    CHECK(closed.output.starts_with("closed: orca"));
    // Time alone does not open it.
    CHECK(ask(daemon, {"need", "--wait", "100ms"}).exit_code == 1);

    const auto nameless = ask(daemon, {"wish", "--wait", "1h"});
    CHECK(nameless.exit_code == 2);
    CHECK(nameless.output.find("no gate is named `wish`; there are: need") != std::string::npos);

    CHECK(daemon.stop(SIGTERM) == 0);
    const auto nobody = ask(daemon, {"need"});
    CHECK(nobody.exit_code == 2);
    CHECK(nobody.output.find("cannot connect") != std::string::npos);
  }
}

}  // namespace
}  // namespace telltale::app_test
