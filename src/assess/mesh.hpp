#pragma once
// What stands in front of an address: a sidecar that takes plaintext, one that does not, or none.
// Inferred from pairs, as client authentication is: plaintext against TLS, and TLS that says it is
// Istio's against TLS that does not.

#include <optional>
#include <span>

#include "telltale/assess/assessment.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/probe/observation.hpp"

#include "assess/mode.hpp"

namespace telltale::assess {

/// What became of plaintext on the port that the target's URL names.
enum class PlaintextOutcome {
  answered,  ///< something behind the port answered, whatever it said
  refused,   ///< reset or closed without an answer
  unknown,   ///< not tried, no connection, or silence
};

[[nodiscard]] PlaintextOutcome plaintext_outcome(const probe::Observation& observation);

/// The leaf is a workload's: it carries a SPIFFE ID.
[[nodiscard]] bool is_of_workload(const pki::Chain& chain);

/// Reads a look at a target that has `mesh`, by the filter chains that istiod writes (istio
/// pilot/pkg/networking/core/filterchain_options.go). PERMISSIVE answers plaintext, or passes TLS
/// that is not Istio's on, so that the application's own certificate is seen. STRICT refuses
/// plaintext, ends every TLS itself and insists on a certificate at every version. Anything else is
/// neither.
[[nodiscard]] MeshReading read_mesh(const fleet::Target& target,
                                    const probe::Observation& observation,
                                    std::span<const VersionEvidence> versions);

/// The laxest of what the addresses show. Nothing if any of them cannot be told and none is
/// PERMISSIVE, or if there is none.
[[nodiscard]] std::optional<fleet::MeshMode> laxest_mesh_mode(
    std::span<const AddressAssessmentPtr> addresses);

}  // namespace telltale::assess
