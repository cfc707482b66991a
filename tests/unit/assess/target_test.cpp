#include <doctest/doctest.h>

#include "unit/assess/builders.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;

namespace {

fleet::Endpoint at(int last) {
  return {.host = "10.0.0." + std::to_string(last), .port = 8083};
}

probe::Resolution resolved(int number) {
  probe::Resolution made;
  made.target = "orca";
  made.name = "telltale-orca.spinnaker";
  for (int i = 1; i <= number; ++i) {
    made.addresses.push_back(at(i));
  }
  return made;
}

AddressAssessmentPtr looked(int last, probe::Observation seen) {
  seen.address = at(last);
  return std::make_shared<const AddressAssessment>(assessed(target(), seen));
}

TargetAssessment judged(const std::vector<AddressAssessmentPtr>& addresses) {
  return assess_target(target(), resolved(static_cast<int>(addresses.size())), addresses);
}

probe::Observation with_list(const std::vector<std::string>& names) {
  return observation({Try(nothing, tls_1_3).asked(request(names)).http(200)});
}

std::string disagreement(const TargetAssessment& assessment) {
  const Finding* found = find(assessment.findings, Reason::replicas_disagree);
  return found == nullptr ? "" : found->detail;
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("target: one address or several alike -> nothing, and they agree") {
    const auto one = judged({looked(1, healthy_want())});
    CHECK(one.replicas_agree);
    CHECK(one.findings.empty());
    CHECK(name_of(one.mode) == "want");
    CHECK(one.distinct_certificates == 1);
    const auto three =
        judged({looked(1, healthy_want()), looked(2, healthy_want()), looked(3, healthy_want())});
    CHECK(three.replicas_agree);
    CHECK(three.findings.empty());
    CHECK(three.distinct_certificates == 1);
  }

  TEST_CASE("target: modes differ -> replicas_disagree names the addresses, the laxest counts") {
    auto none = healthy_none();
    const auto seen =
        judged({looked(1, healthy_want()), looked(2, none), looked(3, healthy_want())});
    CHECK(!seen.replicas_agree);
    CHECK(name_of(seen.mode) == "none");
    CHECK(told(seen.findings) == "replicas_disagree error");
    CHECK(disagreement(seen) ==
          "The mode differs: none at 10.0.0.2:8083; want at 10.0.0.1:8083, 10.0.0.3:8083.");
  }

  TEST_CASE("target: one address unknown -> the mode is unknown, and nobody disagrees") {
    const auto dead =
        observation({Try(nothing, tls_1_3).failed(Phase::connect, FailureKind::refused)});
    const auto seen = judged({looked(1, healthy_want()), looked(2, dead)});
    CHECK(name_of(seen.mode) == "unknown");
    CHECK(seen.replicas_agree);
  }

  TEST_CASE("target: one verifies and one does not -> replicas_disagree") {
    auto lax = healthy_want();
    lax.attempts[2] = Try(stranger, tls_1_3).asked().sent().http(200);
    CHECK(disagreement(judged({looked(1, healthy_want()), looked(2, lax)})) ==
          "What is done with client certificates differs: taken unverified at 10.0.0.2:8083; "
          "verified at 10.0.0.1:8083.");
  }

  TEST_CASE("target: chains of different trust or name -> replicas_disagree") {
    auto other = healthy_want();
    other.peer_chains[0].verification.trusted = false;
    other.peer_chains[0].verification.name_matches = false;
    CHECK(disagreement(judged({looked(1, healthy_want()), looked(2, other)})) ==
          "The server's chain differs: trusted at 10.0.0.1:8083; untrusted and for another name at "
          "10.0.0.2:8083.");
  }

  TEST_CASE("target: DN lists are compared as sets of canonical names") {
    SUBCASE("order, doubles and case -> agree") {
      CHECK(judged({looked(1, with_list({root_a, root_b})),
                    looked(2, with_list({root_b, "CN=LAB ROOT A,O=Telltale Lab", root_b}))})
                .replicas_agree);
    }
    SUBCASE("another name -> disagree, and only what differs is named") {
      CHECK(disagreement(
                judged({looked(1, with_list({root_a})), looked(2, with_list({root_a, root_b}))})) ==
            "The DN list over TLSv1.3 differs: 1 name at 10.0.0.1:8083; 2 names with cn=lab root "
            "b,o=telltale lab at 10.0.0.2:8083.");
    }
    SUBCASE("one was not asked -> the modes disagree, not the lists") {
      CHECK(disagreement(judged({looked(1, with_list({root_a})), looked(2, healthy_none())})) ==
            "The mode differs: none at 10.0.0.2:8083; want at 10.0.0.1:8083.");
    }
  }

  TEST_CASE("target: different certificates -> counted, no disagreement") {
    auto renewed = healthy_want();
    auto leaf = certificate("CN=orca", root_a);
    leaf.fingerprint_sha256 = "renewed";
    renewed.peer_chains = {peer_chain({share(leaf)})};
    const auto seen = judged({looked(1, healthy_want()), looked(2, renewed)});
    CHECK(seen.distinct_certificates == 2);
    CHECK(seen.replicas_agree);
  }

  TEST_CASE("target: no address -> resolve_failed") {
    probe::Resolution failed = resolved(0);
    CHECK(told(assess_target(target(), failed, {}).findings) == "resolve_failed error");
    failed.failure = probe::Failure{.phase = Phase::resolve,
                                    .kind = FailureKind::resolve,
                                    .detail = "Host not found (authoritative)"};
    const auto seen = assess_target(target(), failed, {});
    CHECK(told(seen.findings) == "resolve_failed error");
    CHECK(seen.findings[0].detail ==
          "telltale-orca.spinnaker has no address (Host not found (authoritative)).");
    CHECK(name_of(seen.mode) == "unknown");
  }

  TEST_CASE("target: fewer addresses than expected -> addresses_missing") {
    fleet::Target made = target();
    made.expect.addresses = 3;
    CHECK(told(assess_target(made, resolved(3), {}).findings).empty());
    CHECK(told(assess_target(made, resolved(4), {}).findings).empty());
    const auto seen = assess_target(made, resolved(2), {});
    CHECK(told(seen.findings) == "addresses_missing error");
    CHECK(seen.findings[0].detail ==
          "telltale-orca.spinnaker has 2 of 3 expected addresses: 10.0.0.1:8083, 10.0.0.2:8083.");
    CHECK(seen.findings[0].hint.find("discover:") != std::string::npos);
    CHECK(seen.findings[0].hint.find("publishNotReadyAddresses") != std::string::npos);
    // A failed resolution says so itself; how many there are is not known then.
    CHECK(told(assess_target(made, resolved(0), {}).findings) == "resolve_failed error");
  }
}
