// What each reader finds in the stores that real tools write.

#include "telltale/pki/store.hpp"

#include <algorithm>
#include <cstdlib>

#include <doctest/doctest.h>
#include <openssl/err.h>

#include "support/stores.hpp"

namespace telltale::pki {

namespace {

using support::store_password;
using support::stores;

const std::string pbes2 = "PBES2 (AES-256-CBC)";
const std::string rc2 = "pbeWithSHA1And40BitRC2-CBC";
const std::string triple_des = "pbeWithSHA1And3-KeyTripleDES-CBC";

StoreFacts facts_of(std::string_view name, std::string_view password = store_password,
                    std::string_view key_password = "") {
  CAPTURE(name);
  const auto facts = read_store(stores().path(name), Secret(password), Secret(key_password));
  CHECK(ERR_peek_error() == 0);
  REQUIRE_MESSAGE(facts.has_value(), facts.error().detail());
  return *facts;
}

/// `alias:CN*` for each certificate, the star for a trusted entry.
std::vector<std::string> certificates_of(const StoreFacts& facts) {
  std::vector<std::string> texts;
  for (const StoreCertificate& entry : facts.certificates) {
    const std::string& name = entry.certificate->subject.rfc4514;
    texts.push_back(entry.alias + ":" + name.substr(3, name.find(',') - 3) +
                    (entry.is_trusted_entry ? "*" : ""));
  }
  return texts;
}

/// `alias:CN>CN` for each key's chain.
std::vector<std::string> keys_of(const StoreFacts& facts) {
  std::vector<std::string> texts;
  for (const StoreKey& key : facts.keys) {
    std::string text = key.alias + ":";
    for (const CertificatePtr& certificate : key.chain) {
      const std::string& name = certificate->subject.rfc4514;
      text += (text.ends_with(':') ? "" : ">") + name.substr(3, name.find(',') - 3);
    }
    texts.push_back(text);
  }
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("pki");

TEST_CASE("store: as keytool and openssl write it -> its entries, chains and protections") {
  struct Row {
    std::string_view file;
    Texts certificates;
    Texts keys;
    Texts protections;
    bool needs_legacy_provider = false;
    bool is_empty_for_java = true;
  };

  const Texts own = {"orca:orca", ":Issuing A1", ":Policy A"};
  const Texts chain = {"orca:orca>Issuing A1>Policy A"};
  const std::string mac = "MAC hmacWithSHA256, 2048 iterations";
  const std::string java_mac = "MAC hmacWithSHA256, 10000 iterations";
  const Row rows[] = {
      {"modern.p12", own, chain, {pbes2, mac}},
      {"legacy.p12", own, chain, {rc2, triple_des, "MAC hmacWithSHA1, 2048 iterations"}, true},
      {"3des.p12", own, chain, {triple_des, mac}},
      {"reversed.p12",
       {"orca:orca", ":Root A", ":Policy A", ":Issuing A1"},
       {"orca:orca>Issuing A1>Policy A>Root A"},
       {pbes2, mac}},
      {"leaf.p12", {"orca:orca"}, {"orca:orca"}, {pbes2, mac}},
      {"nomac.p12", own, chain, {pbes2}},
      {"plain.p12", own, chain, {}},
      {"nokeys.p12", {":Root A", ":Issuing A1"}, {}, {pbes2, mac}},
      {"nokeys_plain.p12", {":Root A", ":Issuing A1"}, {}, {}},
      {"java.p12",
       {"orca:orca", "CN=Issuing A1,O=Telltale Tests:Issuing A1",
        "CN=Policy A,O=Telltale Tests:Policy A"},
       chain,
       {pbes2, java_mac}},
      {"java_legacy.p12",
       {"orca:orca", "CN=Issuing A1,O=Telltale Tests:Issuing A1",
        "CN=Policy A,O=Telltale Tests:Policy A"},
       chain,
       {rc2, triple_des, "MAC hmacWithSHA1, 100000 iterations"},
       true},
      {"java.jks", {}, chain, {}},
      {"trust.p12", {"root:Root A*", "policy:Policy A*"}, {}, {pbes2, java_mac}, false, false},
      {"trust.jks", {"policy:Policy A*", "root:Root A*"}, {}, {}, false, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    const StoreFacts facts = facts_of(row.file);
    CHECK((facts.format == (row.file.ends_with("jks") ? StoreFormat::jks : StoreFormat::pkcs12)));
    CHECK((facts.opening == StoreOpening::password));
    Texts certificates = certificates_of(facts);
    Texts expected = row.certificates;
    if (row.file.ends_with("jks")) {  // a hash table's order
      std::ranges::sort(certificates);
      std::ranges::sort(expected);
    }
    CHECK(certificates == expected);
    CHECK(keys_of(facts) == row.keys);
    CHECK(facts.protections == row.protections);
    CHECK(facts.needs_legacy_provider == row.needs_legacy_provider);
    CHECK(facts.is_empty_for_java() == row.is_empty_for_java);
    for (const StoreKey& key : facts.keys) {
      CHECK(key.error.empty());
      CHECK((key.public_key.algorithm == KeyAlgorithm::ec));
      CHECK(key.public_key == key.chain.front()->public_key);
    }
  }
}

TEST_CASE("store: its key -> whether Java sees it, and how it is written") {
  CHECK(facts_of("modern.p12").keys.front().is_seen_by_java);
  CHECK((facts_of("modern.p12").keys.front().encoding == KeyEncoding::pkcs12));
  CHECK((facts_of("java.jks").keys.front().encoding == KeyEncoding::jks));
  // A keyBag, which OpenSSL writes for a key without encryption.
  CHECK_FALSE(facts_of("plain.p12").keys.front().is_seen_by_java);
  CHECK(support::keytool_list(stores().path("plain.p12"), store_password)
            .find("contains 0 entries") != std::string::npos);
}

TEST_CASE("store: several keys -> all of them, each with its own password's outcome") {
  const StoreFacts pkcs12 = facts_of("two.p12");
  CHECK(keys_of(pkcs12) == Texts{"orca:orca>Issuing A1>Policy A", "gate:gate>Issuing A1>Policy A"});
  CHECK((pkcs12.keys[1].public_key.algorithm == KeyAlgorithm::rsa));

  StoreFacts jks = facts_of("two.jks");
  std::ranges::sort(jks.keys, {}, &StoreKey::alias);
  CHECK(keys_of(jks) == Texts{"gate:gate>Issuing A1>Policy A", "orca:orca>Issuing A1>Policy A"});
  CHECK(jks.keys[0].error ==
        "holds a private key (gate) that the store's password does not open; it may have one of "
        "its own");
  CHECK((jks.keys[0].public_key.algorithm == KeyAlgorithm::rsa));
  CHECK(jks.keys[1].error.empty());

  StoreFacts with_own = facts_of("two.jks", store_password, "another-one");
  std::ranges::sort(with_own.keys, {}, &StoreKey::alias);
  CHECK(with_own.keys[0].error.empty());
  CHECK(with_own.keys[0].has_own_password);
  CHECK_FALSE(facts_of("two.jks", store_password, store_password).keys[1].has_own_password);
  CHECK(with_own.keys[1].error ==
        "holds a private key (orca) that the key's password does not open");
}

TEST_CASE("store: a key beside a trusted entry -> the entry is an anchor for Java") {
  const StoreFacts facts = facts_of("mixed.p12");
  CHECK_FALSE(facts.is_empty_for_java());
  // Java looks for issuers among all certificates of the store.
  CHECK(keys_of(facts) == Texts{"orca:orca>Issuing A1>Policy A>Root A"});
}

TEST_CASE("store: no password given -> how it came open") {
  struct Row {
    std::string_view file;
    StoreOpening opening;
    bool opens_key = true;
  };

  const Row rows[] = {
      {"nopass.p12", StoreOpening::without_password},
      {"plain.p12", StoreOpening::without_password},
      {"nokeys_plain.p12", StoreOpening::without_password},
      {"changeit.p12", StoreOpening::default_password},
      {"trust_changeit.p12", StoreOpening::default_password},
      {"trust.jks", StoreOpening::without_password},
      {"java.jks", StoreOpening::without_password, false},
      {"orca.crt", StoreOpening::unprotected},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    const StoreFacts facts = facts_of(row.file, "");
    CHECK((facts.opening == row.opening));
    for (const StoreKey& key : facts.keys) {
      CHECK(key.error == (row.opens_key
                              ? ""
                              : "holds a private key (orca) that opens neither without a password "
                                "nor with `changeit`; give its password"));
    }
  }
}

TEST_CASE("store: a truststore that openssl wrote -> empty for Java, as keytool says") {
  CHECK(facts_of("nokeys.p12").is_empty_for_java());
  CHECK(support::keytool_list(stores().path("nokeys.p12"), store_password)
            .find("contains 0 entries") != std::string::npos);
}

TEST_CASE("store: an alias of two lines -> told on one") {
  CHECK(facts_of("named.p12").keys.front().alias == "two\\0alines");
}

TEST_CASE("store: PEM and DER -> keys with their encodings, and the names of all blocks") {
  const mint::TempDir files;
  const auto& orca = stores().orca;
  const std::string pem =
      files.write("orca.pem", orca.key_pem(mint::KeyFormat::pkcs1) + orca.chain_pem() +
                                  orca.encrypted_key_pem("another") +
                                  stores().gate.key_pem(mint::KeyFormat::pkcs1));
  const StoreFacts facts = read_store(pem, Secret(), Secret()).value();
  CHECK(facts.pem_blocks == Texts{"EC PRIVATE KEY", "CERTIFICATE", "CERTIFICATE", "CERTIFICATE",
                                  "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY"});
  REQUIRE(facts.keys.size() == 3);
  CHECK((facts.keys[0].encoding == KeyEncoding::sec1));
  CHECK(facts.keys[0].chain.size() == 3);
  CHECK((facts.keys[1].encoding == KeyEncoding::encrypted_pkcs8));
  CHECK(facts.keys[1].error == "holds an encrypted private key, and no password was given");
  CHECK((facts.keys[2].encoding == KeyEncoding::pkcs1));
  CHECK(facts.keys[2].chain.empty());
  CHECK(facts.keys[0].certificate_position == 1);
  CHECK(facts.keys[2].certificate_position == 0);
  CHECK((facts.keys[2].public_key.algorithm == KeyAlgorithm::rsa));
  CHECK_FALSE(facts.is_empty_for_java());

  const std::string upside_down =
      files.write("reversed.pem", stores().gate.chain_pem() + orca.chain_pem() + orca.key_pem());
  const StoreFacts reversed = read_store(upside_down, Secret(), Secret()).value();
  REQUIRE(reversed.keys.size() == 1);
  CHECK(reversed.keys[0].chain.empty());
  CHECK(reversed.keys[0].certificate_position == 4);

  const std::string der = files.write("orca.der", std::string(orca.key.begin(), orca.key.end()));
  const StoreFacts der_facts = read_store(der, Secret(), Secret()).value();
  CHECK((der_facts.format == StoreFormat::der));
  REQUIRE(der_facts.keys.size() == 1);
  CHECK((der_facts.keys[0].encoding == KeyEncoding::pkcs8));
}

TEST_CASE("store: a PKCS#12 that needs a provider which is not there -> unsupported, and why") {
  ::setenv("OPENSSL_MODULES", "/nonexistent", 1);
  const std::string file = stores().path("legacy.p12");
  const auto facts = read_store(file, Secret(store_password), Secret());
  ::unsetenv("OPENSSL_MODULES");
  CHECK(ERR_peek_error() == 0);
  CHECK(facts.error() ==
        Error(Errc::unsupported,
              file + ": holds content that is encrypted with pbeWithSHA1And40BitRC2-CBC, which is "
                     "not supported: OpenSSL's legacy provider (legacy.so) is not installed here"));
}

TEST_SUITE_END();

}  // namespace telltale::pki
