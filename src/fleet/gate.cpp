// Reads an item of `gates`.

#include <algorithm>
#include <array>
#include <chrono>

#include "fleet/readers.hpp"

namespace telltale::fleet {
namespace {

using namespace std::chrono_literals;

constexpr auto one_day = 24h;
constexpr auto ten_years = 3650 * one_day;

/// `all`, or names. Nothing stands for all.
std::vector<std::string> read_gate_targets(const Value& value) {
  if (value.is_text() && value.text() == "all") {
    return {};
  }
  std::vector<std::string> names;
  for (const Value& item : value.list("target names (or the word all)")) {
    if (std::ranges::find(names, item.name()) != names.end()) {
      item.fail('"' + item.name() + "\" is in the list already; leave one out");
    }
    names.push_back(item.name());
  }
  return names;
}

CivilTime read_until(const Value& value) {
  const auto end = parse_end_of_day(value.text("date"));
  if (!end) {
    value.fail("must be the last day it counts, such as 2027-01-31");
  }
  return *end;
}

constexpr std::array accept_keys{
    Key<Acceptance>{
        "target", [](const Value& value, Acceptance& accepted) { accepted.target = value.name(); }},
    Key<Acceptance>{
        "caller", [](const Value& value, Acceptance& accepted) { accepted.caller = value.name(); }},
    Key<Acceptance>{
        "callee", [](const Value& value, Acceptance& accepted) { accepted.target = value.name(); }},
    Key<Acceptance>{"reason", [](const Value& value,
                                 Acceptance& accepted) { accepted.reason = value.text("reason"); }},
    Key<Acceptance>{"until", [](const Value& value,
                                Acceptance& accepted) { accepted.until = read_until(value); }},
    Key<Acceptance>{"why",
                    [](const Value& value, Acceptance& accepted) { accepted.why = value.text(); }},
};

/// Whose breakage it is: a target's, or that of a call.
void check_subject(const Value& acceptance) {
  refuse_both(acceptance, "target", "caller");
  refuse_both(acceptance, "target", "callee");
  if (acceptance.find("caller")) {
    acceptance.require("callee");
  } else if (acceptance.find("callee")) {
    acceptance.require("caller");
  } else if (!acceptance.find("target")) {
    acceptance.fail("lacks the key \"target\", or \"caller\" and \"callee\"");
  }
}

std::vector<Acceptance> read_acceptances(const Value& value) {
  std::vector<Acceptance> acceptances;
  for (const Value& item : value.list("accepted breakages")) {
    read_mapping(item, accept_keys, acceptances.emplace_back());
    check_subject(item);
    for (const std::string_view key : {"reason", "until", "why"}) {
      item.require(key);
    }
  }
  return acceptances;
}

constexpr std::array gate_keys{
    Key<GateRules>{"name", [](const Value& value, GateRules& gate) { gate.name = value.name(); }},
    Key<GateRules>{"targets", [](const Value& value,
                                 GateRules& gate) { gate.targets = read_gate_targets(value); }},
    Key<GateRules>{"step",
                   [](const Value& value, GateRules& gate) { gate.step = value.one_of<Step>(); }},
    Key<GateRules>{"rounds", [](const Value& value,
                                GateRules& gate) { gate.rounds = value.number(1, 1'000'000); }},
    Key<GateRules>{"for",
                   [](const Value& value, GateRules& gate) {
                     gate.minimum_time = value.duration(0s, 365 * one_day);
                   }},
    Key<GateRules>{"certificate_validity",
                   [](const Value& value, GateRules& gate) {
                     gate.certificate_validity = value.duration(0s, ten_years);
                   }},
    Key<GateRules>{"evidence",
                   [](const Value& value, GateRules& gate) {
                     using enum Evidence;
                     gate.evidence = value.one_of(std::array{observed, certificate, keystore});
                   }},
    Key<GateRules>{"accept", [](const Value& value,
                                GateRules& gate) { gate.accept = read_acceptances(value); }},
};

}  // namespace

GateRules read_gate(const Value& value) {
  GateRules gate;
  read_mapping(value, gate_keys, gate);
  value.require("name");
  return gate;
}

void append_gate_keys(std::vector<std::string>& keys) {
  append_keys(keys, "gates[].", gate_keys);
  append_keys(keys, "gates[].accept[].", accept_keys);
}

}  // namespace telltale::fleet
