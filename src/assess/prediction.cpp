#include "telltale/assess/prediction.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "telltale/assess/assess.hpp"
#include "telltale/assess/sidecar.hpp"
#include "telltale/enum_names.hpp"

#include "assess/acceptance.hpp"
#include "assess/caller_trust.hpp"
#include "assess/missing_issuer.hpp"
#include "assess/soundness.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using fleet::Goal;
using tls::ClientAuthMode;

/// One edge at one address, over one TLS version, with one of what the caller may hold.
struct Case {
  const fleet::Edge& edge;
  const fleet::Target& callee;
  const AddressAssessment& at;
  const VersionAssessment& version;
  const Holding& holding;
  CivilTime now;
};

/// `clouddriver at 10.0.0.7:7002 over TLSv1.3`.
std::string place_of(const Case& judged) {
  return judged.edge.callee + " at " + fleet::to_text(judged.at.address) + " over " +
         std::string(tls::label(judged.version.version));
}

EdgeAssessment start(const Case& judged) {
  return {.address = judged.at.address, .evidence = judged.holding.evidence};
}

EdgeAssessment concluded(EdgeAssessment made, Verdict verdict, Reason reason, std::string detail,
                         std::string hint = {}) {
  made.verdict = verdict;
  made.reason = reason;
  made.detail = as_sentence(std::move(detail));
  made.hint = hint.empty() ? std::string(row_of(reason).hint) : std::move(hint);
  return made;
}

const Finding* first_error(const AddressAssessment& at) {
  const auto found = std::ranges::find(at.findings, Severity::error, &Finding::severity);
  return found == at.findings.end() ? nullptr : &*found;
}

/// Nothing can be told of the address; what is the matter with it says why.
EdgeAssessment unknown_for_address(EdgeAssessment made, const fleet::Edge& edge,
                                   const AddressAssessment& at, Reason otherwise) {
  const Finding* error = first_error(at);
  const std::string text = "What " + edge.callee + " at " + fleet::to_text(at.address) +
                           " asks of its clients is not known";
  if (error == nullptr) {
    return concluded(std::move(made), Verdict::unknown, otherwise, text);
  }
  return concluded(std::move(made), Verdict::unknown, error->reason, text + ": " + error->detail,
                   error->hint);
}

bool is_nothing(const Holding& holding) {
  return holding.keys.empty() && holding.is_known_to_be_nothing;
}

bool is_unknown(const Holding& holding) {
  return holding.keys.empty() && !holding.is_known_to_be_nothing;
}

std::optional<CertificateEnd> find_first_to_end(const Case& judged, const HeldKeyFacts& key) {
  const pki::ChainVerification unverified;
  const pki::ChainVerification* verification = verification_of_sent(judged.edge.runtime, key);
  std::optional<CertificateEnd> first;
  for (const pki::CertificatePtr& certificate :
       relied_on(chain_sent(judged.edge.runtime, key),
                 verification == nullptr ? unverified : *verification)) {
    if (!first || certificate->validity.not_after < first->not_after) {
      first = CertificateEnd{certificate->validity.not_after, certificate->subject.rfc4514};
    }
  }
  return first;
}

EdgeAssessment judge_objection(const Case& judged, EdgeAssessment made, const Objection& found) {
  const std::string who = judged.edge.caller;
  if (!found.is_certain) {
    return concluded(
        std::move(made), Verdict::unknown, found.reason,
        "Whether " + who + " accepts " + place_of(judged) + " is not known: " + found.detail);
  }
  return concluded(std::move(made), Verdict::broken, found.reason,
                   who + " does not accept " + judged.edge.callee + " at " +
                       fleet::to_text(judged.at.address) + " today: " + found.detail);
}

/// On the call's own path, where that is not the health path: null if that was not tried.
struct PathEvidence {
  bool is_own = false;  ///< the path is not the one that the mode was told from
  const RehearsalAssessment* nothing = nullptr;
  const RehearsalAssessment* ours = nullptr;

  /// The application turns away who has no certificate, and lets others in.
  [[nodiscard]] bool enforces() const {
    return nothing != nullptr && nothing->accepted == false && ours != nullptr &&
           ours->accepted == true;
  }
};

PathEvidence evidence_of_path(const Case& judged) {
  const fleet::Edge& edge = judged.edge;
  PathEvidence evidence;
  evidence.is_own =
      judged.callee.url.scheme == fleet::Scheme::https && edge.path != judged.callee.health;
  if (!evidence.is_own) {
    return evidence;
  }
  evidence.nothing = find_rehearsal(judged.at, {}, edge.path, judged.version.version);
  for (const RehearsalAssessment& each : judged.at.rehearsals) {
    const bool is_here = each.path == edge.path && each.version == judged.version.version;
    const bool is_good = each.is_ours || each.accepted == true;
    if (is_here && is_good && !each.chain.empty() &&
        (evidence.ours == nullptr || each.accepted == true)) {
      evidence.ours = &each;
    }
  }
  return evidence;
}

/// Asked for a certificate, presents none, and is judged by today alone.
EdgeAssessment judge_today_with_nothing(const Case& judged, EdgeAssessment made,
                                        const PathEvidence& path) {
  if (path.is_own && path.nothing == nullptr) {
    return concluded(std::move(made), Verdict::unknown, Reason::look_incomplete,
                     "What " + judged.edge.path + " of " + place_of(judged) +
                         " answers without a certificate was not seen");
  }
  if (path.is_own && path.nothing->accepted != true) {
    return concluded(std::move(made), Verdict::unknown, Reason::app_refused,
                     "To " + judged.edge.path + " without a certificate " + place_of(judged) + " " +
                         path.nothing->what_happened);
  }
  return concluded(std::move(made), Verdict::survives, Reason::caller_accepted,
                   judged.edge.caller + " presents nothing to " + place_of(judged) +
                       ", is served, and no flip is planned");
}

EdgeAssessment judge_presenting_nothing(const Case& judged, EdgeAssessment made,
                                        const Selection& selection) {
  const fleet::Edge& edge = judged.edge;
  const PathEvidence path = evidence_of_path(judged);
  if (path.enforces()) {
    return concluded(std::move(made), Verdict::broken, Reason::app_refused,
                     edge.caller + " presents nothing to " + place_of(judged) + ", and to " +
                         edge.path + " without a certificate the peer " +
                         path.nothing->what_happened + " (" + selection.detail + ")",
                     "Give " + edge.caller + " a certificate that the service lists, or open " +
                         edge.path + " to it.");
  }
  const bool is_needed = judged.version.mode == ClientAuthMode::need;
  if (!is_needed && judged.callee.goal == Goal::none) {
    return judge_today_with_nothing(judged, std::move(made), path);
  }
  const Explanation why = explain_nothing({.edge = edge,
                                           .at = judged.at,
                                           .request = *judged.version.certificate_request,
                                           .holding = judged.holding,
                                           .selection = selection});
  const std::string grounds = why.detail.starts_with(judged.holding.origin)
                                  ? std::string()
                                  : ", going by " + judged.holding.origin;
  return concluded(std::move(made), is_needed ? Verdict::broken : Verdict::breaks, selection.reason,
                   why.detail + " (" + fleet::to_text(judged.at.address) + " over " +
                       std::string(tls::label(judged.version.version)) + grounds + ")",
                   why.hint);
}

std::string presents_text(const Case& judged, const HeldKeyFacts& key) {
  return judged.edge.caller + " presents " + subject_of(*key.chain.front()) + " to " +
         place_of(judged) + " (" + judged.holding.origin + ")";
}

/// A chain that was not rehearsed says nothing of what an application asks on a path of its own.
std::optional<std::string> find_doubt_of_path(const Case& judged) {
  const PathEvidence path = evidence_of_path(judged);
  if (!path.is_own) {
    return std::nullopt;
  }
  if (path.nothing == nullptr) {
    return "what " + judged.edge.path + " answers was not seen";
  }
  if (path.nothing->accepted != true) {
    return "what the application makes of this certificate on " + judged.edge.path +
           " was not seen; without one the peer " + path.nothing->what_happened;
  }
  return std::nullopt;
}

EdgeAssessment judge_presenting(const Case& judged, EdgeAssessment made, const HeldKeyFacts& key) {
  const Acceptance acceptance = judge_acceptance({.edge = judged.edge,
                                                  .callee = judged.callee,
                                                  .at = judged.at,
                                                  .version = judged.version,
                                                  .key = key,
                                                  .now = judged.now});
  made.rehearsed = acceptance.rehearsed;
  made.first_to_end = find_first_to_end(judged, key);
  const std::string text = presents_text(judged, key);
  if (acceptance.today == false) {
    return concluded(std::move(made), Verdict::broken, acceptance.reason,
                     text + " and is refused: " + acceptance.detail, acceptance.hint);
  }
  const bool is_judged_by_today = judged.callee.goal == Goal::none;
  const auto outcome = is_judged_by_today ? acceptance.today : acceptance.after;
  if (outcome == false) {
    return concluded(std::move(made), Verdict::breaks, acceptance.reason,
                     text + ", which nothing verifies today; once it does: " + acceptance.detail,
                     acceptance.hint);
  }
  if (!outcome) {
    return concluded(std::move(made), Verdict::unknown, acceptance.reason,
                     text + ", and whether it is accepted cannot be told: " + acceptance.detail,
                     acceptance.hint);
  }
  if (const auto doubt = acceptance.rehearsed ? std::nullopt : find_doubt_of_path(judged)) {
    return concluded(std::move(made), Verdict::unknown, Reason::identity_unconfirmed,
                     text + ", but " + *doubt);
  }
  return concluded(std::move(made), Verdict::survives, Reason::caller_accepted,
                   text + " and is accepted: " + acceptance.detail);
}

/// Nobody is asked for a certificate.
EdgeAssessment judge_none(const Case& judged, EdgeAssessment made) {
  const std::string& caller = judged.edge.caller;
  if (judged.callee.goal == Goal::none) {
    return concluded(std::move(made), Verdict::survives, Reason::caller_accepted,
                     place_of(judged) + " asks for no certificate, and no flip is planned");
  }
  if (is_nothing(judged.holding)) {
    return concluded(std::move(made), Verdict::breaks, Reason::caller_presents_nothing,
                     caller + " has no certificate to present to " + place_of(judged) +
                         ", going by " + judged.holding.origin);
  }
  return concluded(std::move(made), Verdict::unknown, Reason::client_auth_none,
                   place_of(judged) +
                       " asks for no certificate, so that nobody saw whether it would accept the "
                       "one of " +
                       caller);
}

EdgeAssessment judge_asked(const Case& judged, EdgeAssessment made) {
  const tls::CertificateRequestPtr& request = judged.version.certificate_request;
  const Selection selection = select(judged.edge.runtime, judged.holding.keys, *request,
                                     judged.version.version, judged.now);
  if (selection.fails) {
    return concluded(
        std::move(made), Verdict::broken, selection.reason,
        judged.edge.caller + " fails at " + place_of(judged) + " already: " + selection.detail);
  }
  if (is_unknown(judged.holding)) {
    return concluded(
        std::move(made), Verdict::unknown, Reason::caller_unknown,
        "What " + judged.edge.caller + " would present to " + place_of(judged) + " is not known");
  }
  made.presents = selection.key.has_value();
  return selection.key
             ? judge_presenting(judged, std::move(made), judged.holding.keys.at(*selection.key))
             : judge_presenting_nothing(judged, std::move(made), selection);
}

EdgeAssessment judge(const Case& judged) {
  EdgeAssessment made = start(judged);
  if (is_nothing(judged.holding)) {
    made.presents = false;
  }
  const auto objection = find_objection(judged.edge, judged.callee, judged.at, judged.now);
  if (objection && objection->is_certain) {
    return judge_objection(judged, std::move(made), *objection);
  }
  if (const auto failure = find_start_failure(judged.edge.runtime, judged.holding.keys)) {
    return concluded(std::move(made), Verdict::broken, failure->reason,
                     judged.edge.caller + " does not reach " + place_of(judged) +
                         " today: " + failure->detail + " (" + judged.holding.origin + ")");
  }
  EdgeAssessment by_mode;
  if (judged.version.mode == ClientAuthMode::unknown) {
    by_mode =
        unknown_for_address(std::move(made), judged.edge, judged.at, Reason::client_auth_unknown);
  } else if (judged.version.mode == ClientAuthMode::none) {
    by_mode = judge_none(judged, std::move(made));
  } else if (judged.version.certificate_request) {
    by_mode = judge_asked(judged, std::move(made));
  } else {
    by_mode = unknown_for_address(std::move(made), judged.edge, judged.at, Reason::unknown);
  }
  // Worse is known already, or it works as far as the server is asked.
  const bool is_held_open = objection && by_mode.verdict == Verdict::survives;
  return is_held_open ? judge_objection(judged, std::move(by_mode), *objection) : by_mode;
}

/// The versions at which both sides meet: the highest; where the modes differ, each of them.
std::vector<const VersionAssessment*> versions_in_common(const fleet::Edge& edge,
                                                         const AddressAssessment& at) {
  std::vector<const VersionAssessment*> common;
  for (const VersionAssessment& version : at.versions) {
    if (std::ranges::find(edge.tls_versions, version.version) != edge.tls_versions.end()) {
      common.push_back(&version);
    }
  }
  std::ranges::sort(common, std::ranges::greater(), &VersionAssessment::version);
  const bool agree = std::ranges::all_of(common, [&](const VersionAssessment* version) {
    return version->mode == common.front()->mode;
  });
  if (agree && common.size() > 1) {
    common.resize(1);
  }
  return common;
}

/// A version that failed for a reason of its own, or was not reached, may be spoken all the same.
bool may_speak_more(const AddressAssessment& at) {
  constexpr std::array doubts = {Reason::resolve_failed,   Reason::connect_refused,
                                 Reason::connect_failed,   Reason::connect_timeout,
                                 Reason::connection_reset, Reason::connection_closed,
                                 Reason::tls_timeout,      Reason::tls_protocol,
                                 Reason::plaintext_answer, Reason::look_incomplete};
  return std::ranges::any_of(at.findings, [&](const Finding& finding) {
    return std::ranges::find(doubts, finding.reason) != doubts.end();
  });
}

std::string versions_text(const std::vector<tls::ProtocolVersion>& versions) {
  std::vector<std::string> labels;
  for (const tls::ProtocolVersion version : versions) {
    labels.emplace_back(tls::label(version));
  }
  return enumerate(labels);
}

EdgeAssessment without_common_version(const fleet::Edge& edge, const AddressAssessment& at,
                                      EdgeAssessment made) {
  std::vector<tls::ProtocolVersion> spoken;
  for (const VersionAssessment& version : at.versions) {
    spoken.push_back(version.version);
  }
  if (spoken.empty() || may_speak_more(at)) {
    return unknown_for_address(std::move(made), edge, at, Reason::unknown);
  }
  return concluded(std::move(made), Verdict::broken, Reason::versions_incompatible,
                   edge.caller + " speaks " + versions_text(edge.tls_versions) + ", and " +
                       edge.callee + " at " + fleet::to_text(at.address) + " " +
                       versions_text(spoken));
}

/// The worse of two; the earlier end of both, since a certificate that ends blocks by itself.
EdgeAssessment worse(EdgeAssessment a, EdgeAssessment b) {
  std::optional<CertificateEnd> first = a.first_to_end;
  if (b.first_to_end && (!first || b.first_to_end->not_after < first->not_after)) {
    first = b.first_to_end;
  }
  EdgeAssessment worst = a.verdict < b.verdict ? std::move(b) : std::move(a);
  worst.first_to_end = std::move(first);
  return worst;
}

/// The caller's own TLS ends at its own sidecar, and ours at the callee's: neither shows what the
/// application behind it asks.
bool is_between_sidecars(const fleet::Edge& edge, const AddressAssessment& at) {
  return edge.in_mesh && at.mesh && at.mesh->sidecar_ends_tls;
}

EdgeAssessment unknown_behind_sidecar(const fleet::Edge& edge, const AddressAssessment& at,
                                      EdgeAssessment made) {
  const std::string where = edge.callee + " at " + fleet::to_text(at.address);
  const std::string what = edge.in_mesh
                               ? "Between " + edge.caller + " and " + where +
                                     " stand their sidecars: what the application behind them asks"
                               : "TLS was ended by the sidecar of " + where +
                                     ": what the application behind it asks of " + edge.caller;
  return concluded(std::move(made), Verdict::unknown, Reason::client_auth_unknown,
                   what + " was not seen",
                   "Judge this target by a gate for the step strict, or look at the application: "
                   "PERMISSIVE without `mesh.alpn` passes TLS on to it.");
}

/// Whom STRICT turns away fails whatever the application asks; else, and where the caller does not
/// meet the sidecar as we did, nothing follows from how the sidecar took us.
bool tells_nothing_of_need(const AddressAssessment& at, const fleet::Target& callee,
                           Verdict verdict) {
  if (!hides_application(callee, at)) {
    return false;
  }
  const bool meets_application =
      callee.mesh->offers_istio_alpn && at.mesh->mode != fleet::MeshMode::strict;
  return meets_application || verdict != Verdict::broken;
}

EdgeAssessment predict_need(const fleet::Edge& edge, const fleet::Target& callee,
                            const AddressAssessment& at, std::span<const Holding> candidates,
                            CivilTime now) {
  const EdgeAssessment blank{.address = at.address, .evidence = candidates.front().evidence};
  if (is_between_sidecars(edge, at)) {
    return unknown_behind_sidecar(edge, at, blank);
  }
  const auto versions = versions_in_common(edge, at);
  if (versions.empty()) {
    return without_common_version(edge, at, blank);
  }
  std::optional<EdgeAssessment> worst;
  for (const Holding& holding : candidates) {
    for (const VersionAssessment* version : versions) {
      const EdgeAssessment made = judge({edge, callee, at, *version, holding, now});
      worst = worst ? worse(*worst, made) : made;
    }
  }
  return *std::move(worst);
}

}  // namespace

EdgeAssessment predict(const fleet::Edge& edge, const fleet::Target& callee,
                       const AddressAssessment& at, std::span<const Holding> holdings,
                       CivilTime now) {
  const Holding nobody_knows;
  const std::span<const Holding> candidates =
      holdings.empty() ? std::span(&nobody_knows, 1) : holdings;
  EdgeAssessment made = predict_need(edge, callee, at, candidates, now);
  const std::optional<StrictAssessment> strict = predict_strict(edge, callee, at, made);
  if (tells_nothing_of_need(at, callee, made.verdict)) {
    made = unknown_behind_sidecar(edge, at, std::move(made));
  }
  made.strict = strict;
  return made;
}

}  // namespace telltale::assess
