// Where the rollout stands: the stage of each service, the order, and who may go next.

#include "telltale/gate/rollout.hpp"

#include <doctest/doctest.h>

#include "unit/gate/calls.hpp"

using namespace telltale;
using namespace telltale::gate;
using namespace telltale::gate::build;

namespace {

probe::Observation need_look() {
  std::vector<probe::Attempt> attempts;
  for (const ProtocolVersion version : {tls_1_3, tls_1_2}) {
    const Phase refusal = version == tls_1_3 ? Phase::first_read : Phase::handshake;
    attempts.push_back(Try(nothing, version).asked().alert(refusal, 116));
    attempts.push_back(Try(identity, version).asked().sent().http(200));
    attempts.push_back(Try(stranger, version).asked().sent().alert(refusal, 46));
  }
  probe::Observation made = observation(std::move(attempts));
  made.identity = our_identity();
  return made;
}

probe::Observation plaintext_look() {
  return observation({Try(nothing, tls_1_3).failed(Phase::handshake, FailureKind::plaintext),
                      Try(nothing, tls_1_2).failed(Phase::handshake, FailureKind::plaintext)});
}

/// One round opens the gate at once.
fleet::Fleet quick_fleet(const std::vector<std::string>& targets) {
  fleet::Fleet fleet = fleet_of(targets);
  fleet.gates[0].rounds = 1;
  fleet.gates[0].minimum_time = 0s;
  return fleet;
}

using Looks = std::map<std::string, probe::Observation>;

/// Every target looked at at 2 s at one address, at `want` unless `looks` says otherwise; calls
/// survive unless `script` says otherwise.
struct Scene {
  explicit Scene(const fleet::Fleet& fleet, const Looks& looks = {}, const Oracle& oracle = {})
      : stage(fleet, oracle) {
    for (const fleet::Target& target : fleet.targets) {
      const auto look = looks.find(target.name);
      stage.resolve(target.name, {1}, at(2s));
      stage.look(target.name, 1, at(2s), look == looks.end() ? healthy_want() : look->second);
    }
    stage.step(at(2s));
  }

  [[nodiscard]] Rollout told(Now now = at(3s)) const { return rollout(*stage.snapshot, now); }

  build::Stage stage;
};

const RolloutService& find(const Rollout& rollout, const std::string& name) {
  const auto found = std::ranges::find(rollout.services, name, &RolloutService::name);
  REQUIRE(found != rollout.services.end());
  return *found;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : " ") + name;
  }
  return text;
}

std::string order_of(const Rollout& rollout) {
  std::vector<std::string> names;
  for (const RolloutService& service : rollout.services) {
    names.push_back(service.name);
    CHECK(service.position == names.size());
  }
  return joined(names);
}

void add_calls(fleet::Fleet& fleet, const std::string& caller,
               const std::vector<std::string>& callees) {
  const auto target = std::ranges::find(fleet.targets, caller, &fleet::Target::name);
  for (const std::string& callee : callees) {
    target->runtime = fleet::Runtime::java;
    target->calls.push_back({.target = callee});
  }
}

/// What docs and Spinnaker's sources have between these (DOMAIN: circles and all).
fleet::Fleet spinnaker() {
  fleet::Fleet fleet = quick_fleet({"clouddriver", "dinghy", "echo", "fiat", "front50", "gate",
                                    "igor", "kayenta", "orca", "redis", "rosco"});
  const std::vector<std::pair<std::string, std::vector<std::string>>> calls = {
      {"clouddriver", {"front50", "fiat", "redis"}},
      {"dinghy", {"orca", "front50", "echo"}},
      {"echo", {"front50", "orca", "igor", "fiat"}},
      {"fiat", {"front50", "clouddriver", "igor", "redis"}},
      {"front50", {"echo", "fiat"}},
      {"gate",
       {"orca", "front50", "clouddriver", "rosco", "echo", "igor", "kayenta", "fiat", "redis"}},
      {"igor", {"echo", "clouddriver", "fiat", "redis"}},
      {"orca", {"clouddriver", "front50", "echo", "igor", "rosco", "kayenta", "fiat", "redis"}},
      {"rosco", {"clouddriver", "redis"}}};
  for (const auto& [caller, callees] : calls) {
    add_calls(fleet, caller, callees);
  }
  return fleet;
}

}  // namespace

TEST_SUITE("gate") {
  TEST_CASE("rollout: what is seen of a service -> its stage and its next step") {
    struct Row {
      probe::Observation look;
      gate::Stage stage;
      std::optional<NextStep> next;
      bool may_go;
    };

    const Row rows[] = {
        {plaintext_look(), gate::Stage::plaintext, NextStep::tls, false},
        {healthy_none(), gate::Stage::none, NextStep::want, true},
        {healthy_want(), gate::Stage::want, NextStep::need, true},
        {need_look(), gate::Stage::need, std::nullopt, false},
        {unclear_look(), gate::Stage::unknown, std::nullopt, false},
        {refused_look(), gate::Stage::unknown, std::nullopt, false},
    };
    for (const Row& row : rows) {
      CAPTURE(name_of(row.stage));
      const Rollout made = Scene(quick_fleet({"orca"}), {{"orca", row.look}}).told();
      const RolloutService& orca = find(made, "orca");
      CHECK((orca.stage == row.stage));
      CHECK((orca.next == row.next));
      CHECK(orca.may_go == row.may_go);
      CHECK(made.at(row.stage) == 1);
      CHECK(joined(made.next) == (row.may_go ? "orca" : ""));
    }
  }

  TEST_CASE("rollout: several addresses -> the laxest; plaintext below all, none below unknown") {
    struct Row {
      probe::Observation one;
      probe::Observation other;
      gate::Stage stage;
    };

    const Row rows[] = {
        {healthy_want(), need_look(), gate::Stage::want},
        {need_look(), unclear_look(), gate::Stage::unknown},
        {unclear_look(), healthy_none(), gate::Stage::none},
        {healthy_none(), plaintext_look(), gate::Stage::plaintext},
    };
    for (const Row& row : rows) {
      CAPTURE(name_of(row.stage));
      build::Stage stage(quick_fleet({"orca"}));
      stage.resolve("orca", {1, 2}, at(2s));
      stage.look("orca", 1, at(2s), row.one);
      stage.look("orca", 2, at(2s), row.other);
      stage.step(at(2s));
      CHECK((find(rollout(*stage.snapshot, at(3s)), "orca").stage == row.stage));
    }
  }

  TEST_CASE("rollout: no look, or a stale one -> unknown, and nothing may go") {
    const fleet::Fleet fleet = quick_fleet({"orca"});
    build::Stage unseen(fleet);
    unseen.resolve("orca", {1}, at(2s));
    unseen.step(at(2s));
    build::Stage nowhere(fleet);
    nowhere.step(at(2s));
    const Scene seen(fleet);
    CHECK(seen.told(at(66s)).next.size() == 1);
    for (const Rollout& made : {rollout(*unseen.snapshot, at(3s)),
                                rollout(*nowhere.snapshot, at(3s)), seen.told(at(67s))}) {
      const RolloutService& orca = find(made, "orca");
      CHECK((orca.stage == gate::Stage::unknown));
      CHECK(!orca.next);
      CHECK(!orca.agrees);
      CHECK(made.next.empty());
      CHECK(made.summary ==
            "0 of 1 service is at `need`, 1 not known. None may take its next step now.");
    }
  }

  TEST_CASE("rollout: one stale replica -> unknown, unless another is known to be at none") {
    build::Stage stage(quick_fleet({"orca", "echo"}));
    for (const std::string name : {"orca", "echo"}) {
      stage.resolve(name, {1, 2}, at(2s));
      stage.look(name, 1, at(2s));
    }
    stage.look("orca", 2, at(50s), need_look());
    stage.look("echo", 2, at(50s), healthy_none());
    stage.step(at(60s));
    const Rollout made = rollout(*stage.snapshot, at(80s));
    CHECK((find(made, "orca").stage == gate::Stage::unknown));
    CHECK((find(made, "echo").stage == gate::Stage::none));
  }

  TEST_CASE("rollout: a sidecar that ends TLS -> the stage behind it is unknown") {
    pki::Certificate workload = certificate("", root_a);
    workload.uris = {"spiffe://cluster.local/ns/spinnaker/sa/orca"};
    probe::Observation seen = need_look();
    for (probe::Attempt& attempt : seen.attempts) {
      attempt.handshake.peer_certificates = {share(workload)};
    }
    seen.plaintext = {{.port = 8083, .http = probe::HttpReply{.status = 400}}};
    fleet::Fleet fleet = quick_fleet({"orca"});
    fleet.targets[0].mesh = fleet::Mesh{.offers_istio_alpn = true};
    const Rollout made = Scene(fleet, {{"orca", seen}}).told();
    CHECK((find(made, "orca").stage == gate::Stage::unknown));
    CHECK(!find(made, "orca").may_go);
  }

  TEST_CASE("rollout: declared against seen -> whether they agree, and what it means") {
    struct Row {
      std::optional<ClientAuthMode> declared;
      probe::Observation look;
      std::optional<bool> agrees;
      const char* note;
    };

    const Row rows[] = {
        {std::nullopt, healthy_want(), std::nullopt, ""},
        {ClientAuthMode::want, healthy_want(), true, ""},
        {ClientAuthMode::need, need_look(), true, ""},
        {ClientAuthMode::need, healthy_want(), false,
         "Declared `need` and seen `want`: not rolled out yet, or a restart is pending."},
        {ClientAuthMode::want, healthy_none(), false,
         "Declared `want` and seen `none`: not rolled out yet, or a restart is pending."},
        {ClientAuthMode::want, need_look(), false,
         "Seen `need` and declared `want`: ahead of what is declared, and the next deployment "
         "takes it back."},
        {ClientAuthMode::none, healthy_want(), false,
         "Seen `want` and declared `none`: ahead of what is declared, and the next deployment "
         "takes it back."},
        {ClientAuthMode::none, plaintext_look(), false,
         "Declared `none`, and it answers in plaintext: TLS is not on yet."},
        {ClientAuthMode::want, unclear_look(), std::nullopt, ""},
    };
    for (const Row& row : rows) {
      CAPTURE(row.note);
      fleet::Fleet fleet = quick_fleet({"orca"});
      fleet.targets[0].expect.client_auth = row.declared;
      const Rollout made = Scene(fleet, {{"orca", row.look}}).told();
      CHECK((find(made, "orca").declared == row.declared));
      CHECK((find(made, "orca").agrees == row.agrees));
      CHECK(find(made, "orca").note == row.note);
    }
  }

  TEST_CASE("rollout: from want to need -> exactly as the gates say of the service") {
    fleet::Fleet fleet = quick_fleet({"orca", "echo"});
    add_caller(fleet, "ci", "orca");
    Oracle oracle;
    SUBCASE("every gate that judges it is open -> may go") {
      const Rollout made = Scene(fleet, {}, oracle).told();
      CHECK(joined(made.next) == "echo orca");
      CHECK(find(made, "orca").blockers == 0);
      CHECK(!find(made, "orca").first_blocker);
    }
    SUBCASE("a call breaks -> that service waits, the other does not") {
      (*oracle.script)["ci"] = row(Verdict::breaks, Reason::issuer_not_advertised);
      const Rollout made = Scene(fleet, {}, oracle).told();
      CHECK(joined(made.next) == "echo");
      CHECK(find(made, "orca").blockers == 1);
      REQUIRE(find(made, "orca").first_blocker);
      CHECK(find(made, "orca").first_blocker->caller == "ci");
      CHECK((find(made, "orca").first_blocker->reason == Reason::issuer_not_advertised));
    }
    SUBCASE("it is not known -> waits") {
      (*oracle.script)["ci"] = row(Verdict::unknown, Reason::caller_unknown);
      CHECK(joined(Scene(fleet, {}, oracle).told().next) == "echo");
    }
    SUBCASE("a gate with more rounds judges it, too -> waits, and says for what") {
      fleet.gates.push_back(rules());
      fleet.gates[1].name = "slow";
      fleet.gates[1].targets = {"orca"};
      const Rollout made = Scene(fleet, {}, oracle).told();
      CHECK(joined(made.next) == "echo");
      CHECK(find(made, "orca").blockers == 0);
      CHECK(find(made, "orca").waiting == "1 of 3 rounds, 1s of 1m");
    }
    SUBCASE("it breaks, and that is accepted -> may go, and it is said") {
      (*oracle.script)["ci"] = row(Verdict::breaks, Reason::caller_presents_nothing);
      fleet.gates[0].accept = {{.target = "orca",
                                .caller = "ci",
                                .reason = "caller_presents_nothing",
                                .until = noon + 24h,
                                .why = "moves"}};
      const Rollout made = Scene(fleet, {}, oracle).told();
      CHECK(find(made, "orca").may_go);
      CHECK(find(made, "orca").blockers == 0);
      CHECK(find(made, "orca").accepted == 1);
      CHECK(find(made, "orca").first_accepted->caller == "ci");
    }
    SUBCASE("a call breaks at two addresses -> one blocker") {
      (*oracle.script)["ci"] = row(Verdict::breaks, Reason::issuer_not_advertised);
      build::Stage stage(fleet, oracle);
      stage.resolve("orca", {1, 2}, at(2s));
      stage.look("orca", 1, at(2s));
      stage.look("orca", 2, at(2s));
      stage.step(at(2s));
      CHECK(find(rollout(*stage.snapshot, at(3s)), "orca").blockers == 1);
    }
    SUBCASE("what two gates say alike -> one blocker") {
      (*oracle.script)["ci"] = row(Verdict::breaks, Reason::issuer_not_advertised);
      fleet.gates.push_back(fleet.gates[0]);
      fleet.gates[1].name = "again";
      CHECK(find(Scene(fleet, {}, oracle).told(), "orca").blockers == 1);
    }
    SUBCASE("no gate judges it -> nobody says that it is safe") {
      fleet.gates[0].targets = {"echo"};
      const Rollout made = Scene(fleet, {}, oracle).told();
      CHECK(joined(made.next) == "echo");
      CHECK(find(made, "orca").first_blocker->detail == "No gate of step `need` judges it.");
    }
    SUBCASE("a gate of another step -> does not count") {
      fleet.gates.push_back(rules());
      fleet.gates[1].name = "mesh";
      fleet.gates[1].step = fleet::Step::strict;
      CHECK(joined(Scene(fleet, {}, oracle).told().next) == "echo orca");
      std::swap(fleet.gates[0], fleet.gates[1]);
      fleet.gates.pop_back();
      CHECK(Scene(fleet, {}, oracle).told().next.empty());
    }
  }

  TEST_CASE("rollout: from none to want -> what callers would present must not be known as bad") {
    fleet::Fleet fleet = quick_fleet({"orca", "echo"});
    add_calls(fleet, "echo", {"orca"});
    probe::Observation of_echo = healthy_want();
    const Looks looks = {{"orca", healthy_none()}, {"echo", of_echo}};
    SUBCASE("the caller's endpoint shows a good certificate -> may go, closed gate or not") {
      const Scene scene(fleet, looks);
      CHECK((scene.stage.later(at(3s)).status == Status::closed));
      CHECK(joined(scene.told().next) == "orca echo");
    }
    SUBCASE("it shows one that has ended -> refused under want already") {
      pki::Certificate ended = certificate("CN=echo", root_a);
      ended.validity.not_after = noon;
      of_echo.peer_chains = {peer_chain({share(ended)})};
      const Rollout made = Scene(fleet, {{"orca", healthy_none()}, {"echo", of_echo}}).told();
      CHECK(!find(made, "orca").may_go);
      CHECK(find(made, "orca").blockers == 1);
      CHECK((find(made, "orca").first_blocker->reason == Reason::identity_expired));
      CHECK(find(made, "orca").first_blocker->caller == "echo");
    }
    SUBCASE("the look at the caller is stale -> it is not known what it would present") {
      build::Stage stage(fleet);
      stage.resolve("orca", {1}, at(2s));
      stage.look("orca", 1, at(50s), healthy_none());
      stage.resolve("echo", {1}, at(2s));
      stage.look("echo", 1, at(2s));
      stage.step(at(60s));
      const Rollout made = rollout(*stage.snapshot, at(70s));
      CHECK(!find(made, "orca").may_go);
      CHECK((find(made, "orca").first_blocker->reason == Reason::caller_unknown));
    }
    SUBCASE("the look at the caller was made with other credentials -> not known either") {
      Scene scene(fleet, looks);
      scene.stage.board.outdate("echo");
      scene.stage.step(at(3s));
      CHECK((find(scene.told(), "orca").first_blocker->reason == Reason::caller_unknown));
    }
    SUBCASE("the caller's name does not resolve any more -> another replica may hold what is bad") {
      Scene scene(fleet, looks);
      scene.stage.fail_to_resolve("echo", at(3s));
      scene.stage.step(at(3s));
      CHECK((find(scene.told(), "orca").first_blocker->reason == Reason::caller_unknown));
    }
    SUBCASE("a named identity -> what its file holds, as long as that is readable") {
      add_caller(fleet, "ci", "orca");
      Snapshot snapshot = *Scene(fleet, looks).stage.snapshot;
      IdentityEntry entry;
      entry.facts.name = "ci";
      entry.facts.keys = {{.chain = {share(certificate("CN=ci", root_a))}}};
      snapshot.credentials.identities = {entry};
      CHECK(find(rollout(snapshot, at(3s)), "orca").may_go);
      snapshot.credentials.identities[0].facts.unreadable = "it is gone";
      CHECK(!find(rollout(snapshot, at(3s)), "orca").may_go);
    }
    SUBCASE("an identity of which nothing is known, on two paths -> one blocker for the caller") {
      add_caller(fleet, "ci", "orca");
      fleet.callers[0].calls.push_back({.target = "orca", .path = "/ops"});
      const Rollout made = Scene(fleet, looks).told();
      CHECK(!find(made, "orca").may_go);
      CHECK(find(made, "orca").blockers == 1);
      CHECK(find(made, "orca").first_blocker->caller == "ci");
    }
    SUBCASE("a caller without certificate -> tolerated") {
      add_caller(fleet, "monitoring", "orca");
      fleet.callers[0].runtime = fleet::Runtime::none;
      fleet.callers[0].identity.reset();
      CHECK(find(Scene(fleet, looks).told(), "orca").may_go);
    }
  }

  TEST_CASE("rollout: Spinnaker's calls -> leaves first, circles together, by callers within") {
    const Rollout made = Scene(spinnaker()).told();
    CHECK(order_of(made) ==
          "kayenta redis rosco orca igor clouddriver echo fiat front50 dinghy gate");
    for (const RolloutService& service : made.services) {
      CAPTURE(service.name);
      const bool is_in_circle = service.position > 2 && service.position < 10;
      CHECK(service.circle == (is_in_circle ? std::optional<std::size_t>(1) : std::nullopt));
    }
    CHECK(joined(find(made, "redis").callers) == "clouddriver fiat gate igor orca rosco");
  }

  TEST_CASE("rollout: a call to itself -> neither caller nor circle") {
    fleet::Fleet fleet = quick_fleet({"orca", "echo"});
    add_calls(fleet, "orca", {"orca", "echo"});
    const Rollout made = Scene(fleet).told();
    CHECK(order_of(made) == "echo orca");
    CHECK(find(made, "orca").callers.empty());
    CHECK(!find(made, "orca").circle);
  }

  TEST_CASE("rollout: callers that are no targets, and targets never flipped -> do not order") {
    fleet::Fleet fleet = quick_fleet({"orca", "echo", "deck"});
    fleet.targets[2].goal = fleet::Goal::none;
    add_calls(fleet, "echo", {"deck"});
    add_calls(fleet, "deck", {"orca"});
    add_caller(fleet, "ci", "echo");
    add_caller(fleet, "cron", "echo");
    const Rollout made = Scene(fleet).told();
    CHECK(order_of(made) == "orca echo");
    CHECK(joined(find(made, "orca").callers) == "deck");
    CHECK(joined(made.not_flipped) == "deck");
  }

  TEST_CASE("rollout: the whole fleet -> one summary") {
    const auto summary = [](const Looks& looks) {
      return Scene(quick_fleet({"clouddriver", "echo", "fiat", "orca"}), looks).told().summary;
    };
    CHECK(summary({}) ==
          "0 of 4 services are at `need`, 4 at `want`. May take their next step now: clouddriver, "
          "echo, fiat, orca.");
    CHECK(summary({{"clouddriver", need_look()},
                   {"echo", healthy_none()},
                   {"fiat", plaintext_look()},
                   {"orca", unclear_look()}}) ==
          "1 of 4 services are at `need`, 1 at `none`, 1 in plaintext, 1 not known. May take "
          "their next step now: echo.");
    CHECK(summary({{"clouddriver", need_look()},
                   {"echo", need_look()},
                   {"fiat", need_look()},
                   {"orca", need_look()}}) == "All 4 services are at `need`.");
    CHECK(Scene(quick_fleet({"orca"}), {{"orca", need_look()}}).told().summary ==
          "The one service is at `need`.");
  }

  TEST_CASE("rollout: nothing to flip -> said, and nothing is in order") {
    const Rollout empty = rollout(Snapshot(), at(3s));
    CHECK(empty.services.empty());
    CHECK(empty.summary == "No service is to be flipped to `need`.");
    fleet::Fleet fleet = quick_fleet({"deck"});
    fleet.targets[0].goal = fleet::Goal::none;
    const Rollout none = Scene(fleet).told();
    CHECK(none.services.empty());
    CHECK(joined(none.not_flipped) == "deck");
    CHECK(none.summary == "No service is to be flipped to `need`.");
  }

  TEST_CASE("rollout: a service at need -> done, and what stands against it is still counted") {
    fleet::Fleet fleet = quick_fleet({"orca"});
    add_caller(fleet, "ci", "orca");
    Oracle oracle;
    (*oracle.script)["ci"] = row(Verdict::broken, Reason::issuer_not_advertised);
    const RolloutService orca = find(Scene(fleet, {{"orca", need_look()}}, oracle).told(), "orca");
    CHECK(!orca.next);
    CHECK(orca.blockers == 1);
    fleet.gates[0].targets = {"orca2"};
    CHECK(find(Scene(fleet, {{"orca", need_look()}}).told(), "orca").blockers == 0);
  }
}
