#include "pki/alias.hpp"

#include <doctest/doctest.h>

namespace telltale::pki {

TEST_SUITE_BEGIN("pki");

TEST_CASE("alias: UTF-16 and modified UTF-8 -> one line of UTF-8") {
  struct Row {
    Bytes utf16;
    Bytes modified_utf8;
    std::string_view text;
  };

  const Row rows[] = {
      {{}, {}, ""},
      {{0, 'o', 0, 'r'}, {'o', 'r'}, "or"},
      {{0, 0xe9, 0x20, 0xac}, {0xc3, 0xa9, 0xe2, 0x82, 0xac}, "\u00e9\u20ac"},
      {{0xd8, 0x3d, 0xde, 0x00}, {0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80}, "\U0001f600"},
      {{0xd8, 0x3d}, {0xed, 0xa0, 0xbd}, "\ufffd"},
      {{0xd8, 0x3d, 0, 'x'}, {0xed, 0xa0, 0xbd, 'x'}, "\ufffdx"},
      {{0xde, 0x00, 0, 'x'}, {0xed, 0xb8, 0x80, 'x'}, "\ufffdx"},
      {{0, 0, 0, '\n', 0, 0x9f}, {0xc0, 0x80, '\n', 0xc2, 0x9f}, "\\00\\0a\\9f"},
  };
  for (const Row& row : rows) {
    CHECK(alias_of_bmp_string(row.utf16) == row.text);
    CHECK(alias_of_modified_utf8(row.modified_utf8).value() == row.text);
  }
  CHECK(alias_of_bmp_string(Bytes{0, 'x', 0}) == "x");
}

TEST_CASE("alias: bytes that are no modified UTF-8 -> nothing") {
  for (const Bytes& bytes : {Bytes{0x80}, Bytes{0xc3}, Bytes{0xc3, 'x'}, Bytes{0xe2, 0x82},
                             Bytes{0xe2, 0x82, 'x'}, Bytes{0xf0, 0x9f, 0x98, 0x80}}) {
    CHECK_FALSE(alias_of_modified_utf8(bytes).has_value());
  }
}

TEST_CASE("alias: another case -> the same alias, as in Java") {
  CHECK(same_alias("Orca", "oRCA"));
  CHECK(same_alias("\u00c9lan", "\u00e9lan"));
  CHECK_FALSE(same_alias("orca", "orca "));
}

TEST_SUITE_END();

}  // namespace telltale::pki
