#include "render/text.hpp"

#include <doctest/doctest.h>

namespace telltale::render {

TEST_SUITE_BEGIN("render");

TEST_CASE("utf-8: a well-formed sequence -> its length, anything else -> 0") {
  struct Row {
    std::string_view text;
    std::size_t length;
  };

  const Row rows[] = {
      {"", 0},
      {"a", 1},
      {std::string_view("\0", 1), 1},
      {"\x7f", 1},
      {"\xc3\xa9", 2},
      {"\xe2\x82\xac", 3},
      {"\xf0\x9f\x94\x92", 4},
      {"\x80", 0},              // a continuation byte alone
      {"\xc0\xaf", 0},          // overlong
      {"\xc1\xbf", 0},          // overlong
      {"\xe0\x9f\xbf", 0},      // overlong
      {"\xf0\x8f\xbf\xbf", 0},  // overlong
      {"\xed\xa0\x80", 0},      // a surrogate
      {"\xf4\x90\x80\x80", 0},  // above U+10FFFF
      {"\xf5\x80\x80\x80", 0},
      {"\xff", 0},
      {"\xc3", 0},          // cut short
      {"\xe2\x82", 0},      // cut short
      {"\xf0\x9f\x94", 0},  // cut short
      {"\xc3(", 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(utf8_sequence_length(row.text) == row.length);
  }
}

TEST_CASE("utf-8: bytes that belong to no sequence -> one U+FFFD each, the rest kept") {
  CHECK(to_valid_utf8("plain") == "plain");
  CHECK(to_valid_utf8("\xc3\xa9t\xc3\xa9") == "\xc3\xa9t\xc3\xa9");
  CHECK(to_valid_utf8("a\xff"
                      "b") ==
        "a\xef\xbf\xbd"
        "b");
  CHECK(to_valid_utf8("\xe2\x82") == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(to_valid_utf8("line\nline\x1b") == "line\nline\x1b");
}

TEST_CASE("one line: controls -> a blank for white space, U+FFFD for the others") {
  CHECK(to_one_line("a\tb\r\nc") == "a b  c");
  CHECK(to_one_line("\x1b[31mred") == "\xef\xbf\xbd[31mred");
  CHECK(to_one_line("\x7f") == "\xef\xbf\xbd");
  CHECK(to_one_line("\xc2\x9b"
                    "31m") ==
        "\xef\xbf\xbd"
        "31m");                                  // CSI as C1
  CHECK(to_one_line("\xc2\xa0") == "\xc2\xa0");  // the first that is no control
  CHECK(to_one_line("\xff") == "\xef\xbf\xbd");
  CHECK(to_one_line("a\xe2\x80\xa8"
                    "b\xe2\x80\xa9"
                    "c") == "a b c");
}

TEST_CASE("one line: controls of direction -> U+FFFD, text of either direction kept") {
  for (const std::string control : {"\xd8\x9c", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xaa",
                                    "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9"}) {
    CHECK(to_one_line("CN=" + control + "exe") ==
          "CN=\xef\xbf\xbd"
          "exe");
  }
  CHECK(to_one_line("\xd7\xa9\xd7\x9c") == "\xd7\xa9\xd7\x9c");
  CHECK(to_one_line("\xe2\x80\xa6") == "\xe2\x80\xa6");
}

TEST_CASE("width: code points are counted, not bytes") {
  CHECK(width_of("") == 0);
  CHECK(width_of("gate") == 4);
  CHECK(width_of("\xc3\xa9t\xc3\xa9") == 3);
}

TEST_CASE("wrap: lines end at blanks and are no wider than asked, but for a single longer word") {
  CHECK(wrap("", 10).empty());
  CHECK(wrap("one two", 10) == std::vector<std::string>{"one two"});
  CHECK(wrap("one two", 7) == std::vector<std::string>{"one two"});
  CHECK(wrap("one two", 6) == std::vector<std::string>{"one", "two"});
  CHECK(wrap("  one   two  ", 20) == std::vector<std::string>{"one two"});
  CHECK(wrap("a verylongword b", 4) == std::vector<std::string>{"a", "verylongword", "b"});
}

TEST_CASE("count: one -> singular, others -> plural") {
  CHECK(count_of(0, "target", "targets") == "0 targets");
  CHECK(count_of(1, "target", "targets") == "1 target");
  CHECK(count_of(2, "address", "addresses") == "2 addresses");
}

TEST_SUITE_END();

}  // namespace telltale::render
