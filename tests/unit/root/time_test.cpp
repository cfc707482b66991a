#include "telltale/time.hpp"

#include <doctest/doctest.h>

namespace telltale {

namespace {

using namespace std::chrono_literals;

CivilTime civil(int year, unsigned month, unsigned day, std::chrono::seconds clock = 0s) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(day)) +
         clock;
}

}  // namespace

TEST_SUITE_BEGIN("root");

TEST_CASE("RFC 3339: the years certificates reach -> all spelled with four digits") {
  CHECK(to_rfc3339(civil(2026, 11, 22, 1h + 2min + 3s)) == "2026-11-22T01:02:03Z");
  CHECK(to_rfc3339(civil(1970, 1, 1)) == "1970-01-01T00:00:00Z");
  CHECK(to_rfc3339(civil(1950, 1, 1)) == "1950-01-01T00:00:00Z");
  CHECK(to_rfc3339(civil(1949, 12, 31, 24h - 1s)) == "1949-12-31T23:59:59Z");
  CHECK(to_rfc3339(civil(2024, 2, 29, 12h)) == "2024-02-29T12:00:00Z");
  CHECK(to_rfc3339(civil(9999, 12, 31, 24h - 1s)) == "9999-12-31T23:59:59Z");
}

TEST_CASE("span: for people -> the largest unit and the one below it") {
  struct Row {
    Duration span;
    std::string_view text;
  };

  const Row rows[] = {
      {0s, "0s"},
      {999us, "0s"},
      {1ms, "1ms"},
      {250ms, "250ms"},
      {1s, "1s"},
      {1s + 5ms, "1s5ms"},
      {90s, "1m30s"},
      {60min, "1h"},
      {1h + 1s, "1h"},
      {24h * 7, "7d"},
      {24h * 7 + 3h + 5min, "7d3h"},
      {24h * 400, "400d"},
      {-90s, "-1m30s"},
      {-1us, "0s"},
      {Duration::min(), "-106751d23h"},
      {Duration::max(), "106751d23h"},
  };
  for (const Row& row : rows) {
    CHECK(to_text(row.span) == row.text);
  }
}

TEST_CASE("duration: written as Prometheus writes it -> its length") {
  struct Row {
    std::string_view text;
    Duration span;
  };

  const Row rows[] = {
      {"0", 0s},
      {"0s", 0s},
      {"500ms", 500ms},
      {"30s", 30s},
      {"1h30m", 90min},
      {"10m", 10min},
      {"7d", 24h * 7},
      {"2w", 24h * 14},
      {"1y", 24h * 365},
      {"1y2w3d4h5m6s7ms", 24h * (365 + 14 + 3) + 4h + 5min + 6s + 7ms},
      {"007s", 7s},
      {"292y", 24h * 365 * 292},
      {"9223372036854ms", 9223372036854ms},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const std::optional<Duration> span = parse_duration(row.text);
    REQUIRE(span.has_value());
    CHECK(*span == row.span);
  }
}

TEST_CASE("duration: not one, or one that does not fit -> nothing") {
  for (const std::string_view text : {"",
                                      " ",
                                      "30",
                                      "s",
                                      "-1s",
                                      "+1s",
                                      "1.5h",
                                      "1 h",
                                      " 1h",
                                      "1h ",
                                      "1S",
                                      "1us",
                                      "1m1h",
                                      "1s1s",
                                      "1ms1s",
                                      "1h30",
                                      "0x1s",
                                      "1h-5m",
                                      "293y",
                                      "292y1y",
                                      "106751d24h",
                                      "9223372036855ms",
                                      "99999999999999999999s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("end of day: a date -> the first instant of the next day, UTC") {
  CHECK(parse_end_of_day("2027-01-31") == civil(2027, 2, 1));
  CHECK(parse_end_of_day("2024-02-29") == civil(2024, 3, 1));
  CHECK(parse_end_of_day("2026-12-31") == civil(2027, 1, 1));
  CHECK(parse_end_of_day("9999-12-31") == civil(9999, 12, 31, 24h));
}

TEST_CASE("end of day: no date -> nothing") {
  for (const std::string_view text :
       {"", "2027-1-31", "2027-02-29", "2027-02-30", "2027-13-01", "2027-00-10", "2027-01-00",
        "2027/01/31", "2027-01-31T00:00:00Z", "31-01-2027", " 2027-01-31", "+027-01-31"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_end_of_day(text).has_value());
  }
}

TEST_CASE("clocks: read together -> the steady one does not go back") {
  const Now before = read_clocks();
  const Now after = read_clocks();
  CHECK(after.steady >= before.steady);
  CHECK(before.civil > civil(2020, 1, 1));
}

TEST_SUITE_END();

}  // namespace telltale
