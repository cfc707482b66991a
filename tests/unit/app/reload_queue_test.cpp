#include "app/reload_queue.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace telltale::app {
namespace {

using Task = ReloadQueue::Task;

/// Plays a script on a queue and notes what comes of it. `a` to `z` ask for a reload, `~` if
/// the configuration has changed, `!` for changed credentials and `?` for unreadable ones too, `<`
/// begins what there is to begin, `>` ends it, `#` abandons all.
std::string play(std::string_view script) {
  ReloadQueue queue;
  std::string told;
  const auto tell = [](const std::vector<ReloadListener>& listeners) {
    for (const ReloadListener& listener : listeners) {
      listener(CivilTime());
    }
  };
  const auto begin = [&]() -> std::string {
    const auto task = queue.begin();
    if (!task) {
      return "-";
    }
    switch (*task) {
      case Task::reload:
        return "R";
      case Task::reload_if_changed:
        return "~";
      case Task::reread_changed:
        return "!";
      case Task::reread_changed_and_unreadable:
        return "?";
    }
    return "";
  };
  for (const char step : script) {
    if (step == '!' || step == '?') {
      queue.ask_for_reread(step == '?');
    } else if (step == '~') {
      queue.ask_for_reload_if_changed();
    } else if (step == '<') {
      told += begin();
    } else if (step == '>') {
      tell(queue.end());
    } else if (step == '#') {
      tell(queue.abandon());
    } else {
      queue.ask_for_reload([&told, step](const Result<CivilTime>&) { told += step; });
    }
  }
  return told;
}

TEST_SUITE("app") {
  TEST_CASE("reload queue: requests and ends in any order -> who is told, and by which reload") {
    struct Row {
      const char* what;
      const char* script;
      const char* told;
    };

    constexpr Row rows[] = {
        {"nothing asked for", "<", "-"},
        {"one request", "a<><", "Ra-"},
        {"several before it begins", "abc<>", "Rabc"},
        {"while one runs: they share the next one", "a<bcd<><>", "R-aRbcd"},
        {"each is told by a reload that began after it asked", "a<b><c><><", "RaRbRc-"},
        {"one at a time, whatever is asked for", "a<b<!<?<", "R---"},
        {"rereading: many events, one task", "!!!<><", "!-"},
        {"rereading what is unreadable includes what has changed", "!?!<><", "?-"},
        {"and is not asked for again by that", "?<>!<>", "?!"},
        {"a reload goes first, and rereading still comes", "!a<><><", "Ra!-"},
        {"events while rereading are not lost", "!<!><><", "!!-"},
        {"a reload asked for while rereading", "!<a<>b<><", "!-Rab-"},
        {"by itself: nobody is told, rereading still comes", "~!<><><", "~!-"},
        {"by itself, many times: one task", "~~<~~><><", "~~-"},
        {"a reload does what would be done by itself, too", "~a<><", "Ra-"},
        {"a reload asked for while one runs by itself", "~<a<><><", "~-Ra-"},
        {"abandoned: all are told, nothing is begun", "a<b!#><", "Rab-"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      CHECK(play(row.script) == row.told);
    }
  }

  TEST_CASE("reload queue: a storm -> few reloads, everybody told once") {
    ReloadQueue queue;
    int told = 0;
    int reloads = 0;
    for (int i = 0; i < 100; ++i) {
      queue.ask_for_reload([&](const Result<CivilTime>&) { ++told; });
      reloads += queue.begin() ? 1 : 0;
    }
    const auto finish = [&] {
      for (const ReloadListener& listener : queue.end()) {
        listener(CivilTime());
      }
    };
    finish();
    CHECK(told == 1);
    CHECK(queue.begin() == Task::reload);
    finish();
    CHECK(told == 100);
    CHECK_FALSE(queue.begin().has_value());
    CHECK(reloads == 1);
  }
}

}  // namespace
}  // namespace telltale::app
