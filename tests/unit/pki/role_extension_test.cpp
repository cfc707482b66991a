#include "telltale/pki/role_extension.hpp"

#include <string>

#include <doctest/doctest.h>
#include <openssl/err.h>

#include "der.hpp"
#include "support/mint.hpp"

namespace telltale::pki {

namespace {

using Roles = std::vector<std::string>;

constexpr std::uint8_t general = 0x1b;
constexpr std::uint8_t universal = 0x1c;
constexpr std::uint8_t bit_string = 0x03;
constexpr std::uint8_t visible = 0x1a;

Bytes string_of(std::uint8_t tag, std::string_view text) {
  return der::tlv(tag, as_bytes(text));
}

Certificate certificate_with(std::vector<mint::Extension> extensions) {
  return parse_certificate(mint::self_signed({.extensions = std::move(extensions)}).leaf).value();
}

}  // namespace

TEST_SUITE_BEGIN("pki");

TEST_CASE("roles: what the extension's string holds -> one role a line, as gate splits it") {
  struct Row {
    Bytes value;
    Roles roles;
  };

  const Row rows[] = {
      {string_of(der::utf8, "admins\ndevs"), {"admins", "devs"}},
      {string_of(der::utf8, "admins\n\n\ndevs\n"), {"admins", "devs"}},
      {string_of(der::utf8, "\nadmins"), {"admins"}},
      {string_of(der::utf8, ""), {}},
      {string_of(der::utf8, "\n"), {}},
      {string_of(der::utf8, "b\na\nb"), {"b", "a"}},
      {string_of(der::utf8, " admins \n\t"), {" admins ", "\t"}},
      {string_of(der::utf8, "admins\r\ndevs\r\n"), {"admins\r", "devs\r"}},
      {string_of(der::utf8, "gr\u00fcn"), {"gr\u00fcn"}},
      {string_of(der::printable, "admins\ndevs"), {"admins", "devs"}},
      {string_of(der::ia5, "admins"), {"admins"}},
      {string_of(visible, "admins"), {"admins"}},
      {string_of(der::t61, "gr\xfcn"), {"gr\u00fcn"}},
      {string_of(general, "gr\xfcn"), {"gr\u00fcn"}},
      {string_of(der::bmp, std::string("\0a\0\n\0b", 6)), {"a", "b"}},
  };
  for (const Row& row : rows) {
    CAPTURE(to_hex(row.value));
    CHECK(parse_roles(row.value).value() == row.roles);
  }
}

TEST_CASE("roles: what gate would choke on, or take for a role -> one line that says why") {
  struct Row {
    Bytes value;
    std::string_view why;
  };

  const Row rows[] = {
      {{}, "is not DER"},
      {{0x0c}, "is not DER"},
      {{0x0c, 0x05, 'a'}, "is not DER"},
      {{0x0c, 0x84, 0xff, 0xff, 0xff, 0xff}, "is not DER"},
      {{0x0c, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, "is not DER"},
      {{'a', 'd', 'm', 'i', 'n', 's'}, "is not DER"},
      {string_of(der::utf8, "\xff"), "is a UTF8String that is not UTF-8"},
      {string_of(der::bmp, "odd"), "is a BMPString that is not UTF-16"},
      {string_of(universal, std::string("\0\0\0a", 4)), "holds no string of characters"},
      {string_of(bit_string, std::string("\0a", 2)), "holds no string of characters"},
      {string_of(der::integer, "\x01"), "holds no string of characters"},
      {der::tlv(der::sequence, string_of(der::utf8, "admins")), "holds no string of characters"},
      {{0x2c, 0x03, 0x0c, 0x01, 'a'}, "holds no string of characters"},
      {{0x2c, 0x80, 0x0c, 0x01, 'a', 0, 0}, "holds no string of characters"},
      {{0x8c, 0x01, 'a'}, "holds no string of characters"},
      {der::joined({string_of(der::utf8, "a"), {0}}), "has bytes behind its string"},
  };
  for (const Row& row : rows) {
    CAPTURE(to_hex(row.value));
    const auto roles = parse_roles(row.value);
    REQUIRE(roles.has_error());
    CHECK(roles.error() == Error(Errc::malformed, "the role extension " + std::string(row.why) +
                                                      "; it should hold one UTF8String"));
  }
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("roles: cut short at any byte -> malformed") {
  const Bytes whole = string_of(der::utf8, std::string(200, 'r'));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(parse_roles(ByteView(whole).first(size)).has_error());
  }
}

TEST_CASE("roles of a certificate: by the extension's object identifier -> its own, or nothing") {
  const Certificate certificate =
      certificate_with({{std::string(default_role_oid), mint::utf8_string("admins\ndevs")},
                        {"1.2.3.4", mint::utf8_string("others")}});
  CHECK(read_roles(certificate, default_role_oid).value().value() == Roles{"admins", "devs"});
  CHECK(read_roles(certificate, "1.2.3.4").value().value() == Roles{"others"});
  CHECK_FALSE(read_roles(certificate, "1.2.3").value().has_value());
  CHECK_FALSE(read_roles(certificate_with({}), default_role_oid).value().has_value());
}

TEST_CASE("roles of a certificate: an extension that is twice there, or damaged -> malformed") {
  const std::string oid(default_role_oid);
  const mint::Der roles = mint::utf8_string("admins");
  const auto twice = read_roles(certificate_with({{oid, roles}, {oid, roles}}), oid);
  REQUIRE(twice.has_error());
  CHECK(twice.error().detail() ==
        "the role extension occurs twice, for which Java refuses the certificate");
  CHECK(read_roles(certificate_with({{oid, {}}}), oid).has_error());
}

TEST_CASE("object identifier: dotted decimals -> good, all else -> invalid") {
  for (const std::string_view good : {"1.2.840.10070.8.1", "0.0", "2.999.1", "2.25.1"}) {
    CHECK(check_object_identifier(good).has_value());
  }
  const std::string long_one = "1.2" + std::string(300, '1');
  const std::string_view bad[] = {"",          "1",    "3.1",   "1.40",  "1.2.", ".1.2",
                                  "1..2",      "1,2",  "1 2",   "01.2",  "1.02", "clientAuth",
                                  "OID.1.2.3", "-1.2", "1.2.x", long_one};
  for (const std::string_view text : bad) {
    CAPTURE(text);
    const auto checked = check_object_identifier(text);
    REQUIRE(checked.has_error());
    CHECK(checked.error().code() == Errc::invalid_value);
    CHECK(read_roles(certificate_with({}), text).has_error());
  }
  CHECK(ERR_peek_error() == 0);
}

TEST_SUITE_END();

}  // namespace telltale::pki
