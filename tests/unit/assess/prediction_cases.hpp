#pragma once
// Edges, addresses and holdings of predictions, in a few words: orca calls clouddriver.

#include "unit/assess/held_keys.hpp"

namespace telltale::assess::build {

inline fleet::Edge edge(fleet::Runtime runtime = fleet::Runtime::java) {
  return {.caller = "orca",
          .callee = "clouddriver",
          .runtime = runtime,
          .identity = "orca",
          .path = "/health",
          .tls_versions = {tls_1_3, tls_1_2}};
}

inline fleet::Target callee(fleet::Runtime runtime = fleet::Runtime::java) {
  fleet::Target made = target();
  made.name = "clouddriver";
  made.runtime = runtime;
  return made;
}

inline VersionAssessment at_version(ProtocolVersion version, ClientAuthMode mode,
                                    const std::vector<std::string>& authorities = {root_a}) {
  VersionAssessment made{.version = version, .mode = mode};
  if (mode != ClientAuthMode::none) {
    made.client_certificates_verified = true;
    made.certificate_request =
        std::make_shared<const tls::CertificateRequest>(listing(authorities));
  }
  return made;
}

inline AddressAssessment address(ClientAuthMode mode,
                                 const std::vector<std::string>& authorities = {root_a}) {
  AddressAssessment made{.address = {.host = "10.0.0.7", .port = 7002}, .mode = mode};
  made.versions = {at_version(tls_1_3, mode, authorities), at_version(tls_1_2, mode, authorities)};
  made.peer_chains = {peer_chain({share(certificate("CN=clouddriver", root_a))})};
  return made;
}

/// The key verifies against our trust, which has the root.
inline HeldKeyFacts verified(HeldKeyFacts key) {
  pki::ChainVerification outcome{.trusted = true, .anchors = 1};
  for (const pki::CertificatePtr& each : key.chain) {
    if (!each->is_self_issued) {
      outcome.path.push_back(each);
    }
  }
  outcome.path.push_back(made(root_link));
  key.verification = outcome;
  return key;
}

inline Holding holding(HeldKeyFacts key, fleet::Evidence evidence = fleet::Evidence::certificate) {
  if (evidence != fleet::Evidence::keystore) {
    key.encoding.reset();
  }
  return {.evidence = evidence, .keys = {std::move(key)}, .origin = "orca's identity"};
}

inline Holding nothing_held() {
  return {.is_known_to_be_nothing = true, .origin = "the configuration of orca"};
}

inline RehearsalAssessment rehearsed(const Holding& holding, std::optional<bool> accepted,
                                     ProtocolVersion version = tls_1_3) {
  return {.chain = holding.keys.front().chain,
          .path = "/health",
          .version = version,
          .presented = true,
          .accepted = accepted,
          .what_happened =
              accepted == true ? "answers HTTP 200" : "sends the alert certificate_unknown (46)"};
}

inline EdgeAssessment predicted(const AddressAssessment& at, const std::vector<Holding>& holdings,
                                const fleet::Edge& calling = edge(),
                                const fleet::Target& called = callee()) {
  return predict(calling, called, at, holdings, noon);
}

/// `breaks issuer_not_advertised`.
inline std::string told(const EdgeAssessment& made) {
  return std::string(name_of(made.verdict)) + " " + std::string(name_of(made.reason));
}

}  // namespace telltale::assess::build
