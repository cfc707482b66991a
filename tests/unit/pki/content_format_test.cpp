#include "pki/content_format.hpp"

#include <doctest/doctest.h>

#include "der.hpp"
#include "support/mint.hpp"

namespace telltale::pki {

namespace {

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

}  // namespace

TEST_SUITE_BEGIN("pki");

TEST_CASE("content: its first bytes -> its format, and what is said of one that is not PEM") {
  struct Row {
    Bytes content;
    ContentFormat format;
    Errc code;
    std::string_view detail;
  };

  const Bytes pfx = der::tlv(der::sequence, der::joined({der::tlv(der::integer, Bytes{3}),
                                                         der::tlv(der::sequence, Bytes(300))}));
  const Bytes pfx_of_java = der::joined({{0x30, 0x80, 0x02, 0x01, 0x03, 0x30, 0x80}});
  const Bytes pkcs8 = der::tlv(der::sequence, der::tlv(der::integer, Bytes{0}));
  const Row rows[] = {
      {{}, ContentFormat::empty, Errc::malformed, "is empty, where PEM was expected"},
      {pfx, ContentFormat::pkcs12, Errc::unsupported,
       "is a PKCS#12 keystore; this version reads PEM"},
      {pfx_of_java, ContentFormat::pkcs12, Errc::unsupported,
       "is a PKCS#12 keystore; this version reads PEM"},
      {{0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2},
       ContentFormat::jks,
       Errc::unsupported,
       "is a Java keystore (JKS); this version reads PEM"},
      {{0xce, 0xce, 0xce, 0xce, 0, 0, 0, 2},
       ContentFormat::jceks,
       Errc::unsupported,
       "is a Java keystore (JCEKS); this version reads PEM"},
      {mint::Ca().certificate(), ContentFormat::der_certificate, Errc::unsupported,
       "is a certificate in DER; this version reads PEM"},
      {pkcs8, ContentFormat::der, Errc::unsupported, "is DER; this version reads PEM"},
      {bytes_of("hello"), ContentFormat::unknown, Errc::malformed,
       "is not PEM: no line begins with -----BEGIN"},
      {bytes_of("x -----BEGIN CERTIFICATE-----"), ContentFormat::unknown, Errc::malformed,
       "is not PEM: no line begins with -----BEGIN"},
      {{0x30},
       ContentFormat::unknown,
       Errc::malformed,
       "is not PEM: no line begins with -----BEGIN"},
      {{0x30, 0x82, 0x01},
       ContentFormat::unknown,
       Errc::malformed,
       "is not PEM: no line begins with -----BEGIN"},
      {{0x30, 0xff, 0x02, 0x01, 0x03},
       ContentFormat::unknown,
       Errc::malformed,
       "is not PEM: no line begins with -----BEGIN"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.detail);
    CHECK((format_of(row.content) == row.format));
    CHECK(require_pem(row.content).error() == Error(row.code, std::string(row.detail)));
  }
}

TEST_CASE("content: PEM, also behind other lines -> PEM") {
  for (const std::string_view text :
       {"-----BEGIN CERTIFICATE-----\n", "subject=CN = x\n-----BEGIN CERTIFICATE-----\n",
        "a\r\n-----BEGIN PRIVATE KEY-----\r\n", "----- x -----BEGIN \n-----BEGIN X-----\n"}) {
    CHECK((format_of(as_bytes(text)) == ContentFormat::pem));
    CHECK(require_pem(as_bytes(text)).has_value());
  }
}

TEST_SUITE_END();

}  // namespace telltale::pki
