#include <doctest/doctest.h>

#include "unit/gate/calls.hpp"

using namespace telltale;
using namespace telltale::gate;
using namespace telltale::gate::build;

namespace {

Event numbered(std::size_t number) {
  Event event;
  event.detail = std::to_string(number);
  return event;
}

}  // namespace

TEST_SUITE("gate") {
  TEST_CASE("events: nothing noted -> the same list is shared") {
    EventLog log;
    CHECK(log.share()->empty());
    CHECK(log.share() == log.share());
    log.note(numbered(1));
    const EventsPtr one = log.share();
    CHECK(one->size() == 1);
    CHECK(log.share() == one);
    CHECK(log.total() == 1);
  }

  TEST_CASE("events: more than the ring holds -> the newest stay, oldest first") {
    struct Row {
      std::size_t first, second;
    };

    for (const auto [first, second] :
         {Row{max_events - 1, 1}, Row{max_events, 1}, Row{3, max_events}, Row{3, max_events + 7},
          Row{max_events + 7, 0}}) {
      CAPTURE(first);
      CAPTURE(second);
      EventLog log;
      for (std::size_t i = 0; i < first; ++i) {
        log.note(numbered(i));
      }
      CHECK(log.share()->size() == std::min(first, max_events));
      for (std::size_t i = 0; i < second; ++i) {
        log.note(numbered(first + i));
      }
      const EventsPtr events = log.share();
      REQUIRE(events->size() == std::min(first + second, max_events));
      CHECK(events->back().detail == std::to_string(first + second - 1));
      CHECK(events->front().detail == std::to_string(first + second - events->size()));
      CHECK(log.total() == first + second);
    }
  }
}
