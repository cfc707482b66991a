#include "http/path.hpp"

#include <doctest/doctest.h>

namespace telltale::http {
namespace {

using Segments = std::vector<std::string>;

TEST_SUITE("http") {
  TEST_CASE("path: a request target -> its decoded segments") {
    struct Row {
      const char* target;
      Segments expected;
    };

    const Row rows[] = {
        {"/", {}},
        {"/metrics", {"metrics"}},
        {"/gate/need", {"gate", "need"}},
        {"/gate/need/", {"gate", "need", ""}},
        {"//", {"", ""}},
        {"/gate//need", {"gate", "", "need"}},
        {"/gate/wave%201", {"gate", "wave 1"}},
        {"/gate/a%2Fb", {"gate", "a/b"}},
        {"/gate/a%2fb", {"gate", "a/b"}},
        {"/gate/100%25", {"gate", "100%"}},
        {"/gate/a+b", {"gate", "a+b"}},
        {"/gate/%C3%BC", {"gate", "\xc3\xbc"}},
        {"/gate/..", {"gate", ".."}},
        {"/-/ready", {"-", "ready"}},
        {"/a:b@c;d,e!$&'()*=~", {"a:b@c;d,e!$&'()*=~"}},
        // the query is checked and dropped
        {"/metrics?name[]=up", {"metrics"}},
        {"/?", {}},
        {"/gate/need?a=%41/b?c", {"gate", "need"}},
        // absolute-form, which every server must take
        {"http://telltale:9943/gate/need", {"gate", "need"}},
        {"http://telltale:9943", {}},
    };
    for (const Row& row : rows) {
      CAPTURE(row.target);
      const auto segments = path_segments(row.target);
      REQUIRE(segments.has_value());
      CHECK((*segments == row.expected));
    }
  }

  TEST_CASE("path: a malformed target -> what is wrong with it") {
    struct Row {
      std::string target;
      const char* expected;
    };

    const Row rows[] = {
        {"", "request target: a path begins with `/`"},
        {"*", "request target: a path begins with `/`"},
        {"http://telltale?x=1", "request target: a path begins with `/`"},
        {"metrics", "request target: a path begins with `/`"},
        {"/%", "request target: `%` must be followed by two hexadecimal digits"},
        {"/%4", "request target: `%` must be followed by two hexadecimal digits"},
        {"/%4g", "request target: `%` must be followed by two hexadecimal digits"},
        {"/%g4", "request target: `%` must be followed by two hexadecimal digits"},
        {"/%/41", "request target: `%` must be followed by two hexadecimal digits"},
        {"/a%00b", "request target: control characters are not allowed, escaped or not"},
        {"/a%0Ab", "request target: control characters are not allowed, escaped or not"},
        {"/a%7f", "request target: control characters are not allowed, escaped or not"},
        {"/a\nb", "request target: a character in the path must be percent-encoded"},
        {"/a b", "request target: a character in the path must be percent-encoded"},
        {"/a#b", "request target: a character in the path must be percent-encoded"},
        {"/a\"b", "request target: a character in the path must be percent-encoded"},
        {"/\xc3\xbc", "request target: a character in the path must be percent-encoded"},
        {"/a?b=%zz", "request target: `%` must be followed by two hexadecimal digits"},
        {"/a?b=%0d", "request target: control characters are not allowed, escaped or not"},
        {"/a?b c", "request target: a character in the query must be percent-encoded"},
        {"/a?b#c", "request target: a character in the query must be percent-encoded"},
        {std::string("/a\0b", 4),
         "request target: a character in the path must be percent-encoded"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.target);
      const auto segments = path_segments(row.target);
      REQUIRE_FALSE(segments.has_value());
      CHECK(segments.error().detail() == row.expected);
    }
  }

  TEST_CASE("path: any octet, escaped -> itself or refused, never another") {
    constexpr char digits[] = "0123456789ABCDEF";
    for (unsigned octet = 0; octet < 256; ++octet) {
      CAPTURE(octet);
      const std::string target = std::string("/%") + digits[octet / 16] + digits[octet % 16];
      const auto segments = path_segments(target);
      const bool is_control = octet < 0x20 || octet == 0x7f;
      CHECK(segments.has_value() == !is_control);
      if (segments) {
        CHECK((*segments == Segments{std::string(1, static_cast<char>(octet))}));
      }
    }
  }
}

}  // namespace
}  // namespace telltale::http
