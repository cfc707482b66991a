#include "telltale/app/gate_reading.hpp"

#include <doctest/doctest.h>

#include "telltale/enum_names.hpp"

namespace telltale::app {
namespace {

http::Response response(unsigned status, std::string body) {
  http::Response made;
  made.status = status;
  made.body = std::move(body);
  return made;
}

TEST_SUITE("app") {
  TEST_CASE("gate answer: status code and words agree -> that status; else unknown") {
    struct Row {
      unsigned status;
      const char* body;
      const char* line;
      gate::Status meaning;
      bool is_final;
    };

    const Row rows[] = {
        {200, "open: all is well\n", "open: all is well", gate::Status::open, false},
        {403, "closed: orca stale\nmore\n", "closed: orca stale", gate::Status::closed, false},
        {403, "unknown: waiting", "unknown: waiting", gate::Status::unknown, false},
        {404, "no gate is named `x`\n", "unknown: no gate is named `x`", gate::Status::unknown,
         true},
        {200, "closed: x", "unknown: HTTP 200 is no gate's answer: closed: x",
         gate::Status::unknown, false},
        {403, "open: x", "unknown: HTTP 403 is no gate's answer: open: x", gate::Status::unknown,
         false},
        {200, "<html>Welcome", "unknown: HTTP 200 is no gate's answer: <html>Welcome",
         gate::Status::unknown, false},
        {200, "open", "unknown: HTTP 200 is no gate's answer: open", gate::Status::unknown, false},
        {503, "", "unknown: HTTP 503 is no gate's answer: ", gate::Status::unknown, false},
        {403, "closed: \x1b[2J", "closed: ?[2J", gate::Status::closed, false},
    };
    for (const Row& row : rows) {
      CAPTURE(row.body);
      const GateReading reading = read_gate_answer(response(row.status, row.body));
      CHECK(reading.line == row.line);
      CHECK((reading.status == row.meaning));
      CHECK(reading.is_final == row.is_final);
    }
  }

  TEST_CASE("gate answer: nobody answers -> unknown, and worth asking again") {
    const GateReading reading =
        read_gate_answer(Error(Errc::unreadable, "cannot connect: Connection refused"));
    CHECK(reading ==
          GateReading{gate::Status::unknown, "unknown: cannot connect: Connection refused", false});
  }

  TEST_CASE("exit code: a gate's status -> 0 open, 1 closed, 2 unknown") {
    CHECK(exit_code_of(gate::Status::open) == 0);
    CHECK(exit_code_of(gate::Status::closed) == 1);
    CHECK(exit_code_of(gate::Status::unknown) == 2);
  }
}

}  // namespace
}  // namespace telltale::app
