// Rules about the certificates that the server sends.

#include <algorithm>
#include <array>

#include "telltale/assess/assess.hpp"

#include "assess/caller_trust.hpp"
#include "assess/rules.hpp"
#include "assess/soundness.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using pki::Certificate;
using pki::CertificatePtr;
using pki::Chain;
using pki::KeyPurpose;
using pki::VerificationError;
using probe::PeerChain;

// X509_V_ERR_* (openssl/x509_vfy.h; the numbers are part of OpenSSL's ABI) that have a rule of
// their own here, and so do not make a chain untrusted.
constexpr std::array codes_with_their_own_rule = {
    9,  10,      // CERT_NOT_YET_VALID, CERT_HAS_EXPIRED
    62, 63, 64,  // HOSTNAME_MISMATCH, EMAIL_MISMATCH, IP_ADDRESS_MISMATCH
    66, 67, 68,  // EE_KEY_TOO_SMALL, CA_KEY_TOO_SMALL, CA_MD_TOO_WEAK
};
constexpr int invalid_purpose = 26;

bool has_usage(const Certificate& leaf) {
  return is_meant_for(leaf, KeyPurpose::server_auth) && leaf.allows_digital_signature;
}

/// The verifier objects to something that no other rule speaks of.
bool makes_untrusted(const VerificationError& error, const Certificate& leaf) {
  if (error.code == invalid_purpose && error.depth == 0) {
    return has_usage(leaf);
  }
  return std::ranges::find(codes_with_their_own_rule, error.code) ==
         codes_with_their_own_rule.end();
}

bool contains(const Chain& chain, const Certificate& certificate) {
  return std::ranges::any_of(chain, [&](const CertificatePtr& held) {
    return held->fingerprint_sha256 == certificate.fingerprint_sha256;
  });
}

/// The verifier's objections that no other rule speaks of, in words.
std::vector<std::string> objections(const PeerChain& peer) {
  std::vector<std::string> texts;
  for (const VerificationError& error : peer.verification.errors) {
    std::string text = error.text + " at depth " + std::to_string(error.depth);
    if (makes_untrusted(error, *peer.certificates.front()) &&
        std::ranges::find(texts, text) == texts.end()) {
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

void check_trust(const PeerChain& peer, Report& report) {
  const pki::ChainVerification& verification = peer.verification;
  const Certificate& leaf = *peer.certificates.front();
  if (!verification.trusted && verification.incomplete) {
    report.add(Reason::chain_incomplete,
               "The server sends " + count(peer.certificates.size(), "certificate") +
                   "; the issuer " + peer.certificates.back()->issuer.rfc4514 +
                   " of the last one is neither sent nor trusted.");
    return;
  }
  const std::vector<std::string> told_here = objections(peer);
  const bool is_told_elsewhere = told_here.empty() && !verification.errors.empty();
  if (told_here.empty() && (verification.trusted || is_told_elsewhere)) {
    return;
  }
  report.add(Reason::chain_untrusted,
             "The chain of " + subject_of(leaf) + ", issued by " + leaf.issuer.rfc4514 +
                 ", does not verify: " +
                 (told_here.empty() ? "no path to a trust anchor" : enumerate(told_here)) + ".");
}

/// On rediss Jedis (up to 7.3) and most of OpenSSL's users do not look at names: where every caller
/// is known to be such a one, the wrong name harms nobody.
Severity severity_of_mismatch(const Look& look) {
  const fleet::Scheme scheme = look.target.url.scheme;
  const bool harms_nobody = scheme == fleet::Scheme::rediss && !look.callers.empty() &&
                            std::ranges::none_of(look.callers, [&](const fleet::Edge& caller) {
                              return checks_name(caller, scheme);
                            });
  return harms_nobody ? Severity::warning : row_of(Reason::hostname_mismatch).severity;
}

void check_name(const PeerChain& peer, const Look& look, Report& report) {
  if (peer.verification.name_matches) {
    return;
  }
  const Certificate& leaf = *peer.certificates.front();
  if (peer.verification.name.starts_with("spiffe://")) {
    report.add(Reason::spiffe_mismatch, "The sidecar shows " + enumerate(pki::spiffe_ids(leaf), 6) +
                                            " instead of " + peer.verification.name + ".");
    return;
  }
  std::vector<std::string> names = leaf.dns_names;
  names.insert(names.end(), leaf.ip_addresses.begin(), leaf.ip_addresses.end());
  const std::string shown =
      names.empty() ? "it has no name in subjectAltName" : "it names " + enumerate(names, 6);
  report.add(Reason::hostname_mismatch, severity_of_mismatch(look),
             "The certificate of " + subject_of(leaf) + " does not name " + peer.verification.name +
                 "; " + shown + ".");
}

void check_usage(const PeerChain& peer, Report& report) {
  const Certificate& leaf = *peer.certificates.front();
  if (!is_meant_for(leaf, KeyPurpose::server_auth)) {
    report.add(Reason::usage_missing,
               "The extendedKeyUsage of " + subject_of(leaf) + " lacks serverAuth.");
  }
  if (!leaf.allows_digital_signature) {
    report.add(Reason::usage_missing,
               "The keyUsage of " + subject_of(leaf) + " lacks digitalSignature.");
  }
}

void check_length(const PeerChain& peer, Report& report) {
  constexpr std::size_t jsse_maximum = 10;
  if (peer.certificates.size() > jsse_maximum) {
    report.add(Reason::chain_oversize, "The server sends " +
                                           count(peer.certificates.size(), "certificate") +
                                           "; Java accepts " + std::to_string(jsse_maximum) + ".");
  }
}

void check_dates(const Certificate& certificate, const Look& look, Report& report) {
  const auto [not_before, not_after] = certificate.validity;
  if (look.now > not_after) {
    report.add(Reason::certificate_expired,
               subject_of(certificate) + " ended at " + to_rfc3339(not_after) + ".");
    return;
  }
  if (look.now < not_before) {
    report.add(Reason::certificate_not_yet_valid,
               subject_of(certificate) + " begins at " + to_rfc3339(not_before) + ".");
  }
  // The mesh renews a workload's certificate, of a day or so, by itself.
  if (look.facts.mesh && !pki::spiffe_ids(certificate).empty()) {
    return;
  }
  // Seconds, since a certificate may end in the year 9999, which nanoseconds do not reach.
  if (not_after - look.now < std::chrono::ceil<std::chrono::seconds>(look.validity_margin)) {
    report.add(Reason::certificate_expiring, subject_of(certificate) + " ends at " +
                                                 to_rfc3339(not_after) + ", in " +
                                                 to_text(Duration(not_after - look.now)) + ".");
  }
}

/// What lies on the path but comes from the trust store: the anchor, and at times an intermediate.
/// Go and OpenSSL check its dates, Java does not (RFC 5280 6.1.1 leaves the anchor's out), and what
/// a caller's own store holds is not known here: a warning.
void check_anchors(const PeerChain& peer, const Look& look, Report& report) {
  const Chain judged = relied_on(peer.certificates, peer.verification);
  for (const CertificatePtr& certificate : peer.verification.path) {
    if (look.now > certificate->validity.not_after && !contains(judged, *certificate)) {
      report.add(Reason::certificate_expired, Severity::warning,
                 "The trust anchor " + subject_of(*certificate) + " ended at " +
                     to_rfc3339(certificate->validity.not_after) +
                     "; Java does not mind, Go and OpenSSL do.");
    }
  }
}

void check_strength(const Certificate& certificate, Report& report) {
  for (const std::string& weakness : weaknesses_of(certificate)) {
    report.add(Reason::certificate_weak, subject_of(certificate) + " " + weakness + ".");
  }
}

void check_chains(const Look& look, Report& report) {
  for (const PeerChain& peer : look.observation.peer_chains) {
    if (peer.certificates.empty()) {
      continue;
    }
    check_trust(peer, report);
    check_name(peer, look, report);
    check_usage(peer, report);
    check_length(peer, report);
    for (const CertificatePtr& certificate : relied_on(peer.certificates, peer.verification)) {
      check_dates(*certificate, look, report);
      check_strength(*certificate, report);
    }
    check_anchors(peer, look, report);
  }
}

void check_malformed(const Look& look, Report& report) {
  std::size_t most = 0;
  for (const probe::Attempt& attempt : look.observation.attempts) {
    most = std::max(most, attempt.handshake.malformed_certificates);
  }
  if (most > 0) {
    report.add(Reason::certificate_malformed,
               "Of the server's chain, " + count(most, "certificate") + " cannot be read.");
  }
}

constexpr std::array<Rule, 2> rules = {check_chains, check_malformed};

}  // namespace

std::span<const Rule> chain_rules() {
  return rules;
}

Chain relied_on(const Chain& sent, const pki::ChainVerification& verification) {
  Chain relied;
  for (const CertificatePtr& certificate : sent) {
    const bool is_on_path = !verification.trusted || contains(verification.path, *certificate);
    if (relied.empty() || (is_on_path && !certificate->is_self_issued)) {
      relied.push_back(certificate);
    }
  }
  return relied;
}

}  // namespace telltale::assess
