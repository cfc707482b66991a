#include "gate/evidence.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace telltale::gate {

namespace {

using assess::Finding;
using assess::Reason;
using assess::Severity;

template <class T>
void keep_earlier(std::optional<T>& kept, const std::optional<T>& value) {
  if (value && (!kept || *value < *kept)) {
    kept = value;
  }
}

template <class T>
void keep_later(std::optional<T>& kept, const std::optional<T>& value) {
  if (value && (!kept || *value > *kept)) {
    kept = value;
  }
}

/// Weighs one target: puts words into the evidence and notes what they amount to.
class TargetScale {
 public:
  TargetScale(const TargetEntry& entry, const Snapshot& snapshot, const fleet::GateRules& rules,
              Now now, Evidence& evidence)
      : entry_(entry), snapshot_(snapshot), rules_(rules), now_(now), evidence_(evidence) {}

  Weight weigh() {
    weight_.addresses = entry_.addresses.size();
    weigh_resolution();
    for (const AddressEntry& address : entry_.addresses) {
      weigh_address(address);
    }
    weigh_target_findings();
    return weight_;
  }

 private:
  /// Whether this target's reason is accepted at present, and until when it last was.
  struct Accepted {
    bool now = false;
    std::optional<CivilTime> until;
  };

  [[nodiscard]] Accepted look_up(Reason reason) const {
    Accepted accepted;
    for (const fleet::Acceptance& acceptance : rules_.accept) {
      if (acceptance.target == entry_.target.name && acceptance.reason == name_of(reason)) {
        accepted.now = accepted.now || now_.civil < acceptance.until;
        keep_later(accepted.until, std::optional(acceptance.until));
      }
    }
    return accepted;
  }

  /// `address` is null where the whole target is meant.
  [[nodiscard]] Blocker describe(const fleet::Endpoint* address, Reason reason,
                                 const std::string& detail) const {
    return {.target = entry_.target.name,
            .address = address == nullptr ? "" : fleet::to_text(*address),
            .caller = {},
            .reason = reason,
            .detail = detail,
            .hint = std::string(assess::row_of(reason).hint)};
  }

  /// Files a blocker, or sets it apart if somebody has accepted it. `began` is when the calendar
  /// alone made it one.
  void block(const fleet::Endpoint* address, Reason reason, const std::string& detail,
             std::optional<CivilTime> began = std::nullopt) {
    Blocker blocker = describe(address, reason, detail);
    const Accepted accepted = look_up(reason);
    if (accepted.now) {
      evidence_.accepted.push_back(std::move(blocker));
      return;
    }
    keep_later(began, accepted.until);
    weight_.blocked = true;
    keep_earlier(weight_.first_run_out, began);
    evidence_.blockers.push_back(std::move(blocker));
  }

  void miss(const fleet::Endpoint* address, Reason reason, const std::string& detail) {
    weight_.missing = true;
    evidence_.missing.push_back(describe(address, reason, detail));
  }

  void miss_absent(const fleet::Endpoint* address, const std::string& detail) {
    miss(address, Reason::unknown, detail);
  }

  void miss_present(const fleet::Endpoint* address, Reason reason, const std::string& detail) {
    weight_.only_absent = false;
    miss(address, reason, detail);
  }

  void miss_stale(const fleet::Endpoint* address, const std::string& what, SteadyTime since) {
    const SteadyTime went_stale = since + snapshot_.probe.stale_after;
    keep_earlier(weight_.first_stale, std::optional(went_stale));
    keep_later(weight_.last_stale, std::optional(went_stale));
    miss_present(address, Reason::stale,
                 what + " is " + to_text(now_.steady - since) + " old; evidence counts for " +
                     to_text(snapshot_.probe.stale_after) + ".");
  }

  /// What it shows still blocks, and cannot clear.
  void miss_outdated(const fleet::Endpoint* address) {
    some_look_is_missing_ = true;
    weight_.outdated = true;
    evidence_.missing.push_back(
        describe(address, Reason::stale,
                 "The newest look was made with credentials of telltale's that others have "
                 "replaced since."));
  }

  void weigh_resolution() {
    if (!entry_.resolution) {
      miss_absent(nullptr, "The target's name has not been resolved yet.");
      return;
    }
    if (is_from_a_resolver(*entry_.resolution) && !is_fresh_since(entry_.resolution->resolved_at)) {
      resolution_is_stale_ = true;
      miss_stale(nullptr, "The newest resolution of the target's name",
                 entry_.resolution->resolved_at.steady);
    }
    if (entry_.addresses.empty()) {
      miss_present(nullptr, Reason::unknown, "The target has no address to look at.");
    }
  }

  void weigh_address(const AddressEntry& address) {
    keep_later(weight_.newest_appearance, std::optional(address.appeared_at));
    const fleet::Endpoint* const where = &address.address;
    if (!address.assessment) {
      some_look_is_missing_ = true;
      miss_absent(where, "The address has not been looked at yet.");
      return;
    }
    const assess::AddressAssessment& assessment = *address.assessment;
    keep_earlier(weight_.oldest_look, std::optional(assessment.looked_at.steady));
    if (!is_fresh_since(assessment.looked_at)) {
      some_look_is_missing_ = true;
      miss_stale(where, "The newest look", assessment.looked_at.steady);
      return;
    }
    if (address.is_outdated) {
      miss_outdated(where);
    }
    for (const Finding& finding : assessment.findings) {
      if (blocks(finding)) {
        block(where, finding.reason, finding.detail);
      }
    }
    weigh_certificates(where, assessment);
    weigh_mode(where, assessment);
  }

  void weigh_certificates(const fleet::Endpoint* where,
                          const assess::AddressAssessment& assessment) {
    if (!assessment.first_to_end || !judges_the_flip()) {
      return;
    }
    const auto& [not_after, subject] = *assessment.first_to_end;
    const CivilTime begins = margin_begins(not_after, rules_);
    const bool is_told_as_expired =
        std::ranges::any_of(assessment.findings, [&](const Finding& finding) {
          return finding.reason == Reason::certificate_expired && blocks(finding);
        });
    if (now_.civil <= begins || is_told_as_expired) {
      return;
    }
    block(where, Reason::certificate_expiring,
          subject + " ends at " + to_rfc3339(not_after) + ", within the " +
              to_text(rules_.certificate_validity) + " that the gate asks for.",
          begins);
  }

  void weigh_mode(const fleet::Endpoint* where, const assess::AddressAssessment& assessment) {
    if (assessment.mode != tls::ClientAuthMode::unknown || !judges_the_flip()) {
      return;
    }
    const auto told =
        std::ranges::find(assessment.findings, Reason::client_auth_unknown, &Finding::reason);
    const std::string detail =
        told != assessment.findings.end()
            ? told->detail
            : std::string(assess::row_of(Reason::client_auth_unknown).summary);
    if (look_up(Reason::client_auth_unknown).now) {
      evidence_.accepted.push_back(describe(where, Reason::client_auth_unknown, detail));
      return;
    }
    miss_present(where, Reason::client_auth_unknown, detail);
  }

  /// Findings about the whole target are as fresh as what they were made from.
  void weigh_target_findings() {
    for (const Finding& finding : entry_.assessment.findings) {
      const bool is_from_looks = finding.reason == Reason::replicas_disagree;
      const bool is_stale = is_from_looks ? some_look_is_missing_ : resolution_is_stale_;
      if (!is_stale && blocks(finding)) {
        block(nullptr, finding.reason, finding.detail);
      }
    }
  }

  [[nodiscard]] bool judges_the_flip() const { return entry_.target.goal == fleet::Goal::need; }

  [[nodiscard]] bool blocks(const Finding& finding) const {
    return finding.severity == Severity::error && !assess::concerns_own_identity(finding.reason) &&
           (judges_the_flip() || !assess::concerns_flip_only(finding.reason));
  }

  [[nodiscard]] bool is_fresh_since(const Now& then) const {
    return is_fresh(then.steady, snapshot_.probe.stale_after, now_.steady);
  }

  const TargetEntry& entry_;
  const Snapshot& snapshot_;
  const fleet::GateRules& rules_;
  Now now_;
  Evidence& evidence_;
  Weight weight_;
  bool resolution_is_stale_ = false;
  bool some_look_is_missing_ = false;
};

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

void Weight::merge(const Weight& other) {
  addresses += other.addresses;
  blocked = blocked || other.blocked;
  missing = missing || other.missing;
  outdated = outdated || other.outdated;
  only_absent = only_absent && other.only_absent;
  keep_earlier(oldest_look, other.oldest_look);
  keep_later(newest_appearance, other.newest_appearance);
  keep_earlier(first_stale, other.first_stale);
  keep_later(last_stale, other.last_stale);
  keep_earlier(first_run_out, other.first_run_out);
}

std::vector<const TargetEntry*> scope_of(const Snapshot& snapshot, const fleet::GateRules& rules) {
  const std::set<std::string_view> names(rules.targets.begin(), rules.targets.end());
  std::vector<const TargetEntry*> scope;
  for (const TargetEntryPtr& entry : snapshot.targets) {
    if (names.empty() || names.contains(entry->target.name)) {
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
  for (const TargetEntry* entry : weighed.targets) {
    TargetScale scale(*entry, snapshot, rules, now, weighed.evidence);
    weighed.by_target.push_back(scale.weigh());
    weighed.whole.merge(weighed.by_target.back());
  }
  for (const std::string& name : rules.targets) {
    const bool exists = std::ranges::any_of(
        weighed.targets, [&](const TargetEntry* entry) { return entry->target.name == name; });
    if (!exists) {
      miss_whole(weighed, name, "The gate names a target that does not exist.");
    }
  }
  if (weighed.targets.empty() && rules.targets.empty()) {
    miss_whole(weighed, "", "The gate judges no target.");
  }
  return weighed;
}

}  // namespace telltale::gate
