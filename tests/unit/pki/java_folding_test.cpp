#include "pki/java_folding.hpp"

#include <doctest/doctest.h>

namespace telltale::pki {

TEST_SUITE_BEGIN("pki");

TEST_CASE("folding: upper and lower case, composed and decomposed -> one spelling") {
  CHECK(fold_as_java("ABC xyz 09 [\\]") == "abc xyz 09 [\\]");
  CHECK(fold_as_java("\u00c9") == "e\u0301");
  CHECK(fold_as_java("\u00e9") == "e\u0301");
  CHECK(fold_as_java("e\u0301") == "e\u0301");
  CHECK(fold_as_java("\u00df") == "ss");
  CHECK(fold_as_java("\u017e\u017f\u0180") == "z\u030cs\u0180");
  CHECK(fold_as_java("\u009f\u00a0\u00a1") == "\u009f \u00a1");
}

TEST_CASE("folding: what is beyond U+017F -> kept, one to four bytes long") {
  CHECK(fold_as_java("\u0424\u65e5\U0001f680\U0010ffff") == "\u0424\u65e5\U0001f680\U0010ffff");
}

TEST_CASE("folding: bytes that are no UTF-8 -> U+FFFD, the rest unharmed") {
  struct Row {
    std::string_view bytes;
    std::string_view text;
  };

  const Row rows[] = {
      {"a\xff"
       "b",
       "a\ufffdb"},
      {"\x80", "\ufffd"},
      {"\xc3", "\ufffd"},
      {"\xc3(", "\ufffd("},
      {"\xc0\x80", "\ufffd\ufffd"},
      {"\xe0\x80\x80", "\ufffd\ufffd\ufffd"},
      {"\xed\xa0\x80", "\ufffd\ufffd\ufffd"},
      {"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},
      {"\xf0\x9f\x9a", "\ufffd\ufffd\ufffd"},
      {"\xf8\x88\x80\x80\x80", "\ufffd\ufffd\ufffd\ufffd\ufffd"},
  };
  for (const Row& row : rows) {
    CHECK(fold_as_java(row.bytes) == row.text);
  }
}

TEST_CASE("ISO 8859-1: any byte -> its character in UTF-8") {
  CHECK(utf8_of_latin1("a\x80\xe9\xff") == "a\u0080\u00e9\u00ff");
  CHECK(utf8_of_latin1("").empty());
}

TEST_SUITE_END();

}  // namespace telltale::pki
