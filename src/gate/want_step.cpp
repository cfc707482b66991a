#include "gate/want_step.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "telltale/assess/when_asked.hpp"

#include "gate/evidence.hpp"

namespace telltale::gate {

namespace {

bool is_resolved(const TargetEntry& caller, Duration stale_after, Now now) {
  return caller.resolution && !caller.resolution->failure &&
         (!is_from_a_resolver(*caller.resolution) ||
          is_fresh(caller.resolution->resolved_at.steady, stale_after, now.steady));
}

/// What every replica of the caller shows, by fresh looks; empty where that is not so.
std::vector<assess::Holding> observed_now(const fleet::Edge& edge, const TargetEntry* caller,
                                          Duration stale_after, Now now) {
  if (caller == nullptr || !is_resolved(*caller, stale_after, now)) {
    return {};
  }
  std::vector<assess::AddressAssessmentPtr> looks;
  for (const AddressEntry& address : caller->addresses) {
    const assess::AddressAssessmentPtr& look = address.assessment;
    if (!look || address.is_outdated ||
        !is_fresh(look->looked_at.steady, stale_after, now.steady)) {
      return {};
    }
    looks.push_back(look);
  }
  return assess::observed_holdings(edge, looks);
}

/// What the named identity holds; empty where its file does not say so any more.
std::vector<assess::Holding> configured(const fleet::Edge& edge,
                                        const CredentialEntries& credentials) {
  if (!edge.identity) {
    return {assess::holding_of(edge, nullptr)};
  }
  const auto found = std::ranges::find(credentials.identities, *edge.identity,
                                       [](const IdentityEntry& entry) { return entry.facts.name; });
  if (found == credentials.identities.end() || !found->facts.unreadable.empty()) {
    return {};
  }
  return {assess::holding_of(edge, &found->facts)};
}

}  // namespace

std::optional<Blocker> find_blocker_of_want(const Snapshot& snapshot, const TargetEntry& callee,
                                            const fleet::Edge& edge, const TargetEntry* caller,
                                            Now now) {
  const std::vector<assess::Holding> holdings =
      edge.is_observed ? observed_now(edge, caller, snapshot.probe.stale_after, now)
                       : configured(edge, snapshot.credentials);
  const auto fault =
      assess::find_fault_when_asked(edge, callee.target.url.scheme, holdings, now.civil);
  if (!fault) {
    return std::nullopt;
  }
  return Blocker{.target = callee.target.name,
                 .address = {},
                 .caller = edge.caller,
                 .reason = fault->reason,
                 .detail = fault->detail,
                 .hint = std::string(assess::row_of(fault->reason).hint)};
}

}  // namespace telltale::gate
