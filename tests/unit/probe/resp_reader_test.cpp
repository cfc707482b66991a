#include "probe/resp_reader.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace telltale::probe {

namespace {

using Kind = RespValue::Kind;

constexpr std::size_t byte_limit = 64 * 1024;

/// Feeds in pieces of `size` bytes for as long as more is wanted.
ReaderState feed_in_pieces(RespReader& reader, std::string_view bytes, std::size_t size) {
  ReaderState state = ReaderState::more;
  while (state == ReaderState::more && !bytes.empty()) {
    state = reader.feed(bytes.substr(0, size));
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
  return state;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

}  // namespace

TEST_SUITE_BEGIN("probe");

TEST_CASE("resp_command: words -> an array of bulk strings, whatever is in them") {
  CHECK(resp_command({"PING"}) == "*1\r\n$4\r\nPING\r\n");
  CHECK(resp_command({"INFO", "server"}) == "*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n");
  const std::string_view odd("a\r\n%s\0b", 8);
  CHECK(resp_command({"AUTH", "", odd}) ==
        "*3\r\n$4\r\nAUTH\r\n$0\r\n\r\n$8\r\n" + std::string(odd) + "\r\n");
}

TEST_CASE("RespReader: a RESP2 answer, in pieces of any size -> its kind and text") {
  struct Row {
    std::string bytes;
    Kind kind;
    std::string text;
  };

  const Row rows[] = {
      {"+PONG\r\n", Kind::status, "PONG"},
      {"+\r\n", Kind::status, ""},
      {"-NOAUTH Authentication required.\r\n", Kind::error, "NOAUTH Authentication required."},
      {":0\r\n", Kind::integer, "0"},
      {":-9223372036854775808\r\n", Kind::integer, "-9223372036854775808"},
      {":9223372036854775807\r\n", Kind::integer, "9223372036854775807"},
      {"$5\r\nhello\r\n", Kind::string, "hello"},
      {"$0\r\n\r\n", Kind::string, ""},
      {"$8\r\na\r\nb\r\nc+\r\n", Kind::string, "a\r\nb\r\nc+"},
      {"$-1\r\n", Kind::nil, ""},
      {"*-1\r\n", Kind::nil, ""},
      {"*0\r\n", Kind::array, ""},
      {"*2\r\n$3\r\nfoo\r\n:7\r\n", Kind::array, ""},
      {"*2\r\n*1\r\n+a\r\n*2\r\n-b\r\n$-1\r\n", Kind::array, ""},
  };
  for (const Row& row : rows) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
      CAPTURE(row.bytes);
      CAPTURE(size);
      RespReader reader;
      CHECK(feed_in_pieces(reader, row.bytes, size) == ReaderState::done);
      CHECK(reader.error().empty());
      const RespValue value = reader.take();
      CHECK(value.kind == row.kind);
      CHECK(value.text == row.text);
    }
  }
}

TEST_CASE("RespReader: an answer cut anywhere before its end -> more is wanted") {
  for (const std::string_view whole :
       {"+PONG\r\n", "$5\r\nhello\r\n", "*2\r\n*1\r\n:1\r\n$3\r\nfoo\r\n", ":12\r\n"}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(whole);
      CAPTURE(size);
      RespReader reader;
      CHECK(reader.feed(whole.substr(0, size)) == ReaderState::more);
    }
  }
}

TEST_CASE("RespReader: what is no RESP2 -> malformed, and stays so") {
  struct Row {
    std::string_view what;
    std::string bytes;
  };

  const Row rows[] = {
      {"HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n"},
      {"a TLS record", std::string("\x15\x03\x03\x00\x02\x02\x46", 7)},
      {"bytes above ASCII", "\x80\x81\x82\x83"},
      {"an integer that is none", ":seven\r\n"},
      {"an integer beyond 64 bits", ":9223372036854775808\r\n"},
      {"a bulk string's length that is none", "$five\r\nhello\r\n"},
      {"a negative length", "$-2\r\n"},
      {"a length beyond 64 bits", "$99999999999999999999\r\n"},
      {"an array's size that is none", "*many\r\n"},
      {"a negative size", "*-2\r\n"},
      {"RESP3 null", "_\r\n"},
      {"RESP3 double", ",3.14\r\n"},
      {"RESP3 boolean", "#t\r\n"},
      {"RESP3 blob error", "!3\r\nERR\r\n"},
      {"RESP3 verbatim string", "=7\r\ntxt:abc\r\n"},
      {"RESP3 big number", "(3492890328409238509324850943850943825024385\r\n"},
      {"RESP3 map", "%1\r\n+a\r\n+b\r\n"},
      {"RESP3 set", "~1\r\n+a\r\n"},
      {"RESP3 attribute", "|1\r\n+a\r\n+b\r\n+c\r\n"},
      {"RESP3 push", ">1\r\n+a\r\n"},
      {"RESP3 within an array", "*2\r\n+a\r\n_\r\n"},
  };
  for (const Row& row : rows) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{1000}}) {
      CAPTURE(row.what);
      CAPTURE(size);
      RespReader reader;
      CHECK(feed_in_pieces(reader, row.bytes, size) == ReaderState::malformed);
      CHECK_FALSE(reader.error().empty());
      CHECK(reader.feed("+PONG\r\n") == ReaderState::malformed);
    }
  }
}

TEST_CASE("RespReader: an array by its size -> up to 256 elements, itself counted") {
  struct Row {
    std::string bytes;
    ReaderState state;
  };

  const Row rows[] = {
      {"*255\r\n" + repeated("+a\r\n", 255), ReaderState::done},
      {"*256\r\n", ReaderState::oversize},
      {"*1000000000\r\n", ReaderState::oversize},
      {"*2147483647\r\n", ReaderState::oversize},
      // Each array is small, all of them are not.
      {"*16\r\n" + repeated("*16\r\n" + repeated(":1\r\n", 16), 16), ReaderState::oversize},
      {"*15\r\n" + repeated("*15\r\n" + repeated(":1\r\n", 15), 15), ReaderState::done},
  };
  for (const Row& row : rows) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{4096}}) {
      CAPTURE(row.bytes.substr(0, 16));
      CAPTURE(size);
      RespReader reader;
      CHECK(feed_in_pieces(reader, row.bytes, size) == row.state);
      CHECK(reader.error().empty() == (row.state == ReaderState::done));
    }
  }
}

TEST_CASE("RespReader: a size beyond what an array can have -> no answer is made of it") {
  for (const std::string_view bytes : {"*2147483648\r\n", "*9223372036854775807\r\n"}) {
    RespReader reader;
    const ReaderState state = reader.feed(bytes);
    CHECK((state == ReaderState::oversize || state == ReaderState::malformed));
  }
}

TEST_CASE("RespReader: arrays in arrays -> up to 8 deep") {
  const auto nested = [](std::size_t depth) { return repeated("*1\r\n", depth) + ":1\r\n"; };
  RespReader deep;
  CHECK(deep.feed(nested(8)) == ReaderState::done);
  CHECK(deep.take().kind == Kind::array);
  RespReader deeper;
  CHECK(deeper.feed(nested(9)) == ReaderState::malformed);
  RespReader deepest;
  CHECK(feed_in_pieces(deepest, nested(10'000), 4096) == ReaderState::malformed);
}

TEST_CASE("RespReader: bytes without end -> oversize once past the limit, whatever was announced") {
  for (const std::string_view opening :
       {"+", "-ERR ", "$9223372036854775807\r\n", "$65536\r\n", "*1\r\n$1000000\r\n"}) {
    CAPTURE(opening);
    RespReader reader;
    std::size_t fed = opening.size();
    ReaderState state = reader.feed(opening);
    const std::string block(4096, 'x');
    while (state == ReaderState::more) {
      REQUIRE(fed <= byte_limit);
      state = reader.feed(block);
      fed += block.size();
    }
    CHECK(state == ReaderState::oversize);
    CHECK(reader.error() == "the answer exceeds 65536 bytes");
  }
}

TEST_CASE("RespReader: one answer after the other -> the limits count each by itself") {
  RespReader reader;
  const std::string bulk = "$40000\r\n" + std::string(40'000, 'x') + "\r\n";
  const std::string array = "*200\r\n" + repeated("+a\r\n", 200);
  for (int i = 0; i < 3; ++i) {
    CHECK(reader.feed(bulk) == ReaderState::done);
    CHECK(reader.take().text.size() == 40'000);
    CHECK(reader.feed(array) == ReaderState::done);
    CHECK(reader.take().kind == Kind::array);
  }
}

TEST_CASE("RespReader: two answers at once -> the second comes with what is fed next") {
  RespReader reader;
  CHECK(reader.feed("+PONG\r\n+O") == ReaderState::done);
  CHECK(reader.take().text == "PONG");
  CHECK(reader.feed("K\r\n") == ReaderState::done);
  CHECK(reader.take().text == "OK");
  CHECK(reader.take().kind == Kind::nil);
}

TEST_SUITE_END();

}  // namespace telltale::probe
