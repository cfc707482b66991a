#include "telltale/tls/handshake.hpp"

#include <array>
#include <set>

#include <doctest/doctest.h>

#include "telltale/enum_names.hpp"

namespace telltale::tls {

TEST_SUITE_BEGIN("tls");

TEST_CASE("ProtocolVersion: its label -> as OpenSSL and Java spell it, its value -> the wire's") {
  CHECK(label(ProtocolVersion::tls_1_2) == "TLSv1.2");
  CHECK(label(ProtocolVersion::tls_1_3) == "TLSv1.3");
  CHECK(static_cast<int>(ProtocolVersion::tls_1_2) == 0x0303);
  CHECK(static_cast<int>(ProtocolVersion::tls_1_3) == 0x0304);
}

TEST_CASE("AlertDescription: in text -> the RFC's name and the number") {
  struct Row {
    int number;
    std::string_view text;
  };

  const Row rows[] = {
      {0, "close_notify (0)"},
      {40, "handshake_failure (40)"},
      {42, "bad_certificate (42)"},
      {46, "certificate_unknown (46)"},
      {48, "unknown_ca (48)"},
      {70, "protocol_version (70)"},
      {80, "internal_error (80)"},
      // The three that OpenSSL 3.0 calls unknown.
      {86, "inappropriate_fallback (86)"},
      {109, "missing_extension (109)"},
      {116, "certificate_required (116)"},
      {99, "unassigned (99)"},
      {255, "unassigned (255)"},
  };
  for (const Row& row : rows) {
    CHECK(to_text(static_cast<AlertDescription>(row.number)) == row.text);
  }
}

TEST_CASE("AlertDescription: every one that is declared -> a name of its own") {
  std::set<std::string> texts;
  for (const AlertDescription description : enumerators<AlertDescription>()) {
    texts.insert(to_text(description));
    CHECK_FALSE(to_text(description).starts_with("unassigned"));
  }
  CHECK(texts.size() == enumerators<AlertDescription>().size());
}

TEST_CASE("SignatureScheme: in text -> IANA's name, or the number in hexadecimal") {
  struct Row {
    SignatureScheme scheme;
    std::string_view name;
  };

  const Row rows[] = {
      {0x0403, "ecdsa_secp256r1_sha256"},
      {0x0503, "ecdsa_secp384r1_sha384"},
      {0x0804, "rsa_pss_rsae_sha256"},
      {0x0809, "rsa_pss_pss_sha256"},
      {0x0401, "rsa_pkcs1_sha256"},
      {0x0201, "rsa_pkcs1_sha1"},
      {0x0807, "ed25519"},
      {0x0202, "dsa_sha1"},
      {0x0a0b, "0x0a0b"},
      {0x0000, "0x0000"},
      {0xffff, "0xffff"},
  };
  for (const Row& row : rows) {
    CHECK(name_of_scheme(row.scheme) == row.name);
  }
}

TEST_SUITE_END();

}  // namespace telltale::tls
