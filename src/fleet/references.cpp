// Checks what one part of the configuration says of another.

#include <algorithm>
#include <tuple>

#include "fleet/readers.hpp"

namespace telltale::fleet {
namespace {

std::string quote(std::string_view word) {
  return '"' + std::string(word) + '"';
}

/// The configuration's names, as views into the fleet, each list sorted.
struct Names {
  std::vector<std::string_view> identities;
  std::vector<std::string_view> targets;
  std::vector<std::string_view> rediss;                               ///< targets
  std::vector<std::string_view> meshed;                               ///< targets
  std::map<std::string_view, std::vector<std::string_view>> callees;  ///< by who calls them
};

Names names_in(const Fleet& fleet) {
  Names names;
  for (const auto& [name, files] : fleet.identities) {
    names.identities.push_back(name);
  }
  const auto add_callees = [&](const auto& caller) {
    for (const Call& call : caller.calls) {
      names.callees[caller.name].push_back(call.target);
    }
  };
  for (const Target& target : fleet.targets) {
    names.targets.push_back(target.name);
    if (target.url.scheme == Scheme::rediss) {
      names.rediss.push_back(target.name);
    }
    if (target.mesh) {
      names.meshed.push_back(target.name);
    }
    add_callees(target);
  }
  std::ranges::for_each(fleet.callers, add_callees);
  std::ranges::sort(names.targets);
  std::ranges::sort(names.rediss);
  std::ranges::sort(names.meshed);
  for (auto& [caller, callees] : names.callees) {
    std::ranges::sort(callees);
    callees.erase(std::ranges::unique(callees).begin(), callees.end());
  }
  return names;
}

bool is_among(const std::vector<std::string_view>& sorted, std::string_view name) {
  return std::ranges::binary_search(sorted, name);
}

void check_identity(const Value& mapping, const Names& names) {
  const auto identity = mapping.find("identity");
  if (identity && !is_among(names.identities, identity->text())) {
    identity->fail(quote(identity->text()) + " is not an identity; " +
                   suggest(identity->text(), names.identities));
  }
}

void check_is_target(const Value& value, const Names& names) {
  if (!is_among(names.targets, value.text())) {
    value.fail(quote(value.text()) + " is not a target; " + suggest(value.text(), names.targets));
  }
}

/// A trust goes by its file's name, so a file has one password wherever it is named.
class TrustPasswords {
 public:
  void check(const Value& mapping, const std::optional<pki::TrustFiles>& trust,
             std::string_view key = "trust") {
    if (!trust || trust->file.empty()) {
      return;
    }
    const Value value = mapping.at(key);
    const auto [first, is_new] =
        passwords_.try_emplace(trust->file, trust->password, value.position());
    if (!is_new && first->second.first != trust->password) {
      value.fail("opens \"" + trust->file + "\" with another password than " +
                 first->second.second + " does; give both the same");
    }
  }

 private:
  std::map<std::string, std::pair<std::optional<pki::SecretSource>, std::string>> passwords_;
};

/// Of what a call says, all that makes an edge.
using EdgeKey = std::tuple<std::string, Runtime, std::optional<std::string>, std::string,
                           std::string, std::vector<tls::ProtocolVersion>>;

EdgeKey key_of(Edge edge) {
  std::ranges::sort(edge.tls_versions);
  return {std::move(edge.callee), edge.runtime,         std::move(edge.identity),
          trust_name(edge.trust), std::move(edge.path), std::move(edge.tls_versions)};
}

/// Checks the calls of every target and caller, in the order of the file.
class CallChecks {
 public:
  explicit CallChecks(const Names& names) : names_(names) {}

  /// `caller` is what the Target or Caller `read` was read from.
  template <class Side>
  void check(const Value& caller, const Side& read) {
    check_identity(caller, names_);
    passwords_.check(caller, read.trust);
    if (read.calls.empty()) {
      return;
    }
    auto call = read.calls.begin();
    for (const Value& value : caller.at("calls").list("calls")) {
      check_call(value, *call++);
    }
  }

  TrustPasswords& passwords() { return passwords_; }

 private:
  void check_call(const Value& value, const Call& call) {
    check_is_target(value.is_text() ? value : value.at("target"), names_);
    check_identity(value, names_);
    passwords_.check(value, call.trust);
    if (is_among(names_.rediss, call.target)) {
      refuse(value, "path", "has no effect on a rediss:// target; leave it out");
    }
  }

  const Names& names_;
  TrustPasswords passwords_;
};

/// Two calls that come to the same edge. `edges` are those of this caller, one for each call.
void check_edges(const Value& caller, std::span<const Edge> edges) {
  std::map<EdgeKey, std::size_t> places;
  if (edges.empty()) {
    return;
  }
  const std::vector<Value> calls = caller.at("calls").list("calls");
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto [first, is_new] = places.try_emplace(key_of(edges[i]), i);
    if (!is_new) {
      calls[i].fail("is the same call of " + edges[i].callee + " as " +
                    calls[first->second].path() + "; leave one out");
    }
  }
}

/// Walks targets, then callers, as edges_of() does.
void check_all_edges(const Value& root, const Fleet& fleet) {
  const std::vector<Edge> edges = edges_of(fleet);
  std::span<const Edge> rest(edges);
  const auto check = [&](std::string_view key, const auto& sides) {
    auto side = sides.begin();
    for (const Value& value : root.at(key).list(key)) {
      const std::size_t calls = (side++)->calls.size();
      check_edges(value, rest.first(calls));
      rest = rest.subspan(calls);
    }
  };
  check("targets", fleet.targets);
  if (!fleet.callers.empty()) {
    check("callers", fleet.callers);
  }
}

void check_caller_name(const Value& caller, const Names& names) {
  const Value name = caller.at("name");
  if (is_among(names.targets, name.text())) {
    name.fail(quote(name.text()) + " is the name of a target already; give that target the calls");
  }
}

/// `whose` and `acceptable` are of the kind that the acceptance names, `elsewhere` of the other
/// kind.
void check_reason(const Value& reason, std::string_view whose,
                  std::span<const std::string_view> acceptable,
                  std::span<const std::string_view> elsewhere, std::string_view instead) {
  const auto has = [&](std::span<const std::string_view> reasons) {
    return std::ranges::find(reasons, reason.text()) != reasons.end();
  };
  if (has(acceptable)) {
    return;
  }
  std::string complaint = quote(reason.text()) + " is not a reason that can be accepted of " +
                          std::string(whose) + "; ";
  complaint += has(elsewhere) ? std::string(instead) : suggest(reason.text(), acceptable);
  reason.fail(complaint);
}

void check_is_judged(const Value& target, const GateRules& gate) {
  const bool is_judged =
      gate.targets.empty() || std::ranges::find(gate.targets, target.text()) != gate.targets.end();
  if (!is_judged) {
    target.fail(quote(target.text()) +
                " is not among the gate's targets; add it or leave this out");
  }
}

/// There must be such an edge.
void check_accepted_edge(const Value& caller, const Value& callee, const Names& names) {
  const auto found = names.callees.find(caller.text());
  if (found == names.callees.end()) {
    std::vector<std::string_view> callers;
    for (const auto& [name, callees] : names.callees) {
      callers.push_back(name);
    }
    caller.fail(quote(caller.text()) + " calls nothing; " + suggest(caller.text(), callers));
  }
  check_is_target(callee, names);
  if (!is_among(found->second, callee.text())) {
    callee.fail(quote(callee.text()) + " is not called by " + caller.text() + "; " +
                suggest(callee.text(), found->second));
  }
}

void check_acceptance(const Value& acceptance, const GateRules& gate, const Names& names,
                      const AcceptableReasons& acceptable) {
  if (const auto caller = acceptance.find("caller")) {
    const Value callee = acceptance.at("callee");
    check_accepted_edge(*caller, callee, names);
    check_is_judged(callee, gate);
    check_reason(acceptance.at("reason"), "a call", acceptable.of_callers, acceptable.of_targets,
                 "it is one of a target: give target instead of caller and callee");
    return;
  }
  const Value target = acceptance.at("target");
  check_is_target(target, names);
  check_is_judged(target, gate);
  check_reason(acceptance.at("reason"), "a target", acceptable.of_targets, acceptable.of_callers,
               "it is one of a call: give caller and callee instead of target");
}

/// Of two acceptances of the same, readers would not know which day counts.
void check_no_two_alike(const std::vector<Value>& acceptances,
                        const std::vector<Acceptance>& accepted) {
  for (std::size_t i = 0; i < accepted.size(); ++i) {
    const auto first = std::ranges::find_if(accepted, [&](const Acceptance& other) {
      return other.target == accepted[i].target && other.caller == accepted[i].caller &&
             other.reason == accepted[i].reason;
    });
    const auto at = static_cast<std::size_t>(first - accepted.begin());
    if (at != i) {
      acceptances[i].fail("accepts the same as " + acceptances[at].path() + "; leave one out");
    }
  }
}

/// A gate for the step to `strict` can judge only what has a sidecar.
void check_is_meshed(const Value& target, const Names& names) {
  if (!is_among(names.meshed, target.text())) {
    target.fail(quote(target.text()) +
                " has no mesh, so that a gate for the step strict cannot judge it; give it mesh or "
                "leave it out");
  }
}

void check_gate(const Value& value, const GateRules& gate, const Names& names,
                const AcceptableReasons& acceptable) {
  const bool is_strict = gate.step == Step::strict;
  if (!gate.targets.empty()) {
    for (const Value& target : value.at("targets").list("targets")) {
      check_is_target(target, names);
      if (is_strict) {
        check_is_meshed(target, names);
      }
    }
  }
  if (is_strict && names.meshed.empty()) {
    value.at("step").fail("judges targets that have a mesh, and there is none; give one mesh");
  }
  if (!gate.accept.empty()) {
    const std::vector<Value> acceptances = value.at("accept").list("accepted breakages");
    for (const Value& acceptance : acceptances) {
      check_acceptance(acceptance, gate, names, acceptable);
    }
    check_no_two_alike(acceptances, gate.accept);
  }
}

/// Visits each item of a list together with what was read from it.
template <class Item, class Visit>
void visit_both(const Value& list, const std::vector<Item>& read, Visit visit) {
  auto item = read.begin();
  for (const Value& value : list.list("items")) {
    visit(value, *item++);
  }
}

}  // namespace

void check_references(const Value& root, const Fleet& fleet, const AcceptableReasons& acceptable) {
  const Names names = names_in(fleet);
  CallChecks calls(names);
  for (const Value& part : root.members()) {
    if (part.key() == "probe") {
      check_identity(part, names);
    }
    if (part.key() == "trust") {
      calls.passwords().check(root, fleet.trust);
    }
    if (part.key() == "targets") {
      visit_both(part, fleet.targets, [&](const Value& value, const Target& target) {
        calls.check(value, target);
        calls.passwords().check(value, target.server_trust, "server_trust");
      });
    }
    if (part.key() == "callers") {
      visit_both(part, fleet.callers, [&](const Value& value, const Caller& caller) {
        check_caller_name(value, names);
        calls.check(value, caller);
      });
    }
    if (part.key() == "gates") {
      visit_both(part, fleet.gates, [&](const Value& value, const GateRules& gate) {
        check_gate(value, gate, names, acceptable);
      });
    }
  }
  check_all_edges(root, fleet);
}

}  // namespace telltale::fleet
