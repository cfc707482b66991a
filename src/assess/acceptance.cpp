#include "assess/acceptance.hpp"

#include <algorithm>
#include <utility>

#include "assess/reasoning.hpp"

namespace telltale::assess {

namespace {

using pki::CertificatePtr;
using pki::Chain;
using pki::ChainVerification;
using tls::ClientAuthMode;

Acceptance as_acceptance(Opinion opinion) {
  return {.after = opinion.accepted,
          .today = opinion.accepted,
          .reason = opinion.reason,
          .detail = std::move(opinion.detail),
          .hint = std::move(opinion.hint)};
}

/// What happened outweighs what ought to; why a certificate was refused reasoning may know better.
Acceptance by_refusal(const RehearsalAssessment& rehearsal, const Opinion& opinion) {
  const std::string what = "when it was presented, the peer " + rehearsal.what_happened;
  const bool is_explained = opinion.accepted == false;
  return {.after = false,
          .today = false,
          .rehearsed = true,
          .reason = is_explained ? opinion.reason : Reason::identity_rejected,
          .detail = is_explained ? opinion.detail + "; " + what : what,
          .hint = opinion.hint};
}

Acceptance by_acceptance(const RehearsalAssessment& rehearsal) {
  return {.after = true,
          .today = true,
          .rehearsed = true,
          .reason = Reason::caller_accepted,
          .detail = "when it was presented, the peer " + rehearsal.what_happened};
}

Acceptance without_outcome(Reason reason, std::string detail, const Opinion& opinion) {
  if (opinion.accepted == false) {
    return as_acceptance(opinion);
  }
  return {.reason = reason, .detail = std::move(detail)};
}

/// A certificate that gets in proves something only where a stranger's does not, or where `need` is
/// in force already.
bool is_conclusive(const VersionAssessment& version) {
  return version.client_certificates_verified == true || version.mode == ClientAuthMode::need;
}

/// Under a want that takes anybody, or may, the rehearsal only shows today.
Acceptance by_reasoning_alone(const RehearsalAssessment& rehearsal, const Opinion& opinion,
                              bool takes_anybody) {
  Acceptance acceptance = as_acceptance(opinion);
  acceptance.today = true;
  acceptance.rehearsed = true;
  if (!opinion.accepted) {
    acceptance.reason = takes_anybody ? Reason::client_auth_unverified : opinion.reason;
    acceptance.detail = "when it was presented, the peer " + rehearsal.what_happened + ", but " +
                        (takes_anybody ? "so it does with any certificate"
                                       : "whether it verifies certificates was not seen") +
                        "; " + opinion.detail;
  }
  return acceptance;
}

Acceptance by_rehearsal(const Presented& presented, const RehearsalAssessment& rehearsal,
                        const Opinion& opinion) {
  const VersionAssessment& version = presented.version;
  if (!rehearsal.presented) {
    return without_outcome(Reason::identity_unconfirmed,
                           "it was to be presented for real, and no certificate left", opinion);
  }
  if (!rehearsal.accepted) {
    Acceptance acceptance =
        without_outcome(Reason::identity_unconfirmed,
                        "when it was presented, the peer " + rehearsal.what_happened +
                            ", which does not tell whether its certificate was accepted",
                        opinion);
    acceptance.rehearsed = true;
    return acceptance;
  }
  if (!*rehearsal.accepted) {
    return by_refusal(rehearsal, opinion);
  }
  return is_conclusive(version) ? by_acceptance(rehearsal)
                                : by_reasoning_alone(rehearsal, opinion,
                                                     version.client_certificates_verified == false);
}

}  // namespace

const RehearsalAssessment* find_rehearsal(const AddressAssessment& at, const Chain& chain,
                                          const std::string& path, tls::ProtocolVersion version) {
  const auto found = std::ranges::find_if(at.rehearsals, [&](const RehearsalAssessment& each) {
    return each.version == version && each.path == path &&
           std::ranges::equal(each.chain, chain,
                              [](const CertificatePtr& a, const CertificatePtr& b) {
                                return a->fingerprint_sha256 == b->fingerprint_sha256;
                              });
  });
  return found == at.rehearsals.end() ? nullptr : &*found;
}

const ChainVerification* verification_of_sent(fleet::Runtime runtime, const HeldKeyFacts& key) {
  const bool is_cut = chain_sent(runtime, key).size() < key.chain.size();
  const auto& verification = is_cut ? key.verification_of_leaf : key.verification;
  return verification ? &*verification : nullptr;
}

Acceptance judge_acceptance(const Presented& presented) {
  const Opinion opinion = reason_about(presented);
  const Chain sent = chain_sent(presented.edge.runtime, presented.key);
  const RehearsalAssessment* rehearsal =
      find_rehearsal(presented.at, sent, presented.edge.path, presented.version.version);
  if (rehearsal != nullptr) {
    return by_rehearsal(presented, *rehearsal, opinion);
  }
  if (presented.key.encoding) {
    return {.reason = Reason::look_incomplete,
            .detail = "its key is held, but has not been presented here yet"};
  }
  Acceptance acceptance = as_acceptance(opinion);
  if (presented.version.client_certificates_verified == false) {
    acceptance.today = true;
    acceptance.reason = opinion.accepted ? opinion.reason : Reason::client_auth_unverified;
  }
  return acceptance;
}

}  // namespace telltale::assess
