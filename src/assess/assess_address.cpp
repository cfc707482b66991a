#include <algorithm>
#include <array>
#include <set>

#include "telltale/assess/assess.hpp"

#include "assess/mesh.hpp"
#include "assess/rehearsals.hpp"
#include "assess/rules.hpp"

namespace telltale::assess {

namespace {

using tls::ClientAuthMode;

/// How several versions combine: `false` outweighs everything.
template <class Field>
bool any_is(std::span<const VersionEvidence> versions, Field field, bool value) {
  return std::ranges::any_of(versions, [&](const VersionEvidence& evidence) {
    return evidence.assessment.*field == value;
  });
}

/// True only if every version that is spoken verifies.
std::optional<bool> combine_verified(std::span<const VersionEvidence> versions) {
  constexpr auto verified = &VersionAssessment::client_certificates_verified;
  if (any_is(versions, verified, false)) {
    return false;
  }
  const bool all = std::ranges::all_of(versions, [&](const VersionEvidence& evidence) {
    return evidence.assessment.*verified == true;
  });
  return all && !versions.empty() ? std::optional(true) : std::nullopt;
}

std::optional<bool> combine_identity_accepted(std::span<const VersionEvidence> versions) {
  constexpr auto accepted = &VersionAssessment::identity_accepted;
  if (any_is(versions, accepted, false)) {
    return false;
  }
  return any_is(versions, accepted, true) ? std::optional(true) : std::nullopt;
}

ClientAuthMode combine_modes(std::span<const VersionEvidence> versions) {
  std::vector<ClientAuthMode> modes;
  for (const VersionEvidence& evidence : versions) {
    modes.push_back(evidence.assessment.mode);
  }
  return laxest(modes);
}

/// The weaker layer, if the versions differ: what stands behind TLS has already been reached.
std::optional<EnforcedBy> combine_enforced_by(std::span<const VersionEvidence> versions) {
  std::optional<EnforcedBy> combined;
  for (const VersionEvidence& evidence : versions) {
    if (evidence.assessment.enforced_by && combined != EnforcedBy::http) {
      combined = evidence.assessment.enforced_by;
    }
  }
  return combined;
}

std::optional<CertificateEnd> find_first_to_end(const fleet::Target& target,
                                                const probe::Observation& observation) {
  std::optional<CertificateEnd> first;
  for (const probe::PeerChain& peer : observation.peer_chains) {
    for (const pki::CertificatePtr& certificate : relied_on(peer.certificates, peer.verification)) {
      // The mesh renews a workload's certificate, of a day or so, by itself.
      if (target.mesh && !pki::spiffe_ids(*certificate).empty()) {
        continue;
      }
      if (!first || certificate->validity.not_after < first->not_after) {
        first = CertificateEnd{certificate->validity.not_after, certificate->subject.rfc4514};
      }
    }
  }
  return first;
}

/// A sidecar may answer nothing but plaintext (PERMISSIVE on a port that is declared HTTP).
bool is_reachable(const fleet::Target& target, const probe::Observation& observation) {
  if (target.mesh && plaintext_outcome(observation) == PlaintextOutcome::answered) {
    return true;
  }
  return std::ranges::any_of(observation.attempts, [](const probe::Attempt& attempt) {
    const Outcome outcome = outcome_of(attempt);
    return outcome == Outcome::answered || outcome == Outcome::refused;
  });
}

AddressAssessment gather_facts(const fleet::Target& target, const probe::Observation& observation,
                               std::span<const VersionEvidence> versions) {
  AddressAssessment facts;
  facts.address = observation.address;
  facts.mode = combine_modes(versions);
  if (facts.mode == ClientAuthMode::need) {
    facts.enforced_by = combine_enforced_by(versions);
  }
  facts.client_certificates_verified = combine_verified(versions);
  if (observation.identity) {
    facts.identity = observation.identity->name;
  }
  facts.identity_accepted = combine_identity_accepted(versions);
  for (const VersionEvidence& evidence : versions) {
    if (evidence.negotiated) {
      facts.versions.push_back(evidence.assessment);
    }
  }
  if (!observation.peer_chains.empty()) {
    facts.certificates = observation.peer_chains.front().certificates;
    facts.verification = observation.peer_chains.front().verification;
  }
  facts.first_to_end = find_first_to_end(target, observation);
  facts.login = observation.login;
  facts.ingress = observation.ingress;
  facts.peer_chains = observation.peer_chains;
  facts.reachable = is_reachable(target, observation);
  if (target.mesh) {
    facts.mesh = read_mesh(target, observation, versions);
  }
  facts.looked_at = observation.looked_at;
  return facts;
}

}  // namespace

void Report::add(Reason reason, const std::string& detail) {
  add(reason, row_of(reason).severity, detail);
}

void Report::add(Reason reason, Severity severity, const std::string& detail) {
  const auto known = std::ranges::find(findings_, reason, &Finding::reason);
  if (known == findings_.end()) {
    findings_.push_back({.reason = reason,
                         .severity = severity,
                         .detail = detail,
                         .hint = std::string(row_of(reason).hint)});
    return;
  }
  // Severities are declared from worse to better.
  known->severity = std::min(known->severity, severity);
  if (known->detail.find(detail) == std::string::npos) {
    known->detail += " " + detail;
  }
}

AddressAssessment assess_address(const fleet::Target& target, const probe::Observation& observation,
                                 Duration validity_margin, CivilTime now,
                                 std::span<const fleet::Edge> callers) {
  const std::vector<VersionEvidence> versions = weigh(observation);
  AddressAssessment assessment = gather_facts(target, observation, versions);
  assessment.rehearsals = weigh_rehearsals(target, observation, versions);
  const Look look{.target = target,
                  .observation = observation,
                  .versions = versions,
                  .facts = assessment,
                  .callers = callers,
                  .validity_margin = validity_margin,
                  .now = now};
  Report report;
  for (const auto rules :
       {transport_rules(), mesh_rules(), client_auth_rules(), chain_rules(), authorities_rules(),
        identity_rules(), application_rules(), login_rules(), ingress_rules()}) {
    for (const Rule rule : rules) {
      rule(look, report);
    }
  }
  assessment.findings = report.findings();
  return assessment;
}

}  // namespace telltale::assess
