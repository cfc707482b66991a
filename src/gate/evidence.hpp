#pragma once
// Weighing: what a snapshot says under a gate's rules, for each target and as a whole.

#include <optional>
#include <string>
#include <vector>

#include "telltale/gate/snapshot.hpp"
#include "telltale/gate/state.hpp"

namespace telltale::gate {

/// What the evidence about one target, or all of them together, amounts to, without the words.
struct Weight {
  std::size_t addresses = 0;
  bool blocked = false;
  bool missing = false;
  bool outdated = false;  ///< seen with credentials of ours that others have replaced
  /// All that is missing has never been there: a start, not a fault.
  bool only_absent = true;
  /// When the address that waits longest was last looked at; nothing without any look.
  std::optional<SteadyTime> oldest_look;
  std::optional<SteadyTime> newest_appearance;  ///< of an address
  std::optional<SteadyTime> first_stale;        ///< when the first of what is stale went stale
  std::optional<SteadyTime> last_stale;
  /// When the first of the blockers began that come by the calendar alone: an acceptance that ran
  /// out, a certificate that entered the gate's margin.
  std::optional<CivilTime> first_run_out;

  [[nodiscard]] bool clean() const { return !blocked && !missing && !outdated; }

  /// Adds what was found about another target.
  void merge(const Weight& other);
};

struct Weighed {
  Evidence evidence;
  Weight whole;
  std::vector<const TargetEntry*> targets;  ///< in scope, in the fleet's order; borrowed
  std::vector<Weight> by_target;            ///< of these
};

[[nodiscard]] Weighed weigh(const Snapshot& snapshot, const fleet::GateRules& rules, Now now);

/// The targets that a gate judges, in the fleet's order.
[[nodiscard]] std::vector<const TargetEntry*> scope_of(const Snapshot& snapshot,
                                                       const fleet::GateRules& rules);

/// From when on a certificate that ends at `not_after` blocks.
[[nodiscard]] CivilTime margin_begins(CivilTime not_after, const fleet::GateRules& rules);

/// The resolution can go stale: configured addresses cannot.
[[nodiscard]] bool is_from_a_resolver(const probe::Resolution& resolution);

}  // namespace telltale::gate
