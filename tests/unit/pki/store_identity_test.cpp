// Identities and trust from stores that real tools write, and from DER.

#include <algorithm>
#include <array>

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "telltale/pki/identity.hpp"
#include "telltale/pki/trust_store.hpp"

#include "support/stores.hpp"
#include "unit/pki/keystores.hpp"

namespace telltale::pki {

namespace {

using support::stores;
using test::keystore;
using test::Passwords;

std::vector<Bytes> ders_of(const Chain& chain) {
  std::vector<Bytes> ders;
  for (const CertificatePtr& certificate : chain) {
    ders.push_back(certificate->der);
  }
  return ders;
}

std::vector<Bytes> whole_chain(const mint::Credential& credential) {
  std::vector<Bytes> ders = {credential.leaf};
  ders.insert(ders.end(), credential.chain.begin(), credential.chain.end());
  return ders;
}

/// Signs with the key and verifies with the leaf's.
bool signs(const Identity& identity) {
  const std::array<unsigned char, 4> text = {'t', 'e', 'x', 't'};
  std::array<unsigned char, 512> signature{};
  std::size_t size = signature.size();
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY* public_key = X509_get0_pubkey(identity.certificates().front());
  const bool is_good =
      EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, identity.key()) == 1 &&
      EVP_DigestSign(context, signature.data(), &size, text.data(), text.size()) == 1 &&
      EVP_MD_CTX_reset(context) == 1 &&
      EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, public_key) == 1 &&
      EVP_DigestVerify(context, signature.data(), size, text.data(), text.size()) == 1;
  EVP_MD_CTX_free(context);
  return is_good;
}

Error error_of(const IdentityFiles& files) {
  const auto identity = Identity::load(files);
  REQUIRE(identity.has_error());
  CHECK(ERR_peek_error() == 0);
  CHECK(identity.error().detail().find('\n') == std::string::npos);
  return identity.error();
}

}  // namespace

TEST_SUITE_BEGIN("pki");

TEST_CASE("identity: any format of one credential -> the same chain and a key that signs") {
  const Passwords passwords;
  for (const std::string_view name : {"modern.p12", "legacy.p12", "3des.p12", "nomac.p12",
                                      "plain.p12", "java.p12", "java_legacy.p12", "java.jks"}) {
    CAPTURE(name);
    const auto loaded = Identity::load(keystore(name, passwords.store));
    CHECK(ERR_peek_error() == 0);
    REQUIRE_MESSAGE(loaded.has_value(), loaded.error().detail());
    const Identity& identity = **loaded;
    CHECK(ders_of(identity.chain()) == whole_chain(stores().orca));
    CHECK(identity.chain_links());
    CHECK(signs(identity));
  }
}

TEST_CASE("identity: a store whose chain is disordered or missing -> in order, or what there is") {
  const Passwords passwords;
  const auto reversed = Identity::load(keystore("reversed.p12", passwords.store)).value();
  std::vector<Bytes> with_root = whole_chain(stores().orca);
  with_root.push_back(stores().root.certificate());
  CHECK(ders_of(reversed->chain()) == with_root);
  CHECK(reversed->chain_links());

  const auto leaf = Identity::load(keystore("leaf.p12", passwords.store)).value();
  CHECK(ders_of(leaf->chain()) == std::vector<Bytes>{stores().orca.leaf});
  CHECK(signs(*leaf));
}

TEST_CASE("identity: a store without a stated password -> none is tried, then changeit") {
  for (const std::string_view name : {"nopass.p12", "changeit.p12", "plain.p12"}) {
    CAPTURE(name);
    CHECK(signs(*Identity::load(keystore(name)).value()));
  }
  const std::string jks = stores().path("java.jks");
  CHECK(error_of(keystore("java.jks")) ==
        Error(Errc::wrong_password, jks + ": holds a private key (orca) that opens neither without "
                                          "a password nor with `changeit`; give its password"));
  const std::string pkcs12 = stores().path("modern.p12");
  CHECK(error_of(keystore("modern.p12")) ==
        Error(Errc::wrong_password,
              pkcs12 + ": opens neither without a password nor with `changeit`: give its password, "
                       "unless the file is damaged"));
}

TEST_CASE("identity: a store under a name that says otherwise -> told by its content") {
  const Passwords passwords;
  for (const std::string_view name : {"modern.p12", "java.jks"}) {
    const std::string file =
        passwords.files.write("tls.crt", support::bytes_of_file(stores().path(name)));
    CHECK(signs(*Identity::load({.certificate = file, .password = passwords.store}).value()));
  }
}

TEST_CASE("identity: several keys -> the one of the alias, or an error that lists them") {
  const Passwords passwords;
  for (const std::string_view name : {"two.p12", "two.jks"}) {
    CAPTURE(name);
    IdentityFiles files = keystore(name, passwords.store);
    const std::string detail = error_of(files).detail();
    CHECK((error_of(files).code() == Errc::invalid_value));
    CHECK((detail ==
               files.certificate + ": holds 2 private keys; choose one by its alias: orca, gate" ||
           detail ==
               files.certificate + ": holds 2 private keys; choose one by its alias: gate, orca"));
    files.alias = "ORCA";
    CHECK(Identity::load(files).value()->leaf().der == stores().orca.leaf);
    files.alias = "echo";
    CHECK(error_of(files).detail().starts_with(
        files.certificate + ": holds no private key under the alias echo, only "));
  }
}

TEST_CASE("identity: a key with a password of its own -> opened by that, or said so") {
  const Passwords passwords;
  IdentityFiles files = keystore("two.jks", passwords.store);
  files.alias = "gate";
  CHECK(error_of(files) ==
        Error(Errc::wrong_password,
              files.certificate + ": holds a private key (gate) that the store's password does not "
                                  "open; it may have one of its own"));
  files.key_password = passwords.other;
  const auto gate = Identity::load(files).value();
  CHECK(gate->leaf().der == stores().gate.leaf);
  CHECK(signs(*gate));
  files.alias = "orca";
  CHECK(error_of(files) ==
        Error(Errc::wrong_password, files.certificate + ": holds a private key (orca) that the "
                                                        "key's password does not open"));
}

TEST_CASE("identity: a wrong password for a store -> said, with the damage it may be") {
  const Passwords passwords;
  for (const std::string_view name :
       {"modern.p12", "legacy.p12", "nomac.p12", "java.p12", "java_legacy.p12", "java.jks"}) {
    CAPTURE(name);
    CHECK(error_of(keystore(name, passwords.other)) ==
          Error(Errc::wrong_password,
                stores().path(name) + ": does not open with the password given: it is wrong, or "
                                      "the file is damaged"));
  }
}

TEST_CASE("identity: a store without a key -> known by certificate only, unless a key is due") {
  const Passwords passwords;
  const std::string file = stores().path("nokeys.p12");
  const auto identity = Identity::load({.certificate = file, .password = passwords.store}).value();
  CHECK_FALSE(identity->has_key());
  CHECK(identity->chain().size() == 2);
  for (const std::string_view name : {"nokeys.p12", "trust.p12", "trust.jks"}) {
    CHECK(error_of(keystore(name, passwords.store)) ==
          Error(Errc::malformed, stores().path(name) + ": holds no private key"));
  }
}

TEST_CASE("identity: stores mixed up with a key's file -> which to leave out") {
  const Passwords passwords;
  const std::string store = stores().path("modern.p12");
  CHECK(
      error_of(
          {.certificate = store, .key = stores().path("orca.key"), .password = passwords.store}) ==
      Error(Errc::invalid_value,
            store + ": is a keystore, which holds its own key; leave out `key`"));
  CHECK(
      error_of(
          {.certificate = stores().path("orca.crt"), .key = store, .password = passwords.store}) ==
      Error(Errc::invalid_value,
            store + ": is a keystore, where a private key in PEM or DER was expected; a keystore "
                    "brings its own certificate"));
}

TEST_CASE("identity: certificate and key in DER, in every form -> loaded") {
  const Passwords passwords;
  const mint::TempDir& files = passwords.files;
  const auto path = [&](std::string_view name) { return (files.path() / name).string(); };
  const mint::Der& leaf = stores().gate.leaf;
  const std::string crt = files.write("crt", std::string(leaf.begin(), leaf.end()));
  const std::string pem = stores().path("gate.key");
  const std::vector<std::vector<std::string>> forms = {
      {"pkcs8", "-topk8", "-nocrypt"},
      {"pkcs8", "-topk8", "-passout", "file:" + passwords.other.name},
      {"pkcs8", "-topk8", "-passout", "file:" + passwords.other.name, "-v1", "PBE-MD5-DES"},
      {"pkcs8", "-topk8", "-passout", "file:" + passwords.other.name, "-scrypt"},
      {"rsa", "-traditional"},
  };
  for (const std::vector<std::string>& form : forms) {
    CAPTURE(form.back());
    std::vector<std::string> command = {"/usr/bin/openssl"};
    command.insert(command.end(), form.begin(), form.end());
    const std::vector<std::string> ends = {"-in",       pem,         "-outform",  "DER",
                                           "-out",      path("key"), "-provider", "legacy",
                                           "-provider", "default"};
    command.insert(command.end(), ends.begin(), ends.end());
    support::run_tool(command);
    CHECK(signs(
        *Identity::load({.certificate = crt, .key = path("key"), .key_password = passwords.other})
             .value()));
  }
  CHECK(error_of({.certificate = crt, .key = crt}) ==
        Error(Errc::malformed, crt + ": holds no private key"));
}

TEST_CASE("trust: any format of the same anchors -> those anchors, and the facts of the file") {
  const Passwords passwords;

  struct Row {
    std::string_view file;
    std::vector<std::string> anchors;
    bool is_empty_for_java = false;
  };

  const Row rows[] = {
      {"trust.p12", {"CN=Root A", "CN=Policy A"}},
      {"trust.jks", {"CN=Root A", "CN=Policy A"}},
      {"mixed.p12", {"CN=Root A"}},
      {"nokeys.p12", {"CN=Root A", "CN=Issuing A1"}, true},
      {"anchors.pem", {"CN=Root A", "CN=Issuing A1"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    const auto trust =
        TrustStore::load({.file = stores().path(row.file), .password = passwords.store}).value();
    std::vector<std::string> anchors;
    for (const CertificatePtr& anchor : trust->anchors()) {
      const std::string& name = anchor->subject.rfc4514;
      anchors.push_back(name.substr(0, name.find(',')));
    }
    if (anchors.front() == "CN=Policy A") {  // a JKS is a hash table
      std::ranges::reverse(anchors);
    }
    CHECK(anchors == row.anchors);
    REQUIRE(trust->facts().has_value());
    CHECK(trust->facts()->is_empty_for_java() == row.is_empty_for_java);
    const auto chain = Identity::load(keystore("modern.p12", passwords.store)).value()->chain();
    CHECK(trust->verify_client(chain, mint::an_hour_ago() + std::chrono::hours(1)).trusted);
  }
  CHECK_FALSE(TrustStore::from_pem(stores().root.certificate_pem()).value()->facts().has_value());
}

TEST_CASE("trust: a store of keys only -> an error, since it would trust nobody") {
  const Passwords passwords;
  for (const std::string_view name : {"modern.p12", "java.jks"}) {
    const std::string file = stores().path(name);
    CHECK(TrustStore::load({.file = file, .password = passwords.store}).error() ==
          Error(Errc::malformed, file + ": holds no certificate but those of its keys"));
  }
}

TEST_CASE("trust: a password that cannot be read or is wrong -> which key names it") {
  const Passwords passwords;
  const std::string file = stores().path("trust.jks");
  CHECK(
      TrustStore::load({.file = file, .password = SecretSource::in_file("/nonexistent")}).error() ==
      Error(Errc::unreadable, "password_file: cannot be read: No such file or directory"));
  CHECK(TrustStore::load({.file = file, .password = SecretSource::in_environment("NO_SUCH")})
            .error()
            .detail()
            .starts_with("password_env: "));
  CHECK((TrustStore::load({.file = file, .password = passwords.other}).error().code() ==
         Errc::wrong_password));
  CHECK(TrustStore::load({.file = file}).has_value());
}

TEST_SUITE_END();

}  // namespace telltale::pki
