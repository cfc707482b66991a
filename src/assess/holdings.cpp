// What callers hold: by configuration, or by what their own endpoints show.

#include <algorithm>
#include <utility>

#include "telltale/assess/prediction.hpp"

#include "assess/mesh.hpp"

namespace telltale::assess {

namespace {

using fleet::Evidence;

bool has_key(const HeldKeyFacts& key) {
  return key.encoding.has_value();
}

bool is_same_chain(const pki::Chain& a, const pki::Chain& b) {
  return std::ranges::equal(a, b,
                            [](const pki::CertificatePtr& one, const pki::CertificatePtr& two) {
                              return one->fingerprint_sha256 == two->fingerprint_sha256;
                            });
}

/// What a sidecar presents is the mesh's, and not what the application behind it holds.
bool is_of_sidecar(const AddressAssessment& endpoint, const probe::PeerChain& peer) {
  return endpoint.mesh && is_of_workload(peer.certificates);
}

bool is_known(const std::vector<Holding>& holdings, const pki::Chain& chain) {
  return std::ranges::any_of(holdings, [&](const Holding& holding) {
    return !holding.keys.empty() && is_same_chain(holding.keys.front().chain, chain);
  });
}

Holding observed(const probe::PeerChain& peer, const fleet::Endpoint& address) {
  HeldKeyFacts key{.chain = peer.certificates, .verification = peer.as_client};
  if (peer.certificates.size() == 1) {
    key.verification_of_leaf = peer.as_client;
  }
  return {.evidence = Evidence::observed,
          .keys = {std::move(key)},
          .origin = "what " + fleet::to_text(address) + " presents"};
}

}  // namespace

Holding holding_of(const fleet::Edge& edge, const IdentityFacts* identity) {
  if (edge.is_unseen) {
    return {.origin = "a key store of " + edge.caller + " that is not here"};
  }
  if (edge.runtime == fleet::Runtime::none || (!edge.identity && !edge.is_observed)) {
    return {.is_known_to_be_nothing = true, .origin = "the configuration of " + edge.caller};
  }
  if (identity == nullptr || identity->keys.empty()) {
    return {.origin = "the configuration of " + edge.caller};
  }
  const bool is_keystore = std::ranges::any_of(identity->keys, has_key);
  return {.evidence = is_keystore ? Evidence::keystore : Evidence::certificate,
          .keys = identity->keys,
          .origin = edge.caller + "'s identity" +
                    (identity->name == edge.caller ? "" : " " + identity->name)};
}

std::vector<Holding> observed_holdings(const fleet::Edge& /*edge*/,
                                       std::span<const AddressAssessmentPtr> endpoints) {
  std::vector<Holding> holdings;
  for (const AddressAssessmentPtr& endpoint : endpoints) {
    if (!endpoint) {
      continue;
    }
    const bool shows_sidecar = std::ranges::any_of(
        endpoint->peer_chains,
        [&](const probe::PeerChain& peer) { return is_of_sidecar(*endpoint, peer); });
    if (endpoint->peer_chains.empty() || shows_sidecar) {
      holdings.push_back({.origin = "what " + fleet::to_text(endpoint->address) + " presents"});
    }
    for (const probe::PeerChain& peer : endpoint->peer_chains) {
      if (!peer.certificates.empty() && !is_of_sidecar(*endpoint, peer) &&
          !is_known(holdings, peer.certificates)) {
        holdings.push_back(observed(peer, endpoint->address));
      }
    }
  }
  return holdings;
}

}  // namespace telltale::assess
