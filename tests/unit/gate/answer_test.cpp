#include <doctest/doctest.h>

#include "unit/gate/builders.hpp"

using namespace telltale;
using namespace telltale::gate;
using namespace telltale::gate::build;

namespace {

Answer with_status(Status status) {
  Answer made;
  made.status = status;
  return made;
}

}  // namespace

TEST_SUITE("gate") {
  TEST_CASE("answer: the scheduler stops -> open leaves by itself, with the instant it did") {
    const Stage stage = opened();
    CHECK(stage.later(at(126s - 1ns)).status == Status::open);
    const Answer stale = stage.later(at(200s));
    CHECK(told(stale) == "unknown");
    CHECK(!stale.waiting);
    CHECK(stale.since == at(126s).civil);
    CHECK(told(stale.evidence.missing) == "orca stale, orca 10.0.0.1:8083 stale");
    CHECK(told(answer_for_target(stale, "orca")) == "unknown");
  }

  TEST_CASE("answer: closed by a blocker that has gone stale -> unknown since then") {
    Stage stage(fleet_of({"orca"}));
    stage.resolve("orca", {1}, at(1s));
    stage.look("orca", 1, at(2s), refused_look());
    CHECK(told(stage.step(at(3s))) == "closed");
    CHECK(stage.later(at(60s)).since == at(3s).civil);
    CHECK(told(stage.later(at(100s))) == "unknown");
    CHECK(stage.later(at(100s)).since == at(67s).civil);
  }

  TEST_CASE("answer: an acceptance runs out between two steps -> closed since its date") {
    auto fleet = fleet_of({"orca"});
    fleet.gates[0].accept = {
        {.target = "orca", .reason = "plaintext_open", .until = noon + 100s, .why = "old port"}};
    Stage stage(fleet);
    auto seen = healthy_want();
    seen.plaintext.emplace_back();
    seen.plaintext[0].port = 7101;
    seen.plaintext[0].http = probe::HttpReply{.status = 200, .first_line = ""};
    for (const auto elapsed : {1s, 31s, 61s}) {
      stage.resolve("orca", {1}, at(elapsed));
      stage.look("orca", 1, at(elapsed), seen);
      stage.step(at(elapsed));
    }
    const Answer open = stage.later(at(100s - 1ns));
    CHECK(told(open) == "open");
    CHECK(told(open.evidence.accepted) == "orca 10.0.0.1:8083 plaintext_open");
    const Answer closed = stage.later(at(110s));
    CHECK(told(closed) == "closed");
    CHECK(closed.since == noon + 100s);
    CHECK(closed.evidence.accepted.empty());
    CHECK(next_change(*stage.snapshot, at(61s)) == at(100s).steady);
  }

  TEST_CASE("answer: a certificate enters the margin between two steps -> closed since then") {
    auto fleet = fleet_of({"orca"});
    fleet.gates[0].certificate_validity = 24h;
    Stage stage(fleet);
    auto leaf = certificate("CN=orca", root_a);
    leaf.validity.not_after = noon + 24h + 80s;
    auto seen = healthy_want();
    seen.peer_chains = {peer_chain({share(leaf)})};
    for (const auto elapsed : {1s, 31s, 61s}) {
      stage.resolve("orca", {1}, at(elapsed));
      stage.look("orca", 1, at(elapsed), seen);
      stage.step(at(elapsed));
    }
    CHECK(told(stage.later(at(80s))) == "open");
    CHECK(told(stage.later(at(81s))) == "closed");
    CHECK(stage.later(at(90s)).since == noon + 80s);
    CHECK(next_change(*stage.snapshot, at(61s)) == at(81s).steady);
  }

  TEST_CASE("answer: without a step nothing opens, however good it looks later") {
    Stage stage(fleet_of({"orca"}));
    for (const auto elapsed : {1s, 31s, 60s}) {
      stage.resolve("orca", {1}, at(elapsed));
      stage.look("orca", 1, at(elapsed));
      stage.step(at(elapsed));
    }
    CHECK(told(stage.later(at(70s))) == "waiting: 3 of 3 rounds, 1m of 1m");
  }

  TEST_CASE("answer: the civil clock goes back before an acceptance ran out -> not open again") {
    auto fleet = fleet_of({"orca"});
    fleet.gates[0].accept = {
        {.target = "orca", .reason = "addresses_missing", .until = noon, .why = ""}};
    fleet.targets[0].expect.addresses = 2;
    Stage stage(fleet);
    stage.resolve("orca", {1}, at(1s));
    stage.look("orca", 1, at(1s));
    CHECK(told(stage.step(at(1s))) == "closed");
    CHECK(told(stage.later(at(2s, -1h))) == "waiting: 0 of 3 rounds, 0s of 1m");
  }

  TEST_CASE("answer for a target: only its own evidence; unknown for one that is not judged") {
    auto fleet = fleet_of({"orca", "echo"});
    fleet.gates[0].targets = {"echo"};
    Stage stage(fleet);
    stage.resolve("echo", {1, 2}, at(1s));
    stage.look("echo", 1, at(1s), refused_look());
    const Answer whole = stage.step(at(1s));
    const Answer echo = answer_for_target(whole, "echo");
    CHECK(echo.gate == "need");
    CHECK(told(echo) == "closed");
    CHECK(told(echo.evidence.blockers) == "echo 10.0.0.1:8083 connect_refused");
    CHECK(told(echo.evidence.missing) ==
          "echo 10.0.0.1:8083 client_auth_unknown, echo 10.0.0.2:8083 unknown");
    CHECK(echo.targets == 1);
    CHECK(echo.addresses == 2);
    const Answer orca = answer_for_target(whole, "orca");
    CHECK(told(orca) == "unknown");
    CHECK(orca.evidence.blockers.empty());
    CHECK(!orca.ready());
  }

  TEST_CASE("overall: closed before unknown before open; unknown for no gate") {
    using enum Status;
    const auto of = [](std::vector<Status> statuses) {
      std::vector<Answer> answers;
      for (const Status status : statuses) {
        answers.push_back(with_status(status));
      }
      return name_of(overall(answers));
    };
    CHECK(of({}) == "unknown");
    CHECK(of({open}) == "open");
    CHECK(of({open, open}) == "open");
    CHECK(of({open, unknown}) == "unknown");
    CHECK(of({unknown, closed, open}) == "closed");
  }

  TEST_CASE("fresh: younger than stale_after, by the steady clock") {
    CHECK(is_fresh(at(0s).steady, 65s, at(65s - 1ns).steady));
    CHECK(!is_fresh(at(0s).steady, 65s, at(65s).steady));
    CHECK(is_fresh(at(1s).steady, 65s, at(0s).steady));
  }

  TEST_CASE("next change: the first look or resolution to go stale, while any is to come") {
    Stage stage(fleet_of({"orca"}));
    stage.step(at(0s));
    CHECK(!next_change(*stage.snapshot, at(0s)));
    stage.resolve("orca", {1, 2}, at(5s));
    stage.look("orca", 1, at(3s));
    stage.look("orca", 2, at(4s));
    stage.step(at(5s));
    CHECK(next_change(*stage.snapshot, at(5s)) == at(68s).steady);
    CHECK(next_change(*stage.snapshot, at(68s)) == at(69s).steady);
    CHECK(next_change(*stage.snapshot, at(69s)) == at(70s).steady);
    CHECK(!next_change(*stage.snapshot, at(70s)));
  }

  TEST_CASE("next change: at it, and not before, the answer changes") {
    const Stage stage = opened();
    const auto change = next_change(*stage.snapshot, at(61s));
    REQUIRE(change);
    const Duration elapsed = *change - at(0s).steady;
    CHECK(stage.later(at(elapsed - 1ns)).ready());
    CHECK(!stage.later(at(elapsed)).ready());
  }
}
