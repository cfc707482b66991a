#include "gate/evidence.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string_view>
#include <unordered_map>

#include "telltale/assess/sidecar.hpp"

#include "gate/edge_scale.hpp"
#include "gate/filing.hpp"

namespace telltale::gate {

namespace {

using assess::Finding;
using assess::Reason;
using assess::Severity;

/// The edges into each target, and the entries of their callers.
class Callers {
 public:
  explicit Callers(const Snapshot& snapshot) {
    if (snapshot.edges.empty()) {
      return;
    }
    for (const TargetEntryPtr& entry : snapshot.targets) {
      nodes_[entry->target.name].entry = entry.get();
    }
    for (const EdgeEntryPtr& edge : snapshot.edges) {
      nodes_[edge->edge.callee].edges.push_back(edge.get());
    }
  }

  [[nodiscard]] std::span<const EdgeEntry* const> into(std::string_view target) const {
    const auto found = nodes_.find(target);
    return found == nodes_.end() ? std::span<const EdgeEntry* const>() : found->second.edges;
  }

  /// Null for a caller that is no target.
  [[nodiscard]] const TargetEntry* entry_of(std::string_view caller) const {
    const auto found = nodes_.find(caller);
    return found == nodes_.end() ? nullptr : found->second.entry;
  }

 private:
  struct Node {
    const TargetEntry* entry = nullptr;
    std::vector<const EdgeEntry*> edges;
  };

  std::unordered_map<std::string_view, Node> nodes_;
};

/// Weighs what was seen of one target: puts words into its filing.
class TargetScale {
 public:
  TargetScale(const TargetEntry& entry, const fleet::GateRules& rules, Filing& filing)
      : entry_(entry), rules_(rules), filing_(filing) {}

  void weigh() {
    filing_.weight().addresses = entry_.addresses.size();
    weigh_resolution();
    for (const AddressEntry& address : entry_.addresses) {
      weigh_address(address);
    }
    weigh_target_findings();
  }

 private:
  void weigh_resolution() {
    if (!entry_.resolution) {
      filing_.miss_absent({.detail = "The target's name has not been resolved yet."});
      return;
    }
    if (is_from_a_resolver(*entry_.resolution) &&
        !filing_.is_fresh(entry_.resolution->resolved_at)) {
      resolution_is_stale_ = true;
      filing_.miss_stale({}, "The newest resolution of the target's name",
                         entry_.resolution->resolved_at.steady);
    }
    if (entry_.addresses.empty()) {
      filing_.miss_present({.detail = "The target has no address to look at."});
    }
  }

  void weigh_address(const AddressEntry& address) {
    keep_later(filing_.weight().newest_appearance, std::optional(address.appeared_at));
    const fleet::Endpoint* const where = &address.address;
    if (!address.assessment) {
      some_look_is_missing_ = true;
      filing_.miss_absent({.address = where, .detail = "The address has not been looked at yet."});
      return;
    }
    const assess::AddressAssessment& assessment = *address.assessment;
    keep_earlier(filing_.weight().oldest_look, std::optional(assessment.looked_at.steady));
    if (!filing_.is_fresh(assessment.looked_at)) {
      some_look_is_missing_ = true;
      filing_.miss_stale({.address = where}, "The newest look", assessment.looked_at.steady);
      return;
    }
    if (address.is_outdated) {
      some_look_is_missing_ = true;
      filing_.miss_outdated({.address = where}, "The newest look");
    }
    for (const Finding& finding : assessment.findings) {
      if (blocks(finding) && (judges_need() || counts_for_strict(finding.reason, assessment))) {
        filing_.block({.address = where, .reason = finding.reason, .detail = finding.detail});
      }
    }
    weigh_certificates(where, assessment);
    if (judges_need()) {
      weigh_mode(where, assessment);
    } else {
      weigh_mesh_mode(where, assessment);
    }
  }

  void weigh_certificates(const fleet::Endpoint* where,
                          const assess::AddressAssessment& assessment) {
    const bool counts = judges_need() || ends_at_sidecar(assessment);
    if (!assessment.first_to_end || !judges_the_flip() || !counts) {
      return;
    }
    const auto& [not_after, subject] = *assessment.first_to_end;
    const CivilTime begins = margin_begins(not_after, rules_);
    const bool is_told_as_expired =
        std::ranges::any_of(assessment.findings, [&](const Finding& finding) {
          return finding.reason == Reason::certificate_expired && blocks(finding);
        });
    if (filing_.now().civil <= begins || is_told_as_expired) {
      return;
    }
    filing_.block({.address = where,
                   .reason = Reason::certificate_expiring,
                   .detail = subject + " ends at " + to_rfc3339(not_after) + ", within the " +
                             to_text(rules_.certificate_validity) + " that the gate asks for."},
                  begins);
  }

  void weigh_mode(const fleet::Endpoint* where, const assess::AddressAssessment& assessment) {
    const bool is_hidden = assess::hides_application(entry_.target, assessment);
    if ((assessment.mode != tls::ClientAuthMode::unknown && !is_hidden) || !judges_the_flip()) {
      return;
    }
    const auto told =
        std::ranges::find(assessment.findings, Reason::client_auth_unknown, &Finding::reason);
    Matter matter{.address = where, .reason = Reason::client_auth_unknown};
    matter.detail = told != assessment.findings.end()
                        ? told->detail
                        : std::string(assess::row_of(Reason::client_auth_unknown).summary);
    if (is_hidden) {
      matter.detail =
          "The sidecar ended TLS: whom the application behind it asks for a certificate was not "
          "seen.";
    }
    if (filing_.is_accepted(Reason::client_auth_unknown)) {
      filing_.accept(matter);
      return;
    }
    filing_.miss_present(matter);
  }

  /// Nobody can accept what is not known.
  void weigh_mesh_mode(const fleet::Endpoint* where, const assess::AddressAssessment& assessment) {
    if (assessment.mesh && assessment.mesh->mode) {
      return;
    }
    const auto told =
        std::ranges::find(assessment.findings, Reason::mesh_mode_unknown, &Finding::reason);
    Matter matter{.address = where, .reason = Reason::mesh_mode_unknown};
    matter.detail = told != assessment.findings.end()
                        ? told->detail
                        : std::string(assess::row_of(Reason::mesh_mode_unknown).summary);
    filing_.miss_present(matter);
  }

  /// Findings about the whole target are as fresh as what they were made from.
  void weigh_target_findings() {
    for (const Finding& finding : entry_.assessment.findings) {
      const bool is_from_looks = finding.reason == Reason::replicas_disagree;
      const bool is_stale = is_from_looks ? some_look_is_missing_ : resolution_is_stale_;
      if (!is_stale && blocks(finding)) {
        filing_.block({.reason = finding.reason, .detail = finding.detail});
      }
    }
  }

  [[nodiscard]] bool judges_need() const { return rules_.step == fleet::Step::need; }

  [[nodiscard]] bool judges_the_flip() const {
    return !judges_need() || entry_.target.goal == fleet::Goal::need;
  }

  [[nodiscard]] static bool ends_at_sidecar(const assess::AddressAssessment& assessment) {
    return assessment.mesh && assessment.mesh->sidecar_ends_tls;
  }

  /// What the application behind the sidecar does is not the sidecar's matter, and plaintext is
  /// what the flip to STRICT ends.
  [[nodiscard]] static bool counts_for_strict(Reason reason,
                                              const assess::AddressAssessment& assessment) {
    const bool is_permissive =
        assessment.mesh && assessment.mesh->mode == fleet::MeshMode::permissive;
    if (assess::concerns_application(reason) ||
        (reason == Reason::plaintext_open && is_permissive)) {
      return false;
    }
    return ends_at_sidecar(assessment) || !assess::concerns_tls(reason);
  }

  [[nodiscard]] bool blocks(const Finding& finding) const {
    return finding.severity == Severity::error && !assess::concerns_own_identity(finding.reason) &&
           (judges_the_flip() || !assess::concerns_flip_only(finding.reason));
  }

  const TargetEntry& entry_;
  const fleet::GateRules& rules_;
  Filing& filing_;
  bool resolution_is_stale_ = false;
  bool some_look_is_missing_ = false;
};

std::set<std::string_view> names_of(const std::vector<const TargetEntry*>& targets) {
  std::set<std::string_view> names;
  for (const TargetEntry* entry : targets) {
    names.insert(entry->target.name);
  }
  return names;
}

void miss_whole(Weighed& weighed, const std::string& target, const std::string& detail) {
  weighed.whole.missing = true;
  weighed.whole.only_absent = false;
  weighed.evidence.missing.push_back({.target = target,
                                      .address = {},
                                      .caller = {},
                                      .reason = Reason::unknown,
                                      .detail = detail,
                                      .hint = "Correct `targets` of the gate."});
}

}  // namespace

std::vector<const TargetEntry*> scope_of(const Snapshot& snapshot, const fleet::GateRules& rules) {
  const std::set<std::string_view> names(rules.targets.begin(), rules.targets.end());
  const bool wants_mesh = rules.step == fleet::Step::strict;
  std::vector<const TargetEntry*> scope;
  for (const TargetEntryPtr& entry : snapshot.targets) {
    const bool is_named = names.empty() || names.contains(entry->target.name);
    if (is_named && (!wants_mesh || entry->target.mesh)) {
      scope.push_back(entry.get());
    }
  }
  return scope;
}

CivilTime margin_begins(CivilTime not_after, const fleet::GateRules& rules) {
  return not_after - std::chrono::ceil<std::chrono::seconds>(rules.certificate_validity);
}

bool is_from_a_resolver(const probe::Resolution& resolution) {
  return !resolution.name.empty();
}

Weighed weigh(const Snapshot& snapshot, const fleet::GateRules& rules, Now now) {
  Weighed weighed;
  weighed.targets = scope_of(snapshot, rules);
  weighed.by_target.reserve(weighed.targets.size());
  const Callers callers(snapshot);
  for (const TargetEntry* entry : weighed.targets) {
    Filing filing(entry->target, snapshot.probe.stale_after, rules, now, weighed.evidence);
    TargetScale(*entry, rules, filing).weigh();
    for (const EdgeEntry* edge : callers.into(entry->target.name)) {
      EdgeScale(*edge, callers.entry_of(edge->edge.caller), entry->target, filing).weigh();
    }
    weighed.by_target.push_back(filing.weight());
    weighed.whole.merge(weighed.by_target.back());
  }
  const std::set<std::string_view> known = names_of(weighed.targets);
  for (const std::string& name : rules.targets) {
    if (!known.contains(name)) {
      miss_whole(weighed, name,
                 rules.step == fleet::Step::strict
                     ? "The gate names a target that does not exist, or has no mesh."
                     : "The gate names a target that does not exist.");
    }
  }
  if (weighed.targets.empty() && rules.targets.empty()) {
    miss_whole(weighed, "", "The gate judges no target.");
  }
  return weighed;
}

}  // namespace telltale::gate
