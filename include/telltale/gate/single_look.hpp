#pragma once
// One target, looked at once for somebody who asks: no history, no gate.

#include <span>

#include "telltale/gate/snapshot.hpp"

namespace telltale::gate {

/// Judges what was seen of `target`, one of `fleet`'s, by itself: a snapshot with that target
/// alone, without calls, gates, credentials and counters. An address of `resolution` that none of
/// `seen` is of has not been looked at.
[[nodiscard]] SnapshotPtr judge_alone(const fleet::Fleet& fleet, const fleet::Target& target,
                                      const probe::Resolution& resolution,
                                      std::span<const probe::Observation> seen, Now now);

}  // namespace telltale::gate
