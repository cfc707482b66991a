#include "telltale/gate/single_look.hpp"

#include <doctest/doctest.h>

#include "unit/gate/builders.hpp"

namespace telltale::gate {
namespace {

using namespace build;  // NOLINT(google-build-using-namespace)

probe::Resolution resolved(const std::vector<int>& addresses) {
  probe::Resolution made;
  made.target = "orca";
  for (const int last : addresses) {
    made.addresses.push_back(endpoint(last));
  }
  made.resolved_at = at(1s);
  return made;
}

probe::Observation look_at(int address, probe::Observation seen) {
  seen.address = endpoint(address);
  return seen;
}

TEST_SUITE("gate") {
  TEST_CASE("judge_alone: some addresses were looked at -> they are judged, others are not") {
    const fleet::Fleet fleet = fleet_of({"echo", "orca"});
    const std::vector<probe::Observation> seen = {look_at(2, healthy_none()),
                                                  look_at(1, healthy_want())};
    const SnapshotPtr snapshot =
        judge_alone(fleet, fleet.targets.at(1), resolved({1, 2, 3}), seen, at(2s));
    REQUIRE(snapshot->targets.size() == 1);
    const TargetEntry& entry = *snapshot->targets.front();
    CHECK(entry.target.name == "orca");
    REQUIRE(entry.addresses.size() == 3);
    CHECK(entry.addresses[0].assessment->mode == ClientAuthMode::want);
    CHECK(entry.addresses[0].story->size() == seen[1].attempts.size());
    CHECK(entry.addresses[1].assessment->mode == ClientAuthMode::none);
    CHECK(entry.addresses[2].assessment == nullptr);
    CHECK(entry.assessment.mode == ClientAuthMode::none);
    CHECK(find(entry.assessment.findings, Reason::replicas_disagree) != nullptr);
    CHECK(snapshot->gates.empty());
    CHECK(snapshot->edges.empty());
    CHECK(entry.counters.looks == 0);
  }

  TEST_CASE("judge_alone: the same look -> the findings that the board has") {
    const fleet::Fleet fleet = fleet_of({"orca"});
    probe::Observation seen = look_at(1, healthy_want());
    seen.peer_chains.front().verification.trusted = false;
    seen.looked_at = at(2s);
    Stage stage(fleet);
    stage.resolve("orca", {1}, at(1s));
    stage.look("orca", 1, at(2s), seen);
    stage.step(at(3s));
    const SnapshotPtr alone =
        judge_alone(fleet, fleet.targets.front(), resolved({1}), std::span(&seen, 1), at(3s));
    const auto findings_in = [](const SnapshotPtr& snapshot) {
      return snapshot->targets.front()->addresses.front().assessment->findings;
    };
    CHECK_FALSE(findings_in(alone).empty());
    CHECK(findings_in(alone) == findings_in(stage.snapshot));
  }

  TEST_CASE("judge_alone: a name that does not resolve -> a finding, and no address") {
    const fleet::Fleet fleet = fleet_of({"orca"});
    probe::Resolution failed = resolved({});
    failed.failure = probe::Failure{
        .phase = Phase::resolve, .kind = FailureKind::resolve, .detail = "no such name"};
    const SnapshotPtr snapshot = judge_alone(fleet, fleet.targets.front(), failed, {}, at(2s));
    const TargetEntry& entry = *snapshot->targets.front();
    CHECK(entry.addresses.empty());
    CHECK(find(entry.assessment.findings, Reason::resolve_failed) != nullptr);
  }
}

}  // namespace
}  // namespace telltale::gate
