// A configuration and its credentials, read together and described for those who judge.

#include "telltale/app/plan.hpp"

#include <string>

#include <doctest/doctest.h>

#include "support/stores.hpp"

namespace telltale::app {
namespace {

using support::stores;

/// Configurations beside the stores' files, written to a directory of their own.
class Desk {
 public:
  Desk() {
    (void)files_.write("ca.pem", stores().root.certificate_pem());
    (void)files_.write("password", support::store_password);
  }

  [[nodiscard]] Result<Plan> load(const std::string& text) const {
    return load_plan(files_.write("telltale.yml", text));
  }

  [[nodiscard]] std::string path(std::string_view name) const {
    return (files_.path() / name).string();
  }

 private:
  mint::TempDir files_;
};

/// What load_plan says of a gate that accepts a breakage; "fine" where it is read.
std::string accepted(const std::string& whose, const std::string& reason) {
  const Desk desk;
  const Result<Plan> plan = desk.load(
      "targets: [{name: orca, url: \"https://orca\", runtime: java, calls: [orca]}]\n"
      "gates: [{name: need, accept: [{" +
      whose + ", reason: " + reason + ", until: 2027-01-31, why: x}]}]\n");
  if (plan) {
    return "fine";
  }
  const std::string detail = plan.error().detail();
  const std::size_t begin = detail.find('"');
  return detail.substr(begin, detail.find(';', begin) - begin);
}

TEST_SUITE("app") {
  TEST_CASE("plan: a gate accepts -> of a target and of a call only what can be said of it") {
    const std::string target = "target: orca";
    const std::string call = "caller: orca, callee: orca";
    const auto refused = [](const std::string& reason, const std::string& whose) {
      return '"' + reason + "\" is not a reason that can be accepted of a " + whose;
    };
    for (const char* const reason : {"chain_untrusted", "hostname_mismatch"}) {
      CHECK(accepted(target, reason) == "fine");
      CHECK(accepted(call, reason) == "fine");
    }
    for (const char* const reason : {"plaintext_open", "client_auth_unknown"}) {
      CHECK(accepted(target, reason) == "fine");
      CHECK(accepted(call, reason) == refused(reason, "call"));
    }
    for (const char* const reason :
         {"caller_presents_nothing", "versions_incompatible", "identity_expired"}) {
      CHECK(accepted(target, reason) == refused(reason, "target"));
      CHECK(accepted(call, reason) == "fine");
    }
    for (const char* const reason : {"stale", "unknown", "waiting", "caller_unknown",
                                     "evidence_insufficient", "caller_accepted"}) {
      CHECK(accepted(target, reason) == refused(reason, "target"));
      CHECK(accepted(call, reason) == refused(reason, "call"));
    }
  }

  TEST_CASE("plan: an identity of several keys -> each described, verified whole and leaf alone") {
    const Desk desk;
    const Plan plan = desk.load(
                              "trust: {file: ca.pem}\n"
                              "identities: {jvm: {keystore: " +
                              stores().path("two.p12") +
                              ", password_file: password}}\n"
                              "targets: [{name: orca, url: \"https://orca\"}]\n")
                          .value();
    const assess::CredentialFacts facts = describe_credentials(plan, read_clocks().civil);
    REQUIRE(facts.identities.size() == 1);
    const assess::IdentityFacts& jvm = facts.identities.front();
    REQUIRE(jvm.keys.size() == 2);
    CHECK(jvm.name == "jvm");
    CHECK(jvm.has_key);
    CHECK(jvm.chain == jvm.keys.front().chain);
    CHECK((jvm.keys.front().alias == "orca" || jvm.keys.front().alias == "gate"));
    for (const assess::HeldKeyFacts& key : jvm.keys) {
      CAPTURE(key.alias);
      CHECK(key.chain.size() == 3);
      CHECK((key.encoding == pki::KeyEncoding::pkcs12));
      CHECK(key.is_seen_by_java);
      CHECK(key.chain_links);
      REQUIRE(key.verification.has_value());
      CHECK(key.verification->trusted);
      REQUIRE(key.verification_of_leaf.has_value());
      CHECK_FALSE(key.verification_of_leaf->trusted);
    }
  }

  TEST_CASE("plan: callers' trusts -> described by file; the one that is ours only once") {
    const Desk desk;
    const std::string store = stores().path("nokeys.p12");
    const Plan plan = desk.load(
                              "trust: {file: ca.pem}\n"
                              "targets: [{name: orca, url: \"https://orca\"}]\n"
                              "callers:\n"
                              "  - {name: ci, runtime: go, trust: {file: ca.pem}, calls: [orca]}\n"
                              "  - {name: cron, runtime: java, trust: {file: " +
                              store + ", password_file: password}, calls: [orca]}\n")
                          .value();
    CHECK(plan.signatures.contains(store));
    CHECK(plan.credentials->trusts.contains(desk.path("ca.pem")));
    assess::CredentialFacts facts = describe_credentials(plan, read_clocks().civil);
    CHECK(facts.trust.name.empty());
    CHECK(facts.trust.anchors == 1);
    REQUIRE(facts.caller_trusts.size() == 1);
    CHECK(facts.caller_trusts.front().name == store);
    CHECK(facts.caller_trusts.front().anchors == 2);
    CHECK(facts.caller_trusts.front().is_empty_for_java);
    CHECK(facts.caller_trusts.front().unreadable.empty());

    fleet::Credentials damaged = *plan.credentials;
    damaged.unreadable.emplace(fleet::CredentialName{fleet::CredentialKind::trust, store},
                               Error(Errc::malformed, "is cut short"));
    const Plan broken{.fleet = plan.fleet,
                      .credentials = std::make_shared<const fleet::Credentials>(damaged)};
    facts = describe_credentials(broken, read_clocks().civil);
    CHECK(facts.caller_trusts.front().unreadable == "is cut short");
    CHECK(facts.trust.unreadable.empty());
  }
}

}  // namespace
}  // namespace telltale::app
