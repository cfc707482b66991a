#include "assess/caller_trust.hpp"

#include <algorithm>

#include "assess/soundness.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using fleet::Runtime;
using fleet::Scheme;
using pki::Certificate;
using pki::CertificatePtr;
using pki::Chain;
using pki::ChainVerification;

/// One chain that the server sends, as this caller sees it.
struct Sight {
  const fleet::Edge& edge;
  Scheme scheme = Scheme::https;
  const Chain& sent;  ///< never empty
  const ChainVerification& verification;
  CivilTime now;
};

using FoundObjection = std::optional<Objection>;

Objection objection(Reason reason, std::string detail) {
  return {.reason = reason, .detail = std::move(detail)};
}

/// A probe or a `wget --no-check-certificate` takes any certificate, and so does a client that is
/// built to.
bool checks_anything(const fleet::Edge& edge) {
  return !edge.skips_verification && (edge.runtime != Runtime::none || edge.trust);
}

/// `its trust ca.pem`; without one of its own, the fleet's.
std::string trust_text(const fleet::Edge& edge) {
  return edge.trust ? "its trust " + edge.trust->file : "the fleet's trust";
}

/// jdk.tls.maxCertificateChainLength (sun.security.ssl.CertificateMessage).
FoundObjection object_to_length(const Sight& sight) {
  constexpr std::size_t jsse_maximum = 10;
  if (!fleet::is_jsse(sight.edge.runtime) || sight.sent.size() <= jsse_maximum) {
    return std::nullopt;
  }
  return objection(
      Reason::chain_oversize,
      "the server sends " + count(sight.sent.size(), "certificate") + ", and Java reads 10");
}

/// sun.security.validator.EndEntityChecker.checkTLSServer; Go asks for the extendedKeyUsage only
/// (crypto/x509 checkChainForKeyUsage), and so does OpenSSL where keyUsage has another TLS bit.
FoundObjection object_to_usage(const Sight& sight) {
  const Certificate& leaf = *sight.sent.front();
  const RuntimeFamily family = family_of(sight.edge.runtime).value_or(RuntimeFamily::openssl);
  if (!is_meant_for(leaf, pki::KeyPurpose::server_auth, family)) {
    return objection(Reason::usage_missing,
                     "the extendedKeyUsage of " + subject_of(leaf) + " lacks serverAuth");
  }
  if (!leaf.allows_digital_signature && fleet::is_jsse(sight.edge.runtime)) {
    return objection(Reason::usage_missing,
                     "the keyUsage of " + subject_of(leaf) + " lacks digitalSignature");
  }
  return std::nullopt;
}

FoundObjection object_to_path(const Sight& sight) {
  const ChainVerification& verification = sight.verification;
  const Certificate& leaf = *sight.sent.front();
  if (!verification.trusted && verification.incomplete) {
    const std::string issuer =
        verification.path.empty() ? leaf.issuer.rfc4514 : verification.path.back()->issuer.rfc4514;
    return objection(Reason::chain_incomplete,
                     "the server sends " + count(sight.sent.size(), "certificate") +
                         ", and the issuer '" + issuer + "' is neither sent nor in " +
                         trust_text(sight.edge));
  }
  if (!verification.trusted) {
    return objection(Reason::chain_untrusted,
                     "the chain of " + subject_of(leaf) + ", issued by '" + leaf.issuer.rfc4514 +
                         "', does not verify against " + trust_text(sight.edge));
  }
  // No X509_V_FLAG_PARTIAL_CHAIN unless a program sets it (X509_verify_cert).
  const Chain& end = verification.above.empty() ? verification.path : verification.above;
  const bool ends_at_root = !end.empty() && end.back()->is_self_issued;
  if (sight.edge.runtime == Runtime::openssl && !ends_at_root) {
    return objection(Reason::chain_untrusted, "OpenSSL wants the path of " + subject_of(leaf) +
                                                  " to end at a root, and there is none in " +
                                                  trust_text(sight.edge));
  }
  return std::nullopt;
}

/// The certificates whose dates this runtime checks: Java leaves the anchor's out (RFC 5280 6.1.1),
/// Go (Certificate.isValid) and OpenSSL (check_chain) do not.
Chain dated_by(const Sight& sight) {
  Chain path = sight.verification.path;
  if (fleet::is_jsse(sight.edge.runtime) && path.size() > 1) {
    path.pop_back();
  }
  return path;
}

FoundObjection object_to_dates(const Sight& sight) {
  for (const CertificatePtr& certificate : dated_by(sight)) {
    const auto [not_before, not_after] = certificate->validity;
    if (sight.now > not_after) {
      return objection(Reason::certificate_expired,
                       subject_of(*certificate) + " ended at " + to_rfc3339(not_after));
    }
    if (sight.now < not_before) {
      return objection(Reason::certificate_not_yet_valid,
                       subject_of(*certificate) + " begins at " + to_rfc3339(not_before));
    }
  }
  return std::nullopt;
}

FoundObjection object_to_strength(const Sight& sight) {
  const Chain& path = sight.verification.path;
  const auto family = family_of(sight.edge.runtime);
  const auto weak = std::ranges::find_if(path, [&](const CertificatePtr& certificate) {
    return family && is_refused_as_weak(*certificate, *family);
  });
  if (weak == path.end()) {
    return std::nullopt;
  }
  const auto weaknesses = weaknesses_of(**weak);
  return objection(
      Reason::certificate_weak,
      subject_of(**weak) + " " + (weaknesses.empty() ? "is too weak" : enumerate(weaknesses)));
}

FoundObjection object_to_name(const Sight& sight) {
  if (!checks_name(sight.edge, sight.scheme) || sight.verification.name_matches) {
    return std::nullopt;
  }
  return objection(Reason::hostname_mismatch, "the certificate of " +
                                                  subject_of(*sight.sent.front()) +
                                                  " does not name " + sight.verification.name);
}

FoundObjection object_to(const Sight& sight) {
  // What ends the handshake first comes first; of a path that is untrusted for its usage, the usage
  // says more.
  for (const auto rule : {object_to_length, object_to_usage, object_to_path, object_to_dates,
                          object_to_strength, object_to_name}) {
    if (FoundObjection found = rule(sight)) {
      return found;
    }
  }
  return std::nullopt;
}

/// How a chain verified against what this caller trusts; null: that was not seen.
const ChainVerification* verification_for(const fleet::Edge& edge, const probe::PeerChain& peer) {
  const std::string trust = fleet::trust_name(edge.trust);
  if (trust.empty()) {
    return &peer.verification;
  }
  const auto found = std::ranges::find(peer.by_trust, trust, &probe::CallerVerification::trust);
  return found == peer.by_trust.end() ? nullptr : &found->verification;
}

bool is_malformed(const AddressAssessment& at) {
  return std::ranges::find(at.findings, Reason::certificate_malformed, &Finding::reason) !=
         at.findings.end();
}

}  // namespace

bool checks_name(const fleet::Edge& edge, Scheme scheme) {
  if (fleet::is_go(edge.runtime)) {
    return !edge.skips_verification;
  }
  return scheme == Scheme::https && checks_anything(edge);
}

std::optional<Objection> find_objection(const fleet::Edge& edge, Scheme scheme,
                                        const AddressAssessment& at, CivilTime now) {
  if (is_malformed(at)) {
    return objection(Reason::certificate_malformed,
                     "a certificate of the server's chain cannot be read");
  }
  if (!checks_anything(edge)) {
    return std::nullopt;
  }
  std::optional<Objection> unseen;
  bool has_chain = false;
  for (const probe::PeerChain& peer : at.peer_chains) {
    if (peer.certificates.empty()) {
      continue;
    }
    has_chain = true;
    const ChainVerification* verification = verification_for(edge, peer);
    if (verification == nullptr) {
      unseen = Objection{
          .reason = Reason::unknown,
          .detail = "how the server's chain verifies against " + trust_text(edge) + " was not seen",
          .is_certain = false};
      continue;
    }
    if (auto found = object_to({edge, scheme, peer.certificates, *verification, now})) {
      return found;
    }
  }
  if (!has_chain) {
    return Objection{.reason = Reason::unknown,
                     .detail = "no certificate of the server was seen",
                     .is_certain = false};
  }
  return unseen;
}

}  // namespace telltale::assess
