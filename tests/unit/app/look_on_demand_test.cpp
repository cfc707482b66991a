#include "app/look_on_demand.hpp"

#include <doctest/doctest.h>

namespace telltale::app {
namespace {

using namespace std::chrono_literals;

TEST_SUITE("app") {
  TEST_CASE(
      "time for a look: a scraper's timeout -> less the offset, half at least, 55 s at most") {
    struct Row {
      std::optional<Duration> scrape_timeout;
      Duration offset;
      Duration expected;
    };

    const Row rows[] = {
        {std::nullopt, 500ms, 55s}, {10s, 500ms, 9500ms}, {10s, 0s, 10s}, {1s, 500ms, 500ms},
        {400ms, 500ms, 200ms},      {10s, 1h, 5s},        {24h, 0s, 55s}, {55500ms, 500ms, 55s},
    };
    for (const Row& row : rows) {
      CHECK(time_for_look(row.scrape_timeout, row.offset) == row.expected);
    }
  }
}

}  // namespace
}  // namespace telltale::app
