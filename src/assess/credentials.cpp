#include "telltale/assess/credentials.hpp"

#include <algorithm>
#include <span>

#include "telltale/assess/assess.hpp"

#include "assess/rules.hpp"
#include "assess/soundness.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using pki::Certificate;
using pki::CertificatePtr;
using pki::Chain;

/// `CN=orca of identity orca`.
std::string place_of(const Certificate& certificate, const IdentityFacts& facts) {
  return subject_of(certificate) + " of identity " + facts.name;
}

void check_readable(const IdentityFacts& facts, Report& report) {
  if (!facts.unreadable.empty()) {
    report.add(Reason::identity_unreadable,
               as_sentence("Identity " + facts.name + " cannot be read anew: " + facts.unreadable));
  }
}

void check_dates(const Certificate& certificate, const IdentityFacts& facts,
                 Duration validity_margin, CivilTime now, Report& report) {
  const auto [not_before, not_after] = certificate.validity;
  const std::string where = place_of(certificate, facts);
  if (now > not_after) {
    report.add(Reason::identity_expired, where + " ended at " + to_rfc3339(not_after) + ".");
    return;
  }
  if (now < not_before) {
    report.add(Reason::identity_not_yet_valid,
               where + " begins at " + to_rfc3339(not_before) + ".");
  }
  // Seconds, since a certificate may end in the year 9999, which nanoseconds do not reach.
  if (not_after - now < std::chrono::ceil<std::chrono::seconds>(validity_margin)) {
    report.add(Reason::identity_expiring, where + " ends at " + to_rfc3339(not_after) + ", in " +
                                              to_text(Duration(not_after - now)) + ".");
  }
}

void check_strength(const Certificate& certificate, const IdentityFacts& facts, Report& report) {
  for (const std::string& weakness : weaknesses_of(certificate)) {
    report.add(Reason::identity_weak, place_of(certificate, facts) + " " + weakness + ".");
  }
}

void check_usage(const IdentityFacts& facts, Report& report) {
  const Certificate& leaf = *facts.chain.front();
  if (!is_meant_for(leaf, pki::KeyPurpose::client_auth)) {
    report.add(Reason::identity_usage_missing,
               "The extendedKeyUsage of " + place_of(leaf, facts) + " lacks clientAuth.");
  }
  if (!leaf.allows_digital_signature) {
    report.add(Reason::identity_usage_missing,
               "The keyUsage of " + place_of(leaf, facts) + " lacks digitalSignature.");
  }
}

bool has_same_subject(const Certificate& one, const Certificate& other) {
  return one.subject.canonical == other.subject.canonical;
}

bool holds_any_of(std::span<const CertificatePtr> held, const Chain& path) {
  return std::ranges::any_of(held, [&](const CertificatePtr& each) {
    return std::ranges::find(path, each->fingerprint_sha256, [](const CertificatePtr& on_path) {
             return on_path->fingerprint_sha256;
           }) != path.end();
  });
}

/// The chain as held leaves the path while it still holds what is due on it: it is out of order, or
/// lacks a link that only our trust has. A cross-certificate beside its twin, and what lies behind
/// all that is needed, do no harm.
void check_order(const IdentityFacts& facts, const Chain& path, Report& report) {
  const Chain& chain = facts.chain;
  std::size_t due = 1;
  for (std::size_t i = 1; i < chain.size() && due < path.size(); ++i) {
    if (has_same_subject(*chain[i], *path[due])) {
      ++due;
      continue;
    }
    if (has_same_subject(*chain[i], *chain[i - 1])) {
      continue;
    }
    if (holds_any_of(std::span(chain).subspan(i), path)) {
      report.add(Reason::identity_incomplete,
                 place_of(*chain[i - 1], facts) + " is followed by " + subject_of(*chain[i]) +
                     " instead of by its issuer " + subject_of(*path[due]) + ".");
    }
    return;
  }
}

/// Foreign to our trust is no fault: an identity may be for servers of somebody else's.
void check_completeness(const IdentityFacts& facts, Report& report) {
  const Chain& path = facts.verification->path;
  if (facts.verification->incomplete && !path.empty()) {
    report.add(Reason::identity_incomplete, "The issuer " + path.back()->issuer.rfc4514 + " of " +
                                                place_of(*path.back(), facts) +
                                                " is neither in its chain nor in our trust.");
  }
  check_order(facts, path, report);
}

}  // namespace

std::vector<Finding> assess_identity(const IdentityFacts& facts, Duration validity_margin,
                                     CivilTime now) {
  Report report;
  check_readable(facts, report);
  if (facts.chain.empty()) {
    return report.findings();
  }
  const pki::ChainVerification unverified;
  for (const CertificatePtr& certificate :
       relied_on(facts.chain, facts.verification.value_or(unverified))) {
    check_dates(*certificate, facts, validity_margin, now, report);
    check_strength(*certificate, facts, report);
  }
  check_usage(facts, report);
  if (facts.verification) {
    check_completeness(facts, report);
  }
  return report.findings();
}

std::vector<Finding> assess_trust(const TrustFacts& facts) {
  const bool is_ours = facts.name.empty();
  const std::string what = is_ours ? "The trust" : "The trust " + facts.name + " of callers";
  Report report;
  if (!facts.unreadable.empty()) {
    report.add(Reason::trust_unreadable,
               as_sentence(what + " cannot be read anew: " + facts.unreadable));
  }
  if (facts.is_empty_for_java) {
    const std::string where = is_ours ? "the trust's file" : facts.name;
    const std::string then = is_ours ? "a service that loads it does not start"
                                     : "a caller that loads it accepts no server";
    report.add(Reason::truststore_empty,
               "Of the " + count(facts.anchors, "certificate") + " in " + where +
                   " Java takes none for a trust anchor; " + then +
                   " (\"the trustAnchors parameter must be non-empty\").");
  }
  return report.findings();
}

std::vector<Finding> assess_password(const PasswordFacts& facts) {
  Report report;
  if (!facts.unreadable.empty()) {
    report.add(Reason::password_unreadable,
               as_sentence("The password of target " + facts.target +
                           " cannot be read anew: " + facts.unreadable));
  }
  return report.findings();
}

}  // namespace telltale::assess
