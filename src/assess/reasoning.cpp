#include "assess/reasoning.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "telltale/assess/assess.hpp"

#include "assess/soundness.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using pki::Certificate;
using pki::CertificatePtr;
using pki::Chain;
using pki::ChainVerification;
using pki::DistinguishedName;

/// All that reasoning goes by.
struct Reasoning {
  const Presented& presented;
  Chain sent;                             ///< never empty
  const ChainVerification* verification;  ///< of `sent`, may be null
  Chain path;                             ///< as verified, and on to a root; empty without
  std::optional<RuntimeFamily> stack;     ///< of the server
  const std::vector<DistinguishedName>& authorities;
};

Opinion accepted(std::string detail) {
  return {.accepted = true, .reason = Reason::caller_accepted, .detail = std::move(detail)};
}

Opinion refused(Reason reason, std::string detail) {
  return {.accepted = false, .reason = reason, .detail = std::move(detail)};
}

Opinion uncertain(Reason reason, std::string detail) {
  return {.reason = reason, .detail = std::move(detail)};
}

std::optional<RuntimeFamily> stack_of(const fleet::Target& callee) {
  if (callee.url.scheme == fleet::Scheme::rediss) {
    return RuntimeFamily::openssl;
  }
  return callee.runtime ? family_of(*callee.runtime) : std::nullopt;
}

/// The list of this version; where it is empty, the other version's, since JDK 11 before 11.0.10
/// shows none over TLS 1.3 (JDK-8206925) and has one trust store for both.
const std::vector<DistinguishedName>& authorities_of(const Presented& presented) {
  const auto& own = presented.version.certificate_request->certificate_authorities;
  if (!own.empty()) {
    return own;
  }
  for (const VersionAssessment& version : presented.at.versions) {
    if (version.certificate_request &&
        !version.certificate_request->certificate_authorities.empty()) {
      return version.certificate_request->certificate_authorities;
    }
  }
  return own;
}

bool is_same(const Certificate& a, const Certificate& b) {
  return a.fingerprint_sha256 == b.fingerprint_sha256;
}

bool contains(const Chain& chain, const Certificate& certificate) {
  return std::ranges::any_of(
      chain, [&](const CertificatePtr& each) { return is_same(*each, certificate); });
}

bool lists(const Reasoning& reasoning, const DistinguishedName& name) {
  return std::ranges::any_of(reasoning.authorities, [&](const DistinguishedName& listed) {
    return pki::same_canonical(listed, name);
  });
}

/// The certificates that every server judges: those on the path, where one is known.
Chain judged(const Reasoning& reasoning) {
  if (reasoning.verification != nullptr && reasoning.verification->trusted) {
    return relied_on(reasoning.sent, *reasoning.verification);
  }
  return {reasoning.sent.front()};
}

std::optional<Opinion> judge_dates(const Reasoning& reasoning) {
  for (const CertificatePtr& certificate : judged(reasoning)) {
    const auto [not_before, not_after] = certificate->validity;
    if (reasoning.presented.now > not_after) {
      return refused(Reason::identity_expired,
                     subject_of(*certificate) + " ended at " + to_rfc3339(not_after));
    }
    if (reasoning.presented.now < not_before) {
      return refused(Reason::identity_not_yet_valid,
                     subject_of(*certificate) + " begins at " + to_rfc3339(not_before));
    }
  }
  return std::nullopt;
}

/// extendedKeyUsage matters to all; keyUsage not to Go (crypto/x509 Verify,
/// sun.security.validator.EndEntityChecker.checkTLSClient, X509_PURPOSE_SSL_CLIENT).
std::optional<Opinion> judge_usage(const Reasoning& reasoning) {
  const Certificate& leaf = *reasoning.sent.front();
  if (!is_meant_for(leaf, pki::KeyPurpose::client_auth)) {
    return refused(Reason::identity_usage_missing,
                   "the extendedKeyUsage of " + subject_of(leaf) + " lacks clientAuth");
  }
  if (!is_meant_for(leaf, pki::KeyPurpose::client_auth,
                    reasoning.stack.value_or(RuntimeFamily::openssl))) {
    const std::string detail =
        "the extendedKeyUsage of " + subject_of(leaf) + " is any, which OpenSSL does not take";
    return reasoning.stack ? refused(Reason::identity_usage_missing, detail)
                           : uncertain(Reason::identity_usage_missing, detail);
  }
  if (leaf.allows_digital_signature || reasoning.stack == RuntimeFamily::go) {
    return std::nullopt;
  }
  const std::string detail = "the keyUsage of " + subject_of(leaf) + " lacks digitalSignature";
  return reasoning.stack ? refused(Reason::identity_usage_missing, detail)
                         : uncertain(Reason::identity_usage_missing, detail);
}

std::optional<Opinion> judge_strength(const Reasoning& reasoning) {
  constexpr std::array families = {RuntimeFamily::java, RuntimeFamily::go, RuntimeFamily::openssl};
  for (const CertificatePtr& certificate : judged(reasoning)) {
    const auto refuses = [&](RuntimeFamily family) {
      return is_refused_as_weak(*certificate, family);
    };
    const std::string detail =
        subject_of(*certificate) + " " + enumerate(weaknesses_of(*certificate));
    if (reasoning.stack && refuses(*reasoning.stack)) {
      return refused(Reason::identity_weak, detail);
    }
    if (!reasoning.stack && std::ranges::any_of(families, refuses)) {
      return uncertain(Reason::identity_weak,
                       detail + ", which some servers refuse; this one's `runtime` is not known");
    }
  }
  return std::nullopt;
}

bool names_an_issuer_of(const Reasoning& reasoning) {
  return std::ranges::any_of(reasoning.sent, [&](const CertificatePtr& certificate) {
    return lists(reasoning, certificate->issuer);
  });
}

std::string listed_text(const Reasoning& reasoning) {
  std::vector<std::string> names;
  for (const DistinguishedName& name : reasoning.authorities) {
    names.push_back("'" + name.rfc4514 + "'");
  }
  return enumerate(names, 2);
}

/// What our own trust cannot vouch for: an unknown issuer, or one with the same name and another
/// key.
Opinion judge_without_path(const Reasoning& reasoning) {
  const Certificate& leaf = *reasoning.sent.front();
  if (!reasoning.authorities.empty() && !names_an_issuer_of(reasoning)) {
    return refused(Reason::issuer_not_advertised,
                   "the server lists " + listed_text(reasoning) + ", and " + subject_of(leaf) +
                       " was issued by '" + leaf.issuer.rfc4514 + "'");
  }
  return uncertain(Reason::identity_unconfirmed,
                   subject_of(leaf) +
                       " does not verify against telltale's own trust, so that a listed name alone "
                       "does not say that the server accepts it");
}

/// The server has all between the leaf and the certificate at `end`: they are sent, or its own.
const Certificate* find_missing_link(const Reasoning& reasoning, std::size_t end) {
  const Chain& path = reasoning.path;
  for (std::size_t i = 1; i < end; ++i) {
    if (!contains(reasoning.sent, *path[i]) && !lists(reasoning, path[i]->subject)) {
      return path[i].get();
    }
  }
  return nullptr;
}

/// Where on the path the server's own trust begins, as far as its list shows.
struct TrustPoints {
  std::optional<std::size_t> first;  ///< the first listed certificate
  std::optional<std::size_t> root;   ///< the listed one that is self-issued
};

TrustPoints find_trust_points(const Reasoning& reasoning) {
  TrustPoints points;
  const Chain& path = reasoning.path;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (!lists(reasoning, path[i]->subject)) {
      continue;
    }
    points.first = points.first ? points.first : i;
    if (path[i]->is_self_issued) {
      points.root = i;
    }
  }
  return points;
}

/// The server itself presents another certificate of this name.
bool is_seen_otherwise(const AddressAssessment& at, const Certificate& certificate) {
  return std::ranges::any_of(at.peer_chains, [&](const probe::PeerChain& peer) {
    return std::ranges::any_of(peer.certificates, [&](const CertificatePtr& each) {
      return pki::same_canonical(each->subject, certificate.subject) &&
             !is_same(*each, certificate);
    });
  });
}

/// Why the key that the server knows by the name of the certificate at `place` cannot be told; a
/// listed name says nothing of it. Empty: our trust has the very certificate, or verifies it, and
/// no other of its name is to be seen.
std::string doubt_of_key(const Reasoning& reasoning, std::size_t place) {
  const ChainVerification& verification = *reasoning.verification;
  if (verification.anchors == 0) {
    return "telltale's trust does not have it";
  }
  if (verification.has_namesake_of_anchor) {
    return "telltale's trust has two of that name";
  }
  if (place + verification.anchors >= verification.path.size()) {
    return {};
  }
  if (verification.has_namesake_of_sent) {
    return "telltale's trust has another of that name";
  }
  return is_seen_otherwise(reasoning.presented.at, *reasoning.path[place])
             ? "the server presents another of that name"
             : std::string();
}

/// Go finds issuers by the bytes of their names (crypto/x509 CertPool.findPotentialParents).
bool has_other_bytes(const Chain& path, std::size_t end) {
  for (std::size_t i = 0; i < end; ++i) {
    if (!pki::same_der(path[i]->issuer, path[i + 1]->subject)) {
      return true;
    }
  }
  return false;
}

/// Of the issuers that the server has itself, one that is not valid now; Java does not ask (RFC
/// 5280 6.1.1), Go (Certificate.isValid) and OpenSSL (check_chain) do.
const Certificate* find_ended_issuer(const Reasoning& reasoning, std::size_t end) {
  for (std::size_t i = 1; i <= end; ++i) {
    const auto& [not_before, not_after] = reasoning.path[i]->validity;
    if (reasoning.presented.now < not_before || reasoning.presented.now > not_after) {
      return reasoning.path[i].get();
    }
  }
  return nullptr;
}

Opinion judge_trust_point(const Reasoning& reasoning, std::size_t place) {
  const std::string issuer = "'" + reasoning.path[place]->subject.rfc4514 + "'";
  if (const Certificate* missing = find_missing_link(reasoning, place)) {
    Opinion opinion =
        refused(Reason::identity_incomplete, "the certificate of '" + subject_of(*missing) +
                                                 "' is not sent, and the server, which lists " +
                                                 listed_text(reasoning) + ", does not have it");
    opinion.hint = "Put the certificate of '" + subject_of(*missing) +
                   "' behind the leaf in what the caller holds.";
    return opinion;
  }
  if (reasoning.stack.value_or(RuntimeFamily::go) == RuntimeFamily::go &&
      has_other_bytes(reasoning.path, place)) {
    const std::string detail = "the name of an issuer up to " + issuer +
                               " is spelled in other bytes than its own certificate has";
    return reasoning.stack ? refused(Reason::issuer_encoding_differs, detail)
                           : uncertain(Reason::issuer_encoding_differs, detail);
  }
  const Certificate* ended = find_ended_issuer(reasoning, place);
  if (reasoning.stack != RuntimeFamily::java && ended != nullptr) {
    const std::string detail = "the server's trust " + subject_of(*ended) + " is valid from " +
                               to_rfc3339(ended->validity.not_before) + " to " +
                               to_rfc3339(ended->validity.not_after) + " only";
    return reasoning.stack ? refused(Reason::identity_expired, detail)
                           : uncertain(Reason::identity_expired, detail);
  }
  if (const std::string doubt = doubt_of_key(reasoning, place); !doubt.empty()) {
    return uncertain(Reason::identity_unconfirmed,
                     "the server lists " + issuer +
                         ", but which key it knows by that name cannot be told: " + doubt);
  }
  return accepted("the server lists " + issuer + ", which its chain verifies up to");
}

/// X509_V_FLAG_PARTIAL_CHAIN is not set by nginx, haproxy and Redis, so that a path must end at a
/// root; PKIX and crypto/x509 take any certificate of the trust store for an anchor.
Opinion judge_path(const Reasoning& reasoning) {
  const TrustPoints points = find_trust_points(reasoning);
  if (!points.first) {
    return judge_without_path(reasoning);
  }
  if (points.root && find_missing_link(reasoning, *points.root) == nullptr) {
    return judge_trust_point(reasoning, *points.root);
  }
  if (reasoning.stack == RuntimeFamily::openssl && points.root) {
    return judge_trust_point(reasoning, *points.root);
  }
  const std::string intermediate = "the server lists the intermediate '" +
                                   reasoning.path[*points.first]->subject.rfc4514 +
                                   "' and not its root";
  if (reasoning.stack == RuntimeFamily::openssl) {
    Opinion opinion =
        refused(Reason::identity_rejected, intermediate + ", and OpenSSL wants a path to a root");
    opinion.hint = "Put the root into the trust store of the service.";
    return opinion;
  }
  if (!reasoning.stack) {
    return uncertain(Reason::identity_unconfirmed,
                     intermediate +
                         ": Java and Go accept that, OpenSSL does not, and the service's `runtime` "
                         "is not known");
  }
  return judge_trust_point(reasoning, *points.first);
}

Opinion judge_trust(const Reasoning& reasoning) {
  if (reasoning.authorities.empty()) {
    return uncertain(Reason::identity_unconfirmed,
                     "the server lists no names, so that whom it trusts does not show");
  }
  if (reasoning.verification == nullptr) {
    return uncertain(Reason::identity_unconfirmed,
                     "the caller's chain was not verified against telltale's trust");
  }
  return reasoning.verification->trusted ? judge_path(reasoning) : judge_without_path(reasoning);
}

/// A verified path ends at the first anchor that it meets; the store may reach on to a root.
Chain whole_path(const ChainVerification* verification) {
  if (verification == nullptr) {
    return {};
  }
  Chain path = verification->path;
  path.insert(path.end(), verification->above.begin(), verification->above.end());
  return path;
}

}  // namespace

Opinion reason_about(const Presented& presented) {
  const ChainVerification* verification =
      verification_of_sent(presented.edge.runtime, presented.key);
  const Reasoning reasoning{.presented = presented,
                            .sent = chain_sent(presented.edge.runtime, presented.key),
                            .verification = verification,
                            .path = whole_path(verification),
                            .stack = stack_of(presented.callee),
                            .authorities = authorities_of(presented)};
  for (const auto rule : {judge_dates, judge_usage, judge_strength}) {
    if (auto opinion = rule(reasoning)) {
      return *std::move(opinion);
    }
  }
  return judge_trust(reasoning);
}

}  // namespace telltale::assess
