#pragma once
// The table's part about the rollout.

#include "telltale/gate/rollout.hpp"

#include "render/paper.hpp"

namespace telltale::render {

/// Writes where the rollout stands, and each service in its order with what keeps it from its next
/// step. A fleet that is at `need` altogether, as declared and without a blocker, is one line;
/// nothing is written where nothing is to be flipped.
void write_rollout(Paper& paper, const gate::Rollout& rollout);

}  // namespace telltale::render
