// Rules about what became of telltale's own identity in a look. What they find says how much the
// look could confirm; it never blocks a gate. The identity itself is judged in credentials.cpp.

#include <algorithm>
#include <array>
#include <optional>

#include "assess/key_fit.hpp"
#include "assess/rules.hpp"
#include "assess/soundness.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using probe::Presentation;
using tls::ClientAuthMode;

std::string our_name(const Look& look) {
  return look.observation.identity ? "telltale's identity " + look.observation.identity->name
                                   : "telltale's identity";
}

/// Why it may be: the first of our certificates that is outside its dates, in a sentence.
std::optional<std::string> what_is_out_of_date(const pki::Chain& chain, CivilTime now) {
  for (const pki::CertificatePtr& certificate : chain) {
    const auto [not_before, not_after] = certificate->validity;
    if (now > not_after) {
      return subject_of(*certificate) + " ended at " + to_rfc3339(not_after) + ".";
    }
    if (now < not_before) {
      return subject_of(*certificate) + " begins at " + to_rfc3339(not_before) + ".";
    }
  }
  return std::nullopt;
}

void check_rejected(const Look& look, Report& report) {
  bool is_rejected = false;
  for (const VersionEvidence& evidence : look.versions) {
    if (evidence.assessment.identity_accepted == false) {
      is_rejected = true;
      report.add(Reason::identity_rejected, "Over " + std::string(tls::label(evidence.version)) +
                                                " the peer " +
                                                what_the_peer_did(*evidence.identity) + " when " +
                                                our_name(look) + " is presented.");
    }
  }
  if (!is_rejected || !look.observation.identity) {
    return;
  }
  if (const auto dates = what_is_out_of_date(look.observation.identity->chain, look.now)) {
    report.add(Reason::identity_rejected, *dates);
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

constexpr std::array<Rule, 3> rules = {check_rejected, check_unconfirmed, check_key};

}  // namespace

std::span<const Rule> identity_rules() {
  return rules;
}

}  // namespace telltale::assess
