#pragma once
// The step from `none` to `want`, which no gate answers for.

#include <optional>

#include "telltale/gate/snapshot.hpp"
#include "telltale/gate/state.hpp"

namespace telltale::gate {

/// What keeps `callee` from asking `edge`'s caller for a certificate: that it might present a bad
/// one. `caller` is the caller's entry, null if it is no target.
[[nodiscard]] std::optional<Blocker> find_blocker_of_want(const Snapshot& snapshot,
                                                          const TargetEntry& callee,
                                                          const fleet::Edge& edge,
                                                          const TargetEntry* caller, Now now);

}  // namespace telltale::gate
