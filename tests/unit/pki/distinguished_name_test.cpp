#include "telltale/pki/distinguished_name.hpp"

#include <doctest/doctest.h>

#include "der.hpp"

namespace telltale::pki {

namespace {

// NOLINTNEXTLINE(google-build-using-namespace): the names are the table's columns
using namespace der;

struct NameRow {
  std::vector<Rdn> rdns;
  std::string canonical;
};

// Right column: X500Principal.getName(CANONICAL) of OpenJDK 17, printed by
// tests/testdata/pki/CanonicalNames.java.
const std::vector<NameRow>& names_and_their_canonical_forms() {
  static const std::vector<NameRow> rows = {
      {{{{o, utf8, "Telltale Lab"}}, {{cn, utf8, "Lab Root A"}}}, "cn=lab root a,o=telltale lab"},
      {{{{o, printable, "Telltale Lab"}}, {{cn, printable, "Lab Root A"}}},
       "cn=lab root a,o=telltale lab"},
      {{{{o, utf8, "TELLTALE LAB"}}, {{cn, utf8, "lab root a"}}}, "cn=lab root a,o=telltale lab"},
      {{{{o, utf8, "  Telltale   Lab "}}, {{cn, utf8, "Lab Root  A"}}},
       "cn=lab root a,o=telltale lab"},
      {{{{cn, utf8, "Lab Root A"}}, {{o, utf8, "Telltale Lab"}}}, "o=telltale lab,cn=lab root a"},
      {{{{o, ia5, "Telltale Lab"}}, {{cn, t61, "Lab Root A"}}},
       "cn=#140a4c616220526f6f742041,o=#160c54656c6c74616c65204c6162"},
      {{{{cn, bmp,
          std::string("\x00"
                      "A",
                      2)}}},
       "cn=#1e020041"},
      {{{{c, printable, "US"}},
        {{st, utf8, "CA"}},
        {{l, utf8, "Palo Alto"}},
        {{street, utf8, "1 Main"}},
        {{ou, utf8, "Dev"}},
        {{uid, utf8, "jdoe"}}},
       "uid=jdoe,ou=dev,street=1 main,l=palo alto,st=ca,c=us"},
      {{{{dc, ia5, "com"}}, {{dc, ia5, "example"}}}, "dc=#16076578616d706c65,dc=#1603636f6d"},
      {{{{dc, utf8, "Example"}}}, "dc=example"},
      {{{{email, ia5, "Ops@Example.com"}}, {{cn, utf8, "ops"}}},
       "cn=ops,1.2.840.113549.1.9.1=#160f4f7073404578616d706c652e636f6d"},
      {{{{serial, printable, "AB 12"}}}, "2.5.4.5=#13054142203132"},
      {{{{org_id, utf8, "NTRDE-1"}}, {{title, utf8, "Dr"}}},
       "2.5.4.12=#0c024472,2.5.4.97=#0c074e545244452d31"},
      {{{{cn, utf8, "b"}, {ou, utf8, "a"}}}, "cn=b+ou=a"},
      {{{{cn, utf8, "z"}, {serial, printable, "1"}, {ou, utf8, "a"}}}, "cn=z+ou=a+2.5.4.5=#130131"},
      {{{{cn, utf8, "a, b+c;d<e>f\"g\\h=i#j"}}}, "cn=a\\, b\\+c\\;d\\<e\\>f\\\"g\\\\h=i#j"},
      {{{{cn, utf8, "#hash"}}}, "cn=\\#hash"},
      {{{{cn, utf8, " #hash"}}}, "cn=#hash"},
      {{{{cn, utf8, "tab\x09 inside\x0a"}}}, "cn=tab\x09 inside"},
      {{{{cn, utf8, "\x09 edge \x0d\x0a"}}}, "cn=edge"},
      {{{{cn, utf8, ""}}}, "cn="},
      {{{{cn, utf8, "   "}}}, "cn="},
      {{{{cn, utf8, std::string("nul\x00in", 6)}}}, std::string("cn=nul\x00in", 9)},
      {{{{cn, utf8,
          "Stra\xc3\x9f"
          "e \xc3\x84\xc3\x96\xc3\x9c"}}},
       "cn=strasse a\xcc\x88o\xcc\x88u\xcc\x88"},
      {{{{cn, utf8, "STRASSE \xc3\xa4\xc3\xb6\xc3\xbc"}}},
       "cn=strasse a\xcc\x88o\xcc\x88u\xcc\x88"},
      {{{{cn, utf8, "e\xcc\x81tat"}}}, "cn=e\xcc\x81tat"},
      {{{{cn, utf8,
          "\xc3\x89TAT \xc4\xbf \xc5\x89 \xc4\xb0 \xc4\xb1 \xc5\xbf \xc3\xbf \xc2\xb5 \xc2\xbd"}}},
       "cn=e\xcc\x81tat l\xc2\xb7 \xca\xbcn i\xcc\x87 i s y\xcc\x88 \xce\xbc 1\xe2\x81\x84"
       "2"},
      {{{{cn, printable, "caf\xe9"}}}, "cn=cafe\xcc\x81"},
      {{{{cn, utf8, "\xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x9a\x80"}}},
       "cn=\xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x9a\x80"},
      {{{{cn, utf8, "nb\xc2\xa0sp"}}}, "cn=nb sp"},
      {{}, ""},
  };
  return rows;
}

std::string canonical(const std::vector<Rdn>& rdns) {
  return parse_distinguished_name(name(rdns)).value().canonical;
}

std::string rfc4514(const std::vector<Rdn>& rdns) {
  return parse_distinguished_name(name(rdns)).value().rfc4514;
}

}  // namespace

TEST_SUITE_BEGIN("pki");

TEST_CASE("canonical name: any attribute, string type or character -> as Java spells it") {
  for (const NameRow& row : names_and_their_canonical_forms()) {
    CAPTURE(row.canonical);
    CHECK(canonical(row.rdns) == row.canonical);
  }
}

TEST_CASE("canonical name: letters beyond U+017F -> kept, so that case tells names apart") {
  const std::string small = canonical({{{cn, utf8, "\u0444"}}});
  CHECK(small == "cn=\u0444");
  CHECK(canonical({{{cn, utf8, "\u0424"}}}) == "cn=\u0424");
}

TEST_CASE("names compared: same text, other string type -> same to Java, not to Go") {
  const auto a = parse_distinguished_name(name({{{cn, utf8, "Root"}}})).value();
  const auto b = parse_distinguished_name(name({{{cn, printable, "Root"}}})).value();
  CHECK(same_canonical(a, b));
  CHECK_FALSE(same_der(a, b));
  CHECK(same_der(a, a));
}

TEST_CASE("names compared: other order of RDNs, or one multi-valued -> not the same to Java") {
  const std::string canonical_two = canonical({{{o, utf8, "x"}}, {{cn, utf8, "y"}}});
  CHECK(canonical_two != canonical({{{cn, utf8, "y"}}, {{o, utf8, "x"}}}));
  CHECK(canonical_two != canonical({{{o, utf8, "x"}, {cn, utf8, "y"}}}));
  CHECK(canonical({{{cn, utf8, "a,o=b"}}}) != canonical({{{o, utf8, "b"}}, {{cn, utf8, "a"}}}));
}

TEST_CASE("RFC 4514 name: for people -> most specific first, escaped, UTF-8") {
  struct Row {
    std::vector<Rdn> rdns;
    std::string_view text;
  };

  const Row rows[] = {
      {{}, ""},
      {{{{c, printable, "US"}}, {{o, utf8, "Acme"}}, {{cn, utf8, "gate"}}}, "CN=gate,O=Acme,C=US"},
      {{{{cn, utf8, "b"}, {ou, utf8, "a"}}}, "OU=a+CN=b"},
      {{{{o, utf8, "Acme, Inc."}}}, "O=Acme\\, Inc."},
      {{{{cn, utf8, "a+b;c<d>e\"f\\g"}}}, "CN=a\\+b\\;c\\<d\\>e\\\"f\\\\g"},
      {{{{cn, utf8, "#a#"}}}, "CN=\\#a#"},
      {{{{cn, utf8, " a b "}}}, "CN=\\ a b\\ "},
      {{{{cn, utf8, "line\nbreak"}}}, "CN=line\\0Abreak"},
      {{{{cn, utf8, std::string("nul\0in", 6)}}}, "CN=nul\\00in"},
      {{{{cn, utf8, "\u00c9tat \u65e5"}}}, "CN=\u00c9tat \u65e5"},
      {{{{cn, t61, "caf\xe9"}}}, "CN=caf\u00e9"},
      {{{{cn, bmp, std::string("\x00\xe9", 2)}}}, "CN=\u00e9"},
      {{{{email, ia5, "ops@example.com"}}}, "emailAddress=ops@example.com"},
      {{{{dc, ia5, "com"}}, {{dc, ia5, "example"}}}, "DC=example,DC=com"},
      {{{{serial, printable, "AB 12"}}}, "serialNumber=AB 12"},
      {{{{private_type, utf8, "x"}}}, "1.2.3.4=#0C0178"},
  };
  for (const Row& row : rows) {
    CHECK(rfc4514(row.rdns) == row.text);
  }
}

TEST_CASE("name read: its DER -> kept byte for byte, sorted or not") {
  const Bytes unsorted =
      tlv(sequence,
          tlv(set, joined({tlv(sequence, joined({tlv(oid, ou), tlv(utf8, as_bytes("z"))})),
                           tlv(sequence, joined({tlv(oid, cn), tlv(utf8, as_bytes("a"))}))})));
  for (const Bytes& der : {unsorted, name({}), name({{{cn, utf8, std::string(300, 'x')}}})}) {
    CHECK(parse_distinguished_name(der).value().der == der);
  }
  CHECK(parse_distinguished_name(unsorted).value().canonical == "cn=a+ou=z");
}

TEST_CASE("name read: cut short at any byte, or with a byte behind it -> malformed") {
  const Bytes whole = name({{{c, printable, "US"}}, {{o, utf8, "Acme"}, {cn, utf8, "gate"}}});
  REQUIRE(parse_distinguished_name(whole).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const auto cut = parse_distinguished_name(ByteView(whole).first(size));
    REQUIRE(cut.has_error());
    CHECK(cut.error().code() == Errc::malformed);
  }
  const auto extended = parse_distinguished_name(joined({whole, {0x00}}));
  REQUIRE(extended.has_error());
  CHECK(extended.error() == Error(Errc::malformed, "a distinguished name has bytes behind it"));
}

TEST_CASE("name read: lengths and contents that lie -> malformed") {
  const Bytes hostile[] = {
      {0x30, 0x84, 0xff, 0xff, 0xff, 0xff},
      {0x30, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x31},
      {0x30, 0x80},
      {0x30, 0x05, 0x31, 0x7f, 0x30, 0x01, 0x06},
      {0x31, 0x00},
      {0x04, 0x02, 0x30, 0x00},
      tlv(sequence, tlv(set, tlv(sequence, tlv(oid, cn)))),
      tlv(sequence, tlv(set, tlv(sequence, joined({tlv(oid, {}), tlv(utf8, as_bytes("x"))})))),
      tlv(sequence, tlv(sequence, {})),
      name({{{cn, utf8, "not utf-8: \xff\xfe"}}}),
      name({{{cn, bmp, "odd"}}}),
  };
  for (const Bytes& der : hostile) {
    CAPTURE(to_hex(der));
    const auto read = parse_distinguished_name(der);
    REQUIRE(read.has_error());
    CHECK(read.error().code() == Errc::malformed);
  }
}

TEST_SUITE_END();

}  // namespace telltale::pki
