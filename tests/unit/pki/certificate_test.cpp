#include "telltale/pki/certificate.hpp"

#include <algorithm>
#include <array>

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "der.hpp"
#include "support/mint.hpp"

namespace telltale::pki {

namespace {

using namespace std::chrono_literals;

Certificate parsed(ByteView der) {
  return parse_certificate(der).value();
}

/// Replaces `from` by `to`, of the same length, where it occurs first.
Bytes patched(Bytes der, const Bytes& from, const Bytes& to) {
  REQUIRE(from.size() == to.size());
  const auto at = std::ranges::search(der, from);
  REQUIRE_FALSE(at.empty());
  std::ranges::copy(to, at.begin());
  return der;
}

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

CivilTime civil(int year, unsigned month, unsigned day, std::chrono::seconds clock = 0s) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(day)) +
         clock;
}

}  // namespace

TEST_SUITE_BEGIN("pki");

TEST_CASE("certificate: a server's -> every fact as it was issued") {
  const mint::Ca ca({.common_name = "Root A"});
  const mint::Credential issued = ca.issue({.common_name = "gate",
                                            .organization = "Acme, Inc.",
                                            .country = "US",
                                            .dns = {"spin-gate", "*.spinnaker"},
                                            .ip = {"10.0.0.7", "fd00::8"},
                                            .uri = {"spiffe://lab/gate"},
                                            .email = {"gate@example.com"},
                                            .not_before = civil(2026, 1, 2, 3h),
                                            .not_after = civil(2027, 2, 3, 4h + 5min + 6s),
                                            .serial = 0x0a0b0c});
  const Certificate certificate = parsed(issued.leaf);
  CHECK(certificate.subject.rfc4514 == "CN=gate,O=Acme\\, Inc.,C=US");
  CHECK(certificate.subject.canonical == "cn=gate,o=acme\\, inc.,c=us");
  CHECK(certificate.subject.der == issued.subject_der());
  CHECK(certificate.issuer.der == ca.subject_der());
  CHECK(certificate.serial_number == "a0b0c");
  CHECK(certificate.validity == Validity{.not_before = civil(2026, 1, 2, 3h),
                                         .not_after = civil(2027, 2, 3, 4h + 5min + 6s)});
  CHECK(certificate.dns_names == std::vector<std::string>{"spin-gate", "*.spinnaker"});
  CHECK(certificate.ip_addresses == std::vector<std::string>{"10.0.0.7", "fd00::8"});
  CHECK(certificate.uris == std::vector<std::string>{"spiffe://lab/gate"});
  CHECK(certificate.email_addresses == std::vector<std::string>{"gate@example.com"});
  CHECK_FALSE(certificate.is_ca);
  CHECK(certificate.key_usage.value() == std::vector{KeyUsage::digital_signature});
  CHECK(certificate.allows_digital_signature);
  CHECK(certificate.extended_key_usage.value() ==
        std::vector{KeyPurpose::server_auth, KeyPurpose::client_auth});
  CHECK(certificate.public_key ==
        PublicKey{.algorithm = KeyAlgorithm::ec, .bits = 256, .curve = "prime256v1"});
  CHECK(certificate.signature == Signature{.name = "ecdsa-with-SHA256",
                                           .digest = "SHA256",
                                           .key_algorithm = KeyAlgorithm::ec});
  CHECK_FALSE(certificate.is_self_issued);
  CHECK(certificate.der == issued.leaf);
  CHECK(certificate.fingerprint_sha256.size() == 64);
}

TEST_CASE("certificate: fingerprint -> SHA-256 of the whole DER, as OpenSSL computes it") {
  const mint::Credential credential = mint::self_signed();
  std::array<std::uint8_t, 32> digest{};
  REQUIRE(EVP_Digest(credential.leaf.data(), credential.leaf.size(), digest.data(), nullptr,
                     EVP_sha256(), nullptr) == 1);
  CHECK(parsed(credential.leaf).fingerprint_sha256 == to_hex(digest));
}

TEST_CASE("certificate: an authority's -> a CA, issued by itself, without extended key usage") {
  const Certificate certificate = parsed(mint::Ca().certificate());
  CHECK(certificate.is_ca);
  CHECK(certificate.is_self_issued);
  CHECK_FALSE(certificate.extended_key_usage.has_value());
  CHECK_FALSE(certificate.allows_digital_signature);
  CHECK(certificate.dns_names.empty());
}

TEST_CASE("certificate: keys and signatures of every kind -> named") {
  struct Row {
    mint::KeyType key;
    mint::Digest digest;
    PublicKey public_key;
    Signature signature;
  };

  const Row rows[] = {
      {mint::KeyType::ec_p384,
       mint::Digest::sha1,
       {.algorithm = KeyAlgorithm::ec, .bits = 384, .curve = "secp384r1"},
       {.name = "ecdsa-with-SHA1", .digest = "SHA1", .key_algorithm = KeyAlgorithm::ec}},
      {mint::KeyType::rsa_2048,
       mint::Digest::sha256,
       {.algorithm = KeyAlgorithm::rsa, .bits = 2048},
       {.name = "sha256WithRSAEncryption", .digest = "SHA256", .key_algorithm = KeyAlgorithm::rsa}},
      {mint::KeyType::rsa_1024,
       mint::Digest::sha1,
       {.algorithm = KeyAlgorithm::rsa, .bits = 1024},
       {.name = "sha1WithRSAEncryption", .digest = "SHA1", .key_algorithm = KeyAlgorithm::rsa}},
      {mint::KeyType::ed25519,
       mint::Digest::sha256,
       {.algorithm = KeyAlgorithm::ed25519, .bits = 256},
       {.name = "ED25519", .digest = "", .key_algorithm = KeyAlgorithm::ed25519}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.signature.name);
    const Certificate certificate =
        parsed(mint::self_signed({.key_type = row.key, .digest = row.digest}).leaf);
    CHECK(certificate.public_key == row.public_key);
    CHECK(certificate.signature == row.signature);
  }
}

TEST_CASE("certificate: an elliptic curve OpenSSL does not know -> still EC, of no known size") {
  const Bytes prime256v1 = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};
  const Bytes nobodys = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 0x7f};
  const Certificate certificate = parsed(patched(mint::self_signed().leaf, prime256v1, nobodys));
  CHECK(certificate.public_key == PublicKey{.algorithm = KeyAlgorithm::ec});
}

TEST_CASE("certificate: usages left out or narrow -> told apart") {
  const auto issue = [](std::optional<std::vector<mint::KeyPurpose>> purposes,
                        std::optional<std::vector<mint::KeyUsage>> usages) {
    return parsed(mint::self_signed(
                      {.extended_key_usage = std::move(purposes), .key_usage = std::move(usages)})
                      .leaf);
  };
  using Purposes = std::vector<mint::KeyPurpose>;
  using Usages = std::vector<mint::KeyUsage>;
  CHECK_FALSE(issue(Purposes{}, Usages{}).extended_key_usage.has_value());
  CHECK_FALSE(issue(Purposes{}, Usages{}).key_usage.has_value());
  CHECK(issue(Purposes{}, Usages{}).allows_digital_signature);
  CHECK(issue(std::nullopt, Usages{mint::KeyUsage::key_agreement, mint::KeyUsage::crl_sign})
            .key_usage.value() == std::vector{KeyUsage::key_agreement, KeyUsage::crl_sign});
  CHECK(issue(Purposes{mint::KeyPurpose::client_auth}, std::nullopt).extended_key_usage.value() ==
        std::vector{KeyPurpose::client_auth});
  CHECK_FALSE(
      issue(std::nullopt, Usages{mint::KeyUsage::key_encipherment}).allows_digital_signature);
}

TEST_CASE("certificate: extended key usage that does not parse -> present, allows nothing") {
  // id-kp-serverAuth's tag becomes an INTEGER's.
  const Bytes server_auth = {0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 1};
  const Bytes integer = {0x02, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 1};
  const Certificate certificate = parsed(patched(mint::self_signed().leaf, server_auth, integer));
  REQUIRE(certificate.extended_key_usage.has_value());
  CHECK(certificate.extended_key_usage->empty());
  CHECK(certificate.other_purposes.empty());
  CHECK_FALSE(certificate.allows_digital_signature);
}

TEST_CASE("certificate: other purposes, and any -> named") {
  const Bytes leaf = mint::self_signed().leaf;
  const Bytes server_auth = {0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 1};
  const Bytes code_signing = {0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 3};
  const Certificate certificate = parsed(patched(leaf, server_auth, code_signing));
  CHECK(certificate.extended_key_usage.value() ==
        std::vector{KeyPurpose::other, KeyPurpose::client_auth});
  CHECK(certificate.other_purposes == std::vector<std::string>{"codeSigning"});
  const Bytes nobodys = {0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 0x7f};
  CHECK(parsed(patched(leaf, server_auth, nobodys)).other_purposes ==
        std::vector<std::string>{"1.3.6.1.5.5.7.3.127"});
}

TEST_CASE("certificate: serial numbers at their limits -> hexadecimal without leading zeroes") {
  CHECK(parsed(mint::self_signed({.serial = 0}).leaf).serial_number == "0");
  CHECK(parsed(mint::self_signed({.serial = 1}).leaf).serial_number == "1");
  CHECK(parsed(mint::self_signed({.serial = 0x80}).leaf).serial_number == "80");
  CHECK(parsed(mint::self_signed({.serial = ~std::uint64_t{0}}).leaf).serial_number ==
        "ffffffffffffffff");
  const Bytes version_and_serial = {0xa0, 3, 2, 1, 2, 2, 1, 0x7f};
  const Bytes negative = {0xa0, 3, 2, 1, 2, 2, 1, 0xf1};
  CHECK(parsed(patched(mint::self_signed({.serial = 0x7f}).leaf, version_and_serial, negative))
            .serial_number == "-f");
}

TEST_CASE("certificate: dates from 1950 to 9999 -> exact") {
  const CivilTime first = civil(1950, 1, 1);
  const CivilTime last = civil(9999, 12, 31, 24h - 1s);
  const Certificate certificate =
      parsed(mint::self_signed({.not_before = first, .not_after = last}).leaf);
  CHECK(certificate.validity == Validity{.not_before = first, .not_after = last});
}

TEST_CASE("certificate: a date that is none -> malformed") {
  const Bytes leaf = mint::self_signed({.not_before = civil(2026, 1, 2)}).leaf;
  for (const std::string_view date :
       {"261302000000Z", "260230000000Z", "2601020000 0Z", "260102250000Z", "26010200000ZZ"}) {
    CAPTURE(date);
    const auto result = parse_certificate(patched(leaf, bytes_of("260102000000Z"), bytes_of(date)));
    REQUIRE(result.has_error());
    CHECK(result.error() == Error(Errc::malformed, "a certificate has a date that is none"));
  }
}

TEST_CASE("certificate: control characters in a name -> spelled, not passed on") {
  const Bytes leaf = mint::self_signed({.dns = {"good.example"}}).leaf;
  const Certificate certificate = parsed(
      patched(leaf, bytes_of("good.example"), bytes_of(std::string("a\0\n\xff b.exampl", 12))));
  CHECK(certificate.dns_names == std::vector<std::string>{"a\\00\\0a\\ff\\20b.examp"});
}

TEST_CASE("certificate: cut short at any byte, or with a byte behind it -> malformed") {
  const Bytes whole = mint::self_signed({.dns = {"spin-gate"}}).leaf;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = parse_certificate(ByteView(whole).first(size));
    REQUIRE(cut.has_error());
    CHECK(cut.error().code() == Errc::malformed);
  }
  CHECK(parse_certificate(der::joined({whole, {0x00}})).error() ==
        Error(Errc::malformed, "a certificate has bytes behind it"));
}

TEST_CASE("certificate: any one byte wrong -> facts or malformed, and no stale OpenSSL error") {
  const Bytes whole =
      mint::self_signed({.dns = {"spin-gate"}, .ip = {"10.0.0.7"}, .uri = {"spiffe://x"}}).leaf;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const std::uint8_t wrong : Bytes{0x00, 0x7f, 0x80, 0xff}) {
      Bytes der = whole;
      der[at] = wrong;
      const auto result = parse_certificate(der);
      CHECK((result.has_value() || result.error().code() == Errc::malformed));
      CHECK(ERR_peek_error() == 0);
    }
  }
}

TEST_CASE("certificate: lengths that lie -> malformed") {
  const Bytes hostile[] = {
      {0x30, 0x84, 0xff, 0xff, 0xff, 0xff},
      {0x30, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x30},
      {0x30, 0x80, 0x30, 0x80, 0x30, 0x80},
      {0x30, 0x00},
      Bytes(1000, 0x30),
  };
  for (const Bytes& der : hostile) {
    const auto result = parse_certificate(der);
    REQUIRE(result.has_error());
    CHECK(result.error().code() == Errc::malformed);
  }
}

TEST_SUITE_END();

}  // namespace telltale::pki
