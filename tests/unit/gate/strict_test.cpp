// A gate for the step from PERMISSIVE to STRICT: what opens it, and that nothing else does.

#include <doctest/doctest.h>

#include "unit/gate/calls.hpp"

using namespace telltale;
using namespace telltale::gate;
using namespace telltale::gate::build;

namespace {

using assess::StrictAssessment;
using fleet::MeshMode;
using fleet::Step;

fleet::Fleet meshed_fleet(const std::vector<std::string>& meshed,
                          const std::vector<std::string>& others = {}) {
  std::vector<std::string> names = meshed;
  names.insert(names.end(), others.begin(), others.end());
  fleet::Fleet made = fleet_of(names);
  for (std::size_t i = 0; i < meshed.size(); ++i) {
    made.targets[i].mesh = fleet::Mesh{};
    made.targets[i].goal = fleet::Goal::none;
  }
  made.gates[0].step = Step::strict;
  return made;
}

/// A look behind PERMISSIVE: TLS shows the application's own certificate, and plaintext an answer.
probe::Observation permissive_look(probe::Observation seen = healthy_want()) {
  for (probe::Attempt& attempt : seen.attempts) {
    attempt.handshake.peer_certificates = {share(certificate("CN=orca", root_a))};
  }
  seen.plaintext = {{.port = 8083, .http = probe::HttpReply{.status = 400}}};
  return seen;
}

/// Nothing to go by: plaintext was not tried.
probe::Observation unread_look() {
  probe::Observation seen = healthy_want();
  seen.plaintext.clear();
  return seen;
}

EdgeAssessment with_strict(EdgeAssessment row, Verdict verdict, Reason reason,
                           bool rehearsed = false) {
  row.strict = StrictAssessment{.verdict = verdict,
                                .reason = reason,
                                .detail = "It is so.",
                                .hint = "Mend it.",
                                .rehearsed = rehearsed};
  return row;
}

/// Looks at every target in three rounds, which are enough.
Answer play(Stage& stage, const std::vector<std::string>& targets, const probe::Observation& seen) {
  Answer answer;
  for (const auto elapsed : {1s, 31s, 61s}) {
    for (const std::string& name : targets) {
      stage.resolve(name, {1}, at(elapsed));
      stage.look(name, 1, at(elapsed), seen);
    }
    answer = stage.step(at(elapsed));
  }
  return answer;
}

/// orca, behind PERMISSIVE, at 61 s.
struct Scene {
  explicit Scene(fleet::Fleet fleet = meshed_fleet({"orca"}),
                 const probe::Observation& seen = permissive_look())
      : stage(fleet), rules(fleet.gates[0]) {
    play(stage, {"orca"}, seen);
  }

  Evidence weigh(EdgeAssessment row, fleet::Edge calls = edge("ci", "orca"), Now now = at(62s)) {
    Snapshot snapshot = *stage.snapshot;
    snapshot.edges = {entry_of(std::move(calls), {std::move(row)})};
    return gather(snapshot, rules, now);
  }

  Stage stage;
  fleet::GateRules rules;
};

}  // namespace

TEST_SUITE("gate") {
  TEST_CASE("strict: every target with mesh well for all rounds -> open, whatever others do") {
    Stage stage(meshed_fleet({"orca"}, {"gate"}));
    stage.resolve("gate", {1}, at(1s));
    stage.look("gate", 1, at(1s), refused_look());
    const Answer answer = play(stage, {"orca"}, permissive_look());
    CHECK(told(answer) == "open");
    CHECK(answer.step == Step::strict);
    CHECK(answer.targets == 1);
    CHECK(told(stage.later(at(300s))) == "unknown");  // stale
  }

  TEST_CASE("strict: no target has mesh -> never open") {
    Stage stage(meshed_fleet({}, {"orca"}));
    const Answer answer = play(stage, {"orca"}, permissive_look());
    CHECK(told(answer) == "unknown");
    CHECK(answer.targets == 0);
    CHECK(told(answer.evidence.missing) == " unknown");
  }

  TEST_CASE("strict: a named target without mesh -> never open") {
    fleet::Fleet fleet = meshed_fleet({"orca"}, {"gate"});
    for (const auto& names : {std::vector<std::string>{"orca", "gate"}, {"gate"}}) {
      fleet.gates[0].targets = names;
      Stage stage(fleet);
      const Answer answer = play(stage, {"orca", "gate"}, permissive_look());
      CHECK(told(answer) == "unknown");
      CHECK(told(answer.evidence.missing) == "gate unknown");
    }
  }

  TEST_CASE("strict: a sidecar of unknown mode -> unknown, and nobody can accept that") {
    fleet::Fleet fleet = meshed_fleet({"orca"});
    fleet.gates[0].accept = {{.target = "orca",
                              .caller = {},
                              .reason = "mesh_mode_unknown",
                              .until = noon + std::chrono::days(9),
                              .why = "x"}};
    Stage stage(fleet);
    const Answer answer = play(stage, {"orca"}, unread_look());
    CHECK(told(answer) == "unknown");
    CHECK(told(answer.evidence.missing) == "orca 10.0.0.1:8083 mesh_mode_unknown");
    CHECK(answer.evidence.accepted.empty());
  }

  TEST_CASE("strict: not resolved, not looked at, stale, outdated -> unknown") {
    Stage stage(meshed_fleet({"orca"}));
    CHECK(told(stage.step(at(1s))) == "unknown");
    stage.resolve("orca", {1}, at(1s));
    CHECK(told(stage.step(at(2s))) == "unknown");
    CHECK(told(play(stage, {"orca"}, permissive_look())) == "open");
    stage.board.outdate("orca");
    CHECK(told(stage.step(at(62s))) == "unknown");
  }

  TEST_CASE("strict: what the application asks, and its TLS -> no blocker; need minds") {
    const probe::Observation asks_nobody = permissive_look(healthy_none());
    Scene strict(meshed_fleet({"orca"}), asks_nobody);
    CHECK(told(gather(*strict.stage.snapshot, strict.rules, at(62s)).blockers).empty());
    fleet::Fleet for_need = meshed_fleet({"orca"});
    for_need.targets[0].goal = fleet::Goal::need;
    Scene need(for_need, asks_nobody);
    need.rules.step = Step::need;
    CHECK(told(gather(*need.stage.snapshot, need.rules, at(62s)).blockers) ==
          "orca 10.0.0.1:8083 client_auth_none");
  }

  TEST_CASE("strict: plaintext behind PERMISSIVE -> no blocker, since the flip ends it") {
    probe::Observation served = permissive_look();
    served.plaintext[0].http->status = 200;
    fleet::Fleet fleet = meshed_fleet({"orca"});
    fleet.targets[0].goal = fleet::Goal::need;
    const Scene scene(fleet, served);
    CHECK(gather(*scene.stage.snapshot, scene.rules, at(62s)).clean());
    fleet::GateRules need = scene.rules;
    need.step = Step::need;
    CHECK(told(gather(*scene.stage.snapshot, need, at(62s)).blockers) ==
          "orca 10.0.0.1:8083 plaintext_open");
  }

  TEST_CASE("need: a sidecar that ends TLS hides the application -> unknown, and strict is open") {
    pki::Certificate workload = certificate("", root_a);
    workload.uris = {"spiffe://cluster.local/ns/spinnaker/sa/orca"};
    probe::Observation seen = healthy_want();
    for (probe::Attempt& attempt : seen.attempts) {
      attempt.handshake.peer_certificates = {share(workload)};
    }
    seen.plaintext = {{.port = 8083, .http = probe::HttpReply{.status = 400}}};
    fleet::Fleet fleet = meshed_fleet({"orca"});
    fleet.targets[0].goal = fleet::Goal::need;
    fleet.targets[0].mesh->offers_istio_alpn = true;
    const Scene scene(fleet, seen);
    CHECK(gather(*scene.stage.snapshot, scene.rules, at(62s)).clean());
    fleet::GateRules need = scene.rules;
    need.step = Step::need;
    const Evidence evidence = gather(*scene.stage.snapshot, need, at(62s));
    CHECK(told(evidence.missing) == "orca 10.0.0.1:8083 client_auth_unknown");
  }

  TEST_CASE("strict: laxer than expected, or no sidecar at all -> closed") {
    fleet::Fleet fleet = meshed_fleet({"orca"});
    fleet.targets[0].mesh->mode = MeshMode::strict;
    const Scene laxer(fleet);
    CHECK(told(gather(*laxer.stage.snapshot, laxer.rules, at(62s)).blockers) ==
          "orca 10.0.0.1:8083 mesh_mode_mismatch");
    fleet = meshed_fleet({"orca"});
    fleet.targets[0].mesh->offers_istio_alpn = true;
    const Scene bare(fleet);
    CHECK(told(gather(*bare.stage.snapshot, bare.rules, at(62s)).blockers) ==
          "orca 10.0.0.1:8083 sidecar_missing");
  }

  TEST_CASE("strict: a call -> judged by what STRICT makes of it, not by need") {
    Scene scene;
    const EdgeAssessment breaks_at_need = row(Verdict::breaks, Reason::caller_presents_nothing);
    CHECK(scene.weigh(with_strict(breaks_at_need, Verdict::survives, Reason::caller_accepted))
              .clean());
    const Evidence outside =
        scene.weigh(with_strict(surviving(), Verdict::breaks, Reason::caller_outside_mesh));
    CHECK(told(outside.blockers) == "orca 10.0.0.1:8083 caller_outside_mesh");
    CHECK(outside.blockers[0].caller == "ci");
    const Evidence broken =
        scene.weigh(with_strict(surviving(), Verdict::broken, Reason::caller_outside_mesh));
    CHECK(told(broken.blockers) == "orca 10.0.0.1:8083 caller_outside_mesh");
    const Evidence unknown =
        scene.weigh(with_strict(surviving(), Verdict::unknown, Reason::identity_unconfirmed));
    CHECK(unknown.blockers.empty());
    CHECK(told(unknown.missing) == "orca 10.0.0.1:8083 identity_unconfirmed");
  }

  TEST_CASE("strict: a call without a verdict about STRICT -> missing") {
    Scene scene;
    const Evidence evidence = scene.weigh(surviving());
    CHECK(told(evidence.missing) == "orca 10.0.0.1:8083 mesh_mode_unknown");
  }

  TEST_CASE("strict: a rehearsed caller -> its evidence and the end of its certificate count") {
    Scene scene;
    scene.rules.evidence = fleet::Evidence::keystore;
    EdgeAssessment rehearsed =
        with_strict(surviving(), Verdict::survives, Reason::caller_accepted, true);
    CHECK(scene.weigh(rehearsed).clean());
    rehearsed.first_to_end = assess::CertificateEnd{noon + std::chrono::hours(1), "CN=ci"};
    CHECK(told(scene.weigh(rehearsed).blockers) == "orca 10.0.0.1:8083 identity_expiring");
    rehearsed.strict->rehearsed = false;  // its sidecar's certificate is the mesh's matter
    CHECK(scene.weigh(rehearsed).clean());
  }

  TEST_CASE("strict: a caller said to be in the mesh that shows no sidecar -> closed") {
    fleet::Fleet fleet = meshed_fleet({"orca", "echo"});
    fleet.targets[1].mesh->offers_istio_alpn = true;
    fleet.gates[0].targets = {"orca"};
    Stage stage(fleet);
    play(stage, {"orca", "echo"}, permissive_look());
    Snapshot snapshot = *stage.snapshot;
    fleet::Edge calls = edge("echo", "orca");
    calls.in_mesh = true;
    snapshot.edges = {
        entry_of(calls, {with_strict(surviving(), Verdict::survives, Reason::caller_accepted)})};
    CHECK(told(gather(snapshot, fleet.gates[0], at(62s)).blockers) == "orca caller_outside_mesh");
  }

  TEST_CASE("strict: a breakage that somebody accepted -> open until its day") {
    fleet::Fleet fleet = meshed_fleet({"orca"});
    fleet.gates[0].accept = {{.target = "orca",
                              .caller = "ci",
                              .reason = "caller_outside_mesh",
                              .until = noon + std::chrono::days(9),
                              .why = "x"}};
    Scene scene(fleet);
    const Evidence evidence =
        scene.weigh(with_strict(surviving(), Verdict::breaks, Reason::caller_outside_mesh));
    CHECK(evidence.clean());
    CHECK(told(evidence.accepted) == "orca 10.0.0.1:8083 caller_outside_mesh");
  }

  TEST_CASE("reconfigure: mesh, ingress or server_trust differ -> another target") {
    const fleet::Target before = target();
    fleet::Target meshed = before;
    meshed.mesh = fleet::Mesh{};
    fleet::Target ingress = before;
    ingress.ingress = fleet::Ingress{};
    fleet::Target trusting = before;
    trusting.server_trust = pki::TrustFiles{};
    for (const fleet::Target& after : {meshed, ingress, trusting}) {
      CHECK_FALSE(is_unchanged(before, after));
    }
    CHECK(is_unchanged(meshed, meshed));
  }

  TEST_CASE("reconfigure: a caller joins the mesh -> what was seen is outdated") {
    fleet::Edge before = edge("ci", "orca");
    fleet::Edge after = before;
    after.in_mesh = true;
    CHECK_FALSE(is_unchanged(before, after));
  }
}
