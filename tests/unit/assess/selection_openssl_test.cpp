// What an OpenSSL client sends: what it has, whatever names are listed.

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
};

const std::string unfit = "- key_algorithm_unsupported";

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("openssl: every row of the lab -> sent, unless the key fits nothing or is weak") {
    const HeldKeyFacts rsa = held({{"CN=orca", root_a, rsa_key(), signed_by_ec}});
    const HeldKeyFacts small = held({{"CN=orca", root_a, rsa_key(1024)}});
    const HeldKeyFacts sha1 = held(
        {{"CN=orca",
          root_a,
          ec_key(),
          {.name = "ecdsa-with-SHA1", .digest = "SHA1", .key_algorithm = pki::KeyAlgorithm::ec}}});
    const std::vector<Row> rows = {
        {"list = root; leaf alone", leaf_only(), listing({root_a}), "0"},
        {"list = root; leaf and intermediate", leaf_and_inter(), listing({root_a}), "0"},
        {"list = B", leaf_and_inter(), listing({root_b}), "0"},
        {"list = B; chain with the root", with_root(), listing({root_b}), "0"},
        {"list empty", leaf_and_inter(), listing({}), "0"},
        {"other bytes", by_root(), listing_in_other_bytes(root_a), "0"},
        {"RSA key, ECDSA only", rsa, with_schemes(listing({}), ec_schemes), unfit},
        {"EC key, RSA only", by_root(), with_schemes(listing({}), rsa_schemes), unfit},
        {"RSA key signed by EC, RSA only", rsa, with_schemes(listing({}), rsa_schemes), "0"},
        {"RSA-1024 (EE_KEY_TOO_SMALL)", small, listing({}), "fails key_unusable"},
        {"SHA-1 signed (CA_MD_TOO_WEAK)", sha1, listing({}), "fails key_unusable"},
    };
    for (const Row& row : rows) {
      for (const ProtocolVersion version : {tls_1_2, tls_1_3}) {
        CAPTURE(row.rule);
        CHECK(outcome(chosen(Runtime::openssl, {row.key}, row.request, version)) == row.outcome);
      }
    }
  }

  TEST_CASE("openssl: a long CertificateRequest -> no limit of its own") {
    auto big = listing({root_a});
    big.bytes = 65537;
    CHECK(outcome(chosen(Runtime::openssl, {by_root()}, big)) == "0");
  }

  TEST_CASE("none: a path without certificate -> nothing, whatever is held") {
    CHECK(outcome(chosen(Runtime::none, {by_root()}, listing({}))) == "- caller_presents_nothing");
  }
}
