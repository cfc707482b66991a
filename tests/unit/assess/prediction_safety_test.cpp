// Whatever is missing or contradicts itself: never `survives`. A wrong "open" is an outage.

#include <doctest/doctest.h>

#include "unit/assess/prediction_cases.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;
using fleet::Evidence;
using fleet::Runtime;

namespace {

struct Scene {
  AddressAssessment at = address(ClientAuthMode::want);
  std::vector<Holding> holdings = {holding(verified(by_root()))};
  fleet::Edge edge = build::edge();
  fleet::Target callee = build::callee();
};

struct Spoiler {
  std::string what;
  std::function<void(Scene&)> spoil;
};

HeldKeyFacts& key_of(Scene& scene) {
  return scene.holdings.front().keys.front();
}

void list(Scene& scene, const std::vector<std::string>& authorities) {
  for (VersionAssessment& version : scene.at.versions) {
    version.certificate_request =
        std::make_shared<const tls::CertificateRequest>(listing(authorities));
  }
}

void unverify(Scene& scene, std::optional<bool> verified) {
  for (VersionAssessment& version : scene.at.versions) {
    version.client_certificates_verified = verified;
  }
}

void hold_key(Scene& scene) {
  scene.holdings = {holding(verified(by_root()), Evidence::keystore)};
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("safety: nothing is spoiled -> survives, so that the rows below can fail") {
    const Scene scene;
    CHECK(predicted(scene.at, scene.holdings, scene.edge, scene.callee).verdict ==
          Verdict::survives);
  }

  TEST_CASE("safety: evidence missing or contradictory -> never survives") {
    const std::vector<Spoiler> spoilers = {
        {"no holding", [](Scene& s) { s.holdings.clear(); }},
        {"unknown holding", [](Scene& s) { s.holdings = {Holding{}}; }},
        {"one holding of two unknown", [](Scene& s) { s.holdings.emplace_back(); }},
        {"no version", [](Scene& s) { s.at.versions.clear(); }},
        {"no version in common", [](Scene& s) { s.edge.tls_versions.clear(); }},
        {"mode unknown", [](Scene& s) { s.at.versions.front().mode = ClientAuthMode::unknown; }},
        {"mode unknown over the other version",
         [](Scene& s) { s.at.versions.back().mode = ClientAuthMode::unknown; }},
        {"mode none", [](Scene& s) { s.at.versions.front().mode = ClientAuthMode::none; }},
        {"asked without a request",
         [](Scene& s) { s.at.versions.front().certificate_request = nullptr; }},
        {"no server chain", [](Scene& s) { s.at.peer_chains.clear(); }},
        {"own trust not verified against",
         [](Scene& s) { s.edge.trust = pki::TrustFiles{.file = "other.pem"}; }},
        {"a second chain that is untrusted",
         [](Scene& s) {
           s.at.peer_chains.push_back(s.at.peer_chains.front());
           s.at.peer_chains.back().verification.trusted = false;
         }},
        {"not verified against our trust", [](Scene& s) { key_of(s).verification.reset(); }},
        {"rekeyed: the name is listed, the signature is not our anchor's",
         [](Scene& s) { key_of(s).verification->trusted = false; }},
        {"two anchors of one name",
         [](Scene& s) { key_of(s).verification->has_namesake_of_anchor = true; }},
        {"the anchor is not our trust's", [](Scene& s) { key_of(s).verification->anchors = 0; }},
        {"an empty list", [](Scene& s) { list(s, {}); }},
        {"an empty list, and anybody gets in",
         [](Scene& s) {
           list(s, {});
           unverify(s, false);
         }},
        {"the key is held and was not rehearsed", hold_key},
        {"rehearsed without an outcome",
         [](Scene& s) {
           hold_key(s);
           s.at.rehearsals = {rehearsed(s.holdings.front(), std::nullopt)};
         }},
        {"rehearsed, and nothing left",
         [](Scene& s) {
           hold_key(s);
           s.at.rehearsals = {rehearsed(s.holdings.front(), true)};
           s.at.rehearsals.front().presented = false;
         }},
        {"rehearsed on another path",
         [](Scene& s) {
           hold_key(s);
           s.at.rehearsals = {rehearsed(s.holdings.front(), true)};
           s.at.rehearsals.front().path = "/ops";
         }},
        {"rehearsed over an empty list, whether it verifies not seen",
         [](Scene& s) {
           hold_key(s);
           list(s, {});
           unverify(s, std::nullopt);
           s.at.rehearsals = {rehearsed(s.holdings.front(), true)};
         }},
        {"rehearsed and refused",
         [](Scene& s) {
           hold_key(s);
           s.at.rehearsals = {rehearsed(s.holdings.front(), false)};
         }},
        {"another path, nothing known of it", [](Scene& s) { s.edge.path = "/ops"; }},
        {"a leaf alone, whose issuer OpenSSL lacks",
         [](Scene& s) {
           HeldKeyFacts key = leaf_only();
           key.verification = pki::ChainVerification{
               .trusted = true,
               .path = {key.chain.front(), made(inter_link), made(root_link)},
               .anchors = 2};
           s.holdings = {holding(key)};
           s.edge.runtime = Runtime::openssl;
         }},
        {"a certificate that cannot be read",
         [](Scene& s) {
           s.at.findings = {{.reason = Reason::certificate_malformed, .severity = Severity::error}};
         }},
    };
    for (const Spoiler& spoiler : spoilers) {
      CAPTURE(spoiler.what);
      Scene scene;
      spoiler.spoil(scene);
      const EdgeAssessment made = predicted(scene.at, scene.holdings, scene.edge, scene.callee);
      CHECK(made.verdict != Verdict::survives);
      CHECK(made.reason != Reason::caller_accepted);
      CHECK_FALSE(made.detail.empty());
      CHECK_FALSE(made.hint.empty());
      const bool blocks = made.verdict == Verdict::breaks || made.verdict == Verdict::broken;
      CHECK((!blocks || concerns_callers(made.reason)));
    }
  }
}
