#pragma once
// By how much a certificate must outlast a look at it.

#include <algorithm>

#include "telltale/fleet/fleet.hpp"

namespace telltale::gate {

/// The largest certificate_validity of the fleet's gates.
[[nodiscard]] inline Duration largest_margin(const fleet::Fleet& fleet) {
  Duration margin{};
  for (const fleet::GateRules& gate : fleet.gates) {
    margin = std::max(margin, gate.certificate_validity);
  }
  return margin;
}

}  // namespace telltale::gate
