#include <doctest/doctest.h>

#include "unit/gate/builders.hpp"

using namespace telltale;
using namespace telltale::gate;
using namespace telltale::gate::build;

namespace {

/// Resolves and looks at every address of one target at the same instant, and steps.
Answer round(Stage& stage, const std::vector<int>& addresses, Now now) {
  stage.resolve("orca", addresses, now);
  for (const int address : addresses) {
    stage.look("orca", address, now);
  }
  return stage.step(now);
}

}  // namespace

TEST_SUITE("gate") {
  TEST_CASE("gate: opens after its rounds and its time, not before") {
    Stage stage(fleet_of({"orca"}));
    CHECK(told(stage.step(at(0s))) == "unknown");
    CHECK(told(round(stage, {1}, at(1s))) == "waiting: 1 of 3 rounds, 0s of 1m");
    CHECK(told(round(stage, {1}, at(31s))) == "waiting: 2 of 3 rounds, 30s of 1m");
    CHECK(told(round(stage, {1}, at(60s))) == "waiting: 3 of 3 rounds, 59s of 1m");
    CHECK(told(stage.step(at(61s - 1ns))) == "waiting: 3 of 3 rounds, 59s of 1m");
    const Answer open = stage.step(at(61s));
    CHECK(told(open) == "open");
    CHECK(open.ready());
    CHECK(open.since == at(61s).civil);
    CHECK(open.targets == 1);
    CHECK(open.addresses == 1);
  }

  TEST_CASE("gate: time without rounds -> waits") {
    Stage stage(fleet_of({"orca"}));
    round(stage, {1}, at(1s));
    // The same evidence seen again and again is no round.
    for (auto elapsed = 2s; elapsed < 60s; ++elapsed) {
      CHECK(!stage.step(at(elapsed)).ready());
    }
    stage.resolve("orca", {1}, at(60s));
    stage.look("orca", 1, at(60s));
    CHECK(told(stage.step(at(62s))) == "waiting: 2 of 3 rounds, 1m of 1m");
  }

  TEST_CASE("gate: a round is over when every address was looked at anew") {
    Stage stage(fleet_of({"orca"}));
    CHECK(told(round(stage, {1, 2}, at(1s))).starts_with("waiting: 1 of 3"));
    stage.look("orca", 1, at(10s));
    CHECK(told(stage.step(at(10s))).starts_with("waiting: 1 of 3"));
    stage.look("orca", 1, at(20s));
    CHECK(told(stage.step(at(20s))).starts_with("waiting: 1 of 3"));
    stage.look("orca", 2, at(30s));
    CHECK(told(stage.step(at(30s))).starts_with("waiting: 2 of 3"));
  }

  TEST_CASE(
      "gate: the first round is over when everything was seen once, however often it stepped") {
    Stage stage(fleet_of({"orca"}));
    stage.resolve("orca", {1, 2}, at(1s));
    CHECK(told(stage.step(at(1s))) == "unknown");
    stage.look("orca", 1, at(2s));
    CHECK(told(stage.step(at(2s))) == "unknown");
    stage.look("orca", 2, at(3s));
    CHECK(told(stage.step(at(3s))) == "waiting: 1 of 3 rounds, 0s of 1m");
  }

  TEST_CASE("gate: a check of one round, without a time -> open at once, or not at all") {
    auto fleet = fleet_of({"orca"});
    fleet.gates[0].rounds = 1;
    fleet.gates[0].minimum_time = 0s;
    SUBCASE("stepped once, at the end") {
      Stage stage(fleet);
      CHECK(told(round(stage, {1, 2}, at(1s))) == "open");
    }
    SUBCASE("stepped at every look") {
      Stage stage(fleet);
      stage.resolve("orca", {1, 2}, at(1s));
      stage.look("orca", 1, at(1s));
      CHECK(told(stage.step(at(1s))) == "unknown");
      stage.look("orca", 2, at(2s));
      CHECK(told(stage.step(at(2s))) == "open");
    }
    SUBCASE("with a blocker") {
      Stage stage(fleet);
      stage.resolve("orca", {1}, at(1s));
      stage.look("orca", 1, at(1s), healthy_none());
      CHECK(told(stage.step(at(1s))) == "closed");
    }
    SUBCASE("with an unknown mode") {
      Stage stage(fleet);
      stage.resolve("orca", {1}, at(1s));
      stage.look("orca", 1, at(1s), unclear_look());
      CHECK(told(stage.step(at(1s))) == "unknown");
    }
    SUBCASE("no rounds asked for -> one all the same") {
      fleet.gates[0].rounds = 0;
      Stage stage(fleet);
      CHECK(told(stage.step(at(0s))) == "unknown");
      CHECK(told(round(stage, {1}, at(1s))) == "open");
    }
  }

  TEST_CASE("gate: one fresh blocker closes it and takes back rounds and time") {
    Stage stage = opened();
    CHECK(stage.later(at(61s)).ready());
    stage.look("orca", 1, at(90s), refused_look());
    const Answer closed = stage.step(at(90s));
    CHECK(told(closed) == "closed");
    CHECK(closed.since == at(90s).civil);
    CHECK(told(closed.evidence.blockers) == "orca 10.0.0.1:8083 connect_refused");
    CHECK(told(round(stage, {1}, at(100s))) == "waiting: 1 of 3 rounds, 0s of 1m");
    CHECK(told(round(stage, {1}, at(130s))) == "waiting: 2 of 3 rounds, 30s of 1m");
    CHECK(told(round(stage, {1}, at(159s))) == "waiting: 3 of 3 rounds, 59s of 1m");
    CHECK(told(round(stage, {1}, at(160s))) == "open");
  }

  TEST_CASE("gate: a look from before the streak never counts for it") {
    Stage stage(fleet_of({"orca"}));
    stage.resolve("orca", {1, 2}, at(1s));
    stage.look("orca", 1, at(1s), refused_look());
    stage.look("orca", 2, at(2s));
    CHECK(told(stage.step(at(2s))) == "closed");
    stage.look("orca", 1, at(10s));
    // 10.0.0.2 was last looked at while 10.0.0.1 blocked.
    CHECK(told(stage.step(at(10s))) == "waiting: 0 of 3 rounds, 0s of 1m");
    stage.look("orca", 2, at(20s));
    CHECK(told(stage.step(at(20s))) == "waiting: 1 of 3 rounds, 10s of 1m");
  }

  TEST_CASE("gate: an unknown mode, or staleness, takes rounds and time back too") {
    SUBCASE("unknown mode") {
      Stage stage = opened();
      stage.look("orca", 1, at(90s), unclear_look());
      CHECK(told(stage.step(at(90s))) == "unknown");
      CHECK(told(round(stage, {1}, at(100s))) == "waiting: 1 of 3 rounds, 0s of 1m");
    }
    SUBCASE("staleness") {
      Stage stage = opened();
      CHECK(told(stage.step(at(126s))) == "unknown");
      CHECK(told(round(stage, {1}, at(130s))) == "waiting: 1 of 3 rounds, 0s of 1m");
    }
  }

  TEST_CASE("gate: an address that appears in the midst of a streak -> it begins anew") {
    SUBCASE("seen before it was looked at") {
      Stage stage = opened();
      stage.resolve("orca", {1, 2}, at(70s));
      CHECK(told(stage.step(at(70s))) == "unknown");
      stage.look("orca", 2, at(71s));
      CHECK(told(stage.step(at(71s))) == "waiting: 0 of 3 rounds, 0s of 1m");
    }
    SUBCASE("resolved and looked at between two steps") {
      Stage stage = opened();
      CHECK(told(round(stage, {1, 2}, at(70s))) == "waiting: 0 of 3 rounds, 0s of 1m");
      CHECK(told(round(stage, {1, 2}, at(100s))) == "waiting: 1 of 3 rounds, 30s of 1m");
    }
  }

  TEST_CASE("gate: absence in the midst of a streak -> looks from before it do not count either") {
    Stage stage(fleet_of({"orca"}));
    round(stage, {1, 2}, at(1s));
    stage.look("orca", 1, at(10s));
    CHECK(told(stage.step(at(10s))) == "waiting: 1 of 3 rounds, 9s of 1m");
    stage.resolve("orca", {1, 2, 3}, at(20s));
    CHECK(told(stage.step(at(20s))) == "unknown");
    stage.look("orca", 3, at(21s));
    stage.look("orca", 2, at(22s));
    // 10.0.0.1 was last looked at before 10.0.0.3 appeared.
    CHECK(told(stage.step(at(22s))) == "waiting: 0 of 3 rounds, 0s of 1m");
    stage.look("orca", 1, at(23s));
    CHECK(told(stage.step(at(23s))) == "waiting: 1 of 3 rounds, 1s of 1m");
  }

  TEST_CASE("gate: an address that vanishes -> the streak goes on without it") {
    Stage stage(fleet_of({"orca"}));
    round(stage, {1, 2}, at(1s));
    round(stage, {1, 2}, at(31s));
    CHECK(told(round(stage, {1}, at(61s))) == "open");
  }

  TEST_CASE("gate: an address that comes back -> is a new one") {
    Stage stage = opened();
    round(stage, {2}, at(62s));
    stage.resolve("orca", {1}, at(63s));
    CHECK(stage.board.snapshot(at(63s))->targets[0]->addresses[0].assessment == nullptr);
    CHECK(told(stage.step(at(63s))) == "unknown");
  }

  TEST_CASE("gate: fewer addresses than expected -> closed") {
    auto fleet = fleet_of({"orca"});
    fleet.targets[0].expect.addresses = 2;
    Stage stage(fleet);
    CHECK(told(round(stage, {1, 2}, at(1s))).starts_with("waiting"));
    CHECK(told(round(stage, {1}, at(31s))) == "closed");
  }

  TEST_CASE("gate: a name that stops resolving -> closed at once, though looks go on") {
    Stage stage = opened();
    stage.fail_to_resolve("orca", at(70s));
    CHECK(told(stage.step(at(70s))) == "closed");
    stage.look("orca", 1, at(80s));
    CHECK(told(stage.step(at(80s))) == "closed");
  }

  TEST_CASE("gate: looks go on but nobody resolves any more -> unknown") {
    Stage stage = opened();
    stage.look("orca", 1, at(120s));
    CHECK(told(stage.step(at(125s))) == "open");
    stage.look("orca", 1, at(126s));
    CHECK(told(stage.step(at(126s))) == "unknown");
  }

  TEST_CASE("gate: the civil clock jumps -> neither opens nor closes it") {
    SUBCASE("forward: no time has passed") {
      Stage stage(fleet_of({"orca"}));
      round(stage, {1}, at(1s));
      round(stage, {1}, at(2s));
      CHECK(told(round(stage, {1}, at(3s, 1h))) == "waiting: 3 of 3 rounds, 2s of 1m");
    }
    SUBCASE("backward: evidence is as old as it is") {
      Stage stage = opened();
      CHECK(stage.later(at(62s, -24h)).ready());
      CHECK(!stage.later(at(126s, -24h)).ready());
    }
  }

  TEST_CASE("gate: every target holds the gate, each opens by its own rounds") {
    Stage stage(fleet_of({"orca", "echo"}));
    const auto play = [&](Duration elapsed, const probe::Observation& of_echo) {
      for (const char* name : {"orca", "echo"}) {
        stage.resolve(name, {1}, at(elapsed));
      }
      stage.look("orca", 1, at(elapsed));
      stage.look("echo", 1, at(elapsed), of_echo);
      return stage.step(at(elapsed));
    };
    play(1s, healthy_none());
    play(31s, healthy_none());
    Answer whole = play(61s, healthy_none());
    CHECK(told(whole) == "closed");
    CHECK(told(answer_for_target(whole, "orca")) == "open");
    CHECK(told(answer_for_target(whole, "echo")) == "closed");
    whole = play(70s, healthy_want());
    CHECK(told(whole) == "waiting: 1 of 3 rounds, 0s of 1m");
    CHECK(told(answer_for_target(whole, "orca")) == "open");
    CHECK(told(answer_for_target(whole, "echo")) == "waiting: 1 of 3 rounds, 0s of 1m");
  }
}
