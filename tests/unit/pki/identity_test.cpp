#include "telltale/pki/identity.hpp"

#include <stdexcept>

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "pki/openssl.hpp"
#include "support/mint.hpp"

namespace telltale::pki {

namespace {

using namespace std::chrono_literals;

/// A certificate under an intermediate, and files to put it in.
struct Fixture {
  mint::Ca root{{.common_name = "Root A"}};
  mint::Ca issuing = root.intermediate({.common_name = "Issuing A1"});
  mint::Credential gate = issuing.issue({.common_name = "gate"});
  mint::TempDir files;

  [[nodiscard]] std::string path(std::string_view name) const {
    return (files.path() / name).string();
  }
};

/// The traditional encryption of OpenSSL, which older guides and tools still write.
std::string encrypted_traditionally(const mint::Credential& credential, std::string_view password) {
  const unsigned char* next = credential.key.data();
  const EvpPkeyPtr key(
      d2i_AutoPrivateKey(nullptr, &next, static_cast<long>(credential.key.size())));
  const BioPtr memory(BIO_new(BIO_s_mem()));
  REQUIRE(PEM_write_bio_PrivateKey_traditional(
              memory.get(), key.get(), EVP_aes_128_cbc(),
              reinterpret_cast<const unsigned char*>(password.data()),
              static_cast<int>(password.size()), nullptr, nullptr) == 1);
  return text_of(*memory);
}

Error error_of(const IdentityFiles& files) {
  const auto identity = Identity::load(files);
  REQUIRE(identity.has_error());
  CHECK(ERR_peek_error() == 0);
  return identity.error();
}

}  // namespace

TEST_SUITE_BEGIN("pki");

TEST_CASE("identity: chain and key in their own files -> both, leaf first, linked") {
  const Fixture f;
  const auto identity =
      Identity::load({.certificate = f.files.write("gate.crt", f.gate.chain_pem()),
                      .key = f.files.write("gate.key", f.gate.key_pem())})
          .value();
  REQUIRE(identity->chain().size() == 2);
  CHECK(identity->leaf().der == f.gate.leaf);
  CHECK(identity->chain()[1]->der == f.gate.chain.front());
  CHECK(identity->chain_links());
  REQUIRE(identity->has_key());
  REQUIRE(identity->certificates().size() == 2);
  CHECK(X509_check_private_key(identity->certificates().front(), identity->key()) == 1);
}

TEST_CASE("identity: no key anywhere -> known by certificate only") {
  const Fixture f;
  const auto identity =
      Identity::load({.certificate = f.files.write("gate.crt", f.gate.certificate_pem())}).value();
  CHECK_FALSE(identity->has_key());
  CHECK(identity->key() == nullptr);
  CHECK(identity->chain().size() == 1);
  CHECK(identity->chain_links());
}

TEST_CASE("identity: the key in the certificate's file, before or behind -> found") {
  const Fixture f;
  for (const std::string& text :
       {f.gate.chain_pem() + f.gate.key_pem(), f.gate.key_pem() + f.gate.chain_pem(),
        "Bag Attributes\n    friendlyName: gate\n" + f.gate.chain_pem() + "\n\nkey:\n" +
            f.gate.key_pem()}) {
    const auto identity = Identity::load({.certificate = f.files.write("gate.pem", text)}).value();
    CHECK(identity->has_key());
    CHECK(identity->chain().size() == 2);
    CHECK(Identity::from_pem(text, "").value()->has_key());
  }
}

TEST_CASE("identity: line ends of Windows -> read all the same") {
  const Fixture f;
  std::string text;
  for (const char c : f.gate.chain_pem() + f.gate.key_pem()) {
    text += c == '\n' ? "\r\n" : std::string(1, c);
  }
  CHECK(Identity::from_pem(text, "").value()->has_key());
}

TEST_CASE("identity: a chain that does not link -> loaded, and said so") {
  const Fixture f;
  const mint::Ca stranger({.common_name = "Issuing A1"});
  const std::string text = f.gate.certificate_pem() + stranger.certificate_pem();
  const auto identity = Identity::from_pem(text, f.gate.key_pem()).value();
  CHECK(identity->chain().size() == 2);
  CHECK_FALSE(identity->chain_links());

  const std::string whole = f.gate.chain_pem() + f.root.certificate_pem();
  CHECK(Identity::from_pem(whole, "").value()->chain_links());
}

TEST_CASE("identity: keys of every kind and form -> read") {
  const mint::TempDir files;
  const std::string password_file = files.write("password", "hunter2\n");
  for (const mint::KeyType type : {mint::KeyType::ec_p256, mint::KeyType::ec_p384,
                                   mint::KeyType::rsa_2048, mint::KeyType::ed25519}) {
    const mint::Credential own = mint::self_signed({.key_type = type});
    std::vector<std::string> texts = {own.key_pem(), own.encrypted_key_pem("hunter2")};
    if (type != mint::KeyType::ed25519) {
      texts.push_back(own.key_pem(mint::KeyFormat::pkcs1));
      texts.push_back(encrypted_traditionally(own, "hunter2"));
    }
    for (const std::string& text : texts) {
      CAPTURE(text.substr(0, text.find('\n')));
      const auto identity = Identity::load({.certificate = files.write("crt", own.chain_pem()),
                                            .key = files.write("key", text),
                                            .key_password = SecretSource::in_file(password_file)});
      CHECK(identity.value()->has_key());
    }
  }
}

TEST_CASE("identity: EC parameters before the key, as openssl ecparam writes them -> skipped") {
  const Fixture f;
  const std::string parameters =
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  const std::string key = parameters + f.gate.key_pem(mint::KeyFormat::pkcs1);
  CHECK(Identity::from_pem(f.gate.chain_pem(), key).value()->has_key());
}

TEST_CASE("identity: an encrypted key and no password, or a wrong one -> says which") {
  const Fixture f;
  const std::string crt = f.files.write("gate.crt", f.gate.chain_pem());
  for (const std::string& text :
       {f.gate.encrypted_key_pem("hunter2"), encrypted_traditionally(f.gate, "hunter2")}) {
    const std::string key = f.files.write("gate.key", text);
    CHECK(error_of({.certificate = crt, .key = key}) ==
          Error(Errc::wrong_password,
                key + ": holds an encrypted private key, and no password was given"));
    for (const std::string_view wrong : {"hunter3", "hunter2 ", "\n\n", "a"}) {
      CHECK(error_of({.certificate = crt,
                      .key = key,
                      .key_password = SecretSource::in_file(f.files.write("password", wrong))}) ==
            Error(Errc::wrong_password,
                  key + ": holds a private key that the password given does not open"));
    }
    CHECK(error_of({.certificate = f.files.write("both.pem", f.gate.chain_pem() + text)}).code() ==
          Errc::wrong_password);
  }
}

TEST_CASE("identity: any wrong password -> wrong password, whatever it decrypts to") {
  // One wrong password in 256 yields good padding and then garbage.
  const Fixture f;
  const std::string traditional = encrypted_traditionally(f.gate, "hunter2");
  for (int i = 0; i < 600; ++i) {
    const auto identity =
        Identity::from_pem(f.gate.chain_pem(), traditional, Secret("wrong" + std::to_string(i)));
    REQUIRE(identity.has_error());
    REQUIRE((identity.error().code() == Errc::wrong_password));
  }
}

TEST_CASE(
    "identity: a key encrypted with a cipher nobody here has -> unsupported, not the password") {
  const Fixture f;
  std::string text = encrypted_traditionally(f.gate, "hunter2");
  text.replace(text.find("AES-128-CBC"), 11, "NO-SUCH-ONE");
  const auto identity = Identity::from_pem(f.gate.chain_pem(), text, Secret("hunter2"));
  CHECK(identity.error() ==
        Error(Errc::unsupported,
              "key: holds a private key encrypted in a way not supported: unsupported encryption"));
}

TEST_CASE("identity: files missing or not what they should be -> one sentence with the file") {
  const Fixture f;
  const std::string crt = f.files.write("gate.crt", f.gate.chain_pem());
  const std::string key = f.files.write("gate.key", f.gate.key_pem());
  const std::string missing = f.path("missing");
  const std::string garbage = f.files.write("garbage", "garbage");
  const std::string empty = f.files.write("empty", "");
  const std::string jceks = f.files.write("gate.jks", "\xce\xce\xce\xce and so on");
  const std::string truncated = f.files.write("cut.crt", f.gate.certificate_pem().substr(0, 200));
  const std::string damaged = f.files.write(
      "damaged.crt", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n");
  const std::string no_der = f.files.write("no_der.crt", f.gate.certificate_pem() +
                                                             "-----BEGIN CERTIFICATE-----\nAAAA\n"
                                                             "-----END CERTIFICATE-----\n");
  const std::string bad_key =
      f.files.write("bad.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  const std::string odd_key = f.files.write(
      "odd.key", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");

  const std::string no_format =
      ": is neither PEM (no line begins with -----BEGIN) nor DER, PKCS#12 or JKS";

  struct Row {
    IdentityFiles files;
    Errc code;
    std::string detail;
  };

  const Row rows[] = {
      {{.certificate = missing},
       Errc::unreadable,
       missing + ": cannot be read: No such file or directory"},
      {{.certificate = crt, .key = missing},
       Errc::unreadable,
       missing + ": cannot be read: No such file or directory"},
      {{.certificate = crt, .key = key, .key_password = SecretSource::in_file(missing)},
       Errc::unreadable,
       "key_password_file: cannot be read: No such file or directory"},
      {{.certificate = f.files.path().string()},
       Errc::unreadable,
       f.files.path().string() + ": cannot be read: Is a directory"},
      {{.certificate = crt, .key = key, .key_password = SecretSource::in_environment("NO_SUCH")},
       Errc::invalid_value,
       "key_password_env: names an environment variable that is not set; set it to the password"},
      {{.certificate = crt, .password = SecretSource::in_file(missing)},
       Errc::unreadable,
       "password_file: cannot be read: No such file or directory"},
      {{.certificate = garbage}, Errc::malformed, garbage + no_format},
      {{.certificate = crt, .key = garbage}, Errc::malformed, garbage + no_format},
      {{.certificate = empty},
       Errc::malformed,
       empty + ": is empty, where PEM, DER, PKCS#12 or JKS was expected"},
      {{.certificate = jceks},
       Errc::unsupported,
       jceks + ": is a Java keystore of type JCEKS, which is not read; convert it with keytool "
               "-importkeystore -deststoretype PKCS12"},
      {{.certificate = crt, .is_keystore = true}, Errc::malformed, crt + ": holds no private key"},
      {{.certificate = crt, .alias = "gate"},
       Errc::invalid_value,
       crt + ": is no PKCS#12 or JKS, and its keys have no aliases; leave out `alias`"},
      {{.certificate = key}, Errc::malformed, key + ": holds no certificate, only PRIVATE KEY"},
      {{.certificate = crt, .key = crt}, Errc::malformed, crt + ": holds no private key"},
      {{.certificate = truncated},
       Errc::malformed,
       truncated + ": has a damaged PEM block (the 1. of the file): bad end line"},
      {{.certificate = damaged},
       Errc::malformed,
       damaged + ": has a damaged PEM block (the 1. of the file): bad base64 decode"},
      {{.certificate = no_der},
       Errc::malformed,
       no_der + ": certificate 2 cannot be read: reading a certificate: wrong tag"},
      {{.certificate = crt, .key = bad_key},
       Errc::malformed,
       bad_key + ": holds a private key that cannot be read: wrong tag"},
      {{.certificate = crt, .key = odd_key},
       Errc::unsupported,
       odd_key + ": holds a private key in a form not supported: OPENSSH PRIVATE KEY"},
  };
  for (const Row& row : rows) {
    const Error error = error_of(row.files);
    CHECK(error.detail() == row.detail);
    CHECK((error.code() == row.code));
  }
}

TEST_CASE("identity: a key that is another's -> says whose certificate it should open") {
  const Fixture f;
  const mint::Credential other = f.root.issue({.common_name = "orca"});
  const std::string crt = f.files.write("gate.crt", f.gate.certificate_pem());
  const std::string key = f.files.write("orca.key", other.key_pem());
  CHECK(error_of({.certificate = crt, .key = key}) ==
        Error(Errc::key_mismatch,
              key + ": the private key does not belong to the first certificate of " + crt +
                  " (CN=gate,O=Telltale Tests)"));

  const std::string disordered = f.files.write(
      "disordered.pem", f.root.certificate_pem() + f.gate.certificate_pem() + f.gate.key_pem());
  CHECK(error_of({.certificate = disordered}) ==
        Error(Errc::key_mismatch,
              disordered + ": the private key does not belong to the first certificate of " +
                  disordered +
                  " (CN=Root A,O=Telltale Tests) but to certificate 2 (CN=gate,O=Telltale Tests), "
                  "which must come first"));
}

TEST_CASE("identity: from texts -> errors speak of certificate and key") {
  const Fixture f;
  const std::string chain = f.gate.chain_pem();
  CHECK(Identity::from_pem("", "").error().detail() ==
        "certificate: is empty, where PEM was expected");
  CHECK(Identity::from_pem(chain, "x").error().detail() ==
        "key: is not PEM: no line begins with -----BEGIN");
  CHECK(Identity::from_pem(chain, chain).error().detail() == "key: holds no private key");
  CHECK(Identity::from_pem(chain, mint::self_signed().key_pem()).error().detail() ==
        "key: the private key does not belong to the first certificate of certificate "
        "(CN=gate,O=Telltale Tests)");
  CHECK(Identity::from_pem(chain, f.gate.encrypted_key_pem("a"), Secret("a")).value()->has_key());
}

TEST_CASE("identity: PEM cut short at any byte -> an identity or an error, never more") {
  const mint::Credential own = mint::self_signed();
  const std::string text = own.encrypted_key_pem("a") + own.certificate_pem();
  for (std::size_t size = 0; size < text.size(); size += 3) {
    const auto identity = Identity::from_pem(text.substr(0, size), "", Secret("a"));
    CHECK((identity.has_value() || !identity.error().detail().empty()));
  }
}

TEST_CASE("stranger: made -> self-signed by nobody known, for clients, valid around now") {
  const CivilTime now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 3h;
  for (const KeyAlgorithm algorithm : {KeyAlgorithm::ec, KeyAlgorithm::rsa}) {
    const auto stranger = Identity::make_stranger(algorithm, now, 30 * 24h);
    REQUIRE(stranger->chain().size() == 1);
    const Certificate& leaf = stranger->leaf();
    CHECK((leaf.public_key.algorithm == algorithm));
    CHECK(leaf.public_key.bits == (algorithm == KeyAlgorithm::ec ? 256 : 2048));
    CHECK(leaf.subject.rfc4514 == "CN=telltale stranger");
    CHECK(leaf.is_self_issued);
    CHECK_FALSE(leaf.is_ca);
    CHECK(leaf.allows_digital_signature);
    CHECK(leaf.extended_key_usage.value() == std::vector{KeyPurpose::client_auth});
    CHECK(leaf.validity.not_before == now - 24h);
    CHECK(leaf.validity.not_after == now + 29 * 24h);
    X509* certificate = stranger->certificates().front();
    CHECK(X509_check_private_key(certificate, stranger->key()) == 1);
    CHECK(X509_verify(certificate, stranger->key()) == 1);
    CHECK(X509_get_ext_count(certificate) == 3);
    CHECK(leaf.serial_number !=
          Identity::make_stranger(algorithm, now, 30 * 24h)->leaf().serial_number);
  }
  CHECK_THROWS_AS(static_cast<void>(Identity::make_stranger(KeyAlgorithm::dsa, now, 1h)),
                  std::invalid_argument);
}

TEST_SUITE_END();

}  // namespace telltale::pki
