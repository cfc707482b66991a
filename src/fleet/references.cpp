// Checks what one part of the configuration says of another.

#include <algorithm>

#include "fleet/readers.hpp"

namespace telltale::fleet {
namespace {

std::string quote(std::string_view word) {
  return '"' + std::string(word) + '"';
}

/// The configuration's names, as views into the fleet, and the reasons that there are.
struct Names {
  std::vector<std::string_view> identities;
  std::vector<std::string_view> targets;
  std::span<const std::string_view> reasons;
};

Names names_in(const Fleet& fleet, std::span<const std::string_view> known_reasons) {
  Names names{.identities = {}, .targets = {}, .reasons = known_reasons};
  for (const auto& [name, files] : fleet.identities) {
    names.identities.push_back(name);
  }
  for (const Target& target : fleet.targets) {
    names.targets.push_back(target.name);
  }
  std::ranges::sort(names.targets);
  return names;
}

void check_identity(const Value& mapping, const Names& names) {
  const auto identity = mapping.find("identity");
  if (identity && !std::ranges::binary_search(names.identities, identity->text())) {
    identity->fail(quote(identity->text()) + " is not an identity; " +
                   suggest(identity->text(), names.identities));
  }
}

void check_is_target(const Value& value, const Names& names) {
  if (!std::ranges::binary_search(names.targets, value.text())) {
    value.fail(quote(value.text()) + " is not a target; " + suggest(value.text(), names.targets));
  }
}

void check_acceptance(const Value& acceptance, const GateRules& gate, const Names& names) {
  const Value target = acceptance.at("target");
  check_is_target(target, names);
  const bool is_judged =
      gate.targets.empty() || std::ranges::find(gate.targets, target.text()) != gate.targets.end();
  if (!is_judged) {
    target.fail(quote(target.text()) +
                " is not among the gate's targets; add it or leave this out");
  }
  const Value reason = acceptance.at("reason");
  if (std::ranges::find(names.reasons, reason.text()) == names.reasons.end()) {
    reason.fail(quote(reason.text()) + " is not a reason; " +
                suggest(reason.text(), names.reasons));
  }
}

void check_gate(const Value& value, const GateRules& gate, const Names& names) {
  if (!gate.targets.empty()) {
    for (const Value& target : value.at("targets").list("targets")) {
      check_is_target(target, names);
    }
  }
  if (!gate.accept.empty()) {
    for (const Value& acceptance : value.at("accept").list("accepted breakages")) {
      check_acceptance(acceptance, gate, names);
    }
  }
}

}  // namespace

void check_references(const Value& root, const Fleet& fleet,
                      std::span<const std::string_view> known_reasons) {
  const Names names = names_in(fleet, known_reasons);
  for (const Value& part : root.members()) {
    if (part.key() == "probe") {
      check_identity(part, names);
    }
    if (part.key() == "targets") {
      for (const Value& target : part.list("targets")) {
        check_identity(target, names);
      }
    }
    if (part.key() == "gates") {
      auto gate = fleet.gates.begin();
      for (const Value& value : part.list("gates")) {
        check_gate(value, *gate++, names);
      }
    }
  }
}

}  // namespace telltale::fleet
