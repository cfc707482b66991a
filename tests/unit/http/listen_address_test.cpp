#include "http/listen_address.hpp"

#include <doctest/doctest.h>

namespace telltale::http {
namespace {

TEST_SUITE("http") {
  TEST_CASE("listen address: well-formed -> host and port") {
    struct Row {
      const char* text;
      ListenAddress expected;
    };

    const Row rows[] = {
        {":9943", {"", 9943}},
        {"127.0.0.1:0", {"127.0.0.1", 0}},
        {"0.0.0.0:65535", {"0.0.0.0", 65535}},
        {"[::1]:9943", {"::1", 9943}},
        {"[::]:9943", {"::", 9943}},
        {"localhost:9943", {"localhost", 9943}},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      const auto address = parse_listen_address(row.text);
      REQUIRE(address.has_value());
      CHECK((*address == row.expected));
    }
  }

  TEST_CASE("listen address: malformed -> one sentence that repeats it and says what is right") {
    struct Row {
      const char* text;
      const char* expected;
    };

    constexpr Row rows[] = {
        {"", ": a port is missing; write for example :9943 or 127.0.0.1:9943"},
        {"9943", "9943: a port is missing; write for example :9943 or 127.0.0.1:9943"},
        {"[::1]", "[::1]: a port is missing; write for example :9943 or 127.0.0.1:9943"},
        {"127.0.0.1:", "127.0.0.1:: `` is not a port; a port is 0 to 65535"},
        {"127.0.0.1:99999", "127.0.0.1:99999: `99999` is not a port; a port is 0 to 65535"},
        {"127.0.0.1:65536", "127.0.0.1:65536: `65536` is not a port; a port is 0 to 65535"},
        {"127.0.0.1:-1", "127.0.0.1:-1: `-1` is not a port; a port is 0 to 65535"},
        {"127.0.0.1:80x", "127.0.0.1:80x: `80x` is not a port; a port is 0 to 65535"},
        {"127.0.0.1: 80", "127.0.0.1: 80: ` 80` is not a port; a port is 0 to 65535"},
        {"::1:9943", "::1:9943: an IPv6 address stands in brackets, for example [::1]:9943"},
        {"[::1:9943", "[::1:9943: an IPv6 address stands in brackets, for example [::1]:9943"},
        {"[]:9943", "[]:9943: an IPv6 address stands in brackets, for example [::1]:9943"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      const auto address = parse_listen_address(row.text);
      REQUIRE_FALSE(address.has_value());
      CHECK(address.error().detail() == row.expected);
      CHECK((address.error().code() == Errc::invalid_value));
    }
  }
}

}  // namespace
}  // namespace telltale::http
