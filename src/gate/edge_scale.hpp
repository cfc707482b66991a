#pragma once
// EdgeScale: what one call to a target says of the target's flip.

#include <optional>
#include <string>

#include "gate/filing.hpp"

namespace telltale::gate {

/// Weighs one edge into a target that has been weighed itself. `caller` is the entry of its caller;
/// null where that is no target.
class EdgeScale {
 public:
  EdgeScale(const EdgeEntry& entry, const TargetEntry* caller, const fleet::Target& callee,
            Filing& filing)
      : entry_(entry), caller_(caller), callee_(callee), filing_(filing) {}

  void weigh();

 private:
  /// What is known of a caller whose own endpoint shows what it holds.
  enum class CallerLooks { certain, outdated, stale, absent, unresolved };

  void ask_caller();
  void ask_about(const Now& seen_at, bool is_outdated);
  void weigh_row(const assess::EdgeAssessment& row);
  void weigh_doubt(const assess::EdgeAssessment& row);
  void weigh_evidence(const assess::EdgeAssessment& row);
  void weigh_end(const assess::EdgeAssessment& row);
  void tell_of_caller();

  void weigh_strict();

  [[nodiscard]] bool judges_the_flip() const {
    return filing_.rules().step == fleet::Step::strict || callee_.goal == fleet::Goal::need;
  }

  [[nodiscard]] bool fails(const assess::EdgeAssessment& row) const;
  [[nodiscard]] Matter about(const assess::EdgeAssessment& row) const;

  const EdgeEntry& entry_;
  const TargetEntry* caller_;
  const fleet::Target& callee_;
  Filing& filing_;
  CallerLooks caller_looks_ = CallerLooks::certain;
  std::optional<SteadyTime> stale_since_;
  bool caller_is_told_ = false;
};

}  // namespace telltale::gate
