#include <doctest/doctest.h>

#include "telltale/pki/distinguished_name.hpp"

#include "der.hpp"

namespace telltale::pki {

TEST_SUITE_BEGIN("pki");

// Right column: new X500Principal(text).getName(CANONICAL) of OpenJDK 17.
TEST_CASE("name typed: RFC 4514, with the liberties people take -> canonical form as Java has it") {
  struct Row {
    std::string_view text;
    std::string_view canonical;
  };

  const Row rows[] = {
      {"CN=Lab Root A,O=Telltale Lab", "cn=lab root a,o=telltale lab"},
      {"CN=Lab Root A, O=Telltale Lab", "cn=lab root a,o=telltale lab"},
      {" cn = lab  root a ;  o = TELLTALE LAB ", "cn=lab root a,o=telltale lab"},
      {"O=Telltale Lab,CN=Lab Root A", "o=telltale lab,cn=lab root a"},
      {"OU=a+CN=b, C=US", "cn=b+ou=a,c=us"},
      {"CN=\"Acme, Inc.\",C=US", "cn=acme\\, inc.,c=us"},
      {"CN=Acme\\, Inc.,C=US", "cn=acme\\, inc.,c=us"},
      {"CN=Acme\\2c Inc.", "cn=acme\\, inc."},
      {"CN=\\C3\\89tat", "cn=e\u0301tat"},
      {"CN=\u00c9tat", "cn=e\u0301tat"},
      {"CN=\\#hash", "cn=\\#hash"},
      {"CN=a=b", "cn=a=b"},
      {"CN=", "cn="},
      {"CN=trailing\\ ", "cn=trailing"},
      {"S=CA", "st=ca"},
      {"STREET=1 Main", "street=1 main"},
      {"DC=example,DC=com", "dc=#16076578616d706c65,dc=#1603636f6d"},
      {"EMAILADDRESS=Ops@Example.com,CN=ops",
       "1.2.840.113549.1.9.1=#160f4f7073404578616d706c652e636f6d,cn=ops"},
      {"serialNumber=AB 12", "2.5.4.5=#13054142203132"},
      {"OID.2.5.4.97=NTRDE-1", "2.5.4.97=#13074e545244452d31"},
      {"2.5.4.97=NTRDE-1", "2.5.4.97=#13074e545244452d31"},
      {"2.5.4.12=Gr\u00f6\u00dfe", "2.5.4.12=#0c074772c3b6c39f65"},
      {"T=Dr  ", "2.5.4.12=#13024472"},
      {"GENERATION=x_", "2.5.4.44=#0c02785f"},
      {"CN=#0c036f7073", "cn=ops"},
      {"CN=#1e020041,O= #0C0178 ", "cn=#1e020041,o=x"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(canonical_of_text(row.text).value() == row.canonical);
  }
}

TEST_CASE("name typed: what telltale itself prints of a name -> finds that name") {
  // NOLINTNEXTLINE(google-build-using-namespace): the names are the table's columns
  using namespace der;
  const std::vector<Rdn> names[] = {
      {{{c, printable, "US"}}, {{o, utf8, "Acme, Inc."}}, {{cn, printable, " Gate  1 "}}},
      {{{dc, ia5, "com"}}, {{dc, ia5, "example"}}, {{street, utf8, "1 Main"}}},
      {{{email, ia5, "ops@example.com"}, {cn, utf8, "ops+a=\"b\"\\"}}},
      {{{serial, printable, "AB 12"}}, {{title, printable, "Dr"}}, {{private_type, utf8, "x"}}},
      {{{cn, utf8, "#\u00c9tat\n"}}},
  };
  for (const std::vector<Rdn>& rdns : names) {
    const DistinguishedName parsed = parse_distinguished_name(name(rdns)).value();
    CAPTURE(parsed.rfc4514);
    CHECK(canonical_of_text(parsed.rfc4514).value() == parsed.canonical);
  }
}

TEST_CASE("name typed: not a distinguished name -> the text and what is wrong with it") {
  struct Row {
    std::string text;
    std::string_view why;
  };

  const Row rows[] = {
      {"CN", "\"CN\" is not followed by ="},
      {"CN=a, Lab", "\"Lab\" is not followed by ="},
      {"CN=a,", "an attribute is missing beside a separator"},
      {"CN=a,,C=US", "an attribute is missing beside a separator"},
      {",CN=a", "an attribute is missing beside a separator"},
      {"=a", "\"\" is no attribute type known here"},
      {"NOSUCH=x", "\"NOSUCH\" is no attribute type known here"},
      {"CN=a<b", "< needs a backslash before it"},
      {"CN=a\"b", "\" needs a backslash before it"},
      {"CN=\"a", "a quoted value does not end"},
      {"CN=\"a\\", "\\ escapes nothing"},
      {"CN=\"a\" b", "a quoted value is followed by more than a separator"},
      {"CN=a\\z", "\\z escapes nothing"},
      {"CN=a\\", "\\ escapes nothing"},
      {"CN=a\\4", "\\4 escapes nothing"},
      {"CN=#", "# is not the DER of a string in hexadecimal"},
      {"CN=#0c03", "#0c03 is not the DER of a string in hexadecimal"},
      {"CN=#0g", "#0g is not the DER of a string in hexadecimal"},
      {"CN=#0c0", "#0c0 is not the DER of a string in hexadecimal"},
      {"CN=#0c017800", "#0c017800 is not the DER of a string in hexadecimal"},
      {"/C=US/CN=Test",
       "this is OpenSSL's one-line form; write it most specific first, as CN=Test,C=US"},
  };
  for (const Row& row : rows) {
    const auto result = canonical_of_text(row.text);
    CAPTURE(row.text);
    REQUIRE(result.has_error());
    CHECK(result.error() ==
          Error(Errc::malformed,
                "\"" + row.text + "\" is not a distinguished name: " + std::string(row.why)));
  }
  CHECK(canonical_of_text("").error().detail() ==
        "a distinguished name is missing: the text is empty");
  CHECK(canonical_of_text("  ").has_error());
}

TEST_CASE("name typed: cut short at any byte -> a name or an error, never more") {
  const std::string whole = "CN=\"a\\,b\"+OU=\\C3\\89 x , EMAIL=#0c0178;O=\\ y\\ ";
  REQUIRE(canonical_of_text(whole).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = canonical_of_text(std::string_view(whole).substr(0, size));
    CHECK((cut.has_value() || cut.error().code() == Errc::malformed));
  }
}

TEST_SUITE_END();

}  // namespace telltale::pki
