#pragma once
// What a gate says, in pieces that the renderers share.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "telltale/gate/snapshot.hpp"

namespace telltale::render {

/// What keeps the gate from being open: its blockers, then the evidence that is missing. The
/// pointers live as long as the answer.
[[nodiscard]] std::vector<const gate::Blocker*> what_blocks(const gate::Answer& answer);

/// The same without what was told of calls before: of the blockers that speak of one call and whose
/// sentences are among `told` one is left, for all its addresses and without sentence and hint.
[[nodiscard]] std::vector<gate::Blocker> brief_of(const std::vector<const gate::Blocker*>& blockers,
                                                  const std::set<std::string_view>& told);

/// Blockers for which the same is to be done: of one reason and, but for names, of one hint.
struct BlockerGroup {
  /// How urgent they are.
  enum class Rank {
    harms_today,  ///< somebody fails today already
    error,        ///< fails at the next step
    other,        ///< blocks, and is no error: a certificate that ends soon
    missing,      ///< evidence that is not there
  };

  Rank rank = Rank::error;
  std::vector<const gate::Blocker*> blockers;  ///< in the answer's order; never empty
};

/// What keeps the gate from being open, grouped, the worst first. The pointers live as long as the
/// answer.
[[nodiscard]] std::vector<BlockerGroup> blockers_by_remedy(const gate::Snapshot& snapshot,
                                                           const gate::Answer& answer);

/// The place a blocker speaks of: `clouddriver 127.0.0.1:7002`, `dinghy to redis 127.0.0.1:6379`.
[[nodiscard]] std::string place_of(const gate::Blocker& blocker);

/// Every gate's answer at `now`, in the order of the snapshot.
[[nodiscard]] std::vector<gate::Answer> answers_of(const gate::Snapshot& snapshot, Now now);

/// A blocker as status_json(), gate_json() and rollout_json() tell it.
[[nodiscard]] boost::json::object to_json(const gate::Blocker& blocker);

/// A gate as status_json() and gate_json() tell it.
[[nodiscard]] boost::json::object to_json(const gate::Answer& answer);

}  // namespace telltale::render
