#include "http/request_rules.hpp"

#include <doctest/doctest.h>

namespace telltale::http {
namespace {

Framing plain() {
  Framing framing;
  framing.method = "GET";
  framing.target = "/";
  framing.hosts = {"a"};
  return framing;
}

unsigned status_of(const Framing& framing) {
  const auto objection = objection_to(framing);
  return objection ? objection->status : 200;
}

TEST_SUITE("http") {
  TEST_CASE("is_host: names, addresses and ports -> yes; anything else -> no") {
    for (const char* host : {"", "a", "spin-gate.spinnaker", "a:9943", "a:", "10.0.0.1:80", "[::1]",
                             "[::1]:9943", "[::ffff:10.0.0.1]", "a%20b", "a_b~c!d"}) {
      CAPTURE(host);
      CHECK(is_host(host));
    }
    for (const char* host :
         {"a b", "a/b", "u@a",   "a:b",    "a:1:2",   "a:123456",    "::1",
          "[",   "[]",  "[::1",  "[::1]x", "[::1]:x", "[gate]",      "a\\b",
          "a?b", "a#b", "\"a\"", "<a>",    "a\tb",    "g\xc3\xa4te", "[::1]:123456"}) {
      CAPTURE(host);
      CHECK_FALSE(is_host(host));
    }
  }

  TEST_CASE("path_and_query: origin-form as it is, absolute-form without scheme and authority") {
    const std::pair<const char*, const char*> rows[] = {
        {"/", "/"},
        {"/a?b=c", "/a?b=c"},
        {"//a/b", "//a/b"},
        {"*", "*"},
        {"http://a", "/"},
        {"http://a/", "/"},
        {"http://a?b", "/?b"},
        {"HTTPS://a:1/b?c=/d", "/b?c=/d"},
        {"/http://a/b", "/http://a/b"},
    };
    for (const auto& [target, expected] : rows) {
      CAPTURE(target);
      CHECK(path_and_query(target) == expected);
    }
  }

  TEST_CASE("objection_to_lines: CR LF and no fold -> none, in a header cut off anywhere, too") {
    const std::string_view header = "GET / HTTP/1.1\r\nHost: a\r\nX:\ty z\r\n\r\n";
    for (std::size_t size = 0; size <= header.size(); ++size) {
      CHECK_FALSE(objection_to_lines(header.substr(0, size)).has_value());
    }
    for (const char* odd : {"\n", "a\n", "a\r\nb\n", "a\r\n b", "a\r\n\tb", "a\r\n\r\n\n"}) {
      CAPTURE(odd);
      REQUIRE(objection_to_lines(odd).has_value());
      CHECK(objection_to_lines(odd)->status == 400);
    }
  }

  TEST_CASE("objection_to: one rule broken -> its status; none -> none") {
    CHECK(status_of(plain()) == 200);

    Framing framing = plain();
    framing.method = "CONNECT";
    CHECK(status_of(framing) == 501);

    framing = plain();
    framing.hosts.clear();
    CHECK(status_of(framing) == 400);
    framing.version = 10;
    CHECK(status_of(framing) == 200);

    framing = plain();
    framing.content_lengths = {"12"};
    CHECK(status_of(framing) == 200);
    framing.transfer_encodings = {"chunked"};
    CHECK(status_of(framing) == 400);
    framing.content_lengths.clear();
    CHECK(status_of(framing) == 200);
    framing.version = 10;
    CHECK(status_of(framing) == 400);

    framing = plain();
    framing.transfer_encodings = {"gzip", " Chunked "};
    CHECK(status_of(framing) == 501);
    framing.transfer_encodings = {"gzip"};
    CHECK(status_of(framing) == 400);
    framing.transfer_encodings = {","};
    CHECK(status_of(framing) == 400);
  }
}

}  // namespace
}  // namespace telltale::http
