// What a caller would present once a server begins to ask: every way in which that may be bad.

#include "telltale/assess/when_asked.hpp"

#include <doctest/doctest.h>

#include "unit/assess/held_keys.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;
using namespace std::chrono_literals;

namespace {

HeldKeyFacts trusted(HeldKeyFacts key, bool is_trusted = true) {
  pki::ChainVerification verification;
  verification.trusted = is_trusted;
  verification.path = key.chain;
  key.verification = verification;
  key.verification_of_leaf = verification;
  return key;
}

template <class Change>
HeldKeyFacts with_leaf(const Change& change) {
  HeldKeyFacts key = by_root();
  pki::Certificate leaf = *key.chain.front();
  change(leaf);
  key.chain.front() = share(std::move(leaf));
  return trusted(std::move(key));
}

Holding holding(std::vector<HeldKeyFacts> keys) {
  return {.evidence = fleet::Evidence::keystore, .keys = std::move(keys)};
}

const Holding known_nothing{.is_known_to_be_nothing = true};

std::string told(const std::vector<Holding>& holdings,
                 fleet::Runtime runtime = fleet::Runtime::java,
                 fleet::Scheme scheme = fleet::Scheme::https) {
  fleet::Edge edge{.caller = "orca", .callee = "rosco", .runtime = runtime};
  const auto fault = find_fault_when_asked(edge, scheme, holdings, noon);
  return fault ? std::string(name_of(fault->reason)) : "none";
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("asked for the first time: what a caller holds -> its fault") {
    struct Row {
      const char* what;
      std::vector<Holding> holdings;
      const char* told;
    };

    const HeldKeyFacts good = trusted(by_root());
    const HeldKeyFacts ended =
        with_leaf([](pki::Certificate& leaf) { leaf.validity.not_after = noon - 1s; });
    const HeldKeyFacts future =
        with_leaf([](pki::Certificate& leaf) { leaf.validity.not_before = noon + 1s; });
    const HeldKeyFacts of_servers = with_leaf([](pki::Certificate& leaf) {
      leaf.extended_key_usage = std::vector{pki::KeyPurpose::server_auth};
    });
    const HeldKeyFacts of_agreement =
        with_leaf([](pki::Certificate& leaf) { leaf.allows_digital_signature = false; });
    const Row rows[] = {
        {"a good certificate", {holding({good})}, "none"},
        {"nothing, and that is known", {known_nothing}, "none"},
        {"no look at it", {}, "caller_unknown"},
        {"nobody knows", {Holding{}}, "caller_unknown"},
        {"nobody knows of one replica", {holding({good}), Holding{}}, "caller_unknown"},
        {"it has ended", {holding({ended})}, "identity_expired"},
        {"it has not begun", {holding({future})}, "identity_not_yet_valid"},
        {"for servers only", {holding({of_servers})}, "identity_usage_missing"},
        {"not for signatures", {holding({of_agreement})}, "identity_usage_missing"},
        {"the second key has ended", {holding({good, ended})}, "identity_expired"},
        {"one replica's has ended", {holding({good}), holding({ended})}, "identity_expired"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      CHECK(told(row.holdings) == row.told);
    }
  }

  TEST_CASE(
      "asked for the first time: our trust does not verify it -> matters to who sends it anyway") {
    struct Row {
      fleet::Runtime runtime;
      fleet::Scheme scheme;
      const char* told;
    };

    using fleet::Runtime;
    using fleet::Scheme;
    constexpr Row rows[] = {
        {Runtime::java, Scheme::https, "none"},
        {Runtime::go, Scheme::https, "none"},
        {Runtime::java_refreshable, Scheme::https, "identity_unconfirmed"},
        {Runtime::openssl, Scheme::https, "identity_unconfirmed"},
        {Runtime::java, Scheme::rediss, "identity_unconfirmed"},
        {Runtime::go, Scheme::rediss, "identity_unconfirmed"},
    };
    for (const Row& row : rows) {
      CAPTURE(fleet::label(row.runtime));
      CHECK(told({holding({trusted(by_root(), false)})}, row.runtime, row.scheme) == row.told);
      CHECK(told({holding({trusted(by_root())})}, row.runtime, row.scheme) == "none");
    }
  }

  TEST_CASE("asked for the first time: the sentence names caller, certificate and why") {
    const fleet::Edge edge{.caller = "orca", .callee = "rosco"};
    const auto fault = find_fault_when_asked(
        edge, fleet::Scheme::https,
        std::vector{holding(
            {with_leaf([](pki::Certificate& leaf) { leaf.validity.not_after = noon - 1s; })})},
        noon);
    REQUIRE(fault);
    CHECK(fault->detail == "orca would present CN=orca, which ended at 2026-08-01T11:59:59Z.");
  }
}
