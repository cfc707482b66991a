#include "telltale/assess/credentials.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/assess/builders.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;
using namespace std::chrono_literals;

namespace {

const std::string issuing = "CN=Lab Issuing,O=Telltale Lab";

/// An identity whose leaf and intermediate lead to a root that we trust.
IdentityFacts sound_identity() {
  IdentityFacts facts;
  facts.name = "orca";
  facts.chain = {share(certificate("CN=orca", issuing)), share(certificate(issuing, root_a))};
  facts.has_key = true;
  facts.verification.emplace();
  facts.verification->trusted = true;
  facts.verification->path = facts.chain;
  facts.verification->path.push_back(share(certificate(root_a, root_a)));
  return facts;
}

/// The same with another leaf.
IdentityFacts with_leaf(const std::function<void(pki::Certificate&)>& change) {
  IdentityFacts facts = sound_identity();
  auto leaf = certificate("CN=orca", issuing);
  change(leaf);
  facts.chain.front() = share(leaf);
  facts.verification->path.front() = facts.chain.front();
  return facts;
}

std::vector<Finding> judge(const IdentityFacts& facts) {
  return assess_identity(facts, week, noon);
}

/// `reason: detail` of each finding, all of which must be warnings with a hint.
std::string spoken(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    CHECK(finding.severity == Severity::warning);
    CHECK_FALSE(finding.hint.empty());
    CHECK(concerns_own_identity(finding.reason));
    text +=
        (text.empty() ? "" : " | ") + std::string(name_of(finding.reason)) + ": " + finding.detail;
  }
  return text;
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("our identity: sound -> nothing; without a key -> nothing either") {
    CHECK(judge(sound_identity()).empty());
    IdentityFacts certificate_only = sound_identity();
    certificate_only.has_key = false;
    CHECK(judge(certificate_only).empty());
  }

  TEST_CASE("our identity: dates, usage and strength of its leaf, each at its boundary") {
    using pki::KeyAlgorithm;
    using pki::KeyPurpose;

    struct Row {
      std::string what;
      std::function<void(pki::Certificate&)> change;
      std::string spoken;
    };

    const Row rows[] = {
        {"ended a second ago", [](auto& leaf) { leaf.validity.not_after = noon - 1s; },
         "identity_expired: CN=orca of identity orca ended at 2026-08-01T11:59:59Z."},
        {"ends now -> still valid", [](auto& leaf) { leaf.validity.not_after = noon; },
         "identity_expiring: CN=orca of identity orca ends at 2026-08-01T12:00:00Z, in 0s."},
        {"begins now", [](auto& leaf) { leaf.validity.not_before = noon; }, ""},
        {"begins in a second", [](auto& leaf) { leaf.validity.not_before = noon + 1s; },
         "identity_not_yet_valid: CN=orca of identity orca begins at 2026-08-01T12:00:01Z."},
        {"ends with the margin", [](auto& leaf) { leaf.validity.not_after = noon + 7 * 24h; }, ""},
        {"ends a second sooner", [](auto& leaf) { leaf.validity.not_after = noon + 7 * 24h - 1s; },
         "identity_expiring: CN=orca of identity orca ends at 2026-08-08T11:59:59Z, in "
         "6d23h."},
        {"for clients", [](auto& leaf) { leaf.extended_key_usage = {{KeyPurpose::client_auth}}; },
         ""},
        {"for anything", [](auto& leaf) { leaf.extended_key_usage = {{KeyPurpose::any}}; }, ""},
        {"for servers only",
         [](auto& leaf) { leaf.extended_key_usage = {{KeyPurpose::server_auth}}; },
         "identity_usage_missing: The extendedKeyUsage of CN=orca of identity orca lacks "
         "clientAuth."},
        {"an empty EKU", [](auto& leaf) { leaf.extended_key_usage.emplace(); },
         "identity_usage_missing: The extendedKeyUsage of CN=orca of identity orca lacks "
         "clientAuth."},
        {"no digitalSignature", [](auto& leaf) { leaf.allows_digital_signature = false; },
         "identity_usage_missing: The keyUsage of CN=orca of identity orca lacks "
         "digitalSignature."},
        {"RSA of 2048 bits", [](auto& leaf) { leaf.public_key = {KeyAlgorithm::rsa, 2048, ""}; },
         ""},
        {"RSA of 2047 bits", [](auto& leaf) { leaf.public_key = {KeyAlgorithm::rsa, 2047, ""}; },
         "identity_weak: CN=orca of identity orca has an RSA key of 2047 bits."},
        {"SHA-1",
         [](auto& leaf) { leaf.signature = {"sha1WithRSAEncryption", "SHA1", KeyAlgorithm::rsa}; },
         "identity_weak: CN=orca of identity orca is signed with sha1WithRSAEncryption."},
        {"MD5",
         [](auto& leaf) { leaf.signature = {"md5WithRSAEncryption", "MD5", KeyAlgorithm::rsa}; },
         "identity_weak: CN=orca of identity orca is signed with md5WithRSAEncryption."},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      CHECK(spoken(judge(with_leaf(row.change))) == row.spoken);
    }
  }

  TEST_CASE("our identity: its intermediate counts, a root that it brings along does not") {
    IdentityFacts facts = sound_identity();
    auto authority = certificate(issuing, root_a);
    authority.validity.not_after = noon - 1s;
    facts.chain[1] = share(authority);
    facts.verification->path[1] = facts.chain[1];
    CHECK(spoken(judge(facts)) ==
          "identity_expired: " + issuing + " of identity orca ended at 2026-08-01T11:59:59Z.");
    facts = sound_identity();
    auto root = certificate(root_a, root_a);
    root.validity.not_after = noon - 1s;
    root.signature = {"sha1WithRSAEncryption", "SHA1", pki::KeyAlgorithm::rsa};
    facts.chain.push_back(share(root));
    CHECK(judge(facts).empty());
  }

  TEST_CASE("our identity: two certificates that ended -> one finding that names both") {
    IdentityFacts facts = sound_identity();
    for (std::size_t i = 0; i < 2; ++i) {
      auto ended = *facts.chain[i];
      ended.validity.not_after = noon - 1s;
      facts.chain[i] = facts.verification->path[i] = share(ended);
    }
    CHECK(spoken(judge(facts)) ==
          "identity_expired: CN=orca of identity orca ended at 2026-08-01T11:59:59Z. " + issuing +
              " of identity orca ended at 2026-08-01T11:59:59Z.");
  }

  TEST_CASE("our identity: the path ends at an unknown issuer -> identity_incomplete names it") {
    IdentityFacts facts = sound_identity();
    facts.chain.pop_back();
    facts.verification->trusted = false;
    facts.verification->incomplete = true;
    facts.verification->path = facts.chain;
    CHECK(spoken(judge(facts)) == "identity_incomplete: The issuer " + issuing +
                                      " of CN=orca of identity orca is neither in its chain nor in "
                                      "our trust.");
  }

  TEST_CASE("our identity: of a foreign CA, or self-signed -> nothing") {
    IdentityFacts foreign = sound_identity();
    foreign.chain.push_back(share(certificate(root_a, root_a)));
    foreign.verification->trusted = false;
    foreign.verification->path = foreign.chain;
    CHECK(judge(foreign).empty());
    IdentityFacts self_signed = sound_identity();
    self_signed.chain = {share(certificate("CN=orca", "CN=orca"))};
    self_signed.verification->trusted = false;
    self_signed.verification->path = self_signed.chain;
    CHECK(judge(self_signed).empty());
  }

  TEST_CASE("our identity: the order of its chain -> what is needed must follow its subject") {
    const auto leaf = share(certificate("CN=orca", issuing));
    const auto authority = share(certificate(issuing, root_a));
    const auto root = share(certificate(root_a, root_a));
    const auto stray = share(certificate("CN=stray", "CN=nobody"));
    auto cross = certificate(issuing, root_b);
    cross.fingerprint_sha256 = "the cross-certificate";

    struct Row {
      std::string what;
      pki::Chain chain;
      std::string spoken;
    };

    const Row rows[] = {
        {"in order, with its root", {leaf, authority, root}, ""},
        {"root before intermediate",
         {leaf, root, authority},
         "identity_incomplete: CN=orca of identity orca is followed by " + root_a +
             " instead of by its issuer " + issuing + "."},
        {"the intermediate is in our trust alone",
         {leaf, root},
         "identity_incomplete: CN=orca of identity orca is followed by " + root_a +
             " instead of by its issuer " + issuing + "."},
        {"a stray one in between",
         {leaf, stray, authority},
         "identity_incomplete: CN=orca of identity orca is followed by CN=stray instead of by its "
         "issuer " +
             issuing + "."},
        {"a stray one behind", {leaf, authority, stray}, ""},
        {"a cross-certificate beside the one on the path", {leaf, share(cross), authority}, ""},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      IdentityFacts facts = sound_identity();
      facts.chain = row.chain;
      facts.verification->path = {leaf, authority, root};
      CHECK(spoken(judge(facts)) == row.spoken);
    }
  }

  TEST_CASE("our identity: unreadable -> told, and the last good one is judged all the same") {
    IdentityFacts facts =
        with_leaf([](pki::Certificate& leaf) { leaf.validity.not_after = noon - 1s; });
    facts.unreadable = "telltale.yml:7: identities.orca.certificate: tls.crt holds no certificate";
    CHECK(spoken(judge(facts)) ==
          "identity_unreadable: Identity orca cannot be read anew: telltale.yml:7: "
          "identities.orca.certificate: tls.crt holds no certificate. | identity_expired: CN=orca "
          "of identity orca ended at 2026-08-01T11:59:59Z.");
    facts.chain.clear();
    facts.verification.reset();
    CHECK(judge(facts).size() == 1);
  }

  TEST_CASE("our trust: readable and with anchors for Java -> nothing; else a warning each") {
    CHECK(assess_trust({.anchors = 2}).empty());
    CHECK(assess_trust({.is_system = true}).empty());
    CHECK(spoken(assess_trust({.anchors = 1, .unreadable = "trust.file: ca.p12 is cut short"})) ==
          "trust_unreadable: The trust cannot be read anew: trust.file: ca.p12 is cut short.");
    CHECK(spoken(assess_trust({.anchors = 2, .is_empty_for_java = true})) ==
          "truststore_empty: Of the 2 certificates in the trust's file Java takes none for a trust "
          "anchor; a service that loads it does not start (\"the trustAnchors parameter must be "
          "non-empty\").");
    CHECK(assess_trust({.is_empty_for_java = true, .unreadable = "gone"}).size() == 2);
  }

  TEST_CASE(
      "callers' trust: the same findings as for ours -> say which file, and what callers do") {
    CHECK(assess_trust({.name = "orca.p12", .anchors = 2}).empty());
    CHECK(spoken(assess_trust({.name = "orca.p12", .unreadable = "orca.p12: is cut short"})) ==
          "trust_unreadable: The trust orca.p12 of callers cannot be read anew: orca.p12: is cut "
          "short.");
    CHECK(
        spoken(assess_trust({.name = "orca.p12", .anchors = 1, .is_empty_for_java = true})) ==
        "truststore_empty: Of the 1 certificate in orca.p12 Java takes none for a trust anchor; a "
        "caller that loads it accepts no server (\"the trustAnchors parameter must be "
        "non-empty\").");
  }

  TEST_CASE("a target's password: readable -> nothing; unreadable -> a warning says whose") {
    CHECK(assess_password({.target = "redis"}).empty());
    CHECK(spoken(assess_password({.target = "redis", .unreadable = "password_file: is empty"})) ==
          "password_unreadable: The password of target redis cannot be read anew: password_file: "
          "is empty.");
  }
}
