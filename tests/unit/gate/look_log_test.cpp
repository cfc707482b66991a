#include "telltale/gate/look_log.hpp"

#include <doctest/doctest.h>

#include "unit/gate/builders.hpp"

namespace telltale::gate {
namespace {

using namespace build;  // NOLINT(google-build-using-namespace)

LookRecord record(const std::string& target, bool succeeded = true) {
  LookRecord made;
  made.target = target;
  made.glance.succeeded = succeeded;
  made.story = std::make_shared<const assess::Story>();
  return made;
}

/// `3 4 5`: the numbers of the looks that are kept.
std::string ids(const LookRecordsPtr& looks) {
  std::string text;
  for (const LookRecordPtr& look : *looks) {
    text += (text.empty() ? "" : " ") + std::to_string(look->id);
  }
  return text;
}

/// A board that keeps `limit` looks.
Stage stage_with_history(std::size_t limit, const fleet::Fleet& fleet) {
  Stage stage(fleet);
  stage.board = Board(fleet, {}, at(0s), &assess::predict, limit);
  return stage;
}

TEST_SUITE("gate") {
  TEST_CASE("look log: more looks than it keeps -> the newest, and apart the newest failed ones") {
    LookLog log(2);
    CHECK(ids(log.share()).empty());
    log.note(record("orca", false));
    for (int i = 0; i < 3; ++i) {
      log.note(record("echo"));
    }
    CHECK(ids(log.share()) == "3 4");
    CHECK(ids(log.share_failed()) == "1");
    CHECK(log.share() == log.share());
    const LookRecordsPtr before = log.share_failed();
    log.note(record("orca"));
    CHECK(log.share_failed() == before);
    log.note(record("orca", false));
    log.note(record("orca", false));
    CHECK(ids(log.share()) == "6 7");
    CHECK(ids(log.share_failed()) == "6 7");
    CHECK(log.share()->back() == log.share_failed()->back());
  }

  TEST_CASE("look log: a limit of 0 -> nothing is kept, looks are counted all the same") {
    LookLog log(0);
    log.note(record("orca", false));
    CHECK(log.share()->empty());
    CHECK(log.share_failed()->empty());
  }

  TEST_CASE("look log: targets that go -> their looks do, too") {
    LookLog log(5);
    log.note(record("orca", false));
    log.note(record("echo"));
    log.note(record("orca"));
    log.keep_only({"orca"});
    CHECK(ids(log.share()) == "1 3");
    log.keep_only({"echo"});
    CHECK(ids(log.share()).empty());
    CHECK(ids(log.share_failed()).empty());
  }

  TEST_CASE("glance: findings -> the first error, else the first warning, else none") {
    struct Row {
      std::vector<assess::Finding> findings;
      std::optional<Reason> expected;
    };

    using assess::Severity;
    const assess::Finding info{Reason::app_unhealthy, Severity::info, "", ""};
    const assess::Finding warning{Reason::certificate_weak, Severity::warning, "", ""};
    const assess::Finding error{Reason::chain_untrusted, Severity::error, "", ""};
    const Row rows[] = {
        {{}, std::nullopt},
        {{info}, std::nullopt},
        {{info, warning}, Reason::certificate_weak},
        {{warning, error}, Reason::chain_untrusted},
    };
    for (const Row& row : rows) {
      assess::AddressAssessment look;
      look.looked_at = at(5s);
      look.mode = ClientAuthMode::want;
      look.reachable = true;
      look.findings = row.findings;
      CHECK(glance_at(look) == Glance{at(5s).civil, ClientAuthMode::want, true, row.expected});
    }
  }

  TEST_CASE("board: looks -> glances oldest first, at most max_glances, and the newest story") {
    Stage stage = stage_with_history(100, fleet_of({"orca"}));
    stage.resolve("orca", {1}, at(1s));
    stage.step(at(1s));
    const AddressEntry& unseen = stage.snapshot->targets.front()->addresses.front();
    REQUIRE(unseen.glances != nullptr);
    CHECK(unseen.glances->empty());
    CHECK(unseen.story == nullptr);

    stage.look("orca", 1, at(2s), refused_look());
    for (std::size_t i = 0; i < max_glances; ++i) {
      stage.look("orca", 1, at(3s + std::chrono::seconds(i)));
    }
    stage.step(at(40s));
    const AddressEntry& address = stage.snapshot->targets.front()->addresses.front();
    REQUIRE(address.glances->size() == max_glances);
    CHECK(address.glances->front() ==
          Glance{at(3s).civil, ClientAuthMode::want, true, std::nullopt});
    CHECK(address.glances->back().at == at(32s).civil);
    REQUIRE(address.story != nullptr);
    CHECK(address.story->size() == healthy_want().attempts.size());
    CHECK(stage.snapshot->looks->size() == max_glances + 1);
    CHECK(stage.snapshot->looks->back()->story == address.story);
    REQUIRE(stage.snapshot->failed_looks->size() == 1);
    const LookRecord& failed = *stage.snapshot->failed_looks->front();
    CHECK(failed.id == 1);
    CHECK(failed.target == "orca");
    CHECK(failed.address == endpoint(1));
    CHECK(failed.glance ==
          Glance{at(2s).civil, ClientAuthMode::unknown, false, Reason::connect_refused});
  }

  TEST_CASE("board: an address that goes, a look at one that is gone -> neither is kept") {
    Stage stage = stage_with_history(100, fleet_of({"orca"}));
    stage.resolve("orca", {1, 2}, at(1s));
    stage.look("orca", 1, at(2s));
    stage.look("orca", 2, at(2s));
    stage.resolve("orca", {2}, at(3s));
    stage.look("orca", 1, at(4s));
    stage.look("echo", 1, at(4s));
    stage.step(at(5s));
    const auto& addresses = stage.snapshot->targets.front()->addresses;
    REQUIRE(addresses.size() == 1);
    CHECK(addresses.front().glances->size() == 1);
    CHECK(ids(stage.snapshot->looks) == "1 2");  // what was seen then remains told
    stage.resolve("orca", {1, 2}, at(6s));
    stage.step(at(7s));
    CHECK(stage.snapshot->targets.front()->addresses.front().glances->empty());
  }

  TEST_CASE("board: a reload -> unchanged targets keep their looks, others begin anew") {
    fleet::Fleet fleet = fleet_of({"orca", "echo", "gate"});
    Stage stage = stage_with_history(100, fleet);
    for (const char* const name : {"orca", "echo", "gate"}) {
      stage.resolve(name, {1}, at(1s));
      stage.look(name, 1, at(2s));
    }
    fleet.targets[1].health = "/other";
    fleet.targets.pop_back();
    stage.board.reconfigure(fleet, at(3s));
    stage.step(at(4s));
    CHECK(ids(stage.snapshot->looks) == "1");
    CHECK(stage.snapshot->targets.at(0)->addresses.front().glances->size() == 1);
    CHECK(stage.snapshot->targets.at(1)->addresses.empty());
  }
}

}  // namespace
}  // namespace telltale::gate
