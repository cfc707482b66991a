#include "telltale/app/log.hpp"

#include <doctest/doctest.h>

using namespace telltale;
using namespace telltale::app;

namespace {

constexpr CivilTime time_of_event{std::chrono::seconds(1'700'000'000)};

}  // namespace

TEST_SUITE("app") {
  TEST_CASE("log_line: logfmt -> bare values where they can be, quoted ones where not") {
    CHECK(log_line(LogFormat::logfmt, time_of_event, LogLevel::info, "gate opened",
                   {{"gate", "need"}, {"answer", "open: \"all\" = well\n"}, {"empty", ""}}) ==
          R"(ts=2023-11-14T22:13:20Z level=info msg="gate opened" gate=need )"
          R"(answer="open: \"all\" = well\n" empty="")");
  }

  TEST_CASE("log_line: json -> one object on one line") {
    CHECK(log_line(LogFormat::json, time_of_event, LogLevel::warn, "stopping",
                   {{"signal", "SIGTERM"}, {"text", "a\nb\"c"}}) ==
          R"({"ts":"2023-11-14T22:13:20Z","level":"warn","msg":"stopping",)"
          R"("signal":"SIGTERM","text":"a\nb\"c"})");
  }

  TEST_CASE("log: a level below the one asked for -> off") {
    const Log log(LogLevel::warn, LogFormat::logfmt);
    CHECK_FALSE(log.is_on(LogLevel::debug));
    CHECK_FALSE(log.is_on(LogLevel::info));
    CHECK(log.is_on(LogLevel::warn));
    CHECK(log.is_on(LogLevel::error));
  }
}
