#include "telltale/pki/trust_store.hpp"

#include <algorithm>
#include <cstdlib>

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "support/mint.hpp"

namespace telltale::pki {

namespace {

using namespace std::chrono_literals;

const CivilTime now = mint::an_hour_ago() + 1h;

/// Two roots that do not know each other, an authority below the first, one below that.
struct Fixture {
  mint::Ca root{{.common_name = "Root A"}};
  mint::Ca other_root{{.common_name = "Root B"}};
  mint::Ca policy = root.intermediate({.common_name = "Policy A"});
  mint::Ca issuing = policy.intermediate({.common_name = "Issuing A1"});
};

Chain chain_of(const std::vector<mint::Der>& certificates) {
  Chain chain;
  for (const mint::Der& der : certificates) {
    chain.push_back(std::make_shared<const Certificate>(parse_certificate(der).value()));
  }
  return chain;
}

Chain as_sent(const mint::Credential& credential) {
  std::vector<mint::Der> certificates = {credential.leaf};
  certificates.insert(certificates.end(), credential.chain.begin(), credential.chain.end());
  return chain_of(certificates);
}

TrustStorePtr trust_in(const std::vector<mint::Der>& anchors) {
  return TrustStore::from_pem(mint::to_pem(anchors)).value();
}

std::vector<int> codes_of(const ChainVerification& verification) {
  std::vector<int> codes;
  for (const VerificationError& error : verification.errors) {
    codes.push_back(error.code);
  }
  return codes;
}

bool has(const ChainVerification& verification, int code) {
  return std::ranges::count(codes_of(verification), code) > 0;
}

std::vector<std::string> names_on(const Chain& path) {
  std::vector<std::string> names;
  for (const CertificatePtr& certificate : path) {
    const std::string& name = certificate->subject.rfc4514;
    names.push_back(name.substr(0, name.find(',')));
  }
  return names;
}

}  // namespace

TEST_SUITE_BEGIN("pki");

TEST_CASE("verify: whole chain to an anchor -> trusted, the path down to the root") {
  const Fixture f;
  const auto gate = f.issuing.issue({.common_name = "gate", .dns = {"spin-gate"}});
  const auto verification = trust_in({f.other_root.certificate(), f.root.certificate()})
                                ->verify(as_sent(gate), "spin-gate", now);
  CHECK(verification.trusted);
  CHECK_FALSE(verification.incomplete);
  CHECK(verification.name_matches);
  CHECK(verification.name == "spin-gate");
  CHECK(verification.errors.empty());
  CHECK(names_on(verification.path) ==
        std::vector<std::string>{"CN=gate", "CN=Issuing A1", "CN=Policy A", "CN=Root A"});
}

TEST_CASE("verify: chain out of order, with the root and strangers in it -> trusted") {
  const Fixture f;
  const auto gate = f.issuing.issue({.common_name = "gate"});
  const Chain chain = chain_of({gate.leaf, f.other_root.certificate(), f.root.certificate(),
                                gate.chain.back(), gate.chain.front()});
  CHECK(trust_in({f.root.certificate()})->verify(chain, "", now).trusted);
}

TEST_CASE("verify: certificates on the path are shared with chain and anchors -> same objects") {
  const Fixture f;
  const auto trust = trust_in({f.root.certificate()});
  const Chain chain = as_sent(f.policy.issue());
  const auto verification = trust->verify(chain, "", now);
  REQUIRE(verification.path.size() == 3);
  CHECK(verification.path[0] == chain[0]);
  CHECK(verification.path[1] == chain[1]);
  CHECK(verification.path[2] == trust->anchors()[0]);
}

TEST_CASE("verify: no way to an anchor -> untrusted, and incomplete unless it ends in a root") {
  const Fixture f;
  const auto gate = f.issuing.issue({.common_name = "gate"});
  const Chain leaf_only = chain_of({gate.leaf});
  const Chain without_policy = chain_of({gate.leaf, gate.chain.front()});
  const Chain whole = as_sent(gate);
  const Chain with_root =
      chain_of({gate.leaf, gate.chain.front(), gate.chain.back(), f.root.certificate()});
  const auto trust = trust_in({f.root.certificate()});
  const auto other = trust_in({f.other_root.certificate()});

  struct Row {
    const TrustStore& trust;
    const Chain& chain;
    bool incomplete;
    int code;
    std::size_t path;
  };

  const Row rows[] = {
      {*trust, leaf_only, true, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 1},
      {*trust, without_policy, true, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 2},
      {*other, whole, true, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 3},
      {*other, with_root, false, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, 4},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    const auto verification = row.trust.verify(row.chain, "", now);
    CHECK_FALSE(verification.trusted);
    CHECK(verification.incomplete == row.incomplete);
    CHECK(has(verification, row.code));
    CHECK(verification.path.size() == row.path);
    REQUIRE_FALSE(verification.errors.empty());
    CHECK_FALSE(verification.errors.front().text.empty());
  }
}

TEST_CASE("verify: an authority below the root as the only anchor -> trusted (partial chain)") {
  const Fixture f;
  const auto gate = f.issuing.issue({.common_name = "gate"});
  const auto issuing = trust_in({f.issuing.certificate()});
  CHECK(issuing->verify(chain_of({gate.leaf}), "", now).trusted);
  const auto verification = issuing->verify(as_sent(gate), "", now);
  CHECK(verification.trusted);
  CHECK(names_on(verification.path) == std::vector<std::string>{"CN=gate", "CN=Issuing A1"});
  CHECK(trust_in({gate.leaf})->verify(chain_of({gate.leaf}), "", now).trusted);
}

TEST_CASE("verify: self-signed -> trusted only where it is an anchor itself") {
  const Fixture f;
  const auto own = mint::self_signed({.common_name = "gate"});
  const auto untrusted = trust_in({f.root.certificate()})->verify(as_sent(own), "", now);
  CHECK_FALSE(untrusted.trusted);
  CHECK_FALSE(untrusted.incomplete);
  CHECK(has(untrusted, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT));
  CHECK(trust_in({own.leaf})->verify(as_sent(own), "", now).trusted);
}

TEST_CASE("verify: outside its time -> trusted, and the dates recorded, as OpenSSL sees them") {
  const Fixture f;
  const auto gate = f.root.issue({.not_before = now - 10min, .not_after = now + 10min});
  const auto trust = trust_in({f.root.certificate()});

  struct Row {
    CivilTime at;
    std::vector<int> codes;
  };

  const Row rows[] = {
      {now, {}},
      {now - 10min, {}},
      {now + 10min - 1s, {}},
      {now + 10min, {X509_V_ERR_CERT_HAS_EXPIRED}},  // RFC 5280 would have it valid
      {now - 10min - 1s, {X509_V_ERR_CERT_NOT_YET_VALID}},
      {now + 10min + 1s, {X509_V_ERR_CERT_HAS_EXPIRED}},
  };
  for (const Row& row : rows) {
    const auto verification = trust->verify(as_sent(gate), "", row.at);
    CHECK(verification.trusted);
    CHECK(codes_of(verification) == row.codes);
  }
}

TEST_CASE("verify: an anchor that expired -> still trusted, recorded at its depth") {
  const mint::Ca root({.not_before = now - 48h, .not_after = now - 24h});
  const auto verification = trust_in({root.certificate()})->verify(as_sent(root.issue()), "", now);
  CHECK(verification.trusted);
  REQUIRE(verification.errors.size() == 1);
  CHECK(verification.errors[0].code == X509_V_ERR_CERT_HAS_EXPIRED);
  CHECK(verification.errors[0].depth == 1);
  CHECK(verification.errors[0].text == "certificate has expired");
}

TEST_CASE("verify: expired and untrusted -> untrusted, both recorded") {
  const Fixture f;
  const auto gate = f.root.issue({.not_before = now - 48h, .not_after = now - 24h});
  const auto verification = trust_in({f.other_root.certificate()})->verify(as_sent(gate), "", now);
  CHECK_FALSE(verification.trusted);
  CHECK(has(verification, X509_V_ERR_CERT_HAS_EXPIRED));
  CHECK(has(verification, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY));
}

TEST_CASE("verify: a signature that does not hold, at any place -> untrusted") {
  const Fixture f;
  const auto gate = f.issuing.issue({.common_name = "gate"});
  const std::vector<mint::Der> sound = {gate.leaf, gate.chain.front(), gate.chain.back()};
  const auto trust = trust_in({f.root.certificate()});
  REQUIRE(trust->verify(chain_of(sound), "", now).trusted);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    std::vector<mint::Der> forged = sound;
    forged[i].back() ^= 1U;
    const auto verification = trust->verify(chain_of(forged), "", now);
    CAPTURE(i);
    CHECK_FALSE(verification.trusted);
    CHECK(has(verification, X509_V_ERR_CERT_SIGNATURE_FAILURE));
  }
}

TEST_CASE("verify: an impostor with the anchor's name and another key -> untrusted") {
  const Fixture f;
  const mint::Ca impostor({.common_name = "Root A"});
  const auto gate = impostor.issue({.common_name = "gate"});
  const auto trust = trust_in({f.root.certificate()});
  CHECK_FALSE(trust->verify(as_sent(gate), "", now).trusted);
  CHECK_FALSE(trust->verify(chain_of({gate.leaf, impostor.certificate()}), "", now).trusted);
}

TEST_CASE("verify: the end of the path -> how much of it is the store's") {
  const Fixture fixture;
  const mint::Credential leaf = fixture.policy.issue({.common_name = "leaf"});
  const auto of_root =
      trust_in({fixture.root.certificate()}).get()->verify_client(as_sent(leaf), now);
  CHECK(of_root.path.size() == 3);
  CHECK(of_root.anchors == 1);
  const auto of_both = trust_in({fixture.policy.certificate(), fixture.root.certificate()});
  const auto by_policy = of_both->verify_client(as_sent(leaf), now);
  CHECK(by_policy.path.size() == 2);
  CHECK(by_policy.anchors == 1);
  REQUIRE(by_policy.above.size() == 1);
  CHECK(by_policy.above.front()->subject.rfc4514 == "CN=Root A,O=Telltale Tests");
  CHECK(of_root.above.empty());
  CHECK(trust_in({fixture.other_root.certificate()})->verify_client(as_sent(leaf), now).anchors ==
        0);
}

TEST_CASE("verify: another anchor of the same name -> said if it has another key") {
  const Fixture fixture;
  const mint::Ca rekeyed({.common_name = "Root A"});
  const mint::Credential leaf = fixture.root.issue({.common_name = "leaf"});
  const mint::Der root = fixture.root.certificate();
  CHECK_FALSE(trust_in({root, fixture.other_root.certificate()})
                  ->verify_client(as_sent(leaf), now)
                  .has_namesake_of_anchor);
  const auto both = trust_in({root, rekeyed.certificate()})->verify_client(as_sent(leaf), now);
  CHECK(both.trusted);
  CHECK(both.has_namesake_of_anchor);
  const mint::Ca other_policy = fixture.other_root.intermediate({.common_name = "Policy"});
  const mint::Ca one_policy = fixture.root.intermediate({.common_name = "Policy"});
  const mint::Credential by_policy = one_policy.issue({.common_name = "leaf"});
  const auto sent =
      trust_in({root, other_policy.certificate()})->verify_client(as_sent(by_policy), now);
  CHECK(sent.has_namesake_of_sent);
  CHECK_FALSE(sent.has_namesake_of_anchor);
}

TEST_CASE("verify: signed by a certificate that is no authority -> untrusted") {
  const Fixture f;
  const mint::Ca fake = f.root.intermediate({.common_name = "Fake"});
  // The same key and name, but issued as an end entity.
  const auto gate = fake.issue({.common_name = "gate"});
  const auto end_entity = f.root.issue({.common_name = "Fake"});
  const auto verification =
      trust_in({f.root.certificate()})->verify(chain_of({gate.leaf, end_entity.leaf}), "", now);
  CHECK_FALSE(verification.trusted);
}

TEST_CASE("verify: a leaf not meant for servers -> untrusted") {
  const Fixture f;
  using Purposes = std::vector<mint::KeyPurpose>;
  const auto trust = trust_in({f.root.certificate()});
  const auto client_only =
      f.root.issue({.extended_key_usage = Purposes{mint::KeyPurpose::client_auth}});
  const auto verification = trust->verify(as_sent(client_only), "", now);
  CHECK_FALSE(verification.trusted);
  CHECK_FALSE(verification.incomplete);
  CHECK(codes_of(verification) == std::vector<int>{X509_V_ERR_INVALID_PURPOSE});
  CHECK(trust->verify(as_sent(f.root.issue({.extended_key_usage = Purposes{}})), "", now).trusted);
}

TEST_CASE("verify: weak keys and digests -> trusted, since assess is to say so") {
  const mint::Ca root({.key_type = mint::KeyType::rsa_1024, .digest = mint::Digest::sha1});
  const auto gate = root.issue({.key_type = mint::KeyType::rsa_1024, .digest = mint::Digest::sha1});
  const auto verification = trust_in({root.certificate()})->verify(as_sent(gate), "", now);
  CHECK(verification.trusted);
  CHECK(verification.errors.empty());
}

TEST_CASE("verify: names -> subjectAltName only, independent of trust") {
  const Fixture f;
  const auto gate = f.root.issue({.common_name = "common",
                                  .dns = {"spin-gate.spinnaker", "*.example.com", "f*.example.org"},
                                  .ip = {"10.0.0.7", "fd00::8"}});

  struct Row {
    std::string_view name;
    bool matches;
  };

  const Row rows[] = {
      {"spin-gate.spinnaker", true},
      {"SPIN-GATE.spinnaker", true},
      {"spin-gate", false},
      {"common", false},
      {"www.example.com", true},
      {"example.com", false},
      {"a.b.example.com", false},
      {".example.com", false},
      {"foo.example.org", false},
      {"10.0.0.7", true},
      {"10.0.0.8", false},
      {"fd00::8", true},
      {"fd00:0:0:0:0:0:0:8", true},
      {"fd00::9", false},
      {"", false},
  };
  const auto trust = trust_in({f.root.certificate()});
  const auto other = trust_in({f.other_root.certificate()});
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto verification = trust->verify(as_sent(gate), std::string(row.name), now);
    CHECK(verification.name_matches == row.matches);
    CHECK(verification.trusted);
    CHECK(other->verify(as_sent(gate), std::string(row.name), now).name_matches == row.matches);
  }
}

TEST_CASE("verify: a common name and no subjectAltName -> no match, neither for name nor address") {
  const Fixture f;
  const auto trust = trust_in({f.root.certificate()});
  for (const std::string name : {"gate", "10.0.0.7"}) {
    const Chain chain = as_sent(f.root.issue({.common_name = name}));
    CHECK_FALSE(trust->verify(chain, name, now).name_matches);
  }
  const Chain address_as_name = as_sent(f.root.issue({.dns = {"10.0.0.7"}}));
  CHECK_FALSE(trust->verify(address_as_name, "10.0.0.7", now).name_matches);
}

TEST_CASE("verify: no certificate at all -> untrusted, nothing else") {
  const Fixture f;
  const auto verification = trust_in({f.root.certificate()})->verify({}, "gate", now);
  CHECK_FALSE(verification.trusted);
  CHECK_FALSE(verification.incomplete);
  CHECK_FALSE(verification.name_matches);
  CHECK(verification.path.empty());
}

TEST_CASE("verify: many times, with failures -> no OpenSSL error is left behind") {
  const Fixture f;
  const auto trust = trust_in({f.other_root.certificate()});
  auto gate = f.issuing.issue();
  gate.leaf.back() ^= 1U;
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(trust->verify(as_sent(gate), "gate", now).trusted);
    CHECK(ERR_peek_error() == 0);
  }
}

TEST_CASE("trust: loaded from a file -> its certificates, in order, doubles too") {
  const Fixture f;
  const mint::TempDir files;
  const std::string file = files.write(
      "ca.pem", "# our roots\n" + mint::to_pem({f.root.certificate(), f.other_root.certificate(),
                                                f.root.certificate()}));
  const auto trust = TrustStore::load({.file = file}).value();
  CHECK(names_on(trust->anchors()) ==
        std::vector<std::string>{"CN=Root A", "CN=Root B", "CN=Root A"});
  CHECK(trust->verify(as_sent(f.other_root.issue()), "", now).trusted);
}

TEST_CASE("trust: a file missing, empty or without a certificate -> an error that names it") {
  const Fixture f;
  const mint::TempDir files;
  const std::string missing = (files.path() / "missing").string();
  CHECK(TrustStore::load({.file = missing}).error() ==
        Error(Errc::unreadable, missing + ": cannot be read: No such file or directory"));
  const std::string empty = files.write("empty.pem", "");
  CHECK(TrustStore::load({.file = empty}).error() ==
        Error(Errc::malformed, empty + ": is empty, where PEM, DER, PKCS#12 or JKS was expected"));
  const std::string key = files.write("ca.key", f.root.credential().key_pem());
  CHECK(TrustStore::load({.file = key}).error() ==
        Error(Errc::malformed, key + ": holds no certificate, only PRIVATE KEY"));
  const std::string jks = files.write("ca.jks", "\xfe\xed\xfe\xed");
  CHECK(TrustStore::load({.file = jks}).error() ==
        Error(Errc::malformed, jks + ": is cut off: it ends after 4 bytes, before what its entries "
                                     "announce"));
}

TEST_CASE("trust: the system's -> OpenSSL's default paths, no anchors to show") {
  const Fixture f;
  const mint::TempDir files;
  const std::string file = files.write("system.pem", mint::to_pem(f.root.certificate()));
  ::setenv("SSL_CERT_FILE", file.c_str(), 1);
  const auto trust = TrustStore::load_system().value();
  ::unsetenv("SSL_CERT_FILE");
  CHECK(trust->anchors().empty());
  const auto verification = trust->verify(as_sent(f.root.issue({.common_name = "gate"})), "", now);
  CHECK(verification.trusted);
  CHECK(names_on(verification.path) == std::vector<std::string>{"CN=gate", "CN=Root A"});
  CHECK_FALSE(trust->verify(as_sent(f.other_root.issue()), "", now).trusted);
}

TEST_SUITE_END();

}  // namespace telltale::pki
