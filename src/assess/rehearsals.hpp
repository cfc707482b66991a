#pragma once
// What became of the rehearsals of a look: pairs again, as for the mode.

#include <span>
#include <vector>

#include "assess/mode.hpp"

namespace telltale::assess {

/// Compares every rehearsal with nothing and with our own identity on the same path at the same
/// version; on the target's own health path these are the ordinary attempts.
[[nodiscard]] std::vector<RehearsalAssessment> weigh_rehearsals(
    const fleet::Target& target, const probe::Observation& observation,
    std::span<const VersionEvidence> versions);

}  // namespace telltale::assess
