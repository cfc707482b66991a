// The verdict over an edge: mode by what it presents, what becomes of that, and how that is known.

#include <doctest/doctest.h>

#include "unit/assess/prediction_cases.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;
using namespace std::chrono_literals;
using fleet::Evidence;
using fleet::Goal;
using fleet::Runtime;

namespace {

const Holding good = holding(verified(by_root()));
const Holding with_key = holding(verified(by_root()), Evidence::keystore);

fleet::Target without_flip() {
  fleet::Target made = callee();
  made.goal = Goal::none;
  return made;
}

HeldKeyFacts with_leaf(const std::function<void(pki::Certificate&)>& change) {
  HeldKeyFacts key = verified(by_root());
  pki::Certificate leaf = *key.chain.front();
  change(leaf);
  key.chain.front() = share(leaf);
  key.verification->path.front() = key.chain.front();
  return key;
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("prediction: mode by what is presented -> the verdict, before a flip and without one") {
    struct Row {
      ClientAuthMode mode;
      std::vector<std::string> authorities;
      Holding holding;
      std::string before_flip;
      std::string without_flip;
    };

    const std::vector<Row> rows = {
        {ClientAuthMode::none, {}, good, "unknown client_auth_none", "survives caller_accepted"},
        {ClientAuthMode::none,
         {},
         nothing_held(),
         "breaks caller_presents_nothing",
         "survives caller_accepted"},
        {ClientAuthMode::none, {}, {}, "unknown client_auth_none", "survives caller_accepted"},
        {ClientAuthMode::want,
         {root_a},
         good,
         "survives caller_accepted",
         "survives caller_accepted"},
        {ClientAuthMode::want,
         {root_b},
         good,
         "breaks issuer_not_advertised",
         "survives caller_accepted"},
        {ClientAuthMode::want,
         {root_a},
         nothing_held(),
         "breaks caller_presents_nothing",
         "survives caller_accepted"},
        {ClientAuthMode::want, {root_a}, {}, "unknown caller_unknown", "unknown caller_unknown"},
        {ClientAuthMode::need,
         {root_a},
         good,
         "survives caller_accepted",
         "survives caller_accepted"},
        {ClientAuthMode::need,
         {root_b},
         good,
         "broken issuer_not_advertised",
         "broken issuer_not_advertised"},
        {ClientAuthMode::need,
         {root_a},
         nothing_held(),
         "broken caller_presents_nothing",
         "broken caller_presents_nothing"},
        {ClientAuthMode::unknown,
         {root_a},
         good,
         "unknown client_auth_unknown",
         "unknown client_auth_unknown"},
    };
    for (const Row& row : rows) {
      CAPTURE(name_of(row.mode));
      CAPTURE(row.holding.origin);
      const AddressAssessment at = address(row.mode, row.authorities);
      CHECK(told(predicted(at, {row.holding})) == row.before_flip);
      CHECK(told(predicted(at, {row.holding}, edge(), without_flip())) == row.without_flip);
    }
  }

  TEST_CASE("prediction: a rehearsal under a server that verifies -> decides") {
    for (const ClientAuthMode mode : {ClientAuthMode::want, ClientAuthMode::need}) {
      AddressAssessment at = address(mode);
      CHECK(told(predicted(at, {with_key})) == "unknown look_incomplete");
      at.rehearsals = {rehearsed(with_key, true)};
      const EdgeAssessment made = predicted(at, {with_key});
      CHECK(told(made) == "survives caller_accepted");
      CHECK(made.rehearsed);
      CHECK(made.evidence == Evidence::keystore);
      CHECK(made.presents == true);
      at.rehearsals = {rehearsed(with_key, false)};
      CHECK(told(predicted(at, {with_key})) == "broken identity_rejected");
      at.rehearsals = {rehearsed(with_key, std::nullopt)};
      CHECK(told(predicted(at, {with_key})) == "unknown identity_unconfirmed");
      // Over another version, or with another chain, it proves nothing.
      at.rehearsals = {rehearsed(with_key, true, tls_1_2)};
      CHECK(told(predicted(at, {with_key})) == "unknown look_incomplete");
      at.rehearsals = {rehearsed(holding(leaf_only(), Evidence::keystore), true)};
      CHECK(told(predicted(at, {with_key})) == "unknown look_incomplete");
    }
  }

  TEST_CASE(
      "prediction: hidden trust -> whoever sends regardless is rehearsed, Java sends nothing") {
    const Holding by_b = holding(held({leaf_by(root_b)}), Evidence::keystore);
    AddressAssessment at = address(ClientAuthMode::want);
    at.rehearsals = {rehearsed(by_b, true)};
    CHECK(told(predicted(at, {by_b}, edge(Runtime::openssl))) == "survives caller_accepted");
    CHECK(told(predicted(at, {by_b}, edge(Runtime::java_refreshable))) ==
          "survives caller_accepted");
    CHECK(told(predicted(at, {by_b}, edge(Runtime::java))) == "breaks issuer_not_advertised");
    CHECK(told(predicted(at, {by_b}, edge(Runtime::go))) == "breaks issuer_not_advertised");
  }

  TEST_CASE("prediction: a want that takes anybody -> a working client proves nothing") {
    AddressAssessment at = address(ClientAuthMode::want, {});
    for (VersionAssessment& version : at.versions) {
      version.client_certificates_verified = false;
    }
    at.rehearsals = {rehearsed(with_key, true)};
    CHECK(told(predicted(at, {with_key})) == "unknown client_auth_unverified");
    CHECK(told(predicted(at, {with_key}, edge(), without_flip())) == "survives caller_accepted");
    const Holding expired = holding(
        with_leaf([](auto& leaf) { leaf.validity.not_after = noon - 1s; }), Evidence::keystore);
    at.rehearsals = {rehearsed(expired, true)};
    CHECK(told(predicted(at, {expired})) == "breaks identity_expired");
    at.rehearsals = {rehearsed(expired, false)};
    CHECK(told(predicted(at, {expired})) == "broken identity_expired");
  }

  TEST_CASE("prediction: reasoning about one certificate -> refused for what all servers refuse") {
    const AddressAssessment at = address(ClientAuthMode::want);
    const auto verdict = [&](const std::function<void(pki::Certificate&)>& change,
                             Runtime server = Runtime::java) {
      return told(predicted(at, {holding(with_leaf(change))}, edge(), callee(server)));
    };
    CHECK(verdict([](auto& leaf) { leaf.validity.not_after = noon; }) ==
          "survives caller_accepted");
    CHECK(verdict([](auto& leaf) { leaf.validity.not_after = noon - 1s; }) ==
          "broken identity_expired");
    CHECK(verdict([](auto& leaf) { leaf.validity.not_before = noon + 1s; }) ==
          "broken identity_not_yet_valid");
    CHECK(verdict([](auto& leaf) { leaf.extended_key_usage = {{pki::KeyPurpose::server_auth}}; }) ==
          "broken identity_usage_missing");
    const auto unsigning = [](auto& leaf) { leaf.allows_digital_signature = false; };
    CHECK(verdict(unsigning) == "broken identity_usage_missing");
    CHECK(verdict(unsigning, Runtime::go) == "survives caller_accepted");
    CHECK(verdict(unsigning, Runtime::none) == "unknown identity_usage_missing");
    const auto small = [](auto& leaf) { leaf.public_key = rsa_key(1024); };
    CHECK(verdict(small) == "survives caller_accepted");
    CHECK(verdict(small, Runtime::openssl) == "broken identity_weak");
    CHECK(verdict(small, Runtime::none) == "unknown identity_weak");
    const auto sha1 = [](auto& leaf) { leaf.signature.digest = "SHA1"; };
    CHECK(verdict(sha1) == "survives caller_accepted");
    CHECK(verdict(sha1, Runtime::go) == "broken identity_weak");
  }

  TEST_CASE("prediction: the runtime cannot load its key -> broken, whatever the mode") {
    HeldKeyFacts small = by_root();
    pki::Certificate leaf = *small.chain.front();
    leaf.public_key = {.algorithm = pki::KeyAlgorithm::rsa_pss, .bits = 1024};
    small.chain.front() = share(leaf);
    for (const ClientAuthMode mode :
         {ClientAuthMode::none, ClientAuthMode::want, ClientAuthMode::need}) {
      for (const Runtime runtime : {Runtime::go, Runtime::go_yaml_tools, Runtime::openssl}) {
        CHECK(told(predicted(address(mode), {holding(small)}, edge(runtime), without_flip())) ==
              "broken key_unusable");
      }
    }
  }

  TEST_CASE("prediction: anyExtendedKeyUsage -> good for Java and Go, not for OpenSSL") {
    const HeldKeyFacts key =
        with_leaf([](auto& leaf) { leaf.extended_key_usage = {pki::KeyPurpose::any}; });
    const auto verdict = [&](Runtime server) {
      return told(predicted(address(ClientAuthMode::want), {holding(key)}, edge(), callee(server)));
    };
    CHECK(verdict(Runtime::java) == "survives caller_accepted");
    CHECK(verdict(Runtime::go) == "survives caller_accepted");
    CHECK(verdict(Runtime::openssl) == "broken identity_usage_missing");
    CHECK(verdict(Runtime::none) == "unknown identity_usage_missing");
  }

  TEST_CASE("prediction: the root that the server trusts has ended -> Java alone does not mind") {
    HeldKeyFacts key = verified(by_root());
    pki::Certificate root = *key.verification->path.back();
    root.validity.not_after = noon - 1s;
    key.verification->path.back() = share(root);
    const auto verdict = [&](Runtime server) {
      return told(predicted(address(ClientAuthMode::want), {holding(key)}, edge(), callee(server)));
    };
    CHECK(verdict(Runtime::java) == "survives caller_accepted");
    CHECK(verdict(Runtime::go) == "broken identity_expired");
    CHECK(verdict(Runtime::none) == "unknown identity_expired");
  }

  TEST_CASE("prediction: the server presents another certificate of the listed name -> unknown") {
    AddressAssessment at = address(ClientAuthMode::want, {inter_a1});
    pki::Certificate other = *made(inter_link);
    other.fingerprint_sha256 = "another";
    at.peer_chains.front().certificates.push_back(share(other));
    CHECK(told(predicted(at, {holding(verified(leaf_and_inter()))})) ==
          "unknown identity_unconfirmed");
  }

  TEST_CASE("prediction: only an intermediate is listed -> an anchor for Java and Go alone") {
    const AddressAssessment at = address(ClientAuthMode::want, {inter_a1});
    HeldKeyFacts key = verified(leaf_and_inter());
    const auto verdict = [&](Runtime server) {
      return told(predicted(at, {holding(key)}, edge(), callee(server)));
    };
    CHECK(verdict(Runtime::openssl) == "broken identity_rejected");
    CHECK(verdict(Runtime::none) == "unknown identity_unconfirmed");
    CHECK(verdict(Runtime::java) == "survives caller_accepted");
    key.verification->has_namesake_of_sent = true;
    CHECK(verdict(Runtime::java) == "unknown identity_unconfirmed");
    key.verification->anchors = 2;
    CHECK(verdict(Runtime::java) == "survives caller_accepted");
    CHECK(verdict(Runtime::go) == "survives caller_accepted");
  }

  TEST_CASE("prediction: the caller does not accept the server -> broken, for its own reason") {
    const auto verdict = [](const std::function<void(probe::PeerChain&)>& change,
                            Runtime runtime = Runtime::java) {
      AddressAssessment at = address(ClientAuthMode::want);
      change(at.peer_chains.front());
      return told(predicted(at, {good}, edge(runtime)));
    };
    const auto untrusted = [](auto& peer) { peer.verification.trusted = false; };
    CHECK(verdict(untrusted) == "broken chain_untrusted");
    CHECK(verdict([](auto& peer) {
            peer.verification.trusted = false;
            peer.verification.incomplete = true;
          }) == "broken chain_incomplete");
    const auto misnamed = [](auto& peer) { peer.verification.name_matches = false; };
    CHECK(verdict(misnamed) == "broken hostname_mismatch");
    const auto long_chain = [](auto& peer) {
      peer.certificates.resize(11, peer.certificates.front());
    };
    CHECK(verdict(long_chain) == "broken chain_oversize");
    CHECK(verdict(long_chain, Runtime::go) == "survives caller_accepted");
    const auto headless = [](auto& peer) { peer.verification.path.pop_back(); };
    CHECK(verdict(headless) == "survives caller_accepted");
    CHECK(verdict(headless, Runtime::openssl) == "broken chain_untrusted");
    CHECK(verdict(untrusted, Runtime::none) == "breaks caller_presents_nothing");
    for (const auto& change : {std::function<void(probe::PeerChain&)>(untrusted),
                               std::function<void(probe::PeerChain&)>(misnamed)}) {
      AddressAssessment at = address(ClientAuthMode::want);
      change(at.peer_chains.front());
      fleet::Edge accepting = edge();
      accepting.skips_verification = true;
      CHECK(told(predicted(at, {good}, accepting)) == "survives caller_accepted");
    }
    const auto with_server = [&](const std::function<void(pki::Certificate&)>& change) {
      return [change](probe::PeerChain& peer) {
        pki::Certificate leaf = *peer.certificates.front();
        change(leaf);
        peer.certificates.front() = peer.verification.path.front() = share(leaf);
      };
    };
    CHECK(verdict(with_server([](auto& leaf) { leaf.validity.not_after = noon - 1s; })) ==
          "broken certificate_expired");
    CHECK(verdict(with_server([](auto& leaf) { leaf.validity.not_before = noon + 1s; })) ==
          "broken certificate_not_yet_valid");
    const auto sha1 = with_server([](auto& leaf) { leaf.signature.digest = "SHA1"; });
    CHECK(verdict(sha1) == "survives caller_accepted");
    CHECK(verdict(sha1, Runtime::go) == "broken certificate_weak");
  }

  TEST_CASE("prediction: versions -> the highest in common; modes that differ are each judged") {
    AddressAssessment at = address(ClientAuthMode::want);
    fleet::Edge old = edge();
    old.tls_versions = {tls_1_2};
    at.versions.pop_back();
    CHECK(told(predicted(at, {good}, old)) == "broken versions_incompatible");
    at.findings = {{.reason = Reason::look_incomplete, .severity = Severity::error}};
    CHECK(told(predicted(at, {good}, old)) == "unknown look_incomplete");
    at = address(ClientAuthMode::want);
    at.versions.back() = at_version(tls_1_2, ClientAuthMode::none);
    CHECK(told(predicted(at, {good})) == "unknown client_auth_none");
    CHECK(told(predicted(at, {good}, old)) == "unknown client_auth_none");
    at.versions.back() = at_version(tls_1_2, ClientAuthMode::want, {root_b});
    CHECK(told(predicted(at, {good})) == "survives caller_accepted");
    CHECK(told(predicted(at, {good}, old)) == "breaks issuer_not_advertised");
  }

  TEST_CASE("prediction: replicas of the caller -> the worst counts, and the first to end") {
    HeldKeyFacts soon = with_leaf([](auto& leaf) { leaf.validity.not_after = noon + 1h; });
    const EdgeAssessment made =
        predicted(address(ClientAuthMode::want),
                  {holding(soon), holding(held({leaf_by(root_b)}), Evidence::observed)});
    CHECK(told(made) == "breaks issuer_not_advertised");
    CHECK(made.evidence == Evidence::observed);
    REQUIRE(made.first_to_end);
    CHECK(made.first_to_end->not_after == noon + 1h);
  }

  TEST_CASE("prediction: a path of its own -> the application may ask there what TLS does not") {
    fleet::Edge ops = edge();
    ops.path = "/ops";
    AddressAssessment at = address(ClientAuthMode::want);
    const auto on_ops = [](pki::Chain chain, std::optional<bool> accepted, bool is_ours) {
      return RehearsalAssessment{.chain = std::move(chain),
                                 .path = "/ops",
                                 .version = tls_1_3,
                                 .is_ours = is_ours,
                                 .presented = is_ours,
                                 .accepted = accepted,
                                 .what_happened = "answers HTTP 403"};
    };
    CHECK(told(predicted(at, {nothing_held()}, ops)) == "breaks caller_presents_nothing");
    CHECK(told(predicted(at, {nothing_held()}, ops, without_flip())) == "unknown look_incomplete");
    CHECK(told(predicted(at, {good}, ops)) == "unknown identity_unconfirmed");
    at.rehearsals = {on_ops({}, false, false), on_ops(our_identity().chain, true, true)};
    CHECK(told(predicted(at, {nothing_held()}, ops)) == "broken app_refused");
    CHECK(told(predicted(at, {good}, ops)) == "unknown identity_unconfirmed");
    at.rehearsals.front().accepted = true;
    CHECK(told(predicted(at, {good}, ops)) == "survives caller_accepted");
    CHECK(told(predicted(at, {nothing_held()}, ops, without_flip())) == "survives caller_accepted");
  }

  TEST_CASE("prediction: an oversized request -> broken, whatever JSSE client it is") {
    AddressAssessment at = address(ClientAuthMode::want);
    auto big = listing({root_a});
    big.bytes = 32769;
    at.versions.front().certificate_request = std::make_shared<const tls::CertificateRequest>(big);
    for (const auto& held_by : {good, nothing_held(), Holding{}}) {
      CHECK(told(predicted(at, {held_by})) == "broken authorities_oversize");
      CHECK(told(predicted(at, {held_by}, edge(), without_flip())) ==
            "broken authorities_oversize");
    }
    CHECK(told(predicted(at, {good}, edge(Runtime::go))) == "survives caller_accepted");
  }

  TEST_CASE("prediction: a missing intermediate that is known -> named, and where to put it") {
    HeldKeyFacts key = leaf_only();
    key.verification = pki::ChainVerification{
        .trusted = true, .path = {key.chain.front(), made(inter_link)}, .anchors = 1};
    const EdgeAssessment known = predicted(address(ClientAuthMode::want), {holding(key)});
    CHECK(known.detail == "orca's identity lacks the intermediate '" + inter_a1 +
                              "'; clouddriver lists only '" + root_a +
                              "': orca would present nothing (10.0.0.7:7002 over TLSv1.3).");
    CHECK(known.hint.starts_with("Add the intermediate '" + inter_a1 + "' to orca's keystore"));
    key.verification.reset();
    const EdgeAssessment unknown = predicted(address(ClientAuthMode::want), {holding(key)});
    CHECK(unknown.hint.find("If it was itself issued by a listed name") != std::string::npos);
    key.verification =
        pki::ChainVerification{.path = {key.chain.front(), made({inter_a1, inter_a1})}};
    const EdgeAssessment root = predicted(address(ClientAuthMode::want), {holding(key)});
    CHECK(root.hint == "Put '" + inter_a1 + "' into the trust store of clouddriver.");
  }

  TEST_CASE("holdings: of an edge -> keystore, certificate, nothing, or not known") {
    IdentityFacts facts{.name = "orca", .has_key = true, .keys = {by_root()}};
    CHECK(holding_of(edge(), &facts).evidence == Evidence::keystore);
    facts.keys.front().encoding.reset();
    CHECK(holding_of(edge(), &facts).evidence == Evidence::certificate);
    CHECK_FALSE(holding_of(edge(), nullptr).is_known_to_be_nothing);
    fleet::Edge bare = edge();
    bare.identity.reset();
    CHECK(holding_of(bare, nullptr).is_known_to_be_nothing);
    bare.is_observed = true;
    CHECK_FALSE(holding_of(bare, nullptr).is_known_to_be_nothing);
    bare.is_observed = false;
    bare.is_unseen = true;
    CHECK_FALSE(holding_of(bare, nullptr).is_known_to_be_nothing);
    CHECK(holding_of(bare, nullptr).keys.empty());
    CHECK(holding_of(edge(Runtime::none), &facts).is_known_to_be_nothing);
  }

  TEST_CASE("holdings: observed -> each chain once, as its endpoints present it") {
    const auto endpoint = [](const std::string& issuer) {
      AddressAssessment at = address(ClientAuthMode::want);
      at.peer_chains = {peer_chain({share(certificate("CN=orca", issuer))})};
      return std::make_shared<const AddressAssessment>(at);
    };
    const std::vector<AddressAssessmentPtr> endpoints = {endpoint(root_a), endpoint(root_a),
                                                         endpoint(root_b)};
    const auto holdings = observed_holdings(edge(), endpoints);
    REQUIRE(holdings.size() == 2);
    CHECK(holdings.front().evidence == Evidence::observed);
    CHECK(holdings.front().origin == "what 10.0.0.7:7002 presents");
    CHECK(observed_holdings(edge(), {}).empty());
  }

  TEST_CASE("holdings: a replica of the caller that shows no chain -> it cannot be told") {
    AddressAssessment silent = address(ClientAuthMode::unknown);
    silent.peer_chains.clear();
    const std::vector<AddressAssessmentPtr> both = {
        std::make_shared<const AddressAssessment>(silent),
        std::make_shared<const AddressAssessment>(address(ClientAuthMode::want))};
    const auto holdings = observed_holdings(edge(), both);
    REQUIRE(holdings.size() == 2);
    CHECK(holdings.front().evidence == Evidence::none);
    CHECK(holdings.front().keys.empty());
    CHECK_FALSE(holdings.front().is_known_to_be_nothing);
    const Holding fine = holding(verified(by_root()), Evidence::observed);
    CHECK(told(predicted(address(ClientAuthMode::want), {fine})) == "survives caller_accepted");
    CHECK(told(predicted(address(ClientAuthMode::want), {holdings.front(), fine})) ==
          "unknown caller_unknown");
  }
}
