// Rules about the sidecar in front of an address.

#include <algorithm>
#include <array>

#include "telltale/enum_names.hpp"

#include "assess/mesh.hpp"
#include "assess/rules.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using fleet::MeshMode;

/// `plaintext is answered`: what there is to go by.
std::string_view words_for(PlaintextOutcome plaintext) {
  switch (plaintext) {
    case PlaintextOutcome::answered:
      return "plaintext is answered";
    case PlaintextOutcome::refused:
      return "plaintext is refused";
    case PlaintextOutcome::unknown:
      return "what becomes of plaintext was not seen";
  }
  return {};
}

std::string grounds(const Look& look) {
  std::string text(words_for(plaintext_outcome(look.observation)));
  const MeshReading& reading = *look.facts.mesh;
  if (reading.sidecar_ends_tls) {
    return text + ", and TLS ends at a workload of the mesh";
  }
  const bool shows_application = !look.facts.certificates.empty();
  return text + (shows_application ? ", and TLS shows a certificate that is no workload's"
                                   : ", and TLS shows no certificate");
}

void check_mode(const Look& look, Report& report) {
  const std::optional<MeshMode> seen = look.facts.mesh->mode;
  const MeshMode expected = look.target.mesh->mode;
  if (!seen || *seen == expected) {
    return;
  }
  // Stricter than expected is progress, while workloads are flipped one by one.
  const Severity severity = *seen == MeshMode::permissive ? Severity::error : Severity::info;
  report.add(Reason::mesh_mode_mismatch, severity,
             "Expected " + std::string(name_of(expected)) + ", seen " +
                 std::string(name_of(*seen)) + " at " + fleet::to_text(look.observation.address) +
                 ": " + grounds(look) + ".");
}

/// Where no connection was made, that is said already.
void check_unknown(const Look& look, Report& report) {
  const bool was_connected =
      std::ranges::any_of(look.observation.attempts, [](const probe::Attempt& attempt) {
        return !attempt.failure || attempt.failure->phase != probe::Phase::connect;
      });
  if (look.facts.mesh->mode || !was_connected) {
    return;
  }
  report.add(Reason::mesh_mode_unknown, "At " + fleet::to_text(look.observation.address) + " " +
                                            grounds(look) +
                                            ": that is neither PERMISSIVE nor "
                                            "STRICT.");
}

void check_sidecar(const Look& look, Report& report) {
  if (look.facts.mesh->is_sidecar_missing) {
    report.add(Reason::sidecar_missing,
               "At " + fleet::to_text(look.observation.address) +
                   " TLS with the ALPN istio shows a certificate without a SPIFFE ID: the "
                   "application's own.");
  }
}

void check_mesh(const Look& look, Report& report) {
  if (!look.facts.mesh) {
    return;
  }
  check_mode(look, report);
  check_unknown(look, report);
  check_sidecar(look, report);
}

constexpr std::array<Rule, 1> rules = {check_mesh};

}  // namespace

std::span<const Rule> mesh_rules() {
  return rules;
}

}  // namespace telltale::assess
