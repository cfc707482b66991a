// Every key that a file offers, from stores that keytool and openssl write.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <openssl/err.h>

#include "telltale/enum_names.hpp"
#include "telltale/pki/identity.hpp"

#include "support/stores.hpp"
#include "unit/pki/keystores.hpp"

namespace telltale::pki {

namespace {

using support::store_password;
using support::stores;
using test::keystore;
using test::Passwords;

/// `orca pkcs12 3, gate pkcs12 3 unseen`: alias, encoding, length of the chain.
std::string told(const std::vector<KeyEntry>& keys) {
  std::string text;
  for (const KeyEntry& key : keys) {
    text += text.empty() ? "" : ", ";
    text += key.alias.empty() ? "" : key.alias + ' ';
    text += key.encoding ? std::string(name_of(*key.encoding)) : "no key";
    text += ' ' + std::to_string(key.identity->chain().size());
    text += key.is_seen_by_java ? "" : " unseen";
    CHECK(key.identity->has_key() == key.encoding.has_value());
  }
  return text;
}

/// What load_keys says of a file, be it keys or an error.
std::string keys_of(const IdentityFiles& files) {
  const Result<std::vector<KeyEntry>> keys = load_keys(files);
  CHECK(ERR_peek_error() == 0);
  return keys ? told(*keys) : keys.error().detail();
}

}  // namespace

TEST_SUITE_BEGIN("pki");

TEST_CASE("keys: a store of several -> all, in the order of the file, each with its chain") {
  const Passwords passwords;
  const IdentityFiles files = keystore("two.p12", passwords.store);
  const std::vector<KeyEntry> keys = load_keys(files).value();
  const StoreFacts facts =
      read_store(files.certificate, Secret(std::string(store_password)), {}).value();
  REQUIRE(keys.size() == 2);
  REQUIRE(facts.keys.size() == 2);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    CHECK(keys[i].alias == facts.keys[i].alias);
    const mint::Credential& held = keys[i].alias == "orca" ? stores().orca : stores().gate;
    CHECK(keys[i].identity->leaf().der == held.leaf);
    CHECK(keys[i].identity->chain().size() == facts.keys[i].chain.size());
    CHECK(keys[i].identity->chain_links());
    CHECK((keys[i].encoding == KeyEncoding::pkcs12));
    CHECK(keys[i].is_seen_by_java);
  }
}

TEST_CASE("keys: a JKS whose keys share a password -> all; one of its own -> an error names it") {
  const Passwords passwords;
  IdentityFiles files = keystore("two.jks", passwords.store);
  const std::string damage = files.certificate +
                             ": holds a private key (gate) that the store's password does not "
                             "open; it may have one of its own";
  CHECK(keys_of(files) == damage);

  const std::string same = (passwords.files.path() / "same.jks").string();
  for (const char* const from : {"java.p12", "gate.p12"}) {
    support::run_tool({"/usr/bin/keytool", "-importkeystore", "-noprompt", "-srckeystore",
                       stores().path(from), "-srcstorepass", std::string(store_password),
                       "-destkeystore", same, "-deststoretype", "JKS", "-deststorepass",
                       std::string(store_password)});
  }
  files.certificate = same;
  const StoreFacts facts = read_store(same, Secret(std::string(store_password)), {}).value();
  const std::vector<KeyEntry> keys = load_keys(files).value();
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].alias == facts.keys[0].alias);
  CHECK(keys[1].alias == facts.keys[1].alias);
  CHECK((keys[0].encoding == KeyEncoding::jks));
  CHECK(Identity::load(files).error().detail().starts_with(
      same + ": holds 2 private keys; choose one by its alias: "));
}

TEST_CASE("keys: an alias -> its key alone, as Identity::load has it") {
  const Passwords passwords;
  for (const std::string_view name : {"two.p12", "two.jks"}) {
    CAPTURE(name);
    IdentityFiles files = keystore(name, passwords.store);
    files.alias = "ORCA";
    const std::vector<KeyEntry> keys = load_keys(files).value();
    REQUIRE(keys.size() == 1);
    CHECK(keys[0].alias == "orca");
    CHECK(keys[0].identity->leaf().der == stores().orca.leaf);
    files.alias = "echo";
    CHECK(keys_of(files) == Identity::load(files).error().detail());
  }
}

TEST_CASE("keys: a key in a file -> how it is written there; none -> the certificate by itself") {
  const Passwords passwords;
  const mint::TempDir& files = passwords.files;
  const auto path = [&](std::string_view name) { return (files.path() / name).string(); };
  const std::string crt = stores().path("gate.crt");
  const auto convert = [&](std::vector<std::string> command) {
    command.insert(command.begin(), "/usr/bin/openssl");
    command.insert(command.end(), {"-in", stores().path("gate.key"), "-out", path("key")});
    support::run_tool(command);
  };
  const std::string pass_out = "file:" + passwords.other.name;

  struct Row {
    std::vector<std::string> command;
    std::string_view told;
  };

  for (const Row& row : {
           Row{{"pkcs8", "-topk8", "-nocrypt"}, "pkcs8 3"},
           Row{{"pkcs8", "-topk8", "-passout", pass_out}, "encrypted_pkcs8 3"},
           Row{{"rsa", "-traditional"}, "pkcs1 3"},
           Row{{"rsa", "-traditional", "-aes128", "-passout", pass_out}, "encrypted_traditional 3"},
           Row{{"pkcs8", "-topk8", "-nocrypt", "-outform", "DER"}, "der 3"},
           Row{{"rsa", "-traditional", "-outform", "DER"}, "der 3"},
       }) {
    CAPTURE(row.told);
    convert(row.command);
    CHECK(keys_of({.certificate = crt, .key = path("key"), .key_password = passwords.other}) ==
          row.told);
  }
  convert({"rsa", "-traditional"});
  const std::string both =
      files.write("both.pem", support::bytes_of_file(path("key")) + support::bytes_of_file(crt));
  CHECK(keys_of({.certificate = both}) == "pkcs1 3");
  const std::string sec1 = (files.path() / "sec1").string();
  support::run_tool({"/usr/bin/openssl", "ec", "-in", stores().path("orca.key"), "-out", sec1});
  CHECK(keys_of({.certificate = stores().path("orca.crt"), .key = sec1}) == "sec1 1");

  CHECK(keys_of({.certificate = crt}) == "no key 3");
  CHECK(keys_of({.certificate = stores().path("nokeys.p12"), .password = passwords.store}) ==
        "no key 2");
  CHECK(keys_of(keystore("modern.p12", passwords.store)) == "orca pkcs12 3");
}

TEST_CASE("keys: what Identity::load refuses -> refused in the same words") {
  const Passwords passwords;
  for (const IdentityFiles& files : {
           IdentityFiles{.certificate = "/none.pem"},
           keystore("two.p12", passwords.other),
           keystore("trust.p12", passwords.store),
           IdentityFiles{.certificate = stores().path("gate.crt"),
                         .key = stores().path("orca.key")},
           IdentityFiles{.certificate = stores().path("gate.crt"), .alias = "gate"},
           IdentityFiles{.certificate = stores().path("modern.p12"),
                         .key = stores().path("orca.key"),
                         .password = passwords.store},
       }) {
    CAPTURE(files.certificate);
    CHECK((load_keys(files).error() == Identity::load(files).error()));
  }
}

TEST_CASE("leaf_only: a chain -> its first certificate with the same key") {
  const Passwords passwords;
  const IdentityPtr whole = Identity::load(keystore("modern.p12", passwords.store)).value();
  REQUIRE(whole->chain().size() == 3);
  const IdentityPtr leaf = whole->leaf_only();
  CHECK(leaf->chain() == Chain{whole->chain().front()});
  CHECK(leaf->certificates().size() == 1);
  CHECK(leaf->key() == whole->key());
  CHECK(leaf->chain_links());

  const IdentityPtr bare =
      Identity::load({.certificate = stores().path("gate.crt")}).value()->leaf_only();
  CHECK_FALSE(bare->has_key());
  CHECK(bare->chain().size() == 1);
}

TEST_SUITE_END();

}  // namespace telltale::pki
