#include <doctest/doctest.h>

#include "unit/gate/builders.hpp"

using namespace telltale;
using namespace telltale::gate;
using namespace telltale::gate::build;

TEST_SUITE("gate") {
  TEST_CASE("board: at the start -> every target there, nothing known, gates unknown") {
    Stage stage(fleet_of({"orca", "echo"}));
    const Answer answer = stage.step(at(0s));
    REQUIRE(stage.snapshot->targets.size() == 2);
    CHECK(stage.snapshot->targets[0]->target.name == "orca");
    CHECK(stage.snapshot->targets[1]->target.name == "echo");
    CHECK(!stage.snapshot->targets[0]->resolution);
    CHECK(stage.snapshot->targets[0]->addresses.empty());
    CHECK(!stage.snapshot->first_round_done);
    CHECK(answer.status == Status::unknown);
    CHECK(answer.since == at(0s).civil);
    CHECK(stage.snapshot->made_at.steady == at(0s).steady);
  }

  TEST_CASE("board: what did not change is shared with the snapshot before") {
    Stage stage(fleet_of({"orca", "echo"}));
    stage.resolve("orca", {1}, at(1s));
    stage.resolve("echo", {1}, at(1s));
    stage.step(at(1s));
    const SnapshotPtr before = stage.snapshot;
    stage.look("orca", 1, at(2s));
    stage.step(at(2s));
    CHECK(before->targets[0] != stage.snapshot->targets[0]);
    CHECK(before->targets[1] == stage.snapshot->targets[1]);
    CHECK(before->targets[0]->addresses[0].assessment == nullptr);
    CHECK(stage.snapshot->targets[0]->addresses[0].assessment != nullptr);
  }

  TEST_CASE(
      "board: addresses come and go with the resolution, evidence stays with those that stay") {
    Stage stage(fleet_of({"orca"}));
    stage.resolve("orca", {1, 2}, at(1s));
    stage.look("orca", 1, at(1s));
    stage.look("orca", 2, at(1s));
    stage.resolve("orca", {2, 3}, at(2s));
    stage.step(at(2s));
    const auto& addresses = stage.snapshot->targets[0]->addresses;
    REQUIRE(addresses.size() == 2);
    CHECK(addresses[0].address == endpoint(2));
    CHECK(addresses[0].looks == 1);
    CHECK(addresses[0].assessment != nullptr);
    CHECK(addresses[0].appeared_at == at(1s).steady);
    CHECK(addresses[1].address == endpoint(3));
    CHECK(addresses[1].assessment == nullptr);
    CHECK(addresses[1].appeared_at == at(2s).steady);
  }

  TEST_CASE("board: a look at an address or a target that is not there -> dropped") {
    Stage stage(fleet_of({"orca"}));
    stage.resolve("orca", {1}, at(1s));
    stage.look("orca", 2, at(1s));
    stage.look("ghost", 1, at(1s));
    stage.resolve("ghost", {1}, at(1s));
    stage.step(at(1s));
    CHECK(stage.snapshot->targets.size() == 1);
    CHECK(stage.snapshot->targets[0]->counters.looks == 0);
    CHECK(stage.snapshot->targets[0]->addresses.size() == 1);
  }

  TEST_CASE("board: the first round is done once everything was resolved and looked at, for good") {
    Stage stage(fleet_of({"orca", "echo"}));
    stage.resolve("orca", {1, 2}, at(1s));
    stage.look("orca", 1, at(1s));
    stage.fail_to_resolve("echo", at(1s));
    stage.step(at(1s));
    CHECK(!stage.snapshot->first_round_done);
    stage.look("orca", 2, at(2s), refused_look());
    stage.step(at(2s));
    CHECK(stage.snapshot->first_round_done);
    stage.resolve("orca", {1, 2, 3}, at(3s));
    stage.step(at(3s));
    CHECK(stage.snapshot->first_round_done);
  }

  TEST_CASE("counters: looks, and those that did not get through, by their first error") {
    Stage stage(fleet_of({"orca"}));
    stage.resolve("orca", {1, 2}, at(1s));
    stage.look("orca", 1, at(1s));
    stage.look("orca", 2, at(1s), refused_look());
    stage.look("orca", 2, at(2s), refused_look());
    // Refused for want of a certificate is a look that got through.
    stage.look("orca", 1, at(2s),
               observation({Try(nothing, tls_1_3).asked().alert(Phase::first_read, 116)}));
    stage.step(at(2s));
    const TargetCounters& counters = stage.snapshot->targets[0]->counters;
    CHECK(counters.looks == 4);
    REQUIRE(counters.failures.size() == 1);
    CHECK(counters.failures.at(Reason::connect_refused) == 2);
    CHECK(stage.snapshot->targets[0]->addresses[1].looks == 2);
  }

  TEST_CASE("reasons seen: kept sorted, of addresses and of the whole, after they have gone") {
    Stage stage(fleet_of({"orca"}));
    stage.resolve("orca", {1}, at(1s));
    stage.look("orca", 1, at(1s), healthy_none());
    stage.look("orca", 1, at(2s), refused_look());
    stage.look("orca", 1, at(3s));
    stage.fail_to_resolve("orca", at(4s));
    stage.step(at(4s));
    stage.resolve("orca", {1}, at(5s));
    stage.step(at(5s));
    CHECK(stage.snapshot->targets[0]->reasons_seen ==
          std::vector{Reason::resolve_failed, Reason::connect_refused, Reason::client_auth_none});
  }

  TEST_CASE("board: certificates are judged by the largest margin of its gates") {
    auto fleet = fleet_of({"orca"});
    fleet.gates[0].certificate_validity = 1h;
    fleet.gates.push_back(rules());
    fleet.gates[1].certificate_validity = 99 * 24h;
    Stage stage(fleet);
    auto seen = healthy_want();
    auto leaf = certificate("CN=orca", root_a);
    leaf.validity.not_after = noon + 98 * 24h;
    seen.peer_chains = {peer_chain({share(leaf)})};
    stage.resolve("orca", {1}, at(1s));
    stage.look("orca", 1, at(1s), seen);
    CHECK(stage.step(at(1s)).evidence.clean());
    CHECK(find(stage.snapshot->targets[0]->addresses[0].assessment->findings,
               Reason::certificate_expiring) != nullptr);
  }

  TEST_CASE("durations: each phase of each attempt goes into its histogram") {
    Stage stage(fleet_of({"orca"}));
    stage.resolve("orca", {1}, at(1s));
    auto seen = healthy_want();
    seen.attempts[0].durations[Phase::handshake] = 3ms;
    seen.attempts[1].durations[Phase::handshake] = 10s;
    seen.attempts[1].durations[Phase::connect] = 1ms;
    stage.look("orca", 1, at(1s), seen);
    stage.step(at(1s));
    const auto& histograms = stage.snapshot->phase_durations;
    const auto& of = [&](Phase phase) -> const Histogram& {
      return histograms[static_cast<std::size_t>(phase)];
    };
    CHECK(of(Phase::handshake).count() == 2);
    CHECK(of(Phase::handshake).sum == doctest::Approx(10.003));
    CHECK(of(Phase::connect).count() == 1);
    CHECK(of(Phase::resolve).count() == 1);
    CHECK(of(Phase::application).count() == 0);
  }

  TEST_CASE("histogram: a bound belongs to its own bucket, what is beyond to the last") {
    Histogram histogram;
    histogram.observe(1ms);
    histogram.observe(1ms + 1ns);
    histogram.observe(5s);
    histogram.observe(5s + 1ns);
    CHECK(histogram.counts.front() == 1);
    CHECK(histogram.counts[1] == 1);
    CHECK(histogram.counts[Histogram::bounds.size() - 1] == 1);
    CHECK(histogram.counts.back() == 1);
    CHECK(histogram.count() == 4);
  }

  TEST_CASE("board: internal errors and identities are in the snapshot") {
    fleet::Fleet fleet = fleet_of({"orca"});
    Board board(fleet, {.identities = {{.name = "telltale", .has_key = true}}}, at(7s));
    board.note_internal_error();
    const SnapshotPtr snapshot = board.snapshot(at(8s));
    CHECK(snapshot->health.internal_errors == 1);
    CHECK(snapshot->health.last_reload_success == at(7s).civil);
    REQUIRE(snapshot->credentials.identities.size() == 1);
    CHECK(snapshot->credentials.identities[0].facts.name == "telltale");
  }

  TEST_CASE("board: credentials are judged at each snapshot, and their reasons stay seen") {
    fleet::Fleet fleet = fleet_of({"orca"});
    assess::IdentityFacts ours{.name = "telltale"};
    ours.chain = {share(certificate("CN=telltale", root_a))};
    assess::IdentityFacts broken = ours;
    broken.unreadable = "tls.crt is gone";
    Board board(fleet,
                {.identities = {broken},
                 .trust = {.unreadable = "ca.crt is gone"},
                 .passwords = {{.target = "redis", .unreadable = "it is gone"}},
                 .caller_trusts = {{.name = "a.pem", .unreadable = "a.pem is gone"}}},
                at(0s));
    const SnapshotPtr before = board.snapshot(at(1s));
    CHECK(find(before->credentials.identities[0].findings, Reason::identity_unreadable) != nullptr);
    CHECK(find(before->credentials.trust.findings, Reason::trust_unreadable) != nullptr);
    CHECK(find(before->credentials.passwords[0].findings, Reason::password_unreadable) != nullptr);

    REQUIRE(before->credentials.caller_trusts.size() == 1);
    CHECK(find(before->credentials.caller_trusts[0].findings, Reason::trust_unreadable) != nullptr);

    board.set_credentials({.identities = {ours, {.name = "another"}},
                           .passwords = {{.target = "redis"}},
                           .caller_trusts = {{.name = "b.pem"}, {.name = "a.pem"}}});
    // Nothing but the time changes an identity that ends.
    const SnapshotPtr after = board.snapshot({noon + 99 * 24h, at(2s).steady});
    const CredentialEntries& entries = after->credentials;
    REQUIRE(entries.identities.size() == 2);
    CHECK(find(entries.identities[0].findings, Reason::identity_unreadable) == nullptr);
    CHECK(find(entries.identities[0].findings, Reason::identity_expiring) != nullptr);
    CHECK(entries.identities[0].reasons_seen ==
          std::vector{Reason::identity_unreadable, Reason::identity_expiring});
    CHECK(entries.identities[1].reasons_seen.empty());
    CHECK(entries.trust.findings.empty());
    CHECK(entries.trust.reasons_seen == std::vector{Reason::trust_unreadable});
    CHECK(entries.passwords[0].reasons_seen == std::vector{Reason::password_unreadable});
    REQUIRE(entries.caller_trusts.size() == 2);
    CHECK(entries.caller_trusts[0].reasons_seen.empty());
    CHECK(entries.caller_trusts[1].findings.empty());
    CHECK(entries.caller_trusts[1].reasons_seen == std::vector{Reason::trust_unreadable});
    CHECK(before->credentials.identities.size() == 1);
  }

  TEST_CASE("board: what is wrong with our own credentials -> keeps no gate closed") {
    fleet::Fleet fleet = fleet_of({"orca"});
    fleet.gates[0].rounds = 1;
    fleet.gates[0].minimum_time = 0s;
    Stage stage(fleet);
    stage.board.set_credentials({.identities = {{.name = "telltale", .unreadable = "gone"}},
                                 .trust = {.is_empty_for_java = true, .unreadable = "gone"}});
    stage.resolve("orca", {1}, at(1s));
    stage.look("orca", 1, at(1s));
    CHECK(told(stage.step(at(2s))) == "open");
    CHECK_FALSE(stage.snapshot->credentials.trust.findings.empty());
  }
}
