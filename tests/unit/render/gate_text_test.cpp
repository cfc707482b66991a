#include "render/gate_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include "telltale/render/render.hpp"

#include "unit/render/fixture.hpp"

namespace telltale::render {

namespace {

gate::Answer answer(gate::Status status) {
  gate::Answer made;
  made.gate = "need";
  made.status = status;
  made.since = fixture::civil(2026, 11, 22);
  return made;
}

gate::Blocker blocker(std::string target, std::string address, assess::Reason reason) {
  return {std::move(target), std::move(address), "", reason, "Why it is so.", "What to do."};
}

}  // namespace

TEST_SUITE_BEGIN("render");

TEST_CASE("gate line: open -> what was judged, and since when") {
  gate::Answer open = answer(gate::Status::open);
  CHECK(gate_line(open) == "open: since 2026-11-22T12:00:00Z");
  open.targets = 12;
  open.addresses = 15;
  CHECK(gate_line(open) == "open: 12 targets, 15 addresses, since 2026-11-22T12:00:00Z");
  open.targets = 1;
  open.addresses = 1;
  CHECK(gate_line(open) == "open: 1 target, 1 address, since 2026-11-22T12:00:00Z");
}

TEST_CASE("gate line: closed -> the first blocker, and how many more there are") {
  gate::Answer closed = answer(gate::Status::closed);
  closed.evidence.blockers = {
      blocker("clouddriver", "127.0.0.1:7002", assess::Reason::authorities_missing)};
  CHECK(gate_line(closed) ==
        "closed: clouddriver 127.0.0.1:7002 authorities_missing: Why it is so.");
  closed.evidence.blockers.push_back(blocker("gate", "", assess::Reason::addresses_missing));
  closed.evidence.missing.push_back(blocker("orca", "[::1]:8083", assess::Reason::stale));
  CHECK(gate_line(closed) ==
        "closed: clouddriver 127.0.0.1:7002 authorities_missing: Why it is so. (and 2 more)");
}

TEST_CASE("gate line: unknown -> what is missing, else what it waits for") {
  gate::Answer unknown = answer(gate::Status::unknown);
  unknown.waiting = "1 of 3 rounds, 30s of 10m";
  CHECK(gate_line(unknown) == "unknown: waiting, 1 of 3 rounds, 30s of 10m");
  unknown.evidence.missing = {blocker("orca", "[::1]:8083", assess::Reason::stale)};
  CHECK(gate_line(unknown) == "unknown: orca [::1]:8083 stale: Why it is so.");
}

TEST_CASE("gate line: hostile texts -> one line of valid UTF-8 without controls") {
  gate::Answer closed = answer(gate::Status::closed);
  closed.evidence.blockers = {blocker(fixture::hostile, "", assess::Reason::unknown)};
  closed.evidence.blockers.front().detail = fixture::hostile;
  const std::string line = gate_line(closed);
  CHECK(line.find_first_of("\n\r\x1b\xff") == std::string::npos);
  CHECK(line.find("<b x=\"'\">") != std::string::npos);
}

TEST_CASE("gate line: a caller is concerned -> is named before its callee") {
  gate::Blocker edge = blocker("redis", "10.0.0.1:6379", assess::Reason::unknown);
  CHECK(place_of(edge) == "redis 10.0.0.1:6379");
  edge.caller = "dinghy";
  CHECK(place_of(edge) == "dinghy to redis 10.0.0.1:6379");
}

TEST_CASE("gate JSON: keys in their order; missing evidence stands among the blockers") {
  gate::Answer closed = answer(gate::Status::closed);
  closed.evidence.blockers = {
      blocker("clouddriver", "127.0.0.1:7002", assess::Reason::authorities_missing)};
  closed.evidence.missing = {blocker("orca", "[::1]:8083", assess::Reason::stale)};
  closed.evidence.accepted = {blocker("redis", "", assess::Reason::connect_refused)};
  CHECK(gate_json(closed) ==
        R"({"gate":"need","status":"closed","ready":false,"since":"2026-11-22T12:00:00Z",)"
        R"("waiting":null,"blockers":[{"target":"clouddriver","address":"127.0.0.1:7002",)"
        R"("caller":"","reason":"authorities_missing","detail":"Why it is so.",)"
        R"("hint":"What to do."},{"target":"orca","address":"[::1]:8083","caller":"",)"
        R"("reason":"stale","detail":"Why it is so.","hint":"What to do."}],)"
        R"("accepted":[{"target":"redis","address":"","caller":"","reason":"connect_refused",)"
        R"("detail":"Why it is so.","hint":"What to do."}],"step":"need","target":null})"
        "\n");
}

TEST_CASE("gate JSON: only an open gate -> is ready; what it waits for is a text") {
  CHECK(to_json(answer(gate::Status::open)).at("ready").as_bool());
  gate::Answer unknown = answer(gate::Status::unknown);
  unknown.waiting = "1 of 3 rounds, 30s of 10m";
  CHECK_FALSE(to_json(unknown).at("ready").as_bool());
  CHECK(to_json(unknown).at("waiting").as_string() == "1 of 3 rounds, 30s of 10m");
}

TEST_CASE("gates JSON: all gates in the snapshot's order, and the status over all") {
  const auto json = boost::json::parse(gates_json(fixture::mixed_fleet(), fixture::now()));
  CHECK(json.at("at").as_string() == "2026-11-22T12:00:00Z");
  CHECK(json.at("status").as_string() == "closed");
  const auto& gates = json.at("gates").as_array();
  REQUIRE(gates.size() == 2);
  CHECK(gates[0].at("gate").as_string() == "need");
  CHECK(gates[0].at("status").as_string() == "closed");
  CHECK(gates[1].at("gate").as_string() == "canary");
  CHECK(gates[1].at("status").as_string() == "open");
}

TEST_SUITE_END();

}  // namespace telltale::render
