// What the server makes of requests whose meaning is in doubt: another reader in front of it could
// see another end of them (request smuggling, RFC 9112 section 11.2).

#include <doctest/doctest.h>

#include "net/http/client.hpp"
#include "net/http/running_server.hpp"

namespace telltale::http_test {
namespace {

using namespace std::string_literals;

struct Row {
  const char* what;
  std::string request;
  unsigned status = 400;
};

/// Each row's request is followed by another, which must never be answered.
template <std::size_t count>
void check_refused(const Row (&rows)[count]) {
  const RunningServer running;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Client client(running.address());
    client.send(row.request + get("/smuggled"));
    const auto reply = client.read_reply();
    REQUIRE(reply.has_value());
    CAPTURE(reply->body);
    CHECK(reply->status == row.status);
    CHECK(reply->header("connection") == "close");
    CHECK(reply->body.find('\n') == reply->body.size() - 1);
    CHECK(client.is_at_end());
  }
}

TEST_SUITE("net") {
  TEST_CASE("strictness: where a body ends is in doubt -> refused, and nothing after it is read") {
    const std::string head = "POST /x HTTP/1.1\r\nHost: a\r\n";
    const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
    const std::string body = "0\r\n\r\n";
    const auto coded = [&](const std::string& field) { return head + field + "\r\n\r\n" + body; };
    const Row rows[] = {
        {"a length, then chunks", coded("Content-Length: 5\r\nTransfer-Encoding: chunked")},
        {"chunks, then a length", coded("Transfer-Encoding: chunked\r\nContent-Length: 5")},
        {"a coding that is none, and a length",
         coded("Transfer-Encoding: xchunked\r\nContent-Length: 5")},
        {"lengths that differ", coded("Content-Length: 5\r\nContent-Length: 6")},
        {"lengths that agree", coded("Content-Length: 5\r\nContent-Length: 5")},
        {"a list of lengths", coded("Content-Length: 5, 5")},
        {"a length with a sign", coded("Content-Length: +5")},
        {"a length in hexadecimal", coded("Content-Length: 0x5")},
        {"a length of words", coded("Content-Length: five")},
        {"an empty length", coded("Content-Length: ")},
        {"a length of two words", coded("Content-Length: 5 5")},
        {"another coding", coded("Transfer-Encoding: xchunked")},
        {"chunked not last", coded("Transfer-Encoding: chunked, identity")},
        {"chunked not last, in two lines",
         coded("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity")},
        {"chunked twice", coded("Transfer-Encoding: chunked, chunked")},
        {"chunked twice, in two lines",
         coded("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")},
        {"chunked with a parameter", coded("Transfer-Encoding: chunked;q=1")},
        {"chunked in quotes", coded("Transfer-Encoding: \"chunked\"")},
        {"no coding", coded("Transfer-Encoding:")},
        {"a coding that is not understood", coded("Transfer-Encoding: gzip, chunked"), 501},
        {"identity, then chunked", coded("Transfer-Encoding: identity, chunked"), 501},
        {"two lines of codings", coded("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"),
         501},
        {"a coding after a tab in its value", coded("Transfer-Encoding: \x0b"
                                                    "chunked")},
        {"chunks in HTTP/1.0", "POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + body},
        {"a chunk without its end", chunked + "1\r\nab\r\n"},
        {"a chunk whose end is a bare LF", chunked + "1\r\na\n0\r\n\r\n"},
        {"a chunk size with a sign", chunked + "+1\r\na\r\n" + body},
        {"a chunk size with 0x", chunked + "0x1\r\na\r\n" + body},
        {"a chunk size after a space", chunked + " 1\r\na\r\n" + body},
        {"a chunk size that overflows 64 bits", chunked + "10000000000000001\r\na\r\n" + body},
        {"a chunk size that overflows 32 bits", chunked + "100000001\r\na\r\n" + body, 413},
        {"a chunk extension with a control byte", chunked + "1;\x01\r\na\r\n" + body},
        {"a chunk extension that is huge",
         chunked + "1;x=" + std::string(20'000, 'x') + "\r\na\r\n" + body, 413},
        {"a trailer that is huge", chunked + "0\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n",
         413},
    };
    check_refused(rows);
  }

  TEST_CASE("strictness: many small extensions that are huge together -> 413") {
    std::string chunks;
    while (chunks.size() < std::size_t{9} * 64 * 1024) {
      chunks += "1;x=" + std::string(4000, 'x') + "\r\na\r\n";
    }
    const Row rows[] = {
        {"extensions",
         "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n",
         413}};
    check_refused(rows);
  }

  TEST_CASE("strictness: a header that two readers could read differently -> refused") {
    const Row rows[] = {
        {"bare LF after the start line", "GET / HTTP/1.1\nHost: a\r\n\r\n"},
        {"bare LF after a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"},
        {"bare LF everywhere", "GET / HTTP/1.1\nHost: a\n\n"},
        {"bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"},
        {"bare CR in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"},
        {"bare CR after a field", "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n"},
        {"a space before the colon", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n"},
        {"a tab before the colon", "GET / HTTP/1.1\r\nHost: a\r\nX\t: 5\r\n\r\n"},
        {"a space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
        {"a folded line", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"},
        {"a folded line, by a tab", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\n\r\n"},
        {"a folded coding",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"},
        {"a field without a name", "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n"},
        {"a field without a colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"},
        {"NUL in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\0Y: x\r\n\r\n"s},
        {"NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"s},
        {"a control byte in a value",
         "GET / HTTP/1.1\r\nHost: a\r\nX: a\x01"
         "b\r\n\r\n"},
        {"DEL in a value",
         "GET / HTTP/1.1\r\nHost: a\r\nX: a\x7f"
         "b\r\n\r\n"},
        {"a byte beyond ASCII in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\xff: x\r\n\r\n"},
        {"two spaces in the start line", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"a tab in the start line", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"a space at the start line's end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
        {"a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"a space first", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"HTTP/0.9", "GET /\r\n\r\n"},
        {"another protocol", "GET / RTSP/1.0\r\nHost: a\r\n\r\n"},
        {"a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"},
        {"a version of two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"},
        {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
        {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
    };
    check_refused(rows);
  }

  TEST_CASE("strictness: a target or Host that is none -> refused") {
    const auto host = [](const std::string& value) {
      return "GET / HTTP/1.1\r\nHost: " + value + "\r\n\r\n";
    };
    const auto target = [](const std::string& value) {
      return "GET " + value + " HTTP/1.1\r\nHost: a\r\n\r\n";
    };
    const Row rows[] = {
        {"a Host with a path", host("a/b")},
        {"a Host with a user", host("user@a")},
        {"two names", host("a b")},
        {"a Host with quotes", host("\"a\"")},
        {"a port of words", host("a:b")},
        {"a port too long", host("a:123456")},
        {"two ports", host("a:1:2")},
        {"an open bracket", host("[::1")},
        {"an address without brackets", host("::1")},
        {"empty brackets", host("[]")},
        {"words in brackets", host("[gate]")},
        {"a Host beyond ASCII", host("g\xc3\xa4te")},
        {"Host twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
        {"Host twice in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"},
        {"a nonsense Host beside an absolute target",
         "GET http://a/ HTTP/1.1\r\nHost: a b\r\n\r\n"},
        {"a target without a slash", target("metrics")},
        {"a target of another scheme", target("ftp://a/")},
        {"an absolute target without an authority", target("http:///x")},
        {"an absolute target with a user", target("http://u@a/x")},
        {"a fragment", target("/#gate")},
        {"an asterisk of GET", target("*")},
        {"an authority of GET", target("a:443")},
        {"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
    };
    check_refused(rows);
  }

  TEST_CASE("strictness: what is odd but clear -> served") {
    struct Served {
      const char* what;
      std::string request;
      const char* body;
    };

    const std::string chunked = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ";
    const Served rows[] = {
        {"an empty line first", "\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x\n"},
        {"an absolute target", "GET http://a:9943/x?y=1 HTTP/1.1\r\nHost: a\r\n\r\n",
         "GET /x?y=1\n"},
        {"an absolute target, in capitals", "GET HTTPS://a/x HTTP/1.1\r\nHost: a\r\n\r\n",
         "GET /x\n"},
        {"an absolute target without a path", "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n",
         "GET /\n"},
        {"an absolute target with a query only", "GET http://a?x HTTP/1.1\r\nHost: a\r\n\r\n",
         "GET /?x\n"},
        {"an empty Host", "GET /x HTTP/1.1\r\nHost:\r\n\r\n", "GET /x\n"},
        {"an IPv6 Host", "GET /x HTTP/1.1\r\nHost: [::1]:9943\r\n\r\n", "GET /x\n"},
        {"no Host in HTTP/1.0", "GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /x\n"},
        {"chunked in capitals", chunked + "Chunked\r\n\r\n0\r\n\r\n", "POST /x\n"},
        {"chunked among spaces", chunked + " \tchunked\t \r\n\r\n0\r\n\r\n", "POST /x\n"},
        {"chunked among empty elements", chunked + ", chunked,\r\n\r\n0\r\n\r\n", "POST /x\n"},
        {"a length with leading zeros",
         "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0003\r\n\r\nabc", "POST /x\n"},
        {"a body of GET", "GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "GET /x\n"},
        {"an unknown method", "BREW /x HTTP/1.1\r\nHost: a\r\n\r\n", "BREW /x\n"},
        {"bytes beyond ASCII in a value", "GET /x HTTP/1.1\r\nHost: a\r\nX: \xc3\xa4\r\n\r\n",
         "GET /x\n"},
    };
    const RunningServer running;
    for (const Served& row : rows) {
      CAPTURE(row.what);
      Client client(running.address());
      REQUIRE(client.send(row.request + get("/next")));
      const auto reply = client.read_reply();
      REQUIRE(reply.has_value());
      CHECK(reply->status == 200);
      CHECK(reply->body == row.body);
      const auto next = client.read_reply();
      REQUIRE(next.has_value());
      CHECK(next->body == "GET /next\n");
    }
  }

  TEST_CASE("strictness: fields of a trailer -> are none of the header's") {
    const auto handler = [](const http::Request& request) {
      http::Response response;
      response.body = request.accept + "|" + request.if_none_match + "|" + request.scrape_timeout;
      return response;
    };
    const RunningServer running(at_once(handler));
    Client client(running.address());
    const std::string head =
        "POST /x HTTP/1.1\r\nHost: a\r\nAccept: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    const auto odd = client.ask(head + "Accept: b\r\nHost: b\r\nIf-None-Match: c\r\n\r\n");
    REQUIRE(odd.has_value());
    CHECK(odd->body == "a||");
    const auto refused = client.ask(head + "Content-Length: 7\r\n\r\n");
    REQUIRE(refused.has_value());
    CHECK(refused->status == 400);
    CHECK(client.is_at_end());
  }

  TEST_CASE("OPTIONS of everything -> 204 with what methods there are, and the connection stays") {
    const RunningServer running;
    Client client(running.address());
    const auto options = client.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(options.has_value());
    CHECK(options->status == 204);
    CHECK(options->header("allow") == "GET, HEAD, POST, PUT, OPTIONS");
    CHECK(options->headers.count("content-length") == 0);
    CHECK(client.ask(get("/next"))->body == "GET /next\n");
  }
}

}  // namespace
}  // namespace telltale::http_test
