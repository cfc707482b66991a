#include "http/response_head.hpp"

#include <doctest/doctest.h>

#include "telltale/version.hpp"

namespace telltale::http {
namespace {

constexpr CivilTime now{std::chrono::seconds(784111777)};

/// What stands between the fields that every response begins with and the empty line.
std::string fields_of(const Response& response, const Manner& manner,
                      const HeaderFields& extra = {}) {
  const std::string head = response_head(response, manner, extra, now);
  const std::string date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  const auto at = head.find(date);
  REQUIRE(at != std::string::npos);
  REQUIRE(head.ends_with("\r\n\r\n"));
  return head.substr(at + date.size(), head.size() - at - date.size() - 2);
}

TEST_SUITE("http") {
  TEST_CASE("response_head: status line, Server and Date -> first") {
    Response response;
    response.status = 404;
    CHECK(response_head(response, {}, {}, now)
              .starts_with("HTTP/1.1 404 Not Found\r\nServer: telltale/" +
                           std::string(program_version) + "\r\nDate: "));
    CHECK(response_head(response, {.version = 10}, {}, now).starts_with("HTTP/1.0 404 "));
  }

  TEST_CASE("response_head: how the body is framed, by status, version and kind") {
    struct Row {
      unsigned status;
      bool is_stream;
      Manner manner;
      const char* fields;
    };

    const Row rows[] = {
        {200, false, {11, true}, "Content-Type: t\r\nContent-Length: 3\r\n"},
        {200, false, {11, false}, "Content-Type: t\r\nContent-Length: 3\r\nConnection: close\r\n"},
        {200,
         false,
         {10, true},
         "Content-Type: t\r\nContent-Length: 3\r\nConnection: keep-alive\r\n"},
        {200, false, {10, false}, "Content-Type: t\r\nContent-Length: 3\r\n"},
        {200, false, {11, true, true}, "Content-Type: t\r\nContent-Length: 3\r\n"},
        {204, false, {11, true}, ""},
        {304, false, {11, true}, ""},
        {103, false, {11, true}, ""},
        {200,
         true,
         {11, false},
         "Content-Type: t\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"},
        {200, true, {10, false}, "Content-Type: t\r\n"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.status);
      CAPTURE(row.manner.version);
      Response response;
      response.status = row.status;
      response.content_type = "t";
      response.body = "abc";
      response.is_stream = row.is_stream;
      CHECK(fields_of(response, row.manner) == row.fields);
    }
  }

  TEST_CASE("response_head: extra fields -> added where the response has none of that name") {
    Response response;
    response.status = 304;
    response.headers = {{"ETag", "\"a\""}, {"X-Frame-Options", "deny"}};
    CHECK(fields_of(response, {11, true},
                    {{"x-frame-options", "sameorigin"}, {"Strict-Transport-Security", "x"}}) ==
          "ETag: \"a\"\r\nX-Frame-Options: deny\r\nStrict-Transport-Security: x\r\n");
  }

  TEST_CASE("response_head: a value with line ends -> cannot begin another field") {
    Response response;
    response.status = 204;
    response.headers = {{"Location", std::string("/a\r\nSet-Cookie: b\0c", 19)}};
    CHECK(fields_of(response, {11, true}) == "Location: /aSet-Cookie: bc\r\n");
  }

  TEST_CASE("to_chunk: size in hexadecimal, the bytes; of nothing: the last chunk") {
    CHECK(to_chunk("") == "0\r\n\r\n");
    CHECK(to_chunk("abc") == "3\r\nabc\r\n");
    CHECK(to_chunk(std::string(255, 'x')).starts_with("ff\r\nx"));
  }
}

}  // namespace
}  // namespace telltale::http
