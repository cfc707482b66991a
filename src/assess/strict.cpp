// The flip of a sidecar from PERMISSIVE to STRICT, one caller and one address.

#include "telltale/assess/prediction.hpp"

namespace telltale::assess {

namespace {

StrictAssessment concluded(Verdict verdict, Reason reason, std::string detail) {
  return {.verdict = verdict,
          .reason = reason,
          .detail = std::move(detail),
          .hint = std::string(row_of(reason).hint)};
}

/// Its own certificate was presented to the sidecar itself, and was taken.
bool was_accepted_by_sidecar(const MeshReading& mesh, const EdgeAssessment& about_need) {
  return mesh.sidecar_ends_tls && about_need.rehearsed && about_need.presents == true &&
         about_need.verdict == Verdict::survives;
}

StrictAssessment judge_from_outside(const fleet::Edge& edge, const std::string& where,
                                    const AddressAssessment& at, const EdgeAssessment& about_need) {
  if (!was_accepted_by_sidecar(*at.mesh, about_need)) {
    const bool is_strict_today = at.mesh->mode == fleet::MeshMode::strict;
    return concluded(
        is_strict_today ? Verdict::broken : Verdict::breaks, Reason::caller_outside_mesh,
        edge.caller + " has no sidecar; " +
            (is_strict_today ? "the sidecar of " : "once STRICT, the sidecar of ") + where +
            " ends every TLS, asks for a certificate of the mesh and refuses "
            "plaintext.");
  }
  // A sidecar that takes anybody has shown nothing by taking this one.
  if (at.client_certificates_verified != true) {
    return concluded(Verdict::unknown, Reason::identity_unconfirmed,
                     "The sidecar of " + where + " accepts what " + edge.caller +
                         " presents, but that it verifies certificates was not seen.");
  }
  StrictAssessment made =
      concluded(Verdict::survives, Reason::caller_accepted,
                edge.caller + " has no sidecar, but the sidecar of " + where +
                    " accepts the certificate that it presents: it was rehearsed.");
  made.rehearsed = true;
  return made;
}

}  // namespace

std::optional<StrictAssessment> predict_strict(const fleet::Edge& edge, const fleet::Target& callee,
                                               const AddressAssessment& at,
                                               const EdgeAssessment& about_need) {
  if (!callee.mesh) {
    return std::nullopt;
  }
  const std::string where = edge.callee + " at " + fleet::to_text(at.address);
  if (!at.mesh || !at.mesh->mode) {
    return concluded(Verdict::unknown, Reason::mesh_mode_unknown,
                     "What the sidecar of " + where + " lets in is not known.");
  }
  if (edge.in_mesh) {
    return concluded(
        Verdict::survives, Reason::caller_accepted,
        edge.caller + " is in the mesh: its sidecar presents its certificate to " + where + ".");
  }
  return judge_from_outside(edge, where, at, about_need);
}

}  // namespace telltale::assess
