#include "telltale/assess/runtime_view.hpp"

#include <algorithm>
#include <functional>

#include <doctest/doctest.h>

#include "store_facts.hpp"

namespace telltale::assess {

namespace {

using namespace store_facts;
using pki::KeyEncoding;
using pki::StoreFacts;

const Certificates& held() {
  static const Certificates certificates = minted();
  return certificates;
}

pki::Chain whole_chain() {
  return {held().leaf, held().intermediate};
}

RuntimeView view_of(const StoreFacts& facts, RuntimeFamily runtime) {
  return runtime_views(facts).at(static_cast<std::size_t>(runtime));
}

StoreFacts changed(StoreFacts facts, const std::function<void(StoreFacts&)>& change) {
  change(facts);
  return facts;
}

struct Row {
  std::string_view what;
  StoreFacts facts;
  std::size_t presents = 0;
  std::string_view as_identity;  ///< a part of it
  std::size_t anchors = 0;
  std::string_view as_trust;                 ///< a part of it
  std::vector<std::string_view> refusals{};  ///< a part of each
};

void check(RuntimeFamily runtime, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const RuntimeView view = view_of(row.facts, runtime);
    CAPTURE(row.what);
    CAPTURE(view.as_identity);
    CAPTURE(view.as_trust);
    CHECK(view.runtime == runtime);
    CHECK(view.presents.size() == row.presents);
    CHECK(view.as_identity.find(row.as_identity) != std::string::npos);
    CHECK(view.anchors == row.anchors);
    CHECK(view.as_trust.find(row.as_trust) != std::string::npos);
    CHECK(std::ranges::equal(
        view.refusals, row.refusals, [](const std::string& refusal, std::string_view part) {
          return refusal.ends_with('.') && refusal.find(part) != std::string::npos;
        }));
  }
}

}  // namespace

TEST_SUITE_BEGIN("assess");

TEST_CASE("runtimes: any file -> Java, Go and OpenSSL, in this order") {
  const std::vector<RuntimeView> views = runtime_views({});
  REQUIRE(views.size() == 3);
  CHECK(views[0].runtime == RuntimeFamily::java);
  CHECK(views[1].runtime == RuntimeFamily::go);
  CHECK(views[2].runtime == RuntimeFamily::openssl);
}

TEST_CASE("Java's view: one row a rule") {
  const std::string_view new_mac = "before 8u301 and 11.0.12";
  const pki::Chain chain = whole_chain();
  const pki::StoreKey orca = key("orca", KeyEncoding::pkcs12, chain);
  check(RuntimeFamily::java,
        {
            {"a keystore of one key",
             pkcs12({orca}),
             2,
             "the key orca with 2 certificates, up to one issued by CN=Root,O=Telltale Tests",
             0,
             "nobody: there is no trustedCertEntry in it; a client (ok-http-client.trust-store) "
             "also trusts the leaf of 1 key",
             {new_mac}},
            {"a leaf-only keystore, as Armory's recipe makes it",
             pkcs12({key("orca", KeyEncoding::pkcs12, {held().leaf})}),
             1,
             "the leaf alone, issued by CN=Issuing",
             0,
             "nobody",
             {new_mac}},
            {"a chain with its root",
             pkcs12({key("orca", KeyEncoding::pkcs12,
                         {held().leaf, held().intermediate, held().root})}),
             3,
             "3 certificates, up to the root",
             0,
             "nobody",
             {new_mac}},
            {"a JKS of one key", jks({key("orca", KeyEncoding::jks, chain)}), 2, "the key orca", 0,
             "nobody"},
            {"a JKS chain in the wrong order",
             jks({key("orca", KeyEncoding::jks, {held().intermediate, held().leaf})}), 2,
             "2 certificates in the wrong order", 0, "nobody"},
            {"several keys", jks({orca, key("echo", KeyEncoding::jks, {held().leaf})}), 0,
             "one of the keys orca, echo", 0, "the leaf of 2 keys"},
            {"a key that does not open, beside one that does",
             changed(jks({orca, key("echo", KeyEncoding::jks, chain, "another password")}),
                     [](StoreFacts& facts) { facts.opening = pki::StoreOpening::password; }),
             0,
             "nothing: the key echo does not open",
             0,
             "nobody",
             {"the key echo does not open with the one given."}},
            {"a key whose password was not given",
             jks({key("orca", KeyEncoding::jks, chain, "no password")}), 0,
             "unknown: the key orca opens with its password only", 0, "nobody"},
            {"a key without certificate", jks({key("orca", KeyEncoding::jks, {})}), 0,
             "nothing: there is no private key with a certificate", 0, "nobody"},
            {"a trust store by keytool",
             pkcs12({}, trusted({held().root, held().intermediate})),
             0,
             "nothing: there is no private key in it",
             2,
             "2 anchors",
             {new_mac}},
            {"a trust store by openssl pkcs12 -nokeys",
             pkcs12({}, bare({held().root})),
             0,
             "nothing",
             0,
             "nobody",
             {"Oracle's trustedKeyUsage attribute", new_mac}},
            {"an empty JKS", jks({}), 0, "nothing", 0, "nobody", {"Tomcat does not start with it"}},
            {"a key and an anchor", jks({orca}, trusted({held().root})), 2, "the key orca", 1,
             "1 anchor; a client (ok-http-client.trust-store) also trusts the leaf of 1 key"},
            {"a PKCS#12 with the old MAC",
             changed(pkcs12({orca}),
                     [](StoreFacts& facts) {
                       facts.protections = {"pbeWithSHA1And40BitRC2-CBC", "MAC hmacWithSHA1"};
                       facts.needs_legacy_provider = true;
                     }),
             2, "the key orca", 0, "nobody"},
            {"a key in a bag that Java passes over",
             changed(pkcs12({orca}),
                     [](StoreFacts& facts) { facts.keys.front().is_seen_by_java = false; }),
             0,
             "nothing: there is no private key in it",
             0,
             "nobody: there is no trustedCertEntry in it",
             {"passes over the key orca", "As a trust store it is empty", new_mac}},
            {"a key with a password of its own",
             changed(jks({orca}),
                     [](StoreFacts& facts) { facts.keys.front().has_own_password = true; }),
             2,
             "the key orca",
             0,
             "nobody",
             {"ok-http-client opens a store and its key with one password: the key orca"}},
            {"PEM",
             pem(chain, KeyEncoding::pkcs8, "PRIVATE KEY"),
             0,
             "nothing: it is no KeyStore",
             0,
             "nobody: it is no KeyStore",
             {"this is PEM"}},
            {"DER",
             StoreFacts{.format = pki::StoreFormat::der, .certificates = bare({held().root})},
             0,
             "nothing",
             0,
             "nobody",
             {"this is DER"}},
        });
}

TEST_CASE("Go's view: one row a rule") {
  const pki::Chain chain = whole_chain();
  const pki::Chain leaf = {held().leaf};
  check(RuntimeFamily::go,
        {
            {"a leaf and its PKCS#1 key", pem(leaf, KeyEncoding::pkcs1), 1, "its first certificate",
             1, "1 anchor"},
            {"a chain",
             pem(chain, KeyEncoding::pkcs1),
             1,
             "its first certificate",
             2,
             "2 anchors",
             {"cut to its first certificate"}},
            {"a leaf with its root", pem({held().leaf, held().root}, KeyEncoding::pkcs1), 1,
             "its first certificate", 2, "2 anchors"},
            {"a bundle of authorities", pem({held().root, held().intermediate}), 0,
             "nothing: there are only authorities in it", 2, "2 anchors"},
            {"a key with a password", pem(leaf, KeyEncoding::encrypted_traditional), 1,
             "under keyPassword", 1, "1 anchor"},
            {"a key that does not open",
             changed(pem(leaf, KeyEncoding::encrypted_traditional),
                     [](StoreFacts& facts) { facts.keys.front().error = "wrong password"; }),
             0, "nothing: its key does not open", 1, "1 anchor"},
            {"a key that belongs to another certificate",
             changed(pem(leaf, KeyEncoding::pkcs1),
                     [](StoreFacts& facts) { facts.keys.front().chain.clear(); }),
             0, "its last RSA key belongs to no certificate in it", 1, "1 anchor"},
            {"a key that belongs to the last of a chain upside down",
             changed(pem({held().root, held().leaf}, KeyEncoding::pkcs1),
                     [](StoreFacts& facts) {
                       facts.keys.front().chain.clear();
                       facts.keys.front().certificate_position = 2;
                     }),
             0,
             "its last RSA key belongs to certificate 2 of the file, which must come first",
             2,
             "2 anchors",
             {"cut to its first"}},
            {"a chain upside down, without its key",
             pem({held().root, held().intermediate, held().leaf}),
             1,
             "its first certificate",
             3,
             "3 anchors",
             {"cut to its first"}},
            {"two RSA keys: the last counts",
             changed(pem(leaf, KeyEncoding::pkcs1),
                     [](StoreFacts& facts) {
                       facts.keys.push_back(key("", KeyEncoding::pkcs1, {}));
                       facts.pem_blocks.push_back("RSA PRIVATE KEY");
                     }),
             0, "nothing: its last RSA key", 1, "1 anchor"},
            {"a PKCS#8 key, as OpenSSL 3 writes it",
             pem(leaf, KeyEncoding::pkcs8, "PRIVATE KEY"),
             1,
             "if the key's file holds an RSA PRIVATE KEY",
             1,
             "1 anchor",
             {"failed to find any PEM data in key input"}},
            {"an encrypted PKCS#8 key",
             pem(leaf, KeyEncoding::encrypted_pkcs8, "ENCRYPTED PRIVATE KEY"),
             1,
             "if the key's file",
             1,
             "1 anchor",
             {"RSA PRIVATE KEY blocks (PKCS#1) only"}},
            {"an EC key",
             pem(leaf, KeyEncoding::sec1, "EC PRIVATE KEY"),
             1,
             "if the key's file",
             1,
             "1 anchor",
             {"RSA PRIVATE KEY blocks (PKCS#1) only"}},
            {"a certificate alone", pem(leaf), 1, "if the key's file holds an RSA PRIVATE KEY", 1,
             "1 anchor"},
            {"an RSA key before its certificate",
             changed(pem(leaf, KeyEncoding::pkcs1),
                     [](StoreFacts& facts) { std::ranges::reverse(facts.pem_blocks); }),
             1, "its first certificate", 1, "1 anchor"},
            {"another key before its certificate",
             changed(pem(leaf, KeyEncoding::pkcs8, "PRIVATE KEY"),
                     [](StoreFacts& facts) { std::ranges::reverse(facts.pem_blocks); }),
             0,
             "takes the first block for the certificate, and that is PRIVATE KEY",
             1,
             "1 anchor",
             {"(PKCS#1) only"}},
            {"a key alone", pem({}, KeyEncoding::pkcs1), 0, "as the key's file it does", 0,
             "nobody: there is no CERTIFICATE block in it"},
            {"PKCS#12",
             pkcs12({key("orca", KeyEncoding::pkcs12, chain)}),
             0,
             "nothing: there is no PEM in it",
             0,
             "nobody, without an error",
             {"this is PKCS#12"}},
            {"JKS", jks({}), 0, "nothing: there is no PEM in it", 0, "nobody", {"this is JKS"}},
            {"DER",
             StoreFacts{.format = pki::StoreFormat::der, .certificates = bare(leaf)},
             0,
             "nothing: there is no PEM in it",
             0,
             "nobody",
             {"this is DER"}},
        });
}

TEST_CASE("OpenSSL's view: one row a rule") {
  const pki::Chain chain = whole_chain();
  check(RuntimeFamily::openssl,
        {
            {"a chain and its key", pem(chain, KeyEncoding::pkcs8, "PRIVATE KEY"), 2,
             "the key with 2 certificates, up to one issued by CN=Root", 0,
             "nobody: no certificate in it is self-issued"},
            {"a chain alone", pem(chain), 2, "with a key from another file", 0, "nobody"},
            {"a chain upside down", pem({held().root, held().intermediate, held().leaf}), 3,
             "3 certificates in the wrong order", 1, "1 anchor"},
            {"a chain in the wrong order", pem({held().leaf, held().root, held().intermediate}), 3,
             "3 certificates in the wrong order", 1, "1 anchor"},
            {"a bundle of authorities", pem({held().root, held().intermediate}), 0,
             "nothing: there are only authorities in it", 1,
             "1 anchor; 1 certificate more to build chains with"},
            {"a key that does not open",
             changed(pem(chain, KeyEncoding::encrypted_pkcs8, "ENCRYPTED PRIVATE KEY"),
                     [](StoreFacts& facts) { facts.keys.front().error = "wrong password"; }),
             0, "nothing: the key does not open here", 0, "nobody"},
            {"a key that belongs to another certificate",
             changed(pem(chain, KeyEncoding::pkcs1),
                     [](StoreFacts& facts) { facts.keys.front().chain.clear(); }),
             0, "nothing: the key belongs to no certificate in it", 0, "nobody"},
            {"a key alone", pem({}, KeyEncoding::pkcs1), 0,
             "nothing: there is no certificate in it", 0, "nobody: there is no certificate in it"},
            {"PKCS#12",
             pkcs12({key("orca", KeyEncoding::pkcs12, chain)}),
             2,
             "the key orca",
             0,
             "nobody",
             {"Redis, nginx and haproxy read PEM"}},
            {"two keys",
             pkcs12({key("a", KeyEncoding::pkcs12, chain), key("b", KeyEncoding::pkcs12, {})}),
             2,
             "its first key",
             0,
             "nobody",
             {"read PEM"}},
            {"PKCS#12 as old keytools write it",
             changed(pkcs12({key("orca", KeyEncoding::pkcs12, chain)}, trusted({held().root})),
                     [](StoreFacts& facts) { facts.needs_legacy_provider = true; }),
             0,
             "nothing: it does not open by itself",
             0,
             "nobody",
             {"openssl pkcs12 -legacy"}},
            {"a PEM key under an old cipher",
             changed(pem({held().root}, KeyEncoding::encrypted_pkcs8, "ENCRYPTED PRIVATE KEY"),
                     [](StoreFacts& facts) { facts.needs_legacy_provider = true; }),
             0,
             "nothing: its key does not open by itself",
             1,
             "1 anchor",
             {"-provider legacy -provider default"}},
            {"JKS",
             jks({key("orca", KeyEncoding::jks, chain)}, trusted({held().root})),
             0,
             "nothing: it reads no JKS",
             0,
             "nobody",
             {"keytool -importkeystore"}},
            {"DER",
             StoreFacts{.format = pki::StoreFormat::der, .certificates = bare({held().root})},
             0,
             "nothing: there are only authorities in it",
             1,
             "1 anchor",
             {"-inform DER"}},
        });
}

TEST_SUITE_END();

}  // namespace telltale::assess
