// Which certificate crypto/tls of Go 1.19 sends, one row a rule, and what go-yaml-tools makes of
// it.

#include <doctest/doctest.h>

#include "unit/assess/held_keys.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;
using fleet::Runtime;

namespace {

struct Row {
  std::string rule;
  HeldKeyFacts key;
  tls::CertificateRequest request;
  std::string outcome;
  std::string source;
};

void check(Runtime runtime, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    for (const ProtocolVersion version : {tls_1_2, tls_1_3}) {
      CAPTURE(row.rule);
      CAPTURE(row.source);
      CAPTURE(tls::label(version));
      CHECK(outcome(chosen(runtime, {row.key}, row.request, version)) == row.outcome);
    }
  }
}

HeldKeyFacts of_key(const pki::PublicKey& key, std::optional<pki::KeyEncoding> encoding = {}) {
  HeldKeyFacts made = held({{"CN=dinghy", root_a, key}});
  made.encoding = encoding;
  return made;
}

const std::string none = "- issuer_not_advertised";
const std::string unfit = "- key_algorithm_unsupported";
const std::string unusable = "fails key_unusable";
const std::string lab = "lab: Does the client send its certificate?";
const std::string table = "lab: truth table of DN lists";

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("go: the DN list against the issuers of what is held -> sent or not, byte by byte") {
    const std::string differs = "- issuer_encoding_differs";
    const HeldKeyFacts self = held({{"CN=self", "CN=self"}});
    check(Runtime::go,
          {
              {"empty list, leaf by the root", by_root(), listing({}), "0", table},
              {"empty list, leaf alone", leaf_only(), listing({}), "0", table},
              {"empty list, both", leaf_and_inter(), listing({}), "0", table},
              {"root, leaf by the root", by_root(), listing({root_a}), "0", table},
              {"root, leaf alone", leaf_only(), listing({root_a}), none, table},
              {"root, both", leaf_and_inter(), listing({root_a}), "0", table},
              {"root, with the root", with_root(), listing({root_a}), "0", lab},
              {"intermediate, leaf by the root", by_root(), listing({inter_a1}), none, table},
              {"intermediate, leaf alone", leaf_only(), listing({inter_a1}), "0", table},
              {"intermediate, both", leaf_and_inter(), listing({inter_a1}), "0", table},
              {"unrelated, leaf by the root", by_root(), listing({root_b}), none, table},
              {"unrelated, leaf alone", leaf_only(), listing({root_b}), none, table},
              {"unrelated, both", leaf_and_inter(), listing({root_b}), none, table},
              {"unrelated, with the root", with_root(), listing({root_b}), none, lab},
              {"B and A", leaf_and_inter(), listing({root_b, root_a}), "0", lab},
              {"printable for UTF8", by_root(), listing_in_other_bytes(root_a), differs, table},
              {"printable, leaf alone", leaf_only(), listing_in_other_bytes(root_a), none, table},
              {"printable, both", leaf_and_inter(), listing_in_other_bytes(root_a), differs, table},
              {"self-signed, list = itself", self, listing({"CN=self"}), "0", lab},
              {"self-signed, list = A", self, listing({root_a}), none, lab},
          });
  }

  TEST_CASE("go: keys against signature algorithms -> sent or not") {
    const auto ec_only = with_schemes(listing({}), ec_schemes);
    const auto rsa_only = with_schemes(listing({}), rsa_schemes);
    const std::string auth = "crypto/tls auth.go signatureSchemesForCertificate";
    check(Runtime::go,
          {
              {"RSA key, ECDSA only", of_key(rsa_key()), ec_only, unfit, lab},
              {"EC key, RSA only", of_key(ec_key()), rsa_only, unfit, lab},
              {"RSA key, RSA only", of_key(rsa_key()), rsa_only, "0", lab},
              {"RSA-1024", of_key(rsa_key(1024)), listing({}), "0", lab},
              {"RSA-1024, PSS with SHA-512 only", of_key(rsa_key(1024)),
               with_schemes(listing({}), {0x0806}), unfit, auth},
              {"RSA-1040, PSS with SHA-512 only", of_key(rsa_key(1040)),
               with_schemes(listing({}), {0x0806}), "0", auth},
              {"Ed25519", of_key({.algorithm = pki::KeyAlgorithm::ed25519, .bits = 256}),
               listing({}), "0", auth},
              {"Ed448", of_key({.algorithm = pki::KeyAlgorithm::ed448, .bits = 456}), listing({}),
               unusable, "crypto/tls X509KeyPair"},
          });
  }

  TEST_CASE("go: TLS 1.3 binds a curve to a scheme, TLS 1.2 does not") {
    const auto p256_only = with_schemes(listing({}), {0x0403});
    const HeldKeyFacts p384 = of_key(ec_key("secp384r1", 384));
    CHECK(outcome(chosen(Runtime::go, {p384}, p256_only, tls_1_3)) == unfit);
    CHECK(outcome(chosen(Runtime::go, {p384}, p256_only, tls_1_2)) == "0");
  }

  TEST_CASE("go: certificate types filter the algorithms of TLS 1.2") {
    auto rsa_sign = listing({});
    rsa_sign.certificate_types = {1};
    CHECK(outcome(chosen(Runtime::go, {by_root()}, rsa_sign, tls_1_2)) == unfit);
    CHECK(outcome(chosen(Runtime::go, {by_root()}, rsa_sign, tls_1_3)) == "0");
    // Nothing left means SHA-1 to it (selectSignatureScheme), and signing asks anew, unfiltered.
    rsa_sign.certificate_types = {2};
    CHECK(outcome(chosen(Runtime::go, {by_root()}, rsa_sign, tls_1_2)) == "0");
    auto none_signs = with_schemes(rsa_sign, rsa_schemes);
    CHECK(outcome(chosen(Runtime::go, {by_root()}, none_signs, tls_1_2)) ==
          "fails key_algorithm_unsupported");
  }

  TEST_CASE("go: several certificates -> the first that fits (getClientCertificate)") {
    CHECK(outcome(chosen(Runtime::go, {held({leaf_by(root_b)}), by_root()}, listing({root_a}))) ==
          "1");
    CHECK(outcome(chosen(Runtime::go, {}, listing({}))) == "- caller_presents_nothing");
  }

  TEST_CASE("go: exactly 65536 bytes of CertificateRequest -> read; one more -> the end") {
    auto big = listing({root_a});
    big.bytes = 65536;
    CHECK(outcome(chosen(Runtime::go, {by_root()}, big)) == "0");
    big.bytes = 65537;
    CHECK(outcome(chosen(Runtime::go, {by_root()}, big)) == "fails authorities_oversize");
    CHECK(outcome(chosen(Runtime::go_yaml_tools, {}, big)) == "fails authorities_oversize");
  }

  TEST_CASE("go-yaml-tools: the leaf alone -> the list must name its issuer") {
    HeldKeyFacts both = held({{"CN=dinghy", inter_a1, rsa_key()}, inter_link});
    both.encoding = pki::KeyEncoding::pkcs1;
    CHECK(outcome(chosen(Runtime::go_yaml_tools, {both}, listing({root_a}))) == none);
    CHECK(outcome(chosen(Runtime::go_yaml_tools, {both}, listing({inter_a1}))) == "0");
    CHECK(outcome(chosen(Runtime::go_yaml_tools, {both}, listing({}))) == "0");
    CHECK(chain_sent(Runtime::go_yaml_tools, both).size() == 1);
    CHECK(chain_sent(Runtime::go, both).size() == 2);
  }

  TEST_CASE("go-yaml-tools: only `RSA PRIVATE KEY` in PEM is loaded") {
    using pki::KeyEncoding;
    const std::string source = "armory/go-yaml-tools pkg/tls, GetX509KeyPair";
    const auto row = [&](const std::string& rule, const pki::PublicKey& key,
                         std::optional<KeyEncoding> encoding, const std::string& expected) {
      return Row{rule, of_key(key, encoding), listing({}), expected, source};
    };
    check(Runtime::go_yaml_tools,
          {row("PKCS#1", rsa_key(), KeyEncoding::pkcs1, "0"),
           row("PKCS#1, encrypted", rsa_key(), KeyEncoding::encrypted_traditional, "0"),
           row("PKCS#8", rsa_key(), KeyEncoding::pkcs8, unusable),
           row("encrypted PKCS#8", rsa_key(), KeyEncoding::encrypted_pkcs8, unusable),
           row("SEC 1", ec_key(), KeyEncoding::sec1, unusable),
           row("SEC 1, encrypted", ec_key(), KeyEncoding::encrypted_traditional, unusable),
           row("PKCS#12", rsa_key(), KeyEncoding::pkcs12, unusable),
           row("JKS", rsa_key(), KeyEncoding::jks, unusable),
           row("not known", rsa_key(), std::nullopt, "0"),
           row("not known, of another kind", ec_key(), std::nullopt, unusable)});
  }
}
