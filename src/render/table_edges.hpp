#pragma once
// The table's part about calls.

#include "telltale/gate/snapshot.hpp"

#include "render/paper.hpp"

namespace telltale::render {

/// Writes who calls whom as a matrix, unless it is too wide to be read, and what is the matter with
/// each call that does not survive. Nothing where nobody calls.
/// Of several calls with which the same is the matter, it is told once, for the first.
void write_edges(Paper& paper, const gate::Snapshot& snapshot);

}  // namespace telltale::render
