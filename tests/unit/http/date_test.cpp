#include "http/date.hpp"

#include <doctest/doctest.h>

namespace telltale::http {
namespace {

TEST_SUITE("http") {
  TEST_CASE("date: an instant -> IMF-fixdate in GMT") {
    struct Row {
      long long seconds;
      const char* expected;
    };

    constexpr Row rows[] = {
        {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},  // RFC 9110's own example
        {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {-1, "Wed, 31 Dec 1969 23:59:59 GMT"},
        {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
        {1798761599, "Thu, 31 Dec 2026 23:59:59 GMT"},
        {253402300799, "Fri, 31 Dec 9999 23:59:59 GMT"},
    };
    for (const Row& row : rows) {
      CHECK(to_http_date(CivilTime(std::chrono::seconds(row.seconds))) == row.expected);
    }
  }
}

}  // namespace
}  // namespace telltale::http
