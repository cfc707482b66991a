// Stores that are cut off, altered or hostile: one line each, and never a wrong success.

#include <algorithm>

#include <doctest/doctest.h>
#include <openssl/err.h>

#include "telltale/pki/store.hpp"

#include "pki/jks_key_protector.hpp"
#include "pki/read_jks.hpp"
#include "pki/read_pkcs12.hpp"
#include "support/stores.hpp"

namespace telltale::pki {

namespace {

using support::store_password;
using support::stores;

std::string bytes_of(std::string_view name) {
  return support::bytes_of_file(stores().path(name));
}

/// With the store's password, or without one.
Result<StoreFacts> read(std::string_view bytes, std::string_view password = store_password,
                        std::int64_t max_iterations = 20'000) {
  const Secret store(password);
  const Secret key;
  const StorePasswords passwords{.store = store, .key = key};
  const bool is_jks = bytes.starts_with("\xfe\xed\xfe\xed");
  const auto content = is_jks ? read_jks(as_bytes(bytes), passwords)
                              : read_pkcs12(as_bytes(bytes), passwords, max_iterations);
  if (!content) {
    return content.error();
  }
  return facts_of(*content);
}

/// One sentence, and nothing left in OpenSSL's queue.
bool is_clean_error(const Result<StoreFacts>& facts) {
  return facts.has_error() && !facts.error().detail().empty() &&
         facts.error().detail().find('\n') == std::string::npos && ERR_peek_error() == 0;
}

std::string flipped(std::string bytes, std::size_t at) {
  bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
  return bytes;
}

}  // namespace

TEST_SUITE_BEGIN("pki");

TEST_CASE("damage: a store cut short at any byte -> an error") {
  for (const std::string_view name : {"modern.p12", "legacy.p12", "plain.p12", "two.p12",
                                      "trust.p12", "java.jks", "two.jks", "trust.jks"}) {
    CAPTURE(name);
    const std::string bytes = bytes_of(name);
    const std::size_t shortest = name.ends_with("jks") ? 4 : 0;
    // A JKS is read up to where it ends, which takes its time with three certificates in it.
    std::size_t wrong = 0;
    const std::size_t step = name == "java.jks" ? 5 : 1;
    for (std::size_t size = shortest; size < bytes.size(); size += step) {
      const std::string_view password = size % 2 == 0 ? store_password : "";
      const auto facts = read(std::string_view(bytes).substr(0, size), password);
      wrong += is_clean_error(facts) && facts.error().code() == Errc::malformed ? 0 : 1;
    }
    CHECK(wrong == 0);
  }
  CHECK(read(bytes_of("java.jks").substr(0, 100)).error().detail() ==
        "is cut off: it ends after 100 bytes, before what its entries announce");
  const std::string pkcs12 = bytes_of("modern.p12");
  CHECK(read(pkcs12.substr(0, 100)).error().detail() ==
        "is cut off: it has 100 of " + std::to_string(pkcs12.size()) + " bytes");
}

TEST_CASE("damage: bytes behind a store's end -> passed over, as by Java") {
  for (const std::string_view name : {"modern.p12", "java.jks", "trust.jks"}) {
    CAPTURE(name);
    const mint::TempDir directory;
    const std::string longer = bytes_of(name) + "\n\n\n";
    const std::string file = directory.write("longer", longer);
    CHECK_FALSE(support::keytool_list(file, store_password).empty());
    const auto facts = read(longer);
    REQUIRE(facts.has_value());
    CHECK(facts->keys.size() + facts->certificates.size() > 0);
  }
}

TEST_CASE("damage: a JKS whose certificates are of type X509, as cert-manager writes -> read") {
  using namespace std::string_view_literals;
  for (const std::string_view name : {"java.jks", "trust.jks"}) {
    CAPTURE(name);
    std::string bytes = bytes_of(name);
    bytes.resize(bytes.size() - jks_digest_bytes);
    constexpr std::string_view by_name = "\0\5X.509"sv;
    for (std::size_t at = bytes.find(by_name); at != std::string::npos; at = bytes.find(by_name)) {
      bytes.replace(at, by_name.size(), "\0\4X509"sv);
    }
    const JksDigest digest = digest_of_store(store_password, as_bytes(bytes));
    bytes.append(digest.begin(), digest.end());
    const mint::TempDir directory;
    CHECK_FALSE(support::keytool_list(directory.write("x509.jks", bytes), store_password).empty());
    const auto facts = read(bytes);
    REQUIRE(facts.has_value());
    const auto intact = read(bytes_of(name)).value();
    CHECK(facts->keys.size() == intact.keys.size());
    CHECK(facts->certificates.size() == intact.certificates.size());
  }
}

TEST_CASE("damage: any byte altered under a password -> an error, or what it was") {
  for (const std::string_view name : {"modern.p12", "java.jks", "trust.jks"}) {
    CAPTURE(name);
    const std::string bytes = bytes_of(name);
    const auto intact = read(bytes).value();
    std::size_t wrong = 0;
    for (std::size_t at = 4; at < bytes.size(); ++at) {
      const auto facts = read(flipped(bytes, at));
      // What a MAC does not cover, its algorithm's parameters for instance, may be altered.
      const bool is_what_it_was = name.ends_with("p12") && facts.has_value() &&
                                  facts->keys.size() == intact.keys.size() &&
                                  facts->certificates.size() == intact.certificates.size();
      wrong += is_what_it_was || is_clean_error(facts) ? 0 : 1;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("damage: any byte of a JKS altered, no password -> whatever it is, an end") {
  const std::string bytes = bytes_of("java.jks");
  for (std::size_t at = 4; at < bytes.size(); ++at) {
    const auto facts = read(flipped(bytes, at), "");
    REQUIRE((facts.has_value() || is_clean_error(facts)));
  }
}

TEST_CASE("damage: a JKS that is none inside -> what is wrong with it") {
  const std::string bytes = bytes_of("trust.jks");

  struct Row {
    std::size_t at;
    std::string_view replacement;
    Errc code;
    std::string_view detail;
  };

  using namespace std::string_view_literals;
  const Row rows[] = {
      {4, "\0\0\0\x09"sv, Errc::malformed,
       "is a damaged Java keystore (JKS): it is of version 9, and there are only 1 and 2"},
      {8, "\xff\xff\xff\xff"sv, Errc::malformed,
       "is a damaged Java keystore (JKS): entry 3 is of a kind that JKS does not have"},
      {12, "\0\0\0\x03"sv, Errc::malformed,
       "is a damaged Java keystore (JKS): entry 1 is of a kind that JKS does not have"},
      {18, "\xff"sv, Errc::malformed,
       "is a damaged Java keystore (JKS): the alias of entry 1 is not UTF-8"},
      {bytes.find("X.509") + 2, "\xff"sv, Errc::unsupported, "that is no X.509"},
      {bytes.find("X.509") + 5, "\x7f\xff\xff\xff"sv, Errc::malformed, "is cut off"},
      {bytes.find("X.509") + 9, "\x31"sv, Errc::malformed,
       "that cannot be read: reading a certificate: wrong tag"},
  };
  for (const Row& row : rows) {
    std::string altered = bytes;
    altered.replace(row.at, row.replacement.size(), row.replacement);
    CAPTURE(row.detail);
    const Error error = read(altered, "").error();
    CHECK((error.code() == row.code));
    CAPTURE(error.detail());
    CHECK(error.detail().find(row.detail) != std::string::npos);
  }
}

TEST_CASE("damage: more iterations than allowed -> refused before they are run") {
  CHECK(read(bytes_of("modern.p12"), store_password, 2048).has_value());
  CHECK(
      read(bytes_of("modern.p12"), store_password, 2047).error() ==
      Error(Errc::invalid_value, "has a MAC of more than 2047 iterations, which Java refuses too"));
  CHECK(read(bytes_of("nomac.p12"), store_password, 2047).error() ==
        Error(Errc::invalid_value,
              "holds content that is encrypted with more than 2047 iterations, which Java refuses "
              "too"));
}

TEST_SUITE_END();

}  // namespace telltale::pki
