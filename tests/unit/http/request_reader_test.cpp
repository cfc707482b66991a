#include "http/request_reader.hpp"

#include <doctest/doctest.h>

namespace telltale::http {
namespace {

using Progress = RequestReader::Progress;

/// Takes `bytes` in pieces of `size`; what is left of them is returned in `rest`.
Progress take(RequestReader& reader, std::string_view bytes, std::size_t size, std::string& rest) {
  Progress progress = Progress::needs_more;
  while (!bytes.empty() && progress == Progress::needs_more) {
    rest.append(bytes.substr(0, size));
    bytes.remove_prefix(std::min(size, bytes.size()));
    progress = reader.take(rest);
  }
  rest.append(bytes);
  return progress;
}

TEST_SUITE("http") {
  TEST_CASE("RequestReader: a request in pieces of any size -> the same, and not a byte more") {
    const std::string request =
        "POST http://telltale:9943/probe?target=orca HTTP/1.1\r\nHost: telltale\r\n"
        "Accept: text/plain\r\naccept: */*;q=0.1\r\nAccept-Encoding: gzip\r\n"
        "If-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\nAuthorization: Basic YTpi\r\n"
        "X-Prometheus-Scrape-Timeout-Seconds: 10\r\nTransfer-Encoding: chunked\r\n\r\n"
        "4;x=\"y\"\r\nabcd\r\n1\r\ne\r\n0\r\nAuthorization: Basic YzpkCg==\r\n\r\n";
    for (std::size_t size = 1; size <= request.size(); ++size) {
      CAPTURE(size);
      RequestReader reader({});
      std::string rest;
      REQUIRE((take(reader, request + "GET /next", size, rest) == Progress::complete));
      CHECK(rest == "GET /next");
      CHECK(reader.request().method == "POST");
      CHECK(reader.request().target == "/probe?target=orca");
      CHECK(reader.request().accept == "text/plain, */*;q=0.1");
      CHECK(reader.request().accept_encoding == "gzip");
      CHECK(reader.request().if_none_match == "\"a\", \"b\"");
      CHECK(reader.request().scrape_timeout == "10");
      CHECK(reader.authorization() == "Basic YTpi");
      CHECK(reader.manner().keep_alive);
      CHECK_FALSE(reader.refusal().has_value());
    }
  }

  TEST_CASE("RequestReader: every truncation of a request -> needs more") {
    const std::string request = "\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    for (std::size_t size = 0; size < request.size(); ++size) {
      CAPTURE(size);
      RequestReader reader({});
      std::string received = request.substr(0, size);
      CHECK((reader.take(received) == Progress::needs_more));
    }
  }

  TEST_CASE("RequestReader: a header of exactly the limit -> taken; one byte more -> 431") {
    const Limits limits;
    const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    const std::size_t room = limits.header_bytes - start.size() - 4;
    for (const std::size_t size : {std::size_t{1}, std::size_t{100}, std::size_t{10'000}}) {
      RequestReader fits(limits);
      std::string rest;
      CHECK((take(fits, start + std::string(room, 'x') + "\r\n\r\n", size, rest) ==
             Progress::complete));
      RequestReader over(limits);
      rest.clear();
      CHECK((take(over, start + std::string(room + 1, 'x') + "\r\n\r\n", size, rest) ==
             Progress::refused));
      CHECK(over.refusal()->status == 431);
      CHECK_FALSE(over.manner().keep_alive);
    }
  }

  TEST_CASE("RequestReader: fields without end -> 431, whatever pieces they come in") {
    for (const std::size_t size : {std::size_t{1}, std::size_t{6}, std::size_t{4096}}) {
      RequestReader reader({});
      std::string fields = "GET / HTTP/1.1\r\n";
      while (fields.size() < 20'000) {
        fields += "X: y\r\n";
      }
      std::string rest;
      CHECK((take(reader, fields, size, rest) == Progress::refused));
      CHECK(reader.refusal()->status == 431);
    }
  }

  TEST_CASE("RequestReader: what waits for 100 -> says so once its header is there") {
    RequestReader reader({});
    std::string received =
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n";
    CHECK_FALSE(reader.awaits_continue());
    CHECK((reader.take(received) == Progress::needs_more));
    CHECK(reader.awaits_continue());
    received = "x";
    CHECK((reader.take(received) == Progress::complete));
    CHECK_FALSE(reader.awaits_continue());
  }

  TEST_CASE("RequestReader: a refused HEAD -> is answered without a body") {
    RequestReader reader({});
    std::string received = "HEAD / HTTP/1.1\r\n\r\n";
    CHECK((reader.take(received) == Progress::refused));
    CHECK(reader.manner().without_body);
  }
}

}  // namespace
}  // namespace telltale::http
