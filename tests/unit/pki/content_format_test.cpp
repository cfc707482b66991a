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

TEST_CASE("content: its first bytes -> its format") {
  struct Row {
    Bytes content;
    ContentFormat format;
  };

  const Bytes pfx = der::tlv(der::sequence, der::joined({der::tlv(der::integer, Bytes{3}),
                                                         der::tlv(der::sequence, Bytes(300))}));
  const Bytes pfx_of_java = der::joined({{0x30, 0x80, 0x02, 0x01, 0x03, 0x30, 0x80}});
  const Bytes pkcs8 = der::tlv(der::sequence, der::tlv(der::integer, Bytes{0}));
  const Bytes algorithm = der::tlv(der::sequence, Bytes{0x06, 0x01, 0x2a});
  const Bytes encrypted_pkcs8 = der::tlv(der::sequence, algorithm);
  const Bytes pkcs7 = der::tlv(der::sequence, Bytes{0x06, 0x01, 0x2a});
  const Row rows[] = {
      {{}, ContentFormat::empty},
      {pfx, ContentFormat::pkcs12},
      {pfx_of_java, ContentFormat::pkcs12},
      {{0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2}, ContentFormat::jks},
      {{0xce, 0xce, 0xce, 0xce, 0, 0, 0, 2}, ContentFormat::jceks},
      {mint::Ca().certificate(), ContentFormat::der_certificate},
      {mint::self_signed().key, ContentFormat::der_key},
      {pkcs8, ContentFormat::der_key},
      {encrypted_pkcs8, ContentFormat::der_key},
      {pkcs7, ContentFormat::der},
      {bytes_of("hello"), ContentFormat::unknown},
      {bytes_of("x -----BEGIN CERTIFICATE-----"), ContentFormat::unknown},
      {{0x30}, ContentFormat::unknown},
      {{0x30, 0x00}, ContentFormat::unknown},
      {{0x30, 0x82, 0x01}, ContentFormat::unknown},
      {{0x30, 0xff, 0x02, 0x01, 0x03}, ContentFormat::unknown},
  };
  for (const Row& row : rows) {
    CAPTURE(to_hex(row.content));
    CHECK((format_of(row.content) == row.format));
  }
}

TEST_CASE("content: another length than DER says -> how it differs") {
  const Bytes whole = der::tlv(der::sequence, Bytes(300));
  CHECK(check_length(whole).has_value());
  CHECK(check_length(Bytes{0x30, 0x80, 0x02, 0x01}).has_value());
  const Bytes cut(whole.begin(), whole.end() - 1);
  CHECK(check_length(cut).error() == Error(Errc::malformed, "is cut off: it has 303 of 304 bytes"));
  Bytes longer = whole;
  longer.resize(longer.size() + 2);
  CHECK(check_length(longer).error() == Error(Errc::malformed, "has 2 bytes behind its end"));
}

TEST_CASE("content: PEM, also behind other lines -> PEM") {
  for (const std::string_view text :
       {"-----BEGIN CERTIFICATE-----\n", "subject=CN = x\n-----BEGIN CERTIFICATE-----\n",
        "a\r\n-----BEGIN PRIVATE KEY-----\r\n", "----- x -----BEGIN \n-----BEGIN X-----\n"}) {
    CHECK((format_of(as_bytes(text)) == ContentFormat::pem));
  }
}

TEST_SUITE_END();

}  // namespace telltale::pki
