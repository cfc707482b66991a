#include "telltale/assess/when_asked.hpp"

#include "telltale/assess/assess.hpp"
#include "telltale/assess/selection.hpp"

#include "assess/soundness.hpp"

namespace telltale::assess {

namespace {

using pki::Certificate;
using pki::CertificatePtr;

Fault fault(Reason reason, const fleet::Edge& edge, const Certificate& certificate,
            const std::string& what) {
  return {reason, edge.caller + " would present " + subject_of(certificate) + ", " + what + "."};
}

Fault unknown_to_us(const fleet::Edge& edge) {
  return {Reason::caller_unknown, "What " + edge.caller + " would present to " + edge.callee +
                                      " is not known: under `want` a bad certificate is refused."};
}

std::optional<Fault> find_bad_dates(const fleet::Edge& edge, const HeldKeyFacts& key,
                                    CivilTime now) {
  const pki::ChainVerification unverified;
  for (const CertificatePtr& certificate :
       relied_on(chain_sent(edge.runtime, key), key.verification.value_or(unverified))) {
    const auto [not_before, not_after] = certificate->validity;
    if (now > not_after) {
      return fault(Reason::identity_expired, edge, *certificate,
                   "which ended at " + to_rfc3339(not_after));
    }
    if (now < not_before) {
      return fault(Reason::identity_not_yet_valid, edge, *certificate,
                   "which begins at " + to_rfc3339(not_before));
    }
  }
  return std::nullopt;
}

std::optional<Fault> find_bad_usage(const fleet::Edge& edge, const HeldKeyFacts& key) {
  const Certificate& leaf = *key.chain.front();
  if (!is_meant_for(leaf, pki::KeyPurpose::client_auth)) {
    return fault(Reason::identity_usage_missing, edge, leaf,
                 "whose extendedKeyUsage lacks clientAuth");
  }
  if (!leaf.allows_digital_signature) {
    return fault(Reason::identity_usage_missing, edge, leaf,
                 "whose keyUsage lacks digitalSignature");
  }
  return std::nullopt;
}

bool presents_whatever_is_listed(const fleet::Edge& edge, fleet::Scheme scheme) {
  return scheme == fleet::Scheme::rediss || edge.runtime == fleet::Runtime::java_refreshable ||
         edge.runtime == fleet::Runtime::openssl;
}

std::optional<Fault> find_unverified(const fleet::Edge& edge, fleet::Scheme scheme,
                                     const HeldKeyFacts& key) {
  const bool is_sent_alone = chain_sent(edge.runtime, key).size() < key.chain.size();
  const auto& verification = is_sent_alone ? key.verification_of_leaf : key.verification;
  if (!presents_whatever_is_listed(edge, scheme) || !verification || verification->trusted) {
    return std::nullopt;
  }
  return fault(Reason::identity_unconfirmed, edge, *key.chain.front(),
               "whatever the server lists, and telltale's own trust does not verify it");
}

std::optional<Fault> find_fault(const fleet::Edge& edge, fleet::Scheme scheme,
                                const HeldKeyFacts& key, CivilTime now) {
  if (auto found = find_bad_dates(edge, key, now)) {
    return found;
  }
  if (auto found = find_bad_usage(edge, key)) {
    return found;
  }
  return find_unverified(edge, scheme, key);
}

}  // namespace

std::optional<Fault> find_fault_when_asked(const fleet::Edge& edge, fleet::Scheme scheme,
                                           std::span<const Holding> holdings, CivilTime now) {
  if (holdings.empty()) {
    return unknown_to_us(edge);
  }
  for (const Holding& holding : holdings) {
    if (holding.keys.empty() && !holding.is_known_to_be_nothing) {
      return unknown_to_us(edge);
    }
    for (const HeldKeyFacts& key : holding.keys) {
      if (auto found = find_fault(edge, scheme, key, now)) {
        return found;
      }
    }
  }
  return std::nullopt;
}

}  // namespace telltale::assess
