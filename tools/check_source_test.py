#!/usr/bin/env python3
"""Each rule of check_source.py: fires on the bad form, stays silent on the good one beside it."""

import sys
import unittest

sys.dont_write_bytecode = True
import check_source  # noqa: E402


def messages(path: str, source: str) -> list[str]:
    return [message for _, message in check_source.problems(path, source)]


class Rooms(unittest.TestCase):
    def expect(self, path: str, include: str, allowed: bool) -> None:
        with self.subTest(path=path, include=include):
            found = messages(path, f"#include {include}\n")
            self.assertEqual(found == [], allowed, found)

    def test_a_room_includes_its_row_and_the_value_headers_above(self):
        for path, include, allowed in [
            ("src/pki/pem.cpp", '"telltale/error.hpp"', True),
            ("src/pki/pem.cpp", '"telltale/pki/certificate.hpp"', True),
            ("src/pki/pem.cpp", '"telltale/tls/handshake.hpp"', False),
            ("src/tls/context.cpp", '"pki/openssl.hpp"', True),
            ("src/probe/look.cpp", '"telltale/tls/context.hpp"', True),
            ("src/probe/look.cpp", '"telltale/fleet/fleet.hpp"', True),
            ("src/probe/look.cpp", '"telltale/fleet/config.hpp"', False),
            ("src/fleet/config.cpp", '"telltale/pki/identity.hpp"', True),
            ("src/fleet/config.cpp", '"telltale/probe/observation.hpp"', True),
            ("src/fleet/config.cpp", '"telltale/probe/look.hpp"', False),
            ("src/assess/rules.cpp", '"telltale/probe/observation.hpp"', True),
            ("src/assess/rules.cpp", '"telltale/tls/recorder.hpp"', False),
            ("src/assess/rules.cpp", '"telltale/gate/gate.hpp"', False),
            ("src/render/page.cpp", '"telltale/gate/snapshot.hpp"', True),
            ("src/render/page.cpp", '"telltale/http/router.hpp"', False),
            ("src/http/server.cpp", '"telltale/probe/look.hpp"', False),
            ("src/app/run.cpp", '"telltale/probe/look.hpp"', True),
            ("src/main.cpp", '"telltale/app/commands.hpp"', True),
            ("src/assess/rules.cpp", '"rules.hpp"', False),
        ]:
            self.expect(path, include, allowed)

    def test_a_room_knows_only_its_libraries(self):
        for path, include, allowed in [
            ("src/tls/recorder.cpp", "<openssl/ssl.h>", True),
            ("src/fleet/config.cpp", "<openssl/ssl.h>", False),
            ("src/assess/rules.cpp", "<boost/asio/ip/address.hpp>", False),
            ("src/assess/rules.cpp", "<boost/describe.hpp>", True),
            ("src/render/metrics.cpp", "<prometheus/metric_family.h>", True),
            ("src/render/metrics.cpp", "<zlib.h>", True),
            ("src/gate/board.cpp", "<prometheus/metric_family.h>", False),
            ("src/probe/http.cpp", "<spdlog/spdlog.h>", False),
            ("include/telltale/pki/certificate.hpp", "<openssl/x509.h>", False),
            ("include/telltale/pki/identity.hpp", "<openssl/x509.h>", True),
            ("tests/net/look_test.cpp", "<openssl/ssl.h>", True),
        ]:
            self.expect(path, include, allowed)

    def test_pure_code_has_no_io(self):
        for path, include, allowed in [
            ("src/gate/board.cpp", "<fstream>", False),
            ("src/gate/board.cpp", "<unistd.h>", False),
            ("src/gate/board.cpp", "<chrono>", True),
            ("include/telltale/tls/handshake.hpp", "<thread>", False),
            ("src/http/router.cpp", "<ctime>", False),
            ("src/http/server.cpp", "<unistd.h>", True),
        ]:
            self.expect(path, include, allowed)

    def test_only_some_rooms_read_a_clock(self):
        for call in ["std::chrono::system_clock::now()", "Clock::now()", "std::time(nullptr)",
                     "read_clocks()"]:
            line = f"auto now = {call};\n"
            for path, allowed in [("src/gate/board.cpp", False), ("src/http/router.cpp", False),
                                  ("src/tls/recorder.cpp", False), ("src/root/time.cpp", True),
                                  ("src/http/server.cpp", True), ("src/app/run.cpp", True)]:
                with self.subTest(call=call, path=path):
                    self.assertEqual(messages(path, line) == [], allowed)
        for harmless in ["// never system_clock::now()\n", "auto age = now - seen_time(address);"]:
            self.assertEqual(messages("src/gate/board.cpp", harmless), [])

    def test_pure_code_reads_no_environment(self):
        line = 'const char* home = std::getenv("HOME");\n'
        self.assertEqual(len(messages("src/render/page.cpp", line)), 1)
        self.assertEqual(messages("src/fleet/credentials.cpp", line), [])

    def test_an_unknown_room_is_named(self):
        self.assertEqual(messages("src/util/strings.cpp", ""), ["util is no room of the house"])

    def test_a_commented_include_counts_for_nothing(self):
        self.assertEqual(messages("src/gate/board.cpp", "// #include <openssl/ssl.h>\n"), [])

    def test_lines_are_counted_from_one(self):
        found = check_source.problems("src/gate/board.cpp", "/* a\n b */\n#include <fstream>\n")
        self.assertEqual([line for line, _ in found], [3])


class Coroutines(unittest.TestCase):
    BAD = [
        "co_await look(Attempt{.target = target}, deadline);",
        "auto x = co_await look({.target = target});",
        "auto x = co_await look(names, {a, b});",
        "if (auto x = co_await look(Attempt{target}); x) { use(x); }",
        "{ first(); } use(Foo{1}, co_await look(x));",
        "co_return Foo{.value = co_await look(x)};",
        "co_await look(secure ? https : http);",
        "co_await look([target] { return target; });",
        "co_await look([=] { return target; });",
        "co_await look([t = std::move(target)]() mutable { return t; });",
        "co_spawn(co_await this_coro::executor, [x]() { run(x); }, handle);",
        "auto r = co_await (look(x) || timer.async_wait(use_awaitable));",
        "using namespace asio::experimental::awaitable_operators;",
        "co_spawn(executor, look(x), asio::detached);",
    ]
    GOOD = [
        "Attempt attempt{.target = target}; co_await look(std::move(attempt), deadline);",
        "auto [error, size] = co_await read(buffer, use_tuple);",
        "while (true) { co_await step(); }",
        "if (late) { call(Foo{1}); } co_await step();",
        "for (const auto& each : co_await all()) { use(each); }",
        "if (auto reply = co_await ask(); reply) { co_return Answer{reply}; }",
        "co_await look([&] { return target; });",
        "co_await look([this](int size) { return Part{size}; });",
        "auto task = [x]() -> asio::awaitable<void> { co_await step(x); };",
        "const auto reply = late ? co_await wait() : co_await ask();",
        "if (done || co_await step()) { stop(); }",
        'co_await say("braces { in } a ? string"); // and [x] { in a comment }',
        "Answer answer{co_await ask()};",
        "co_return Answer{.size = size};",
        "switch (kind) { case Kind::tls: co_await handshake(); break; }",
        "auto f() -> asio::awaitable<Foo> { co_await step(); co_return Foo{}; }",
    ]

    def test_each_bad_form_is_found(self):
        for source in self.BAD:
            with self.subTest(source):
                self.assertNotEqual(messages("src/probe/look.cpp", source), [])

    def test_tests_are_held_to_the_same_habits(self):
        self.assertNotEqual(messages("tests/net/look_test.cpp", self.BAD[0]), [])

    def test_no_good_form_is_found(self):
        for source in self.GOOD:
            with self.subTest(source):
                self.assertEqual(messages("src/probe/look.cpp", source), [])


if __name__ == "__main__":
    unittest.main()
