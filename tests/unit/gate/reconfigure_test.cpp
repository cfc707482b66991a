// A board after a reload: what stays, what begins anew.

#include <functional>

#include <doctest/doctest.h>

#include "unit/gate/builders.hpp"

using namespace telltale;
using namespace telltale::gate;
using namespace telltale::gate::build;

namespace {

/// A stage with orca and echo whose gate has opened at `at(61s)`.
Stage both_open(const fleet::Fleet& fleet) {
  Stage stage(fleet);
  for (const auto elapsed : {1s, 31s, 61s}) {
    for (const char* name : {"orca", "echo"}) {
      stage.resolve(name, {1}, at(elapsed));
      stage.look(name, 1, at(elapsed));
    }
    stage.step(at(elapsed));
  }
  return stage;
}

/// `orca open, echo unknown`: how the targets stand under the gate.
std::string told(const std::vector<TargetStanding>& standings) {
  std::string text;
  for (const TargetStanding& standing : standings) {
    text +=
        (text.empty() ? "" : ", ") + standing.target + " " + std::string(name_of(standing.status));
  }
  return text;
}

}  // namespace

TEST_SUITE("gate") {
  TEST_CASE("reconfigure: one change of a fleet -> what of an open gate stays") {
    struct Row {
      const char* what;
      std::function<void(fleet::Fleet&)> change;
      const char* gate;
      const char* standings;
    };

    const Row rows[] = {
        {"nothing", [](fleet::Fleet&) {}, "open", "orca open, echo open"},
        {"another line of the file",
         [](fleet::Fleet& fleet) { fleet.targets[0].source = "telltale.yml:99"; }, "open",
         "orca open, echo open"},
        {"another order",
         [](fleet::Fleet& fleet) { std::swap(fleet.targets[0], fleet.targets[1]); }, "open",
         "echo open, orca open"},
        {"a target changes", [](fleet::Fleet& fleet) { fleet.targets[0].health = "/ready"; },
         "unknown", "orca unknown, echo open"},
        {"a target is added in front",
         [](fleet::Fleet& fleet) {
           fleet.targets.insert(fleet.targets.begin(), fleet_of({"gate"}).targets[0]);
         },
         "unknown", "gate unknown, orca open, echo open"},
        {"a target is removed",
         [](fleet::Fleet& fleet) { fleet.targets.erase(fleet.targets.begin()); },
         "waiting: 1 of 3 rounds, 0s of 1m", "echo open"},
        {"one target takes another's place and name",
         [](fleet::Fleet& fleet) {
           fleet.targets.erase(fleet.targets.begin());
           fleet.targets.push_back(fleet_of({"orca"}).targets[0]);
           fleet.targets[1].url.host = "elsewhere";
         },
         "unknown", "echo open, orca unknown"},
        {"the gate asks for more", [](fleet::Fleet& fleet) { fleet.gates[0].rounds = 4; },
         "waiting: 1 of 4 rounds, 0s of 1m", "orca unknown, echo unknown"},
        {"the gate has another name", [](fleet::Fleet& fleet) { fleet.gates[0].name = "other"; },
         "waiting: 1 of 3 rounds, 0s of 1m", "orca unknown, echo unknown"},
        {"a shorter time in which looks count",
         [](fleet::Fleet& fleet) { fleet.probe.stale_after = 500ms; }, "unknown",
         "orca unknown, echo unknown"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      fleet::Fleet fleet = fleet_of({"orca", "echo"});
      Stage stage = both_open(fleet);
      row.change(fleet);
      stage.board.reconfigure(fleet, at(62s));
      const Answer answer = stage.step(at(62s));
      CHECK(told(answer) == row.gate);
      CHECK(told(answer.standings) == row.standings);
    }
  }

  TEST_CASE("reconfigure: unchanged targets keep evidence and counters, changed ones nothing") {
    fleet::Fleet fleet = fleet_of({"orca", "echo"});
    Stage stage = both_open(fleet);
    const SnapshotPtr before = stage.snapshot;
    fleet.targets[1].expect.addresses = 2;
    stage.board.reconfigure(fleet, at(62s));
    stage.step(at(62s));
    CHECK(stage.snapshot->targets[0] == before->targets[0]);
    const TargetEntry& echo = *stage.snapshot->targets[1];
    CHECK(echo.target.expect.addresses == 2);
    CHECK(!echo.resolution);
    CHECK(echo.addresses.empty());
    CHECK(echo.counters.looks == 0);
    CHECK(stage.snapshot->first_round_done);
  }

  TEST_CASE("reconfigure: a look at what was removed -> dropped; the newcomer is found by name") {
    Stage stage = both_open(fleet_of({"orca", "echo"}));
    stage.board.reconfigure(fleet_of({"gate", "echo"}), at(62s));
    stage.look("orca", 1, at(63s));
    stage.resolve("gate", {1}, at(63s));
    stage.look("gate", 1, at(63s));
    stage.look("echo", 1, at(63s));
    stage.step(at(63s));
    REQUIRE(stage.snapshot->targets.size() == 2);
    CHECK(stage.snapshot->targets[0]->target.name == "gate");
    CHECK(stage.snapshot->targets[0]->counters.looks == 1);
    CHECK(stage.snapshot->targets[1]->counters.looks == 4);
  }

  TEST_CASE("reconfigure: a gate begun anew -> opens after its own rounds and time") {
    fleet::Fleet fleet = fleet_of({"orca"});
    Stage stage = opened(fleet);
    fleet.targets[0].health = "/ready";
    stage.board.reconfigure(fleet, at(62s));
    for (const auto& [elapsed, expected] :
         {std::pair(63s, "waiting: 1 of 3 rounds, 0s of 1m"),
          std::pair(93s, "waiting: 2 of 3 rounds, 30s of 1m"), std::pair(123s, "open")}) {
      stage.resolve("orca", {1}, at(elapsed));
      stage.look("orca", 1, at(elapsed));
      CHECK(told(stage.step(at(elapsed))) == expected);
    }
  }

  TEST_CASE("reconfigure: before the first step, and of a gate without targets -> as at a start") {
    fleet::Fleet fleet = fleet_of({"orca"});
    Stage stage(fleet);
    stage.board.reconfigure(fleet, at(1s));
    CHECK(told(stage.step(at(1s))) == "unknown");
    fleet.gates[0].targets = {"ghost"};
    stage.board.reconfigure(fleet, at(2s));
    stage.board.reconfigure(fleet, at(3s));
    const Answer answer = stage.step(at(3s));
    CHECK(told(answer) == "unknown");
    CHECK(answer.standings.empty());
  }

  TEST_CASE("reconfigure: looks that were stale at the reload -> the gate does not stay open") {
    fleet::Fleet fleet = fleet_of({"orca"});
    Stage stage = opened(fleet);
    fleet.probe.stale_after = 10min;
    stage.board.reconfigure(fleet, at(200s));
    CHECK(told(stage.step(at(200s))) == "waiting: 0 of 3 rounds, 0s of 1m");
  }

  TEST_CASE("outdated: an open gate -> unknown until every address was looked at anew") {
    Stage stage = both_open(fleet_of({"orca", "echo"}));
    stage.resolve("orca", {1, 2}, at(62s));
    stage.look("orca", 2, at(62s));
    for (const auto elapsed : {63s, 93s, 123s, 153s}) {
      stage.resolve("echo", {1}, at(elapsed));
      stage.resolve("orca", {1, 2}, at(elapsed));
      stage.look("echo", 1, at(elapsed));
      stage.look("orca", 1, at(elapsed));
      stage.look("orca", 2, at(elapsed));
      stage.step(at(elapsed));
    }
    REQUIRE(told(stage.later(at(154s))) == "open");

    stage.board.outdate("orca");
    const Answer outdated = stage.step(at(154s));
    CHECK(told(outdated) == "unknown");
    CHECK(told(outdated.evidence.missing) == "orca 10.0.0.1:8083 stale, orca 10.0.0.2:8083 stale");
    CHECK(told(outdated.standings) == "orca unknown, echo open");
    stage.look("orca", 1, at(155s));
    CHECK(told(stage.step(at(155s))) == "unknown");
    stage.look("orca", 2, at(156s));
    CHECK(told(stage.step(at(156s))) == "open");
  }

  TEST_CASE("outdated: what blocked -> blocks on; what was never looked at -> as it was") {
    Stage stage(fleet_of({"orca"}));
    stage.board.outdate("orca");
    stage.board.outdate("nobody");
    CHECK(told(stage.step(at(0s)).evidence.missing) == "orca unknown");
    stage.resolve("orca", {1, 2}, at(1s));
    stage.look("orca", 1, at(1s), refused_look());
    stage.board.outdate("orca");
    const Answer answer = stage.step(at(2s));
    CHECK(told(answer) == "closed");
    CHECK(told(answer.evidence.missing) ==
          "orca 10.0.0.1:8083 stale, orca 10.0.0.1:8083 client_auth_unknown, orca 10.0.0.2:8083 "
          "unknown");
  }

  TEST_CASE("outdated: half of the replicas looked at anew -> their difference does not block") {
    Stage stage(fleet_of({"orca"}));
    stage.resolve("orca", {1, 2}, at(1s));
    stage.look("orca", 1, at(1s));
    stage.look("orca", 2, at(1s));
    stage.step(at(1s));
    stage.board.outdate("orca");
    stage.look("orca", 1, at(2s), observation({Try(nothing, tls_1_3)}));
    const Answer answer = stage.step(at(2s));
    CHECK(told(answer.evidence.blockers).find("replicas_disagree") == std::string::npos);
  }

  TEST_CASE("reload noted -> whether it went well, and when one last did") {
    Stage stage(fleet_of({"orca"}));
    stage.board.note_reload(false, at(5s).civil);
    stage.step(at(5s));
    CHECK(!stage.snapshot->health.last_reload_successful);
    CHECK(stage.snapshot->health.last_reload_success == at(0s).civil);
    stage.board.note_reload(true, at(6s).civil);
    stage.step(at(6s));
    CHECK(stage.snapshot->health.last_reload_successful);
    CHECK(stage.snapshot->health.last_reload_success == at(6s).civil);
  }
}
