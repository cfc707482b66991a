#include "telltale/app/call_requests.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "app/same_content.hpp"
#include "support/mint.hpp"

namespace telltale::app {
namespace {

using fleet::Runtime;

const mint::Ca& authority() {
  static const mint::Ca made = mint::Ca().intermediate({.common_name = "Issuing"});
  return made;
}

pki::IdentityPtr new_identity(const std::string& name) {
  const mint::Credential made = authority().issue({.common_name = name});
  return pki::Identity::from_pem(made.chain_pem(), made.key_pem()).value();
}

pki::IdentityPtr certificate_alone(const std::string& name) {
  return pki::Identity::from_pem(authority().issue({.common_name = name}).chain_pem(), {}).value();
}

pki::TrustStorePtr new_trust() {
  return pki::TrustStore::from_pem(mint::Ca().certificate_pem()).value();
}

fleet::Target target(const std::string& name, std::vector<fleet::Call> calls = {}) {
  return {.name = name,
          .url = {.scheme = fleet::Scheme::https, .host = name, .port = 1},
          .calls = std::move(calls)};
}

/// The fleet of most rows: one caller `ci`, one callee `orca`.
fleet::Fleet fleet_of(Runtime runtime, std::vector<fleet::Call> calls) {
  fleet::Fleet fleet;
  fleet.targets = {target("orca")};
  fleet.callers = {{.name = "ci", .runtime = runtime, .identity = "ci", .calls = std::move(calls)}};
  return fleet;
}

fleet::Credentials credentials_of(std::vector<pki::KeyEntry> keys) {
  fleet::Credentials credentials;
  credentials.trust = new_trust();
  credentials.identities["ci"] = keys.front().identity;
  credentials.keys["ci"] = std::move(keys);
  return credentials;
}

std::vector<pki::IdentityPtr> rehearsed(const CallRequests& requests, const std::string& target) {
  std::vector<pki::IdentityPtr> identities;
  if (const auto request = requests.of(target)) {
    for (const probe::RehearsalRequest& rehearsal : request->rehearsals) {
      identities.push_back(rehearsal.identity);
    }
  }
  return identities;
}

TEST_SUITE("app") {
  TEST_CASE("call requests: each runtime -> the keys it may choose from, as it sends them") {
    const pki::IdentityPtr hidden = new_identity("hidden");
    const pki::IdentityPtr first = new_identity("first");
    const pki::IdentityPtr second = new_identity("second");
    const fleet::Credentials credentials =
        credentials_of({{.identity = hidden, .is_seen_by_java = false},
                        {.identity = first},
                        {.identity = second}});

    struct Row {
      Runtime runtime;
      std::vector<pki::IdentityPtr> rehearsed;
    };

    const Row rows[] = {
        {Runtime::java, {first, second}},
        {Runtime::java_pkix, {first, second}},
        {Runtime::java_refreshable, {first}},
        {Runtime::go, {hidden, first, second}},
        {Runtime::openssl, {hidden, first, second}},
        {Runtime::none, {}},
    };
    for (const Row& row : rows) {
      CAPTURE(label(row.runtime));
      const CallRequests requests(fleet_of(row.runtime, {{.target = "orca"}}), credentials);
      CHECK(rehearsed(requests, "orca") == row.rehearsed);  // the same objects
    }
  }

  TEST_CASE("call requests: go-yaml-tools -> the leaf alone, one object wherever it is sent") {
    const pki::IdentityPtr whole = new_identity("ci");
    fleet::Fleet fleet = fleet_of(Runtime::go_yaml_tools, {{.target = "orca"}, {.target = "echo"}});
    fleet.targets.push_back(target("echo"));
    const CallRequests requests(fleet, credentials_of({{.identity = whole}}));
    REQUIRE(rehearsed(requests, "orca").size() == 1);
    const pki::IdentityPtr leaf = rehearsed(requests, "orca").front();
    CHECK(leaf->chain() == pki::Chain{whole->chain().front()});
    CHECK(leaf->key() == whole->key());
    CHECK(rehearsed(requests, "echo").front() == leaf);
    CHECK(requests.identities() == std::set<pki::IdentityPtr>{leaf});
  }

  TEST_CASE("call requests: what cannot be presented -> not rehearsed") {
    struct Row {
      std::string what;
      std::vector<pki::KeyEntry> keys;
    };

    const Row rows[] = {
        {"no key", {{.identity = certificate_alone("ci")}}},
        {"none that Java sees", {{.identity = new_identity("ci"), .is_seen_by_java = false}}},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      const CallRequests requests(fleet_of(Runtime::java, {{.target = "orca"}}),
                                  credentials_of(row.keys));
      CHECK_FALSE(requests.of("orca"));
    }
  }

  TEST_CASE("call requests: a store of nine keys -> the first eight") {
    std::vector<pki::KeyEntry> keys;
    for (int i = 0; i < 9; ++i) {
      keys.push_back({.alias = std::to_string(i), .identity = new_identity("ci")});
    }
    const CallRequests requests(fleet_of(Runtime::java, {{.target = "orca"}}),
                                credentials_of(keys));
    const std::vector<pki::IdentityPtr> found = rehearsed(requests, "orca");
    REQUIRE(found.size() == 8);
    CHECK(found.back() == keys[7].identity);
  }

  TEST_CASE("call requests: several edges -> each chain once for a path, each other path once") {
    const pki::IdentityPtr ci = new_identity("ci");
    fleet::Fleet fleet = fleet_of(
        Runtime::go, {{.target = "orca"}, {.target = "orca", .path = "/ops"}, {.target = "orca"}});
    fleet.targets.push_back(
        target("deck", {{.target = "orca", .identity = "deck", .path = "/ops"}}));
    fleet::Credentials credentials = credentials_of({{.identity = ci}});
    // The same certificate, read from another file.
    credentials.keys["deck"] = {{.identity = ci->leaf_only()}, {.identity = ci}};
    const auto request = CallRequests(fleet, credentials).of("orca");
    REQUIRE(request);
    std::vector<std::string> rehearsed;
    for (const probe::RehearsalRequest& rehearsal : request->rehearsals) {
      rehearsed.push_back(std::to_string(rehearsal.identity->chain().size()) + rehearsal.path);
    }
    std::ranges::sort(rehearsed);
    CHECK(rehearsed == std::vector<std::string>{"1/ops", "2/health", "2/ops"});
    CHECK(request->paths == std::vector<std::string>{"/ops"});
  }

  TEST_CASE("call requests: callers' trusts -> those of the edges into a target, but not ours") {
    fleet::Fleet fleet =
        fleet_of(Runtime::go, {{.target = "orca"},
                               {.target = "orca", .trust = pki::TrustFiles{.file = "a.pem"}},
                               {.target = "echo", .trust = pki::TrustFiles{.file = "b.pem"}}});
    fleet.targets.push_back(target("echo"));
    fleet::Credentials credentials = credentials_of({{.identity = certificate_alone("ci")}});
    credentials.trusts = {{"a.pem", new_trust()}, {"b.pem", new_trust()}};
    const CallRequests requests(fleet, credentials);
    REQUIRE(requests.of("orca"));
    CHECK(requests.of("orca")->trusts ==
          std::map<std::string, pki::TrustStorePtr>{{"a.pem", credentials.trusts["a.pem"]}});
    REQUIRE(requests.of("echo"));
    CHECK(requests.of("echo")->trusts.size() == 1);
  }

  TEST_CASE("call requests: a target that calls with what it presents -> observed") {
    fleet::Fleet fleet;
    fleet.targets = {target("deck", {{.target = "orca"}}), target("orca")};
    fleet.targets[0].runtime = Runtime::java;
    fleet::Credentials credentials;
    credentials.trust = new_trust();
    const CallRequests requests(fleet, credentials);
    REQUIRE(requests.of("deck"));
    CHECK(requests.of("deck")->is_observed);
    CHECK_FALSE(requests.of("orca"));

    fleet.targets[0].identity = "deck";
    credentials.keys["deck"] = {{.identity = new_identity("deck")}};
    const CallRequests known(fleet, credentials);
    CHECK_FALSE(known.of("deck"));
    CHECK(rehearsed(known, "orca").size() == 1);
  }

  TEST_CASE("call requests: made again of the same -> the same; of anything else -> not") {
    const mint::Credential made = authority().issue({.common_name = "ci"});
    const std::string trust_pem = mint::Ca().certificate_pem();
    const auto credentials = [&] {
      fleet::Credentials read = credentials_of(
          {{.identity = pki::Identity::from_pem(made.chain_pem(), made.key_pem()).value()}});
      read.trusts["a.pem"] = pki::TrustStore::from_pem(trust_pem).value();
      return read;
    };
    const fleet::Call health{.target = "orca", .trust = pki::TrustFiles{.file = "a.pem"}};
    const fleet::Call ops{.target = "orca", .path = "/ops"};
    const auto before =
        CallRequests(fleet_of(Runtime::go, {health, ops}), credentials()).of("orca");
    REQUIRE(before);

    CHECK(is_same(before,
                  CallRequests(fleet_of(Runtime::go, {ops, health}), credentials()).of("orca")));
    CHECK(is_same(before,
                  CallRequests(fleet_of(Runtime::java, {health, ops}), credentials()).of("orca")));

    const auto is_unchanged = [&](const fleet::Fleet& fleet, const fleet::Credentials& read) {
      return is_same(before, CallRequests(fleet, read).of("orca"));
    };
    CHECK_FALSE(is_unchanged(fleet_of(Runtime::go_yaml_tools, {health, ops}), credentials()));
    CHECK_FALSE(is_unchanged(fleet_of(Runtime::go, {health}), credentials()));
    CHECK_FALSE(is_unchanged(fleet_of(Runtime::none, {ops}), credentials()));
    fleet::Credentials other_key = credentials();
    other_key.keys["ci"][0].identity = new_identity("ci");
    CHECK_FALSE(is_unchanged(fleet_of(Runtime::go, {health, ops}), other_key));
    fleet::Credentials other_trust = credentials();
    other_trust.trusts["a.pem"] = new_trust();
    CHECK_FALSE(is_unchanged(fleet_of(Runtime::go, {health, ops}), other_trust));
    fleet::Fleet observed = fleet_of(Runtime::go, {health, ops});
    observed.targets[0].calls = {{.target = "echo"}};
    observed.targets.push_back(target("echo"));
    CHECK_FALSE(is_unchanged(observed, credentials()));
    CHECK_FALSE(is_same(before, nullptr));
    CHECK(is_same(std::shared_ptr<const probe::CallRequest>(), nullptr));
  }
}

}  // namespace
}  // namespace telltale::app
