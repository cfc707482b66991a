#include "telltale/pki/java_name.hpp"

#include <string>

#include <doctest/doctest.h>

#include "der.hpp"

namespace telltale::pki {

namespace {

using namespace der;

JavaName java(const std::vector<Rdn>& rdns) {
  return java_name(parse_distinguished_name(name(rdns)).value()).value();
}

}  // namespace

TEST_SUITE_BEGIN("pki");

TEST_CASE("Java's name: any subject -> as X500Name.toString() of OpenJDK 17 spells it") {
  struct Row {
    std::vector<Rdn> rdns;
    std::string_view text;
  };

  const Row rows[] = {
      {{}, ""},
      {{{{c, printable, "US"}}, {{o, utf8, "Acme"}}, {{cn, utf8, "gate"}}},
       "CN=gate, O=Acme, C=US"},
      {{{{o, utf8, "Acme, Inc."}}, {{cn, utf8, "gate"}}}, "CN=gate, O=\"Acme, Inc.\""},
      {{{{cn, utf8, "gate"}}, {{email, ia5, "ops@example.com"}}},
       "EMAILADDRESS=ops@example.com, CN=gate"},
      {{{{serial, printable, "7"}}, {{title, utf8, "x"}}}, "T=x, SERIALNUMBER=7"},
      {{{{private_type, utf8, "x"}}}, "OID.1.2.3.4=x"},
      {{{{cn, utf8, "b"}, {ou, utf8, "a"}}}, "CN=b + OU=a"},
      {{{{cn, utf8, " a"}}}, "CN=\" a\""},
      {{{{cn, utf8, "a "}}}, "CN=\"a \""},
      {{{{cn, utf8, "a  b"}}}, "CN=\"a  b\""},
      {{{{cn, utf8, "a b"}}}, "CN=a b"},
      {{{{cn, utf8, "a=b"}}}, "CN=\"a=b\""},
      {{{{cn, utf8, "#a"}}}, "CN=\"#a\""},
      {{{{cn, utf8, "say \"hi\""}}}, "CN=\"say \\\"hi\\\"\""},
      {{{{cn, utf8, "back\\slash"}}}, "CN=\"back\\\\slash\""},
      {{{{cn, utf8, "\"quoted, too\""}}}, "CN=\"quoted, too\""},
      {{{{cn, utf8, "a@b!"}}}, "CN=a@b!"},
      {{{{cn, utf8, "Gr\u00fcn"}}}, "CN=Gr\u00fcn"},
      {{{{cn, t61, "Gr\xfcn"}}}, "CN=Gr\u00fcn"},
      {{{{cn, bmp, std::string("\0a\0b", 4)}}}, "CN=ab"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(java(row.rdns).text == row.text);
  }
}

TEST_CASE(
    "Java's name: several common names -> the least specific, as LdapName counts from there") {
  CHECK(java({{{cn, utf8, "Users"}}, {{cn, utf8, "alice"}}}).last_common_name == "Users");
  CHECK(java({{{o, utf8, "Acme"}}, {{cn, utf8, "a, b"}}}).last_common_name == "a, b");
  CHECK_FALSE(java({{{o, utf8, "Acme"}}}).last_common_name.has_value());
  CHECK_FALSE(java({}).last_common_name.has_value());
}

TEST_CASE("Java's name: a common name beside others in its RDN -> counts if it sorts first") {
  CHECK(java({{{cn, utf8, "alice"}, {ou, utf8, "x"}}}).last_common_name == "alice");
  CHECK(java({{{cn, utf8, "b"}, {cn, utf8, "a"}}}).last_common_name == "a");
  CHECK_FALSE(java({{{cn, utf8, "alice"}, {c, printable, "US"}}}).last_common_name.has_value());
  // To LdapName a type without RFC 2253 keyword is a number, and numbers come first.
  CHECK_FALSE(java({{{cn, utf8, "alice"}, {email, ia5, "a@b"}}}).last_common_name.has_value());
}

TEST_CASE("Java's name: a name that is none -> malformed") {
  const auto read = java_name(DistinguishedName{.der = {0x31, 0x00}});
  REQUIRE(read.has_error());
  CHECK(read.error().code() == Errc::malformed);
}

TEST_SUITE_END();

}  // namespace telltale::pki
