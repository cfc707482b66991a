// Which certificate JSSE sends, one row a rule. Rows of the lab were measured with OpenJDK 17.0.21
// against nginx and Tomcat, TLS 1.2 and 1.3 alike.

#include <doctest/doctest.h>

#include "assess/hash_order.hpp"
#include "unit/assess/held_keys.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;
using namespace std::chrono_literals;
using fleet::Runtime;

namespace {

struct Row {
  std::string rule;
  std::vector<HeldKeyFacts> keys;
  tls::CertificateRequest request;
  std::string sun;   ///< SunX509
  std::string pkix;  ///< NewSunX509
  std::string source;
};

void check(const std::vector<Row>& rows,
           std::initializer_list<ProtocolVersion> versions = {tls_1_2, tls_1_3}) {
  for (const Row& row : rows) {
    for (const ProtocolVersion version : versions) {
      CAPTURE(row.rule);
      CAPTURE(row.source);
      CAPTURE(tls::label(version));
      CHECK(outcome(chosen(Runtime::java, row.keys, row.request, version)) == row.sun);
      CHECK(outcome(chosen(Runtime::java_pkix, row.keys, row.request, version)) == row.pkix);
    }
  }
}

HeldKeyFacts changed(HeldKeyFacts key, const std::function<void(pki::Certificate&)>& change) {
  pki::Certificate leaf = *key.chain.front();
  change(leaf);
  key.chain.front() = share(leaf);
  return key;
}

HeldKeyFacts of_rsa(const pki::Signature& signature, const std::string& alias = "orca") {
  return held({{"CN=orca", root_a, rsa_key(), signature}}, alias);
}

const std::string none = "- issuer_not_advertised";
const std::string unfit = "- key_algorithm_unsupported";
const std::string lab = "lab: Does the client send its certificate?";
const std::string table = "lab: truth table of DN lists";

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("java: the DN list against the issuers of what is held -> sent or not") {
    const HeldKeyFacts self = held({{"CN=self", "CN=self"}});
    check({
        {"empty list, leaf by the root", {by_root()}, listing({}), "0", "0", table},
        {"empty list, leaf alone", {leaf_only()}, listing({}), "0", "0", table},
        {"empty list, leaf and intermediate", {leaf_and_inter()}, listing({}), "0", "0", table},
        {"empty list, issuer unknown", {held({leaf_by(root_b)})}, listing({}), "0", "0", lab},
        {"root, leaf by the root", {by_root()}, listing({root_a}), "0", "0", table},
        {"root, leaf alone", {leaf_only()}, listing({root_a}), none, none, table},
        {"root, leaf and intermediate", {leaf_and_inter()}, listing({root_a}), "0", "0", table},
        {"root, with the root", {with_root()}, listing({root_a}), "0", "0", lab},
        {"intermediate, leaf by the root", {by_root()}, listing({inter_a1}), none, none, table},
        {"intermediate, leaf alone", {leaf_only()}, listing({inter_a1}), "0", "0", table},
        {"intermediate, both", {leaf_and_inter()}, listing({inter_a1}), "0", "0", table},
        {"unrelated, leaf by the root", {by_root()}, listing({root_b}), none, none, table},
        {"unrelated, leaf alone", {leaf_only()}, listing({root_b}), none, none, table},
        {"unrelated, both", {leaf_and_inter()}, listing({root_b}), none, none, table},
        {"unrelated, with the root", {with_root()}, listing({root_b}), none, none, lab},
        {"two names, one of them", {leaf_and_inter()}, listing({root_b, root_a}), "0", "0", lab},
        {"printable for UTF8", {by_root()}, listing_in_other_bytes(root_a), "0", "0", table},
        {"printable, leaf alone", {leaf_only()}, listing_in_other_bytes(root_a), none, none, table},
        {"printable, both", {leaf_and_inter()}, listing_in_other_bytes(root_a), "0", "0", table},
        {"self-signed, list = itself", {self}, listing({"CN=self"}), "0", "0", lab},
        {"self-signed, list = A", {self}, listing({root_a}), none, none, lab},
    });
  }

  TEST_CASE("java: 144 public names -> the list decides, whatever its length") {
    std::vector<std::string> names;
    for (int i = 0; i < 144; ++i) {
      names.push_back("CN=Public CA " + std::to_string(i));
    }
    check({{"144 JDK CAs, no A", {leaf_and_inter()}, listing(names), none, none, lab}});
    names.push_back(root_a);
    check({{"144 JDK CAs and A", {leaf_and_inter()}, listing(names), "0", "0", lab}});
  }

  TEST_CASE("java: key types against signature algorithms -> sent or not") {
    const auto rsa_only = with_schemes(listing({root_a}), rsa_schemes);
    const auto ec_only = with_schemes(listing({root_a}), ec_schemes);
    const HeldKeyFacts by_ec_inter = held({{"CN=orca", inter_a1, rsa_key(), signed_by_rsa},
                                           {inter_a1, root_a, rsa_key(), signed_by_ec}});
    check({
        {"RSA key, ECDSA only", {of_rsa(signed_by_ec)}, ec_only, unfit, unfit, lab},
        {"EC key, RSA only", {by_root()}, rsa_only, unfit, unfit, lab},
        {"RSA key, signed by EC, RSA only", {of_rsa(signed_by_ec)}, rsa_only, "0", unfit, lab},
        {"RSA, RSA-signed, EC above, RSA only", {by_ec_inter}, rsa_only, "0", unfit, lab},
        {"RSA key, signed by RSA, RSA only",
         {of_rsa(signed_by_rsa)},
         rsa_only,
         "0",
         "0",
         "X509KeyManagerImpl.conformsToAlgorithmConstraints"},
        {"RSA key, EC issuer, all", {of_rsa(signed_by_ec)}, listing({root_a}), "0", "0", lab},
    });
  }

  TEST_CASE("java: dates and extensions -> sent all the same") {
    const auto expired =
        changed(by_root(), [](auto& leaf) { leaf.validity.not_after = noon - 1s; });
    const auto not_yet =
        changed(by_root(), [](auto& leaf) { leaf.validity.not_before = noon + 1s; });
    const auto for_servers = changed(
        by_root(), [](auto& leaf) { leaf.extended_key_usage = {{pki::KeyPurpose::server_auth}}; });
    const auto small =
        changed(of_rsa(signed_by_rsa), [](auto& leaf) { leaf.public_key.bits = 1024; });
    const auto sha1 = changed(by_root(), [](auto& leaf) {
      leaf.signature = {
          .name = "ecdsa-with-SHA1", .digest = "SHA1", .key_algorithm = pki::KeyAlgorithm::ec};
    });
    check({
        {"expired", {expired}, listing({root_a}), "0", "0", lab},
        {"not yet valid", {not_yet}, listing({root_a}), "0", "0", lab},
        {"EKU serverAuth only", {for_servers}, listing({root_a}), "0", "0", lab},
        {"RSA-1024", {small}, listing({root_a}), "0", "0", lab},
        {"SHA-1 signed", {sha1}, listing({root_a}), "0", unfit, lab},
    });
  }

  TEST_CASE("java: two keys -> the list picks; an empty one shows how the managers differ") {
    const HeldKeyFacts by_b = held({{"CN=byB", root_b}}, "cli-byb");
    const HeldKeyFacts web = held({{"CN=web", inter_a1}, inter_link}, "web");
    check({
        {"list = A", {by_b, web}, listing({root_a}), "1", "1", lab},
        {"list = B", {by_b, web}, listing({root_b}), "0", "0", lab},
        {"empty list", {by_b, web}, listing({}), "1", "0", lab},
    });
  }

  TEST_CASE("java: SunX509 asks key types in the request's order -> the first that is held") {
    const std::vector<HeldKeyFacts> keys = {by_root(), of_rsa(signed_by_rsa, "rsa")};
    check(
        {{"EC first", keys, listing({root_a}), "0", "0", "SunX509KeyManagerImpl.chooseClientAlias"},
         {"RSA first", keys, with_schemes(listing({root_a}), {0x0804, 0x0401, 0x0403}), "1", "1",
          "SunX509KeyManagerImpl.chooseClientAlias; X509KeyManagerImpl.getAliases"}});
  }

  TEST_CASE("java: NewSunX509 prefers OK to EXPIRED to EXTENSION_MISMATCH, then key types") {
    const auto expired = changed(held({leaf_by(root_a)}, "b"),
                                 [](auto& leaf) { leaf.validity.not_after = noon - 1s; });
    const auto wrong = changed(held({leaf_by(root_a)}, "a"), [](auto& leaf) {
      leaf.extended_key_usage = {{pki::KeyPurpose::server_auth}};
    });
    const auto no_signing = changed(held({leaf_by(root_a)}, "a"),
                                    [](auto& leaf) { leaf.allows_digital_signature = false; });
    const auto sound = held({leaf_by(root_a)}, "c");
    const auto rsa = of_rsa(signed_by_rsa, "d");
    const std::string source = "X509KeyManagerImpl.CheckResult, EntryStatus.compareTo, chooseAlias";
    const auto pkix = [](std::vector<HeldKeyFacts> keys) {
      return outcome(chosen(Runtime::java_pkix, keys, listing({root_a})));
    };
    CAPTURE(source);
    CHECK(pkix({wrong, expired}) == "1");
    CHECK(pkix({no_signing, expired}) == "1");
    CHECK(pkix({wrong, expired, sound}) == "2");
    // Sound, though of the second key type: a first match that is sound ends the search.
    CHECK(pkix({rsa, expired}) == "0");
    CHECK(pkix({rsa, sound}) == "1");
  }

  TEST_CASE("java: refreshable keys -> the first key, if its kind was asked for at all") {
    const auto refreshable = [](std::vector<HeldKeyFacts> keys,
                                const tls::CertificateRequest& request) {
      return outcome(chosen(Runtime::java_refreshable, keys, request));
    };
    const std::string source =
        "kork-crypto IdentityX509KeyManager; X509Authentication.createClientPossession";
    CAPTURE(source);
    CHECK(refreshable({leaf_only()}, listing({root_b})) == "0");
    CHECK(refreshable({held({leaf_by(root_b)}), by_root()}, listing({root_a})) == "0");
    CHECK(refreshable({by_root()}, with_schemes(listing({}), rsa_schemes)) == unfit);
  }

  TEST_CASE("java: a key that is chosen and cannot sign -> the client ends the handshake") {
    const auto p384 = held({{"CN=orca", root_a, ec_key("secp384r1", 384)}});
    const auto small = held({{"CN=orca", root_a, rsa_key(1024), signed_by_rsa}});
    const std::string fails = "fails key_algorithm_unsupported";
    const std::string source = "SignatureScheme.getSignerOfPreferableAlgorithm, CertificateVerify";
    check({{"P-384 key, P-256 only",
            {p384},
            with_schemes(listing({}), {0x0403, 0x0804}),
            fails,
            fails,
            source},
           {"P-384 key, P-384 too",
            {p384},
            with_schemes(listing({}), {0x0403, 0x0503}),
            "0",
            "0",
            source},
           {"RSA-1024, PSS with SHA-512 only",
            {small},
            with_schemes(listing({}), {0x0806}, {0x0401, 0x0806}),
            fails,
            fails,
            source}},
          {tls_1_3});
    CHECK(outcome(chosen(Runtime::java, {p384}, with_schemes(listing({}), {0x0403, 0x0303}),
                         tls_1_2)) == "0");
  }

  TEST_CASE("java: no usable signature algorithm -> the client ends the handshake") {
    const std::string fails = "fails key_algorithm_unsupported";
    check({{"unknown",
            {by_root()},
            with_schemes(listing({}), {0xfefe}),
            fails,
            fails,
            "SignatureAlgorithmsExtension.updateHandshakeContext"},
           {"unknown, and no key to choose from",
            {},
            with_schemes(listing({}), {0xfefe}),
            fails,
            fails,
            "SignatureAlgorithmsExtension.updateHandshakeContext"},
           {"SHA-1 only",
            {by_root()},
            with_schemes(listing({}), {0x0203, 0x0201}),
            fails,
            fails,
            "jdk.tls.disabledAlgorithms: ecdsa_sha1 usage HandshakeSignature"}});
    // PKCS#1 v1.5 signs certificates, but no handshake, in TLS 1.3.
    const auto pkcs1 = with_schemes(listing({}), {0x0401});
    CHECK(outcome(chosen(Runtime::java, {of_rsa(signed_by_rsa)}, pkcs1)) == fails);
    CHECK(outcome(chosen(Runtime::java, {of_rsa(signed_by_rsa)}, pkcs1, tls_1_2)) == "0");
  }

  TEST_CASE("java: signature_algorithms_cert -> names the key types, TLS 1.3 only") {
    const auto split = with_schemes(listing({root_a}), ec_schemes, {0x0401});
    CHECK(outcome(chosen(Runtime::java, {by_root()}, split)) == unfit);
    CHECK(outcome(chosen(Runtime::java, {by_root()}, split, tls_1_2)) == "0");
    const auto for_rsa_chains = with_schemes(listing({root_a}), rsa_schemes, {0x0401, 0x0403});
    CHECK(outcome(chosen(Runtime::java_pkix, {of_rsa(signed_by_ec)}, for_rsa_chains)) == "0");
  }

  TEST_CASE("java: certificate types -> must have the key's kind, TLS 1.2 only") {
    auto rsa_sign = listing({});
    rsa_sign.certificate_types = {1};
    CHECK(outcome(chosen(Runtime::java, {by_root()}, rsa_sign, tls_1_2)) == unfit);
    CHECK(outcome(chosen(Runtime::java, {by_root()}, rsa_sign, tls_1_3)) == "0");
    const auto ed =
        held({{"CN=orca", root_a, {.algorithm = pki::KeyAlgorithm::ed25519, .bits = 256}}});
    CHECK(outcome(chosen(Runtime::java, {ed}, listing({}), tls_1_2)) == "0");
    CHECK(outcome(chosen(Runtime::java, {ed}, rsa_sign, tls_1_2)) == unfit);
  }

  TEST_CASE("java: keys that Java passes over -> not chosen; only such -> key_unusable") {
    HeldKeyFacts unseen = by_root();
    unseen.is_seen_by_java = false;
    CHECK(outcome(chosen(Runtime::java, {unseen, by_root()}, listing({}))) == "1");
    for (const Runtime runtime : {Runtime::java, Runtime::java_pkix, Runtime::java_refreshable}) {
      CHECK(outcome(chosen(runtime, {unseen}, listing({}))) == "- key_unusable");
      CHECK(outcome(chosen(runtime, {}, listing({}))) == "- caller_presents_nothing");
    }
  }

  TEST_CASE("java: exactly 32768 bytes of CertificateRequest -> read; one more -> the end") {
    auto big = listing({root_a});
    big.bytes = 32768;
    CHECK(outcome(chosen(Runtime::java, {by_root()}, big)) == "0");
    big.bytes = 32769;
    for (const Runtime runtime : {Runtime::java, Runtime::java_pkix, Runtime::java_refreshable}) {
      CHECK(outcome(chosen(runtime, {by_root()}, big)) == "fails authorities_oversize");
      CHECK(outcome(chosen(runtime, {}, big)) == "fails authorities_oversize");
    }
  }

  TEST_CASE("hash map: the order of java.util.HashMap, as a JVM walks it") {
    const auto order = [](const std::vector<std::string>& aliases) {
      std::string text;
      for (const std::size_t place : hash_map_order(aliases)) {
        text += (text.empty() ? "" : " ") + aliases[place];
      }
      return text;
    };
    CHECK(order({}).empty());
    CHECK(order({"cli-byb", "web"}) == "web cli-byb");
    // One bucket (Aa and BB have one hash code): the order of insertion.
    CHECK(order({"BB", "Aa"}) == "BB Aa");
    CHECK(order({"Aa", "BB"}) == "Aa BB");
    // Single letters hash to themselves: 16 buckets up to 12 entries, 32 from 13 on.
    CHECK(order({"q", "b", "a"}) == "q a b");
    CHECK(order({"p", "a"}) == "p a");
    CHECK(order({"p", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}) ==
          "a b c d e f g h i j k l p");
  }

  TEST_CASE("hash table: a JKS is walked from the last bucket to the first") {
    const std::vector<std::string> aliases = {"a", "b", "l"};
    // 97, 98 and 108 modulo 11 are 9, 10 and 9.
    CHECK(hashtable_order(aliases) == std::vector<std::size_t>{1, 2, 0});
    HeldKeyFacts first = held({leaf_by(root_a)}, "a");
    HeldKeyFacts second = held({leaf_by(root_a)}, "b");
    first.encoding = second.encoding = pki::KeyEncoding::jks;
    CHECK(outcome(chosen(Runtime::java_pkix, {first, second}, listing({}))) == "1");
    CHECK(outcome(chosen(Runtime::java, {first, second}, listing({}))) == "0");
  }
}
