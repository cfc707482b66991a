#include "support/mint.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "support/keys.hpp"
#include "support/openssl_ptr.hpp"
#include "support/pem.hpp"

namespace telltale::mint {

namespace {

using StorePtr = std::unique_ptr<X509_STORE, support::Deleter<X509_STORE_free>>;
using StoreCtxPtr = std::unique_ptr<X509_STORE_CTX, support::Deleter<X509_STORE_CTX_free>>;

/// X509_V_OK, or the first error libcrypto finds in the credential's chain up to `root`.
int verify(const Credential& credential, const Ca& root) {
  const StorePtr store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), parse_certificate(root.certificate()).get());
  STACK_OF(X509)* chain = sk_X509_new_null();
  for (const Der& certificate : credential.chain) {
    sk_X509_push(chain, parse_certificate(certificate).release());
  }
  const support::X509Ptr leaf = parse_certificate(credential.leaf);
  const StoreCtxPtr context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), chain);
  X509_verify_cert(context.get());
  const int error = X509_STORE_CTX_get_error(context.get());
  sk_X509_pop_free(chain, X509_free);
  return error;
}

bool key_fits(const Credential& credential) {
  const support::X509Ptr leaf = parse_certificate(credential.leaf);
  return X509_check_private_key(leaf.get(), parse_key(credential.key).get()) == 1;
}

bool parses_with_password(const std::string& pem, std::string password) {
  const support::BioPtr memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const support::KeyPtr key(
      PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, password.data()));
  return key != nullptr;
}

}  // namespace

TEST_SUITE_BEGIN("support");

TEST_CASE("mint: every key type and digest -> a chain that verifies and a key that fits") {
  const Ca root({.common_name = "Root"});
  for (const KeyType type : {KeyType::ec_p256, KeyType::ec_p384, KeyType::rsa_2048,
                             KeyType::rsa_1024, KeyType::ed25519}) {
    for (const Digest digest : {Digest::sha256, Digest::sha1}) {
      CAPTURE(static_cast<int>(type));
      const Ca issuing =
          root.intermediate({.common_name = "Issuing", .key_type = type, .digest = digest});
      const Credential leaf = issuing.issue(
          {.dns = {"spin-gate"}, .ip = {"127.0.0.1"}, .key_type = type, .digest = digest});
      CHECK(verify(leaf, root) == X509_V_OK);
      CHECK(key_fits(leaf));
      CHECK(leaf.chain == std::vector<Der>{issuing.certificate()});
      CHECK(leaf.issuer_der() == issuing.subject_der());
    }
  }
}

TEST_CASE("mint: a CA of the same name and another key -> does not verify") {
  for (const KeyType type : {KeyType::ec_p256, KeyType::rsa_2048}) {
    const Ca one({.common_name = "Root", .key_type = type});
    const Ca other({.common_name = "Root", .key_type = type});
    CHECK(one.subject_der() == other.subject_der());
    CHECK(verify(one.issue(), one) == X509_V_OK);
    CHECK(verify(one.issue(), other) != X509_V_OK);
  }
}

TEST_CASE("mint: a respelled CA -> another DER name with the same key") {
  const Ca root({.common_name = "Root A"});
  const Ca printable =
      root.respelled({.common_name = "Root A", .string_type = StringType::printable});
  const Ca spaced = root.respelled({.common_name = "root  a"});
  CHECK(printable.subject_der() != root.subject_der());
  CHECK(spaced.subject_der() != root.subject_der());
  CHECK(verify(printable.issue(), root) == X509_V_OK);
  CHECK(verify(spaced.issue(), root) == X509_V_OK);
}

TEST_CASE("mint: validity -> judged by it") {
  const Ca root;
  CHECK(verify(root.issue({.not_after = an_hour_ago()}), root) == X509_V_ERR_CERT_HAS_EXPIRED);
  CHECK(verify(root.issue({.not_before = in_a_year() - std::chrono::hours(1)}), root) ==
        X509_V_ERR_CERT_NOT_YET_VALID);
}

TEST_CASE("mint: extensions -> as asked") {
  const Ca root;
  const auto flags = [](const Credential& credential) {
    return X509_get_extended_key_usage(parse_certificate(credential.leaf).get());
  };
  CHECK(flags(root.issue()) == (XKU_SSL_SERVER | XKU_SSL_CLIENT));
  const std::vector server_only = {KeyPurpose::server_auth};
  CHECK(flags(root.issue({.extended_key_usage = server_only})) == XKU_SSL_SERVER);
  CHECK(flags(root.issue({.extended_key_usage = std::vector<KeyPurpose>{}})) == UINT32_MAX);

  const auto named = parse_certificate(
      root.issue({.dns = {"a.test", "*.b.test"}, .ip = {"::1"}, .uri = {"spiffe://t/x"}}).leaf);
  CHECK(X509_check_host(named.get(), "a.test", 0, 0, nullptr) == 1);
  CHECK(X509_check_host(named.get(), "x.b.test", 0, 0, nullptr) == 1);
  CHECK(X509_check_ip_asc(named.get(), "::1", 0) == 1);
  CHECK(X509_check_host(named.get(), "telltale test", 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                        nullptr) == 0);
  CHECK(ASN1_INTEGER_get(X509_get0_serialNumber(
            parse_certificate(root.issue({.serial = 4711}).leaf).get())) == 4711);
}

TEST_CASE("mint: keys as PEM -> the header of the format and a password where asked") {
  const Credential rsa = self_signed({.key_type = KeyType::rsa_1024});
  const Credential elliptic = self_signed();
  CHECK(rsa.key_pem().starts_with("-----BEGIN PRIVATE KEY-----"));
  CHECK(rsa.key_pem(KeyFormat::pkcs1).starts_with("-----BEGIN RSA PRIVATE KEY-----"));
  CHECK(elliptic.key_pem(KeyFormat::pkcs1).starts_with("-----BEGIN EC PRIVATE KEY-----"));
  const std::string encrypted = elliptic.encrypted_key_pem("correct horse");
  CHECK(encrypted.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  CHECK(parses_with_password(encrypted, "correct horse"));
  CHECK_FALSE(parses_with_password(encrypted, "wrong"));
}

TEST_CASE("mint: padding names -> exactly as many bytes as asked and all different") {
  for (const std::size_t total : {64UL, 100UL, 1000UL, 61440UL, 65535UL}) {
    std::vector<Der> names = padding_names_of_size(total);
    const auto add = [](std::size_t sum, const Der& name) { return sum + name.size() + 2; };
    CHECK(std::accumulate(names.begin(), names.end(), std::size_t{0}, add) == total);
    std::sort(names.begin(), names.end());
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  }
  CHECK_THROWS(static_cast<void>(padding_names_of_size(63)));
  CHECK_THROWS(static_cast<void>(padding_names_of_size(65536)));
}

TEST_CASE("mint: what is written as PEM -> is read back the same") {
  const Ca root;
  const Ca issuing = root.intermediate({.common_name = "Issuing"});
  const Credential leaf = issuing.issue();
  const TempDir files;
  const std::string certificate = files.write("leaf.pem", leaf.chain_pem());
  CHECK(support::read_credential(certificate, files.write("leaf.key", leaf.key_pem())) == leaf);
  CHECK(support::read_credential(certificate,
                                 files.write("ec.key", leaf.key_pem(KeyFormat::pkcs1))) == leaf);
  const std::vector<Der> bundle = {root.certificate(), issuing.certificate()};
  CHECK(support::read_certificates(files.write("bundle.pem", to_pem(bundle))) == bundle);
  CHECK(subjects_of(bundle) == std::vector<Der>{root.subject_der(), issuing.subject_der()});

  const std::string empty = files.write("empty.pem", "nothing\n");
  CHECK_THROWS_WITH(static_cast<void>(support::read_certificates(empty)),
                    (empty + ": holds no PEM certificate").c_str());
  CHECK_THROWS_WITH(static_cast<void>(support::read_certificates("/nowhere")),
                    "/nowhere: cannot be read");
}

TEST_CASE("TempDir: files -> readable by the owner alone and gone with the directory") {
  std::filesystem::path path;
  {
    const TempDir directory;
    path = directory.path();
    const std::string file = directory.write("sub/key.pem", "secret");
    CHECK(std::filesystem::file_size(file) == 6);
    CHECK(std::filesystem::status(file).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_SUITE_END();

}  // namespace telltale::mint
