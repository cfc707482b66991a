#include "assess/mesh.hpp"

#include <algorithm>

#include "telltale/assess/sidecar.hpp"

namespace telltale::assess {

namespace {

using fleet::MeshMode;
using probe::Attempt;
using probe::FailureKind;

/// The leaf of the chain that the peer sent; null if it sent none.
const pki::Certificate* leaf_of(const Attempt& attempt) {
  const pki::Chain& chain = attempt.handshake.peer_certificates;
  return chain.empty() ? nullptr : chain.front().get();
}

/// TLS went through to the application, which showed its own certificate.
bool went_through(const Attempt& attempt) {
  return leaf_of(attempt) != nullptr && !is_of_workload(attempt.handshake.peer_certificates);
}

/// A sidecar ended TLS and asked for a certificate.
bool ended_at_sidecar(const Attempt& attempt) {
  return leaf_of(attempt) != nullptr && !went_through(attempt) &&
         attempt.handshake.certificate_request != nullptr;
}

bool any_went_through(const probe::Observation& observation) {
  return std::ranges::any_of(observation.attempts, went_through);
}

/// TLS with and without Istio's ALPN ends at the sidecar, which insists on a certificate.
bool insists(const fleet::Mesh& mesh, const probe::Observation& observation,
             std::span<const VersionEvidence> versions) {
  const bool is_needed = std::ranges::all_of(versions, [](const VersionEvidence& evidence) {
    return evidence.assessment.mode == tls::ClientAuthMode::need &&
           evidence.assessment.enforced_by == EnforcedBy::tls;
  });
  const std::optional<Attempt>& bare = observation.without_alpn;
  return !versions.empty() && is_needed &&
         (!mesh.offers_istio_alpn || (bare && ended_at_sidecar(*bare)));
}

std::optional<MeshMode> infer_mode(const fleet::Mesh& mesh, const probe::Observation& observation,
                                   std::span<const VersionEvidence> versions,
                                   bool sidecar_ends_tls) {
  const PlaintextOutcome plaintext = plaintext_outcome(observation);
  const bool is_passed_on = any_went_through(observation) ||
                            (observation.without_alpn && went_through(*observation.without_alpn));
  if (plaintext == PlaintextOutcome::answered || is_passed_on) {
    return MeshMode::permissive;
  }
  const bool is_strict = plaintext == PlaintextOutcome::refused && sidecar_ends_tls &&
                         insists(mesh, observation, versions);
  return is_strict ? std::optional(MeshMode::strict) : std::nullopt;
}

}  // namespace

PlaintextOutcome plaintext_outcome(const probe::Observation& observation) {
  const auto attempt = std::ranges::find(observation.plaintext, observation.address.port,
                                         &probe::PlaintextAttempt::port);
  if (attempt == observation.plaintext.end()) {
    return PlaintextOutcome::unknown;
  }
  if (attempt->http || attempt->redis || !attempt->failure) {
    return PlaintextOutcome::answered;
  }
  switch (attempt->failure->kind) {
    case FailureKind::application:
    case FailureKind::oversize:
      return PlaintextOutcome::answered;
    case FailureKind::reset:
    case FailureKind::closed:
      return PlaintextOutcome::refused;
    default:
      return PlaintextOutcome::unknown;
  }
}

bool is_of_workload(const pki::Chain& chain) {
  return !chain.empty() && !pki::spiffe_ids(*chain.front()).empty();
}

MeshReading read_mesh(const fleet::Target& target, const probe::Observation& observation,
                      std::span<const VersionEvidence> versions) {
  MeshReading reading;
  for (const Attempt& attempt : observation.attempts) {
    const pki::Certificate* leaf = leaf_of(attempt);
    if (leaf != nullptr && reading.spiffe.empty() && !went_through(attempt)) {
      reading.spiffe = pki::spiffe_ids(*leaf).front();
    }
  }
  const bool is_passed_on = any_went_through(observation);
  reading.sidecar_ends_tls = !reading.spiffe.empty() && !is_passed_on;
  reading.is_sidecar_missing = target.mesh->offers_istio_alpn && is_passed_on;
  reading.mode = infer_mode(*target.mesh, observation, versions, reading.sidecar_ends_tls);
  return reading;
}

bool hides_application(const fleet::Target& target, const AddressAssessment& at) {
  if (!target.mesh || !at.mesh || !at.mesh->sidecar_ends_tls) {
    return false;
  }
  return at.mesh->mode != MeshMode::permissive || target.mesh->offers_istio_alpn;
}

std::optional<MeshMode> laxest_mesh_mode(std::span<const AddressAssessmentPtr> addresses) {
  std::optional<MeshMode> laxest;
  bool is_any_unknown = addresses.empty();
  for (const AddressAssessmentPtr& address : addresses) {
    const std::optional<MeshMode> mode = address->mesh ? address->mesh->mode : std::nullopt;
    if (mode == MeshMode::permissive) {
      return mode;
    }
    is_any_unknown = is_any_unknown || !mode;
    laxest = mode;
  }
  return is_any_unknown ? std::nullopt : laxest;
}

}  // namespace telltale::assess
