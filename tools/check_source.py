#!/usr/bin/env python3
"""Checks the rules of the house that a compiler cannot see.

Which room may include which, which libraries a room may know, that pure code reads no clock and
does no I/O, and the coroutine habits that keep temporaries alive and failures heard.
CONTRIBUTING.md says why. Prints one `file:line: what is wrong` per finding; exits 1 if any.
"""

import pathlib
import re
import sys
from dataclasses import dataclass
from typing import Iterator

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Room:
    """One row of the table: what a room may include beyond itself and the root."""

    rooms: tuple[str, ...] = ()  # and whatever these may include themselves
    libraries: tuple[str, ...] = ()  # include path prefixes
    headers: tuple[str, ...] = ()  # single headers of rooms further down
    pure: bool = False


# In the order of the house: a room may also include the value headers of every room above it.
ROOMS = {
    "root": Room(libraries=("boost/system/", "boost/describe", "boost/mp11")),
    "pki": Room(rooms=("root",), libraries=("openssl/",)),
    "tls": Room(rooms=("pki",), libraries=("openssl/",)),
    "probe": Room(rooms=("tls",), libraries=("boost/asio", "boost/beast", "boost/json", "hiredis/"),
                  headers=("fleet/fleet.hpp",)),
    "fleet": Room(rooms=("pki",), libraries=("yaml-cpp/", "boost/url")),
    "assess": Room(libraries=("boost/regex",), pure=True),
    "gate": Room(rooms=("assess",), pure=True),
    "render": Room(rooms=("gate",), libraries=("prometheus/", "boost/json", "zlib.h"), pure=True),
    "http": Room(rooms=("render",),
                 libraries=("boost/asio", "boost/beast", "openssl/", "crypt.h", "yaml-cpp/"),
                 headers=("pki/file.hpp", "pki/secret.hpp")),
    "app": Room(rooms=("probe", "fleet", "http"),
                libraries=("CLI/", "spdlog/", "boost/asio", "boost/json")),
}

# Headers that hold nothing but values: no library, no clock, readable from every room below.
VALUE_HEADERS = {
    "pki/certificate.hpp",
    "pki/distinguished_name.hpp",
    "pki/java_name.hpp",
    "pki/store.hpp",
    "pki/verification.hpp",
    "tls/handshake.hpp",
    "probe/observation.hpp",
    "fleet/fleet.hpp",
    "fleet/lint.hpp",
}

# Pure code that lives in a room which is not.
PURE_FILES = {"http/router.hpp", "http/router.cpp", "http/site.hpp", "http/site.cpp"}

# The rooms that may ask what time it is; everybody else is told.
CLOCK_READERS = {"root", "probe", "http", "app"}

LIBRARIES = ("boost/", "openssl/", "hiredis/", "prometheus/", "yaml-cpp/", "CLI/", "spdlog/",
             "fmt/", "zlib.h", "crypt.h")
IMPURE_STANDARD = {"condition_variable", "cstdio", "ctime", "filesystem", "fstream", "future",
                   "iostream", "mutex", "random", "shared_mutex", "stop_token", "thread"}
CLOCK = re.compile(r"\b\w*[cC]lock::now\s*\(|\b(?:std::)?time\s*\(\s*(?:nullptr|NULL|0|&\w+)\s*\)"
                   r"|\b(?:read_clocks|clock_gettime|gettimeofday)\b")
WORLD = re.compile(r"\b(?:getenv|random_device)\b")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[>"]', re.MULTILINE)
COMMENT_OR_LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|\bR"(?P<tag>[^(\s"]*)\(.*?\)(?P=tag)"'
    r"|\"(?:[^\"\\\n]|\\.)*\"|(?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)+'", re.DOTALL)
LAMBDA = re.compile(r"(?<![\w\])])\[([^\[\]]*)\]\s*(?=[({]|mutable\b|noexcept\b|->)")


def strip(source: str, literals: bool = True) -> str:
    """Blanks comments, and literals if asked, keeping every offset and line where it was."""

    def blank(match: re.Match[str]) -> str:
        text = match.group()
        if not literals and not text.startswith("/"):
            return text
        return re.sub(r"[^\n]", " ", text)

    return COMMENT_OR_LITERAL.sub(blank, source)


def reachable(room: str) -> set[str]:
    """The rooms whose every header `room` may include: itself, the root, its row, their rows."""
    found = {room, "root"}
    for other in ROOMS[room].rooms:
        found |= reachable(other)
    return found


def may_include(room: str, header: str) -> bool:
    """Whether `room` may include the project's `header`, written as `<room>/<name>.hpp`."""
    owner = header.split("/")[0] if "/" in header else "root"
    if owner in reachable(room) or any(header in ROOMS[r].headers for r in reachable(room)):
        return True
    above = list(ROOMS)[:list(ROOMS).index(room)]
    return owner in above and header in VALUE_HEADERS


def include_problem(room: str, pure: bool, value: bool, quoted: bool, path: str) -> str | None:
    """Says what is wrong with one include line, or None."""
    if quoted:
        header = path.removeprefix("telltale/")
        if header == path and path.split("/")[0] not in ROOMS:
            return f"{path} is not rooted: write telltale/<room>/<name>.hpp or <room>/<name>.hpp"
        return None if may_include(room, header) else f"{room} may not include {path}"
    if path.startswith(LIBRARIES):
        allowed = ROOMS["root"].libraries + (() if value else ROOMS[room].libraries)
        return None if path.startswith(allowed) else f"{room} may not know <{path}>"
    if pure and (path in IMPURE_STANDARD or path.endswith(".h")):
        return f"<{path}> has no place in pure code"
    return None


def opens_block(text: str, brace: int) -> bool:
    """Whether the brace at this offset opens a block or a lambda's body, not an initializer."""
    return re.search(r"(?:[);:{}]|\b(?:else|do|try|mutable|const|override|noexcept)"
                     r"|->\s*[\w:<>,\s]+)\s*$", text[max(0, brace - 200):brace]) is not None


def full_expression(text: str, at: int) -> str:
    """The statement, or the condition of an if, while, for or switch, that holds offset `at`."""
    start, depth = at, 0
    while start > 0:
        char = text[start - 1]
        if depth == 0:
            block_ends = char == "}" and re.match(r"\s*\w", text[start:])
            condition = char == "(" and re.search(r"\b(?:if|while|for|switch)\s*$",
                                                  text[max(0, start - 20):start - 1])
            block_begins = char == "{" and opens_block(text, start - 1)
            if char == ";" or block_ends or block_begins or condition:
                break
        depth = max(0, depth + (char in ")]}") - (char in "([{"))
        start -= 1
    return text[start:end_of(text, start)]


def end_of(text: str, start: int) -> int:
    """The offset of the first `;` or unmatched closing bracket after `start`."""
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if depth < 0 or depth == 0 and text[at] == ";":
            return at
    return len(text)


def without_lambda_bodies(expression: str) -> str:
    """Blanks the bodies of lambdas: what they await is an expression of its own."""
    for match in LAMBDA.finditer(expression):
        brace = expression.find("{", match.end())
        if brace != -1:
            end = end_of(expression.replace(";", " "), brace + 1)
            expression = expression[:brace] + "()".ljust(end + 1 - brace) + expression[end + 1:]
    return expression


def inside_parentheses(expression: str, wanted: str) -> bool:
    """Whether the character stands among a call's arguments."""
    depth = 0
    for char in expression:
        if char == wanted and depth > 0:
            return True
        depth += (char == "(") - (char == ")")
    return False


def coroutine_problems(text: str) -> Iterator[tuple[int, str]]:
    """Yields (offset, message) for every habit that loses temporaries, exceptions or failures."""
    for match in re.finditer(r"\bdetached\b", text):
        yield match.start(), "bare asio::detached loses the coroutine's failure: spawn it by name"
    for match in re.finditer(r"\bawaitable_operators\b", text):
        yield match.start(), "awaitable_operators' || waits for the first success: use a deadline"
    for match in re.finditer(r"\bco_await\b", text):
        expression = without_lambda_bodies(full_expression(text, match.start()))
        returned = re.search(r"\bco_return\s+[\w:<>]*\s*\{", expression)
        if returned or inside_parentheses(expression, "{"):
            yield match.start(), "braced temporary beside co_await: name it first"
        if inside_parentheses(expression, "?"):
            yield match.start(), "?: inside an awaited call: name its result first"
        for captures in LAMBDA.findall(expression):
            if any(c.strip() and not c.strip().startswith("&") and c.strip() != "this"
                   for c in captures.split(",")):
                yield match.start(), "capturing lambda beside co_await: name it first"
        if "||" in expression and re.search(r"timer|async_wait\b|deadline", expression):
            yield match.start(), "|| with a timer waits for the first success: use a deadline"


def room_of(path: pathlib.PurePosixPath) -> str | None:
    """The room a file belongs to; None outside the house (tests, benchmarks)."""
    parts = path.parts
    if parts[:2] == ("include", "telltale"):
        return parts[2] if len(parts) > 3 else "root"
    if parts[0] == "src":
        return parts[1] if len(parts) > 2 else "app"
    return None


def room_problems(path: str, source: str, text: str) -> Iterator[tuple[int, str]]:
    """Yields (offset, message) for every include and call that the file's room may not make."""
    room = room_of(pathlib.PurePosixPath(path))
    if room is None:
        return
    if room not in ROOMS:
        yield 0, f"{room} is no room of the house"
        return
    name = "/".join(path.split("/")[-2:])
    value = path.startswith("include/") and (name in VALUE_HEADERS or room == "root")
    pure = ROOMS[room].pure or value or name in PURE_FILES
    for match in INCLUDE.finditer(strip(source, literals=False)):
        message = include_problem(room, pure, value, match.group(1) == '"', match.group(2))
        if message:
            yield match.start(2), message
    asks = list(WORLD.finditer(text)) if pure else []
    if room not in CLOCK_READERS or pure and room != "root":
        asks += CLOCK.finditer(text)
    for match in asks:
        yield match.start(), f"{match.group().strip()} is not for {room}: take it as a parameter"


def problems(path: str, source: str) -> list[tuple[int, str]]:
    """Every (line, message) for one file; `path` is relative to the repository."""
    text = strip(source)
    found = [*coroutine_problems(text), *room_problems(path, source, text)]
    return sorted((source.count("\n", 0, at) + 1, message) for at, message in found)


def main() -> int:
    files = sorted(file for folder in ("include", "src", "tests")
                   for file in (ROOT / folder).rglob("*.[ch]pp"))
    count = 0
    for file in files:
        path = file.relative_to(ROOT).as_posix()
        for line, message in problems(path, file.read_text(encoding="utf-8")):
            print(f"{path}:{line}: {message}")
            count += 1
    print(f"{len(files)} files, {count} problems")
    return 1 if count or not files else 0


if __name__ == "__main__":
    sys.exit(main())
