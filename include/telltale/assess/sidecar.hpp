#pragma once
// What a sidecar in front of an address keeps from being seen.

#include "telltale/assess/assessment.hpp"
#include "telltale/fleet/fleet.hpp"

namespace telltale::assess {

/// What ended TLS for us is the sidecar of `target`: whom the application behind it asks for a
/// certificate was not seen. PERMISSIVE without Istio's ALPN ends none, so that a SPIFFE ID is the
/// application's own there.
[[nodiscard]] bool hides_application(const fleet::Target& target, const AddressAssessment& at);

}  // namespace telltale::assess
