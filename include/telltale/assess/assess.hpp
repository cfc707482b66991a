#pragma once
// assess: facts against expectations. Pure: no I/O, no clock.

#include <span>

#include "telltale/assess/assessment.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/probe/observation.hpp"

namespace telltale::assess {

/// Judges one look at one address of `target` at the time `now`.
/// `validity_margin`: a certificate that ends sooner than this is `certificate_expiring`.
[[nodiscard]] AddressAssessment assess_address(const fleet::Target& target,
                                               const probe::Observation& observation,
                                               Duration validity_margin, CivilTime now);

/// Judges what the addresses of `target` show together. `addresses` holds those looked at so far;
/// `resolution` is the newest one.
[[nodiscard]] TargetAssessment assess_target(const fleet::Target& target,
                                             const probe::Resolution& resolution,
                                             std::span<const AddressAssessmentPtr> addresses);

}  // namespace telltale::assess
