// Calls on a board: predicted anew where something has changed, told when a verdict has.

#include <doctest/doctest.h>

#include "unit/gate/calls.hpp"

using namespace telltale;
using namespace telltale::gate;
using namespace telltale::gate::build;

namespace {

/// orca is called by ci, which is no target, and by echo, whose own endpoint shows what it holds.
fleet::Fleet called_fleet() {
  fleet::Fleet fleet = fleet_of({"orca", "echo", "fiat"});
  add_caller(fleet, "ci", "orca");
  fleet.targets[1].calls = {{.target = "orca", .source = "telltale.yml:1"}};
  return fleet;
}

struct CallStage : Stage {
  explicit CallStage(fleet::Fleet fleet = called_fleet()) : CallStage(std::move(fleet), Oracle()) {}

  CallStage(fleet::Fleet fleet, const Oracle& with) : Stage(std::move(fleet), with), oracle(with) {}

  void see_all(Now now) {
    for (const char* name : {"orca", "echo", "fiat"}) {
      resolve(name, {1}, now);
      look(name, 1, now);
    }
  }

  /// How often a prediction was made for the next snapshot.
  unsigned asked_at(Now now) {
    *oracle.asked = 0;
    step(now);
    return *oracle.asked;
  }

  Oracle oracle;
};

}  // namespace

TEST_SUITE("gate") {
  TEST_CASE("edges: at the start -> all there, one row each without an address, unknown") {
    CallStage stage;
    CHECK(stage.asked_at(at(0s)) == 0);
    REQUIRE(stage.snapshot->edges.size() == 2);
    for (const EdgeEntryPtr& entry : stage.snapshot->edges) {
      REQUIRE(entry->rows.size() == 1);
      CHECK(entry->rows[0].address.port == 0);
      CHECK((entry->verdict == Verdict::unknown));
      CHECK(!entry->rows[0].detail.empty());
      CHECK(!entry->rows[0].hint.empty());
    }
    CHECK(stage.snapshot->events->empty());
  }

  TEST_CASE("edges: a row for each address that was looked at, the worst is the edge's") {
    CallStage stage;
    stage.resolve("orca", {1, 2, 3}, at(1s));
    stage.look("orca", 1, at(1s));
    stage.look("orca", 3, at(1s));
    stage.step(at(1s));
    CHECK(stage.snapshot->edges[0]->edge.caller == "echo");
    CHECK(stage.snapshot->edges[1]->edge.caller == "ci");
    REQUIRE(stage.snapshot->edges[1]->rows.size() == 2);
    CHECK(stage.snapshot->edges[1]->rows[1].address == endpoint(3));
    CHECK((stage.snapshot->edges[1]->verdict == Verdict::survives));
  }

  TEST_CASE("worst row: by verdict, then by the reason that comes first, in whatever order") {
    const EdgeAssessment fine = surviving();
    const EdgeAssessment early = row(Verdict::breaks, Reason::issuer_not_advertised);
    const EdgeAssessment late = row(Verdict::breaks, Reason::identity_expired);
    const EdgeAssessment broken = row(Verdict::broken, Reason::versions_incompatible);
    CHECK(*worst_row({.rows = {fine, early, late}}) == early);
    CHECK(*worst_row({.rows = {late, early, fine}}) == early);
    CHECK(*worst_row({.rows = {late, broken, early}}) == broken);
    CHECK(*worst_row({.rows = {row(Verdict::unknown, Reason::unknown), fine}}) ==
          row(Verdict::unknown, Reason::unknown));
    CHECK(worst_row({}) == nullptr);
  }

  TEST_CASE("edges: predicted anew only where callee, observed caller or credentials changed") {
    CallStage stage;
    stage.see_all(at(1s));
    CHECK(stage.asked_at(at(1s)) == 2);
    CHECK(stage.asked_at(at(2s)) == 0);
    const SnapshotPtr before = stage.snapshot;
    stage.look("orca", 1, at(3s));
    CHECK(stage.asked_at(at(3s)) == 2);
    // The same was predicted, so the same is shared.
    CHECK(stage.snapshot->edges[0] == before->edges[0]);
    stage.look("echo", 1, at(4s));
    CHECK(stage.asked_at(at(4s)) == 1);
    stage.look("fiat", 1, at(5s));
    CHECK(stage.asked_at(at(5s)) == 0);
    stage.board.set_credentials({});
    CHECK(stage.asked_at(at(6s)) == 1);
    (*stage.oracle.script)["ci"] = row(Verdict::breaks, Reason::identity_rejected);
    stage.look("orca", 1, at(7s));
    stage.step(at(7s));
    CHECK(stage.snapshot->edges[0] == before->edges[0]);
    CHECK(stage.snapshot->edges[1] != before->edges[1]);
  }

  TEST_CASE("edges: what the caller has cannot be read any more -> it survives no longer") {
    fleet::Fleet fleet = called_fleet();
    fleet.callers[0].trust = pki::TrustFiles{.file = "ci-ca.pem"};
    CallStage stage(fleet);
    stage.see_all(at(1s));
    stage.step(at(1s));
    const auto ci_with = [&](const std::string& of_identity, const std::string& of_trust, Now now) {
      assess::CredentialFacts facts;
      facts.identities = {{.name = "ci", .unreadable = of_identity}};
      facts.caller_trusts = {{.name = "ci-ca.pem", .unreadable = of_trust}};
      stage.board.set_credentials(facts);
      stage.step(now);
      return stage.snapshot->edges[1]->rows[0];
    };
    CHECK((ci_with("", "", at(2s)).verdict == Verdict::survives));
    const EdgeAssessment unreadable = ci_with("ci.pem: is empty", "", at(3s));
    CHECK((unreadable.verdict == Verdict::unknown));
    CHECK((unreadable.reason == Reason::caller_unknown));
    CHECK(unreadable.detail ==
          "By what it held so far ci would survive, but its identity ci cannot be read anew: "
          "ci.pem: is empty.");
    CHECK(told(stage.snapshot->events->back()) == "ci survives>unknown caller_unknown");
    CHECK((ci_with("", "ci-ca.pem: is empty", at(4s)).verdict == Verdict::unknown));
    CHECK((ci_with("", "", at(5s)).verdict == Verdict::survives));
    (*stage.oracle.script)["ci"] = row(Verdict::breaks, Reason::identity_rejected);
    CHECK((ci_with("ci.pem: is empty", "", at(6s)).verdict == Verdict::breaks));
  }

  TEST_CASE("events: doubt while what was seen is outdated -> none; a fault -> told at once") {
    CallStage stage;
    stage.see_all(at(1s));
    stage.step(at(1s));
    const EventsPtr before = stage.snapshot->events;
    stage.board.outdate("orca");
    (*stage.oracle.script)["ci"] = row(Verdict::unknown, Reason::look_incomplete);
    stage.step(at(2s));
    CHECK((stage.snapshot->edges[1]->verdict == Verdict::unknown));
    CHECK(stage.snapshot->events == before);
    (*stage.oracle.script)["ci"] = surviving();
    stage.look("orca", 1, at(3s));
    stage.step(at(3s));
    CHECK(stage.snapshot->events == before);
    stage.board.outdate("orca");
    (*stage.oracle.script)["ci"] = row(Verdict::breaks, Reason::identity_expired);
    stage.step(at(4s));
    CHECK(told(*stage.snapshot->events).find("ci survives>breaks identity_expired") !=
          std::string::npos);
  }

  TEST_CASE("edges: reasons of rows that break or are broken -> seen, sorted, and stay") {
    CallStage stage;
    const auto play = [&](Verdict verdict, Reason reason, Now now) {
      (*stage.oracle.script)["ci"] = row(verdict, reason);
      stage.see_all(now);
      stage.step(now);
    };
    play(Verdict::breaks, Reason::identity_rejected, at(1s));
    play(Verdict::unknown, Reason::caller_unknown, at(2s));
    play(Verdict::broken, Reason::hostname_mismatch, at(3s));
    play(Verdict::survives, Reason::caller_accepted, at(4s));
    const std::vector seen = {Reason::hostname_mismatch, Reason::identity_rejected};
    CHECK(stage.snapshot->edges[1]->reasons_seen == seen);
    fleet::Fleet moved = called_fleet();
    std::swap(moved.targets[0], moved.targets[1]);
    moved.callers[0].calls[0].source = "telltale.yml:9";
    stage.board.reconfigure(moved, at(5s));
    stage.step(at(5s));
    CHECK(stage.snapshot->edges[1]->reasons_seen == seen);
    CHECK(stage.snapshot->edges[1]->edge.source == "telltale.yml:9");
    moved.callers[0].identity = "another";
    stage.board.reconfigure(moved, at(6s));
    stage.step(at(6s));
    CHECK(stage.snapshot->edges[1]->reasons_seen.empty());
  }

  TEST_CASE("events: each change of a verdict, or of the reason while it does not survive") {
    CallStage stage;
    stage.see_all(at(1s));
    stage.step(at(1s));
    const auto play = [&](Verdict verdict, Reason reason, Now now) {
      (*stage.oracle.script)["ci"] = row(verdict, reason);
      const EventsPtr before = stage.snapshot->events;
      stage.look("orca", 1, now);
      stage.step(now);
      std::vector<Event> fresh(
          stage.snapshot->events->begin() + static_cast<std::ptrdiff_t>(before->size()),
          stage.snapshot->events->end());
      std::erase_if(fresh, [](const Event& event) { return event.kind != EventKind::edge; });
      return told(fresh);
    };
    CHECK(told(*stage.snapshot->events)
              .starts_with("echo >survives caller_accepted, ci >survives caller_accepted"));
    CHECK(play(Verdict::survives, Reason::caller_accepted, at(2s)).empty());
    CHECK(play(Verdict::survives, Reason::app_unhealthy, at(3s)).empty());
    CHECK(play(Verdict::breaks, Reason::identity_rejected, at(4s)) ==
          "ci survives>breaks identity_rejected");
    CHECK(play(Verdict::breaks, Reason::identity_expired, at(5s)) ==
          "ci breaks>breaks identity_expired");
    CHECK(play(Verdict::breaks, Reason::identity_expired, at(6s)).empty());
    CHECK(play(Verdict::unknown, Reason::caller_unknown, at(7s)) ==
          "ci breaks>unknown caller_unknown");
    CHECK(play(Verdict::survives, Reason::caller_accepted, at(8s)) ==
          "ci unknown>survives caller_accepted");
    const Event& last = stage.snapshot->events->back();
    CHECK(last.at == at(8s).civil);
    CHECK(last.callee == "orca");
    CHECK(last.detail == "It is so.");
  }

  TEST_CASE("events: unknown at the start -> none; a reload that changes nothing -> none") {
    CallStage stage;
    (*stage.oracle.script)["ci"] = row(Verdict::unknown, Reason::caller_unknown);
    (*stage.oracle.script)["echo"] = row(Verdict::unknown, Reason::caller_unknown);
    stage.see_all(at(1s));
    stage.step(at(1s));
    CHECK(stage.snapshot->events->empty());
    (*stage.oracle.script)["ci"] = row(Verdict::broken, Reason::hostname_mismatch);
    stage.see_all(at(2s));
    stage.step(at(2s));
    CHECK(told(*stage.snapshot->events) ==
          "ci >broken hostname_mismatch, gate need unknown>closed hostname_mismatch");
    CHECK(stage.snapshot->events->back().caller == "ci");
    CHECK(stage.snapshot->events->back().callee == "orca");
    const EventsPtr before = stage.snapshot->events;
    stage.board.reconfigure(called_fleet(), at(3s));
    stage.step(at(3s));
    CHECK(stage.snapshot->events == before);
    CHECK(stage.snapshot->events_total == 2);
  }

  TEST_CASE("events: a gate's status at each step that changes it") {
    Stage stage = opened();
    CHECK(told(*stage.snapshot->events) == "gate need unknown>open");
    stage.look("orca", 1, at(62s), refused_look());
    stage.step(at(62s));
    stage.look("orca", 1, at(63s));
    stage.step(at(63s));
    CHECK(told(*stage.snapshot->events) ==
          "gate need unknown>open, gate need open>closed connect_refused, "
          "gate need closed>unknown waiting");
    // The gate begins anew, and was unknown already.
    fleet::Fleet fleet = fleet_of({"orca"});
    fleet.gates[0].rounds = 4;
    stage.board.reconfigure(fleet, at(64s));
    stage.step(at(64s));
    CHECK(stage.snapshot->events->size() == 3);
  }

  TEST_CASE("reconfigure: calls -> what of an open gate stays") {
    struct Row {
      const char* what;
      void (*change)(fleet::Fleet&);
      const char* gate;
      const char* orca;
      const char* echo;
    };

    const Row rows[] = {
        {"another line", [](fleet::Fleet& fleet) { fleet.targets[1].calls[0].source = "x:7"; },
         "open", "open", "open"},
        {"a call goes", [](fleet::Fleet& fleet) { fleet.callers.clear(); }, "open", "open", "open"},
        {"a call comes", [](fleet::Fleet& fleet) { fleet.targets[2].calls = {{.target = "orca"}}; },
         "unknown", "unknown", "open"},
        {"a caller holds something else",
         [](fleet::Fleet& fleet) { fleet.callers[0].identity = "another"; }, "unknown", "unknown",
         "open"},
        {"a caller trusts something else",
         [](fleet::Fleet& fleet) { fleet.targets[1].trust.emplace().file = "other.pem"; },
         "unknown", "unknown", "open"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      CallStage stage;
      for (const auto elapsed : {1s, 31s, 61s}) {
        stage.see_all(at(elapsed));
        stage.step(at(elapsed));
      }
      REQUIRE(told(stage.later(at(61s))) == "open");
      fleet::Fleet fleet = called_fleet();
      row.change(fleet);
      stage.board.reconfigure(fleet, at(62s));
      const Answer answer = stage.step(at(62s));
      CHECK(told(answer) == row.gate);
      CHECK(told(answer_for_target(answer, "orca")) == row.orca);
      CHECK(told(answer_for_target(answer, "echo")) == row.echo);
      // Nothing that was seen of a server is lost.
      CHECK(stage.snapshot->targets[0]->addresses.size() == 1);
      CHECK(stage.snapshot->targets[1]->counters.looks == 3);
    }
  }

  TEST_CASE("reconfigure: a call that comes -> looks from before it open nothing, in a check too") {
    fleet::Fleet fleet = called_fleet();
    fleet.gates[0].rounds = 1;
    fleet.gates[0].minimum_time = 0s;
    CallStage stage(fleet);
    stage.see_all(at(1s));
    REQUIRE(told(stage.step(at(1s))) == "open");
    add_caller(fleet, "new", "orca");
    stage.board.reconfigure(fleet, at(2s));
    CHECK(told(stage.step(at(2s))) == "unknown");
    stage.look("orca", 1, at(3s));
    CHECK(told(stage.step(at(3s))) == "open");
  }

  TEST_CASE("gate: a call that flaps -> closes it at once, and it opens after all its rounds") {
    struct Row {
      Duration elapsed;
      Verdict verdict;
      const char* told;
    };

    constexpr Row rows[] = {
        {1s, Verdict::survives, "waiting: 1 of 3 rounds, 0s of 1m"},
        {31s, Verdict::survives, "waiting: 2 of 3 rounds, 30s of 1m"},
        {50s, Verdict::broken, "closed"},
        {61s, Verdict::survives, "waiting: 1 of 3 rounds, 0s of 1m"},
        {91s, Verdict::unknown, "unknown"},
        {100s, Verdict::survives, "waiting: 1 of 3 rounds, 0s of 1m"},
        {130s, Verdict::survives, "waiting: 2 of 3 rounds, 30s of 1m"},
        {159s, Verdict::survives, "waiting: 3 of 3 rounds, 59s of 1m"},
        {160s, Verdict::survives, "open"},
        {161s, Verdict::breaks, "closed"},
        {162s, Verdict::survives, "waiting: 1 of 3 rounds, 0s of 1m"},
    };
    CallStage stage;
    for (const Row& each : rows) {
      CAPTURE(to_text(each.elapsed));
      (*stage.oracle.script)["ci"] = row(each.verdict, Reason::identity_rejected);
      stage.see_all(at(each.elapsed));
      CHECK(told(stage.step(at(each.elapsed))) == each.told);
    }
    // Each turn has left its trace.
    const auto turns = std::ranges::count(*stage.snapshot->events, "ci", &Event::caller);
    CHECK(turns >= 7);
  }

  TEST_CASE("gate: a round is over when the observed caller was looked at anew, too") {
    CallStage stage;
    stage.see_all(at(1s));
    fleet::Fleet fleet = called_fleet();
    fleet.gates[0].targets = {"orca"};
    stage.board.reconfigure(fleet, at(1s));
    CHECK(told(stage.step(at(1s))) == "waiting: 1 of 3 rounds, 0s of 1m");
    stage.look("orca", 1, at(20s));
    CHECK(told(stage.step(at(20s))) == "waiting: 1 of 3 rounds, 19s of 1m");
    stage.look("echo", 1, at(30s));
    CHECK(told(stage.step(at(30s))) == "waiting: 2 of 3 rounds, 29s of 1m");
    // A replica of the caller that appears has no rounds yet.
    stage.resolve("echo", {1, 2}, at(31s));
    CHECK(told(stage.step(at(31s))) == "unknown");
    stage.look("echo", 2, at(32s));
    CHECK(told(stage.step(at(32s))) == "waiting: 0 of 3 rounds, 0s of 1m");
  }

  TEST_CASE("gate: at the start the observed caller is looked at last -> its look counts as well") {
    fleet::Fleet fleet = called_fleet();
    fleet.gates[0].rounds = 1;
    fleet.gates[0].minimum_time = 0s;
    fleet.gates[0].targets = {"orca"};
    CallStage stage(fleet);
    (*stage.oracle.script)["echo"] = row(Verdict::unknown, Reason::caller_unknown);
    stage.resolve("orca", {1}, at(1s));
    stage.look("orca", 1, at(1s));
    const Answer early = stage.step(at(1s));
    CHECK(told(early) == "unknown");
    CHECK(told(early.evidence.missing) == "orca unknown");
    CHECK(early.evidence.missing[0].caller == "echo");
    stage.oracle.script->clear();
    stage.resolve("echo", {1}, at(2s));
    stage.look("echo", 1, at(2s));
    CHECK(told(stage.step(at(2s))) == "open");
  }
}
