// What calls to a target say of its flip: snapshots made by hand, a rule each.

#include <doctest/doctest.h>

#include "unit/gate/calls.hpp"

using namespace telltale;
using namespace telltale::gate;
using namespace telltale::gate::build;

namespace {

/// `ci>orca 10.0.0.1:8083 identity_rejected`, of each one's caller.
std::string calls_told(const std::vector<Blocker>& blockers) {
  std::string text;
  for (const Blocker& blocker : blockers) {
    text += (text.empty() ? "" : ", ") + (blocker.caller.empty() ? "" : blocker.caller + ">") +
            told(std::vector{blocker});
  }
  return text;
}

/// orca at one address, and echo, both looked at at 2 s; orca is called as the test says.
struct Scene {
  explicit Scene(fleet::Fleet fleet = fleet_of({"orca", "echo"}),
                 probe::Observation of_orca = healthy_want())
      : stage(fleet) {
    stage.resolve("orca", {1}, at(2s));
    stage.look("orca", 1, at(2s), std::move(of_orca));
    stage.resolve("echo", {1}, at(2s));
    stage.look("echo", 1, at(2s));
    stage.step(at(2s));
    rules = fleet.gates[0];
    rules.targets = {"orca"};
  }

  Evidence weigh(std::vector<EdgeEntryPtr> edges, Now now = at(3s)) {
    Snapshot snapshot = *stage.snapshot;
    snapshot.edges = std::move(edges);
    return gather(snapshot, rules, now);
  }

  /// ci calls orca with this outcome.
  Evidence weigh(EdgeAssessment row, Now now = at(3s)) {
    return weigh({entry_of(edge("ci", "orca"), {std::move(row)})}, now);
  }

  Evidence weigh_observed(EdgeAssessment row, Now now = at(3s)) {
    row.evidence = fleet::Evidence::observed;
    return weigh({entry_of(observed_edge("echo", "orca"), {std::move(row)})}, now);
  }

  Stage stage;
  fleet::GateRules rules;
};

fleet::Fleet with_goal_none() {
  fleet::Fleet fleet = fleet_of({"orca", "echo"});
  fleet.targets[0].goal = fleet::Goal::none;
  return fleet;
}

EdgeAssessment ending(CivilTime not_after) {
  EdgeAssessment made = surviving();
  made.first_to_end = assess::CertificateEnd{.not_after = not_after, .subject = "CN=ci"};
  return made;
}

}  // namespace

TEST_SUITE("gate") {
  TEST_CASE("calls: verdict and goal -> blocks, is missing, or does not matter") {
    struct Row {
      Verdict verdict;
      const char* need;
      const char* none;
    };

    constexpr Row rows[] = {
        {Verdict::survives, "", ""},
        {Verdict::unknown, "missing", ""},
        {Verdict::breaks, "blocks", ""},
        {Verdict::broken, "blocks", "blocks"},
    };
    const auto outcome = [](const Evidence& evidence) {
      return !evidence.blockers.empty() ? "blocks" : !evidence.missing.empty() ? "missing" : "";
    };
    for (const Row& each : rows) {
      CAPTURE(name_of(each.verdict));
      const EdgeAssessment made = row(each.verdict, Reason::identity_rejected);
      CHECK(outcome(Scene().weigh(made)) == std::string(each.need));
      CHECK(outcome(Scene(with_goal_none()).weigh(made)) == std::string(each.none));
    }
  }

  TEST_CASE("calls: a blocker names caller, callee and address, and has the row's own words") {
    const Evidence evidence = Scene().weigh(row(Verdict::breaks, Reason::issuer_not_advertised));
    REQUIRE(evidence.blockers.size() == 1);
    CHECK(evidence.blockers[0] == Blocker{.target = "orca",
                                          .address = "10.0.0.1:8083",
                                          .caller = "ci",
                                          .reason = Reason::issuer_not_advertised,
                                          .detail = "It is so.",
                                          .hint = "Mend it."});
  }

  TEST_CASE("calls: of another target -> that one's matter alone") {
    Scene scene;
    const auto to_echo = entry_of(edge("ci", "echo"), {row(Verdict::broken, Reason::unknown)});
    CHECK(scene.weigh({to_echo}).clean());
    scene.rules.targets = {"echo"};
    CHECK(calls_told(scene.weigh({to_echo}).blockers) == "ci>echo 10.0.0.1:8083 unknown");
  }

  TEST_CASE("calls: at an address whose look is stale, or was never made -> said once, of itself") {
    Scene scene;
    for (const Verdict verdict : {Verdict::unknown, Verdict::breaks, Verdict::survives}) {
      const Evidence stale = scene.weigh(row(verdict, Reason::identity_rejected), at(70s));
      CHECK(stale.blockers.empty());
      CHECK(calls_told(stale.missing) == "orca stale, orca 10.0.0.1:8083 stale");
    }
    scene.stage.resolve("orca", {2}, at(3s));
    scene.stage.step(at(3s));
    EdgeAssessment homeless = row(Verdict::unknown, Reason::unknown, {});
    CHECK(calls_told(scene.weigh(homeless).missing) == "orca 10.0.0.2:8083 unknown");
    scene.stage.look("orca", 2, at(3s));
    scene.stage.step(at(3s));
    CHECK(calls_told(scene.weigh(homeless).missing) == "ci>orca unknown");
  }

  TEST_CASE("calls: at an address whose look is outdated -> a fault blocks, doubt adds nothing") {
    Scene scene;
    scene.stage.board.outdate("orca");
    scene.stage.step(at(3s));
    CHECK(calls_told(scene.weigh(row(Verdict::breaks, Reason::identity_rejected)).blockers) ==
          "ci>orca 10.0.0.1:8083 identity_rejected");
    CHECK(calls_told(scene.weigh(row(Verdict::unknown, Reason::caller_unknown)).missing) ==
          "orca 10.0.0.1:8083 stale");
    CHECK_FALSE(scene.weigh(surviving()).clean());
  }

  TEST_CASE("calls: doubt that repeats the target's own -> not once for each caller") {
    const std::vector<EdgeEntryPtr> under_none = {
        entry_of(edge("ci", "orca"), {row(Verdict::unknown, Reason::client_auth_none)}),
        entry_of(edge("cd", "orca"), {row(Verdict::unknown, Reason::client_auth_none)}),
        entry_of(edge("ce", "orca"), {row(Verdict::breaks, Reason::caller_presents_nothing)})};
    const Evidence none = Scene(fleet_of({"orca", "echo"}), healthy_none()).weigh(under_none);
    CHECK(calls_told(none.blockers) ==
          "orca 10.0.0.1:8083 client_auth_none, ce>orca 10.0.0.1:8083 caller_presents_nothing");
    CHECK(none.missing.empty());
    const Evidence unclear = Scene(fleet_of({"orca", "echo"}), unclear_look())
                                 .weigh(row(Verdict::unknown, Reason::client_auth_unknown));
    CHECK(calls_told(unclear.missing) == "orca 10.0.0.1:8083 client_auth_unknown");
  }

  TEST_CASE("acceptance: the target's own mode -> does not open over calls nobody can judge") {
    struct Row {
      const char* accepted;
      probe::Observation seen;
      Reason reason;
    };

    const Row rows[] = {
        {"client_auth_none", healthy_none(), Reason::client_auth_none},
        {"client_auth_unknown", unclear_look(), Reason::client_auth_unknown},
    };
    for (const Row& each : rows) {
      CAPTURE(each.accepted);
      fleet::Fleet fleet = fleet_of({"orca", "echo"});
      fleet.gates[0].accept = {{.target = "orca", .reason = each.accepted, .until = noon + 1h}};
      Scene scene(fleet, each.seen);
      CHECK(scene.weigh(std::vector<EdgeEntryPtr>()).clean());
      const Evidence evidence = scene.weigh(row(Verdict::unknown, each.reason));
      CHECK_FALSE(evidence.clean());
      CHECK(calls_told(evidence.missing) == "ci>orca 10.0.0.1:8083 " + std::string(each.accepted));
      // Nor does one that names the caller: what is not known cannot be accepted.
      scene.rules.accept.push_back(
          {.target = "orca", .caller = "ci", .reason = each.accepted, .until = noon + 1h});
      CHECK_FALSE(scene.weigh(row(Verdict::unknown, each.reason)).clean());
    }
  }

  TEST_CASE(
      "acceptance: caller, callee and reason -> covers that at every address until its date") {
    Scene scene;
    scene.rules.accept = {{.target = "orca",
                           .caller = "ci",
                           .reason = "caller_presents_nothing",
                           .until = noon + 10s}};
    const auto accepted = entry_of(
        edge("ci", "orca"), {row(Verdict::breaks, Reason::caller_presents_nothing),
                             row(Verdict::broken, Reason::caller_presents_nothing, endpoint(2))});
    const Evidence before = scene.weigh({accepted}, at(9s));
    CHECK(before.clean());
    CHECK(calls_told(before.accepted) ==
          "ci>orca 10.0.0.1:8083 caller_presents_nothing, "
          "ci>orca 10.0.0.2:8083 caller_presents_nothing");
    CHECK(scene.weigh({accepted}, at(10s)).blockers.size() == 2);
    const Reason nothing = Reason::caller_presents_nothing;
    CHECK_FALSE(
        scene.weigh({entry_of(edge("cd", "orca"), {row(Verdict::breaks, nothing)})}).clean());
    CHECK_FALSE(scene.weigh(row(Verdict::breaks, Reason::identity_rejected)).clean());
  }

  TEST_CASE("acceptance: with a caller -> not the target's own; without -> no call's") {
    fleet::Fleet fleet = fleet_of({"orca", "echo"});
    Scene scene(fleet, healthy_none());
    scene.rules.accept = {
        {.target = "orca", .caller = "ci", .reason = "client_auth_none", .until = noon + 1h}};
    CHECK(calls_told(scene.weigh(std::vector<EdgeEntryPtr>()).blockers) ==
          "orca 10.0.0.1:8083 client_auth_none");
    Scene other;
    other.rules.accept = {
        {.target = "orca", .reason = "caller_presents_nothing", .until = noon + 1h}};
    CHECK(calls_told(other.weigh(row(Verdict::breaks, Reason::caller_presents_nothing)).blockers) ==
          "ci>orca 10.0.0.1:8083 caller_presents_nothing");
  }

  TEST_CASE("evidence minimum: what survives on less -> missing, unless nothing is needed") {
    using fleet::Evidence;
    for (const Evidence least : enumerators<Evidence>()) {
      for (const Evidence held : enumerators<Evidence>()) {
        CAPTURE(name_of(least));
        CAPTURE(name_of(held));
        Scene scene;
        scene.rules.evidence = least;
        EdgeAssessment made = surviving();
        made.evidence = held;
        const auto evidence = scene.weigh(made);
        CHECK(evidence.clean() == (held >= least));
        CHECK(calls_told(evidence.missing) ==
              (held >= least ? "" : "ci>orca 10.0.0.1:8083 evidence_insufficient"));
        made.presents = false;
        CHECK(scene.weigh(made).clean());
        // Nobody has asked it yet: that is not the same as that nothing is needed.
        made.presents.reset();
        CHECK(scene.weigh(made).clean() == (held >= least));
      }
    }
    Scene none(with_goal_none());
    none.rules.evidence = Evidence::keystore;
    EdgeAssessment little = surviving();
    little.evidence = Evidence::none;
    CHECK(none.weigh(little).clean());
  }

  TEST_CASE("a caller's certificate that ends within the gate's margin -> blocks from then on") {
    Scene scene;
    scene.rules.certificate_validity = 24h;
    const EdgeAssessment made = ending(noon + 24h + 3s);
    CHECK(scene.weigh(made, at(3s)).clean());
    const Evidence evidence = scene.weigh(made, at(4s));
    CHECK(calls_told(evidence.blockers) == "ci>orca 10.0.0.1:8083 identity_expiring");
    CHECK(
        evidence.blockers[0].detail ==
        "CN=ci, which ci presents, ends at 2026-08-02T12:00:03Z, within the 1d that the gate asks "
        "for.");
    EdgeAssessment expired = made;
    expired.verdict = Verdict::broken;
    expired.reason = Reason::identity_expired;
    CHECK(calls_told(scene.weigh(expired, at(4s)).blockers) ==
          "ci>orca 10.0.0.1:8083 identity_expired");
    scene.rules.accept = {
        {.target = "orca", .caller = "ci", .reason = "identity_expiring", .until = noon + 1h}};
    CHECK(scene.weigh(made, at(4s)).clean());
    Scene none(with_goal_none());
    none.rules.certificate_validity = 24h;
    CHECK(none.weigh(made, at(4s)).clean());
  }

  TEST_CASE("a caller's certificate: the margin's beginning -> what was rendered is made anew") {
    Scene scene;
    Snapshot snapshot = *scene.stage.snapshot;
    snapshot.gates[0].rules.certificate_validity = 24h;
    snapshot.edges = {entry_of(edge("ci", "orca"), {ending(noon + 24h + 30s)})};
    CHECK(next_change(snapshot, at(3s)) == at(31s).steady);
    CHECK(next_change(snapshot, at(31s)) == at(67s).steady);
    const GateEntry gate = snapshot.gates[0];
    CHECK(answer(snapshot, gate, at(31s)).status == Status::closed);
    CHECK(answer(snapshot, gate, at(40s)).since == at(30s).civil);
  }

  TEST_CASE("observed: the caller's own looks stale, outdated or absent -> missing, said once") {
    Scene scene;
    CHECK(scene.weigh_observed(surviving()).clean());
    scene.stage.resolve("orca", {1}, at(60s));
    scene.stage.look("orca", 1, at(60s));
    scene.stage.step(at(60s));
    const Evidence stale = scene.weigh_observed(surviving(), at(70s));
    CHECK(calls_told(stale.missing) == "echo>orca stale");
    CHECK(stale.missing[0].detail ==
          "The newest look at echo is 1m8s old; evidence counts for 1m5s.");
    CHECK(scene.weigh_observed(row(Verdict::breaks, Reason::identity_rejected), at(70s))
              .blockers.empty());
    CHECK(scene.weigh(surviving(), at(70s)).clean());

    scene.stage.resolve("echo", {1}, at(71s));
    scene.stage.look("echo", 1, at(71s));
    scene.stage.board.outdate("echo");
    scene.stage.step(at(71s));
    CHECK(calls_told(scene.weigh_observed(surviving(), at(71s)).missing) == "echo>orca stale");
    CHECK(calls_told(scene.weigh_observed(row(Verdict::breaks, Reason::identity_rejected), at(71s))
                         .blockers) == "echo>orca 10.0.0.1:8083 identity_rejected");

    scene.stage.look("echo", 1, at(72s));
    scene.stage.resolve("echo", {1, 2}, at(72s));
    scene.stage.step(at(72s));
    CHECK(calls_told(scene.weigh_observed(surviving(), at(72s)).missing) == "echo>orca unknown");
    EdgeAssessment other = surviving(endpoint(2));
    other.evidence = fleet::Evidence::observed;
    const auto twice = entry_of(observed_edge("echo", "orca"), {surviving(), other});
    CHECK(scene.weigh({twice}, at(72s)).missing.size() == 1);
  }

  TEST_CASE("observed: the caller's name does not resolve -> its replicas are not known") {
    Scene scene;
    scene.stage.fail_to_resolve("echo", at(3s));
    scene.stage.step(at(3s));
    const Evidence evidence = scene.weigh_observed(surviving());
    CHECK(calls_told(evidence.missing) == "echo>orca unknown");
    CHECK(evidence.missing[0].detail ==
          "What every replica of echo presents is not known: its name does not resolve.");
    CHECK(scene.weigh(surviving()).clean());
  }

  TEST_CASE("observed: goal none -> the caller's looks matter only to what is broken") {
    Scene scene(with_goal_none());
    scene.stage.resolve("orca", {1}, at(60s));
    scene.stage.look("orca", 1, at(60s));
    scene.stage.step(at(60s));
    CHECK(scene.weigh_observed(surviving(), at(70s)).clean());
    CHECK_FALSE(
        scene.weigh_observed(row(Verdict::broken, Reason::identity_rejected), at(70s)).clean());
  }
}
