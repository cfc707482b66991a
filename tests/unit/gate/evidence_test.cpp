#include <doctest/doctest.h>

#include "unit/gate/builders.hpp"

using namespace telltale;
using namespace telltale::gate;
using namespace telltale::gate::build;

namespace {

Evidence gathered(const Stage& stage, Now now) {
  return gather(*stage.snapshot, stage.snapshot->gates.at(0).rules, now);
}

/// One target at one address that was looked at once.
Stage with_look(probe::Observation seen, fleet::Fleet fleet = fleet_of({"orca"})) {
  Stage stage(std::move(fleet));
  stage.resolve("orca", {1}, at(1s));
  stage.look("orca", 1, at(2s), std::move(seen));
  stage.step(at(2s));
  return stage;
}

probe::Observation ending(CivilTime not_after) {
  auto seen = healthy_want();
  auto leaf = certificate("CN=orca", root_a);
  leaf.validity.not_after = not_after;
  seen.peer_chains = {peer_chain({share(leaf)})};
  return seen;
}

}  // namespace

TEST_SUITE("gate") {
  TEST_CASE("evidence: everything fresh and well -> clean") {
    const Stage stage = with_look(healthy_want());
    CHECK(gathered(stage, at(3s)).clean());
    CHECK(gathered(stage, at(3s)).accepted.empty());
  }

  TEST_CASE("evidence: not resolved, no address, not looked at -> missing") {
    Stage stage(fleet_of({"orca"}));
    stage.step(at(1s));
    CHECK(told(gathered(stage, at(1s)).missing) == "orca unknown");
    stage.resolve("orca", {1, 2}, at(2s));
    stage.look("orca", 2, at(2s));
    stage.step(at(2s));
    CHECK(told(gathered(stage, at(2s)).missing) == "orca 10.0.0.1:8083 unknown");
    CHECK(gathered(stage, at(2s)).blockers.empty());
  }

  TEST_CASE("evidence: an error finding blocks, a warning and a note do not") {
    CHECK(told(gathered(with_look(refused_look()), at(3s)).blockers) ==
          "orca 10.0.0.1:8083 connect_refused");
    auto warned = healthy_want();
    warned.attempts[2] = Try(stranger, tls_1_3).asked().sent().http(200);
    CHECK(gathered(with_look(warned), at(3s)).clean());
    CHECK(gathered(with_look(observation(
                       {Try(nothing, tls_1_3).asked().finished().alert(Phase::first_read, 116)})),
                   at(3s))
              .clean());
  }

  TEST_CASE("evidence: a blocker carries detail and hint") {
    const Evidence evidence = gathered(with_look(refused_look()), at(3s));
    REQUIRE(evidence.blockers.size() == 1);
    CHECK(evidence.blockers[0].detail ==
          "10.0.0.1:8083 refuses the connection; 1 of 1 attempt ended so.");
    CHECK(evidence.blockers[0].hint == assess::row_of(Reason::connect_refused).hint);
  }

  TEST_CASE("evidence: mode none -> a blocker where the goal is need, nothing where it is none") {
    CHECK(told(gathered(with_look(healthy_none()), at(3s)).blockers) ==
          "orca 10.0.0.1:8083 client_auth_none");
    auto fleet = fleet_of({"orca"});
    fleet.targets[0].goal = fleet::Goal::none;
    CHECK(gathered(with_look(healthy_none(), fleet), at(3s)).clean());
  }

  TEST_CASE("evidence: mode unknown -> missing where the goal is need") {
    CHECK(told(gathered(with_look(unclear_look()), at(3s)).missing) ==
          "orca 10.0.0.1:8083 client_auth_unknown");
    auto fleet = fleet_of({"orca"});
    fleet.targets[0].goal = fleet::Goal::none;
    CHECK(gathered(with_look(unclear_look(), fleet), at(3s)).clean());
  }

  TEST_CASE("evidence: goal none is judged by today alone") {
    auto fleet = fleet_of({"orca"});
    fleet.targets[0].goal = fleet::Goal::none;
    SUBCASE("what fails today blocks") {
      CHECK(told(gathered(with_look(refused_look(), fleet), at(3s)).blockers) ==
            "orca 10.0.0.1:8083 connect_refused");
      CHECK(told(gathered(with_look(ending(noon - 1s), fleet), at(3s)).blockers) ==
            "orca 10.0.0.1:8083 certificate_expired");
    }
    SUBCASE("what concerns the flip does not") {
      CHECK(gathered(with_look(ending(noon + 1h), fleet), at(3s)).clean());
      fleet.targets[0].expect.authorities.rule = fleet::AuthoritiesRule::listed;
      fleet.targets[0].expect.authorities.names = {{.text = "CN=x", .canonical = "cn=x"}};
      const Stage stage = with_look(healthy_want(), fleet);
      const auto& findings = stage.snapshot->targets[0]->addresses[0].assessment->findings;
      CHECK(find(findings, Reason::authorities_missing) != nullptr);
      CHECK(gathered(stage, at(3s)).clean());
    }
  }

  TEST_CASE("evidence: a look is fresh while it is younger than stale_after") {
    const Stage stage = with_look(healthy_want());
    // Resolved at 1 s, looked at at 2 s, stale after 65 s.
    CHECK(gathered(stage, at(66s - 1ns)).clean());
    CHECK(told(gathered(stage, at(66s)).missing) == "orca stale");
    CHECK(told(gathered(stage, at(67s)).missing) == "orca stale, orca 10.0.0.1:8083 stale");
    CHECK(gathered(stage, at(67s)).missing[1].detail ==
          "The newest look is 1m5s old; evidence counts for 1m5s.");
  }

  TEST_CASE("evidence: a blocker of a stale look -> missing, no blocker") {
    const Stage stage = with_look(refused_look());
    CHECK(told(gathered(stage, at(66s)).blockers) == "orca 10.0.0.1:8083 connect_refused");
    CHECK(gathered(stage, at(67s)).blockers.empty());
    CHECK(told(gathered(stage, at(67s)).missing) == "orca stale, orca 10.0.0.1:8083 stale");
  }

  TEST_CASE("evidence: configured addresses are never resolved anew -> never stale") {
    Stage stage(fleet_of({"orca"}));
    probe::Resolution configured;
    configured.target = "orca";
    configured.addresses = {endpoint(1)};
    configured.resolved_at = at(1s);
    stage.board.apply(configured);
    stage.look("orca", 1, at(1000s));
    stage.step(at(1000s));
    CHECK(gathered(stage, at(1000s)).clean());
  }

  TEST_CASE("evidence: a failed resolution -> a blocker, and the known addresses stay") {
    Stage stage = with_look(healthy_want());
    stage.fail_to_resolve("orca", at(3s));
    stage.step(at(3s));
    CHECK(told(gathered(stage, at(3s)).blockers) == "orca resolve_failed");
    CHECK(stage.snapshot->targets[0]->addresses.size() == 1);
    // Later both are stale: no longer a blocker, still not clean.
    CHECK(gathered(stage, at(100s)).blockers.empty());
    CHECK(!gathered(stage, at(100s)).clean());
  }

  TEST_CASE("evidence: findings about the whole target block") {
    auto fleet = fleet_of({"orca"});
    fleet.targets[0].expect.addresses = 2;
    CHECK(told(gathered(with_look(healthy_want(), fleet), at(3s)).blockers) ==
          "orca addresses_missing");
    Stage stage(fleet_of({"orca"}));
    stage.resolve("orca", {1, 2}, at(1s));
    auto lax = healthy_want();
    lax.attempts[2] = Try(stranger, tls_1_3).asked().sent().http(200);
    stage.look("orca", 1, at(1s));
    stage.look("orca", 2, at(2s), lax);
    stage.step(at(2s));
    CHECK(told(gathered(stage, at(2s)).blockers) == "orca replicas_disagree");
    // One of the looks it was made from has gone stale.
    stage.resolve("orca", {1, 2}, at(60s));
    stage.step(at(60s));
    CHECK(gathered(stage, at(66s)).blockers.empty());
    CHECK(told(gathered(stage, at(66s)).missing) == "orca 10.0.0.1:8083 stale");
  }

  TEST_CASE("evidence: a certificate that ends within the gate's own margin blocks that gate") {
    auto fleet = fleet_of({"orca"});
    fleet.gates.push_back(rules());
    fleet.gates[0].certificate_validity = 24h;
    fleet.gates[1].name = "patient";
    fleet.gates[1].certificate_validity = 48h;
    const Stage stage = with_look(ending(noon + 36h), fleet);
    CHECK(gathered(stage, at(3s)).clean());
    const Evidence patient = gather(*stage.snapshot, stage.snapshot->gates[1].rules, at(3s));
    CHECK(told(patient.blockers) == "orca 10.0.0.1:8083 certificate_expiring");
    CHECK(patient.blockers[0].detail ==
          "CN=orca ends at 2026-08-03T00:00:00Z, within the 2d that the gate asks for.");
  }

  TEST_CASE("evidence: the margin's boundary -> a certificate that ends exactly then is fine") {
    auto fleet = fleet_of({"orca"});
    fleet.gates[0].certificate_validity = 24h;
    const Stage stage = with_look(ending(noon + 24h + 3s), fleet);
    CHECK(gathered(stage, at(3s)).clean());
    CHECK(told(gathered(stage, at(4s)).blockers) == "orca 10.0.0.1:8083 certificate_expiring");
  }

  TEST_CASE("evidence: an expired certificate -> one blocker, not two") {
    CHECK(told(gathered(with_look(ending(noon - 1h)), at(3s)).blockers) ==
          "orca 10.0.0.1:8083 certificate_expired");
  }

  TEST_CASE("acceptance: by target and reason, until its date") {
    auto fleet = fleet_of({"orca"});
    fleet.gates[0].accept = {
        {.target = "orca", .reason = "connect_refused", .until = noon + 10s, .why = "moves"}};
    const Stage stage = with_look(refused_look(), fleet);
    SUBCASE("before the date -> set apart") {
      const Evidence evidence = gathered(stage, at(10s - 1ns));
      CHECK(evidence.blockers.empty());
      CHECK(told(evidence.accepted) == "orca 10.0.0.1:8083 connect_refused");
      // That a connection is refused is accepted; that nobody knows the mode is not.
      CHECK(told(evidence.missing) == "orca 10.0.0.1:8083 client_auth_unknown");
    }
    SUBCASE("at the date -> blocks again") {
      const Evidence evidence = gathered(stage, at(10s));
      CHECK(told(evidence.blockers) == "orca 10.0.0.1:8083 connect_refused");
      CHECK(evidence.accepted.empty());
    }
  }

  TEST_CASE("acceptance: an unknown mode can be accepted by its own name, staleness cannot") {
    auto fleet = fleet_of({"orca"});
    for (const char* reason : {"connect_refused", "client_auth_unknown", "stale", "unknown"}) {
      fleet.gates[0].accept.push_back(
          {.target = "orca", .reason = reason, .until = noon + 1h, .why = "gone next week"});
    }
    const Stage stage = with_look(refused_look(), fleet);
    CHECK(gathered(stage, at(3s)).clean());
    CHECK(told(gathered(stage, at(3s)).accepted) ==
          "orca 10.0.0.1:8083 connect_refused, orca 10.0.0.1:8083 client_auth_unknown");
    CHECK(told(gathered(stage, at(100s)).missing) == "orca stale, orca 10.0.0.1:8083 stale");
  }

  TEST_CASE("acceptance: another target or reason -> blocks") {
    auto fleet = fleet_of({"orca"});
    SUBCASE("target") {
      fleet.gates[0].accept = {
          {.target = "echo", .reason = "client_auth_none", .until = noon + 1h, .why = ""}};
    }
    SUBCASE("reason") {
      fleet.gates[0].accept = {
          {.target = "orca", .reason = "connect_refused", .until = noon + 1h, .why = ""}};
    }
    CHECK(told(gathered(with_look(healthy_none(), fleet), at(3s)).blockers) ==
          "orca 10.0.0.1:8083 client_auth_none");
  }

  TEST_CASE("scope: a gate judges the targets it names, and misses those that do not exist") {
    auto fleet = fleet_of({"orca", "echo"});
    fleet.gates[0].targets = {"orca"};
    CHECK(gathered(with_look(healthy_want(), fleet), at(3s)).clean());
    fleet.gates[0].targets = {"orca", "ghost"};
    CHECK(told(gathered(with_look(healthy_want(), fleet), at(3s)).missing) == "ghost unknown");
    fleet.gates[0].targets = {};
    CHECK(told(gathered(with_look(healthy_want(), fleet), at(3s)).missing) == "echo unknown");
  }

  TEST_CASE("scope: a gate that judges nothing is never clean") {
    fleet::Fleet none;
    none.gates = {rules()};
    Stage stage(none);
    CHECK(stage.step(at(1s)).status == Status::unknown);
    CHECK(told(gathered(stage, at(1s)).missing) == " unknown");
  }
}
