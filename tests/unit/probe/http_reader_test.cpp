#include "probe/http_reader.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace telltale::probe {

namespace {

fleet::Target target(std::string host, std::uint16_t port) {
  return {.name = "orca",
          .url = {.scheme = fleet::Scheme::https, .host = std::move(host), .port = port}};
}

/// Feeds in pieces of `size` bytes for as long as more is wanted.
ReaderState feed_in_pieces(HttpReader& reader, std::string_view bytes, std::size_t size) {
  ReaderState state = ReaderState::more;
  while (state == ReaderState::more && !bytes.empty()) {
    state = reader.feed(bytes.substr(0, size));
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
  return state;
}

constexpr std::size_t piece_sizes[] = {1, 2, 7, 100'000};
constexpr std::size_t header_limit = 16 * 1024;
constexpr std::size_t body_limit = 64 * 1024;

}  // namespace

TEST_SUITE_BEGIN("probe");

TEST_CASE("http_request: a target -> the path, its name and port as Host, and close") {
  fleet::Target orca = target("spin-orca.spinnaker", 8083);
  CHECK(http_request(orca, orca.health) ==
        "GET /health HTTP/1.1\r\nHost: spin-orca.spinnaker:8083\r\nUser-Agent: telltale\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n");
  orca.health = "/actuator/health?details=no";
  orca.server_name = "orca.example";
  CHECK(
      http_request(orca, orca.health)
          .starts_with("GET /actuator/health?details=no HTTP/1.1\r\nHost: orca.example:8083\r\n"));
}

TEST_CASE("http_request: an IP address as name -> IPv6 in brackets") {
  CHECK(http_request(target("fd00::8", 8081), "/health").find("\r\nHost: [fd00::8]:8081\r\n") !=
        std::string::npos);
  CHECK(http_request(target("10.0.0.7", 8081), "/health").find("\r\nHost: 10.0.0.7:8081\r\n") !=
        std::string::npos);
}

TEST_CASE("HttpReader: an answer with an end of its own, in pieces of any size -> whole") {
  struct Row {
    std::string_view what;
    std::string_view bytes;
    HttpReply reply;
  };

  const Row rows[] = {
      {"a length",
       "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"status\":\"UP\"}",
       {200, R"({"status":"UP"})", ""}},
      {"chunks",
       "HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n"
       "3\r\nnot\r\n7\r\n ready\n\r\n0\r\n\r\n",
       {503, "not ready", ""}},
      {"no body by length",
       "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
       {302, "", "/"}},
      {"no body by status", "HTTP/1.1 204 No Content\r\n\r\n", {204, "", ""}},
      {"no reason phrase", "HTTP/1.1 401 \r\nContent-Length: 0\r\n\r\n", {401, "", ""}},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", {200, "ok", ""}},
      {"a page, of which the first line counts",
       "HTTP/1.1 400 Bad Request\r\nContent-Length: 21\r\n\r\n<html>\r\n<head><title>4",
       {400, "<html>", ""}},
      {"a status of somebody's own",
       "HTTP/1.1 495 SSL\r\nContent-Length: 0\r\n\r\n",
       {495, "", ""}},
      {"a number that does not come out of the enum",
       "HTTP/1.1 299 Fine\r\nContent-Length: 0\r\n\r\n",
       {299, "", ""}},
  };
  for (const Row& row : rows) {
    for (const std::size_t size : piece_sizes) {
      CAPTURE(row.what);
      CAPTURE(size);
      HttpReader reader;
      CHECK(feed_in_pieces(reader, row.bytes, size) == ReaderState::done);
      CHECK(reader.error().empty());
      REQUIRE(reader.reply());
      CHECK(reader.reply()->status == row.reply.status);
      CHECK(reader.reply()->first_line == row.reply.first_line);
    }
  }
}

TEST_CASE("HttpReader: an answer cut anywhere before its end -> more is wanted") {
  const std::string_view whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    HttpReader reader;
    CHECK(reader.feed(whole.substr(0, size)) == ReaderState::more);
    const bool has_header = size >= whole.find("hello");
    CHECK(reader.reply().has_value() == has_header);
    CHECK(reader.finish() == ReaderState::malformed);
    CHECK_FALSE(reader.error().empty());
    // What was read stays known.
    CHECK(reader.reply().has_value() == has_header);
  }
}

TEST_CASE("HttpReader: an answer that ends with the connection -> done then") {
  for (const std::size_t size : piece_sizes) {
    HttpReader reader;
    CHECK(feed_in_pieces(reader, "HTTP/1.1 200 OK\r\n\r\nUP\nand more", size) == ReaderState::more);
    CHECK(reader.finish() == ReaderState::done);
    REQUIRE(reader.reply());
    CHECK(*reader.reply() == HttpReply{200, "UP", ""});
  }
}

TEST_CASE("HttpReader: chunks that stop before the last one -> malformed at the end") {
  HttpReader reader;
  CHECK(reader.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n") ==
        ReaderState::more);
  CHECK(reader.finish() == ReaderState::malformed);
  REQUIRE(reader.reply());
  CHECK(*reader.reply() == HttpReply{200, "yes", ""});
}

TEST_CASE("HttpReader: bytes behind the answer -> left alone") {
  HttpReader reader;
  CHECK(reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\n\r\n") ==
        ReaderState::done);
  REQUIRE(reader.reply());
  CHECK(*reader.reply() == HttpReply{200, "ok", ""});
}

TEST_CASE("HttpReader: what is no HTTP -> malformed, with a reason and without a reply") {
  struct Row {
    std::string_view what;
    std::string bytes;
  };

  const Row rows[] = {
      {"RESP", "-ERR wrong number of arguments\r\n\r\n"},
      {"a TLS alert", std::string("\x15\x03\x03\x00\x02\x02\x46", 7) + "\r\n\r\n"},
      {"SMTP", "220 mail.example ESMTP\r\n\r\n"},
      {"bytes above ASCII", "\x80\x81\x82\x83\r\n\r\n"},
      {"a request", "GET / HTTP/1.1\r\n\r\n"},
      {"another major version", "HTTP/3.0 200 OK\r\n\r\n"},
      {"no status", "HTTP/1.1 OK\r\n\r\n"},
      {"a status of two digits", "HTTP/1.1 20 OK\r\n\r\n"},
      {"a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"},
      {"a field without a colon", "HTTP/1.1 200 OK\r\nContent-Length\r\n\r\n"},
      {"a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"},
  };
  for (const Row& row : rows) {
    for (const std::size_t size : piece_sizes) {
      CAPTURE(row.what);
      CAPTURE(size);
      HttpReader reader;
      CHECK(feed_in_pieces(reader, row.bytes, size) == ReaderState::malformed);
      CHECK_FALSE(reader.error().empty());
      CHECK_FALSE(reader.reply());
    }
  }
}

TEST_CASE("HttpReader: a chunk's size that is none -> malformed, the status known") {
  HttpReader reader;
  CHECK(reader.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n") ==
        ReaderState::malformed);
  REQUIRE(reader.reply());
  CHECK(reader.reply()->status == 200);
}

TEST_CASE("HttpReader: a header without end -> oversize, within what is fed up to the limit") {
  for (const std::size_t size : {std::size_t{1}, std::size_t{4096}}) {
    HttpReader reader;
    std::string bytes = "HTTP/1.1 200 OK\r\n";
    while (bytes.size() < header_limit + 4096) {
      bytes += "X-Endless: and on and on\r\n";
    }
    CHECK(feed_in_pieces(reader, bytes, size) == ReaderState::oversize);
    CHECK_FALSE(reader.error().empty());
    CHECK_FALSE(reader.reply());
  }
}

TEST_CASE("HttpReader: a body without end -> oversize, its status and first line known") {
  HttpReader reader;
  const std::string block = "and on and on\n";
  ReaderState state = reader.feed("HTTP/1.1 200 OK\r\n\r\n");
  std::size_t fed = 0;
  while (state == ReaderState::more) {
    state = reader.feed(block);
    fed += block.size();
    REQUIRE(fed <= body_limit + block.size());
  }
  CHECK(state == ReaderState::oversize);
  REQUIRE(reader.reply());
  CHECK(*reader.reply() == HttpReply{200, "and on and on", ""});
}

TEST_CASE("HttpReader: a body of the limit -> read; one byte more -> oversize") {
  const auto answer = [](std::size_t size) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
           std::string(size, 'x');
  };
  HttpReader fits;
  CHECK(fits.feed(answer(body_limit)) == ReaderState::done);
  HttpReader exceeds;
  CHECK(exceeds.feed(answer(body_limit + 1)) == ReaderState::oversize);
  REQUIRE(exceeds.reply());
  CHECK(exceeds.reply()->status == 200);
}

TEST_CASE("HttpReader: sizes that only are announced -> oversize or more, nothing is allocated") {
  struct Row {
    std::string_view bytes;
    ReaderState state;
  };

  const Row rows[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n", ReaderState::oversize},
      {"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n", ReaderState::oversize},
      {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
       ReaderState::malformed},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n",
       ReaderState::oversize},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
       ReaderState::malformed},
  };
  for (const Row& row : rows) {
    CAPTURE(row.bytes);
    HttpReader reader;
    CHECK(reader.feed(row.bytes) == row.state);
  }
}

TEST_SUITE_END();

}  // namespace telltale::probe
