#pragma once
// Renderers of `telltale targets`: what would be looked at, and why. Pure.

#include <string>

#include "telltale/fleet/fleet.hpp"

namespace telltale::render {

/// `targets -o table`: every target with its facts, calls and where each was written, then what is
/// left out. At most 100 columns wide but for single words that are longer.
[[nodiscard]] std::string targets_text(const fleet::Fleet& fleet, bool color);

/// `targets -o json`: the same as an object `targets`, `callers`, `left_out`.
[[nodiscard]] std::string targets_json(const fleet::Fleet& fleet);

}  // namespace telltale::render
