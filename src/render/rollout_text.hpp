#pragma once
// Where the rollout stands, in the pieces that the renderers share.

#include <string>

#include <boost/json/object.hpp>

#include "telltale/gate/rollout.hpp"

namespace telltale::render {

/// What keeps a service from its next step, in a few words: `issuer_not_advertised (orca), and 2
/// more`, `waiting: 1 of 3 rounds`; where nothing does, what was accepted: `accepted:
/// caller_presents_nothing (dinghy)`. Empty where there is nothing of the kind.
[[nodiscard]] std::string why_text(const gate::RolloutService& service);

/// `yes`, `no`, or `-` where there is no next step.
[[nodiscard]] std::string may_go_text(const gate::RolloutService& service);

/// The name of the next step, or `-`.
[[nodiscard]] std::string next_text(const gate::RolloutService& service);

/// The rollout as status_json() and rollout_json() tell it.
[[nodiscard]] boost::json::object to_json(const gate::Rollout& rollout);

}  // namespace telltale::render
