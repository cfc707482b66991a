// Rules about telltale's own identity. What they find says how much a look could confirm; it never
// blocks a gate.

#include <algorithm>
#include <array>

#include "assess/key_fit.hpp"
#include "assess/rules.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using probe::Presentation;
using tls::ClientAuthMode;

std::string our_name(const Look& look) {
  return look.observation.identity ? "telltale's identity " + look.observation.identity->name
                                   : "telltale's identity";
}

bool was_asked_anywhere(const Look& look) {
  return std::ranges::any_of(look.versions, &VersionEvidence::asked);
}

void check_rejected(const Look& look, Report& report) {
  for (const VersionEvidence& evidence : look.versions) {
    if (evidence.assessment.identity_accepted == false) {
      report.add(Reason::identity_rejected, "Over " + std::string(tls::label(evidence.version)) +
                                                " the peer " +
                                                what_the_peer_did(*evidence.identity) + " when " +
                                                our_name(look) + " is presented.");
    }
  }
}

void check_unconfirmed(const Look& look, Report& report) {
  for (const VersionEvidence& evidence : look.versions) {
    if (evidence.assessment.mode == ClientAuthMode::need &&
        !evidence.assessment.identity_accepted) {
      report.add(Reason::identity_unconfirmed,
                 "Over " + std::string(tls::label(evidence.version)) +
                     " a client without a certificate is refused, and no identity of telltale's "
                     "was answered.");
    }
  }
}

void check_key(const Look& look, Report& report) {
  if (!look.observation.identity || look.observation.identity->chain.empty()) {
    return;
  }
  const pki::PublicKey& key = look.observation.identity->chain.front()->public_key;
  for (const probe::Attempt& attempt : look.observation.attempts) {
    const tls::CertificateRequestPtr& request = attempt.handshake.certificate_request;
    const bool was_held_back = attempt.presentation == Presentation::identity &&
                               !attempt.handshake.certificate_sent && request;
    if (was_held_back && !admits_key(*request, attempt.version, key)) {
      report.add(Reason::key_algorithm_unsupported,
                 "Over " + std::string(tls::label(attempt.version)) +
                     " the signature algorithms that the peer asks for admit no " +
                     std::string(name_of(key.algorithm)) +
                     (key.curve.empty() ? "" : " (" + key.curve + ")") + " key, which is what " +
                     our_name(look) + " has.");
    }
  }
}

/// Told only where somebody asks for the certificate.
void check_dates(const Look& look, Report& report) {
  if (!look.observation.identity || !was_asked_anywhere(look)) {
    return;
  }
  for (const pki::CertificatePtr& certificate : look.observation.identity->chain) {
    const auto [not_before, not_after] = certificate->validity;
    const std::string& subject = certificate->subject.rfc4514;
    if (look.now > not_after) {
      report.add(Reason::identity_expired, subject + " ended at " + to_rfc3339(not_after) + ".");
      continue;
    }
    if (look.now < not_before) {
      report.add(Reason::identity_expired, subject + " begins at " + to_rfc3339(not_before) + ".");
    }
    if (not_after - look.now < std::chrono::ceil<std::chrono::seconds>(look.validity_margin)) {
      report.add(Reason::identity_expiring, subject + " ends at " + to_rfc3339(not_after) + ".");
    }
  }
}

constexpr std::array<Rule, 4> rules = {check_rejected, check_unconfirmed, check_key, check_dates};

}  // namespace

std::span<const Rule> identity_rules() {
  return rules;
}

}  // namespace telltale::assess
