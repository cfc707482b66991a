// What the server makes of requests, good and bad.

#include <doctest/doctest.h>

#include "telltale/render/gzip.hpp"
#include "telltale/version.hpp"

#include "net/http/client.hpp"
#include "net/http/running_server.hpp"
#include "support/gunzip.hpp"

namespace telltale::http_test {
namespace {

using namespace std::string_literals;

/// The server still answers, whatever was done to it before.
void check_goes_on(const RunningServer& running) {
  Client client(running.address());
  const auto reply = client.ask(get("/after"));
  REQUIRE(reply.has_value());
  CHECK(reply->status == 200);
  CHECK(reply->body == "GET /after\n");
}

TEST_SUITE("net") {
  TEST_CASE("server: a request -> the handler's response with Server, Date and length") {
    const auto handler = [](const http::Request&) {
      http::Response response;
      response.status = 403;
      response.content_type = "application/json";
      response.headers.emplace_back("Cache-Control", "no-store");
      response.body = "{}";
      return response;
    };
    const RunningServer running(at_once(handler));
    Client client(running.address());
    const auto reply = client.ask(get("/gate/need"));
    REQUIRE(reply.has_value());
    CHECK(reply->status == 403);
    CHECK(reply->body == "{}");
    CHECK(reply->header("content-type") == "application/json");
    CHECK(reply->header("content-length") == "2");
    CHECK(reply->header("cache-control") == "no-store");
    CHECK(reply->header("server") == "telltale/" + std::string(program_version));
    CHECK(reply->header("date").ends_with(" GMT"));
  }

  TEST_CASE("server: request headers -> handed on, several lines of a list as one") {
    const auto handler = [](const http::Request& request) {
      http::Response response;
      response.body = request.accept + "|" + request.accept_encoding;
      return response;
    };
    const RunningServer running(at_once(handler));
    Client client(running.address());
    const auto several = client.ask(
        get("/", "Accept: text/plain\r\naccept: */*;q=0.1\r\nAccept-Encoding: gzip\r\n"));
    REQUIRE(several.has_value());
    CHECK(several->body == "text/plain, */*;q=0.1|gzip");
    const auto none = client.ask(get("/"));
    REQUIRE(none.has_value());
    CHECK(none->body == "|");
  }

  TEST_CASE("keep-alive: version and Connection -> the connection stays or ends") {
    struct Row {
      const char* request;
      bool stays;
    };

    constexpr Row rows[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
    };
    const RunningServer running;
    for (const Row& row : rows) {
      CAPTURE(row.request);
      Client client(running.address());
      REQUIRE(client.ask(row.request).has_value());
      if (!row.stays) {
        CHECK(client.is_at_end());
        continue;
      }
      const auto again = client.ask(get("/again"));
      REQUIRE(again.has_value());
      CHECK(again->body == "GET /again\n");
    }
  }

  TEST_CASE("pipelining: several requests in one packet -> answered in their order") {
    const RunningServer running;
    Client client(running.address());
    const std::string post = "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    REQUIRE(client.send(get("/1") + post + get("/3")));
    for (const char* expected : {"GET /1\n", "POST /2\n", "GET /3\n"}) {
      const auto reply = client.read_reply();
      REQUIRE(reply.has_value());
      CHECK(reply->body == expected);
    }
  }

  TEST_CASE("pipelining: more than the buffer holds -> every request answered") {
    const RunningServer running;
    Client client(running.address());
    constexpr int count = 1000;
    std::string requests;
    for (int i = 0; i < count; ++i) {
      requests += get("/" + std::to_string(i));
    }
    REQUIRE(client.send(requests));
    for (int i = 0; i < count; ++i) {
      const auto reply = client.read_reply();
      REQUIRE(reply.has_value());
      REQUIRE(reply->body == "GET /" + std::to_string(i) + "\n");
    }
  }

  TEST_CASE("request: one byte at a time -> answered") {
    const RunningServer running;
    Client client(running.address());
    for (const char byte : get("/slow")) {
      REQUIRE(client.send(std::string_view(&byte, 1)));
    }
    const auto reply = client.read_reply();
    REQUIRE(reply.has_value());
    CHECK(reply->body == "GET /slow\n");
  }

  TEST_CASE("HEAD: like GET, length included, without the body") {
    const RunningServer running;
    Client client(running.address());
    REQUIRE(client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + get("/next")));
    const auto head = client.read_reply(true);
    REQUIRE(head.has_value());
    CHECK(head->status == 200);
    CHECK(head->header("content-length") == std::to_string("HEAD /x\n"s.size()));
    const auto next = client.read_reply();
    REQUIRE(next.has_value());
    CHECK(next->body == "GET /next\n");
  }

  TEST_CASE("request body: up to 64 KiB -> read and let go, the next request is found") {
    const RunningServer running;
    const std::string head = "POST /gate/need HTTP/1.1\r\nHost: a\r\n";
    const std::string full(64 * 1024, 'x');
    const std::string bodies[] = {
        "Content-Length: 0\r\n\r\n",
        "Content-Length: 15\r\n\r\n{\"name\":\"gate\"}",
        "Content-Length: 65536\r\n\r\n" + full,
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n3;x=\"y\"\r\nefg\r\n0\r\nTrailer: "
        "t\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n10000\r\n" + full + "\r\n0\r\n\r\n",
    };
    for (const std::string& body : bodies) {
      CAPTURE(body.substr(0, 60));
      Client client(running.address());
      REQUIRE(client.send(head + body + get("/next")));
      const auto reply = client.read_reply();
      REQUIRE(reply.has_value());
      CHECK(reply->body == "POST /gate/need\n");
      const auto next = client.read_reply();
      REQUIRE(next.has_value());
      CHECK(next->body == "GET /next\n");
    }
  }

  TEST_CASE("Expect: 100-continue -> the client is told to go on, then answered") {
    const RunningServer running;
    Client client(running.address());
    REQUIRE(
        client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                    "Expect: 100-continue\r\n\r\n"));
    const auto go_on = client.read_reply();
    REQUIRE(go_on.has_value());
    CHECK(go_on->status == 100);
    const auto reply = client.ask("ab");
    REQUIRE(reply.has_value());
    CHECK(reply->status == 200);
    CHECK(reply->body == "POST /x\n");
  }

  TEST_CASE("refused request -> its status, one line of text, then the end of the connection") {
    struct Row {
      const char* what;
      std::string request;
      unsigned status;
    };

    const std::string head = "POST /x HTTP/1.1\r\nHost: a\r\n";
    const std::string client_hello =
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s + std::string(508, '\x7f');
    const Row rows[] = {
        {"a header line too long", get("/", "X: " + std::string(9000, 'x') + "\r\n"), 431},
        {"a target too long", get("/" + std::string(9000, 'x')), 431},
        {"a header without end", "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x'), 431},
        {"a start line without end", std::string(100'000, 'G'), 431},
        {"too much body announced", head + "Content-Length: 65537\r\n\r\n", 413},
        {"too much body sent",
         head + "Content-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x'), 413},
        {"a chunk too much",
         head + "Transfer-Encoding: chunked\r\n\r\n10001\r\n" + std::string(0x10001, 'x'), 413},
        {"chunks too many",
         head + "Transfer-Encoding: chunked\r\n\r\n10000\r\n" + std::string(0x10000, 'x') +
             "\r\n1\r\nx\r\n0\r\n\r\n",
         413},
        {"not a chunk", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        {"an unknown transfer coding", head + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
        {"two framings", head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"two lengths", head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400},
        {"a negative length", head + "Content-Length: -1\r\n\r\n", 400},
        {"a length beyond any number", head + "Content-Length: 99999999999999999999999\r\n\r\n",
         400},
        {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"a space before the colon", get("/", "X : y\r\n"), 400},
        {"a NUL in a header", get("/", "X: \0\r\n"s), 400},
        {"a control character in the target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"words", "hello there\r\n\r\n", 400},
        {"a RESP command", "*1\r\n$4\r\nPING\r\n", 400},
        {"bytes", std::string(64, '\xff'), 400},
        {"a TLS ClientHello", client_hello, 400},
        {"the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    };
    const RunningServer running;
    for (const Row& row : rows) {
      CAPTURE(row.what);
      Client client(running.address());
      client.send(row.request);
      const auto reply = client.read_reply();
      REQUIRE(reply.has_value());
      CAPTURE(reply->body);
      CHECK(reply->status == row.status);
      CHECK(reply->header("connection") == "close");
      CHECK(reply->header("content-type") == "text/plain; charset=utf-8");
      CHECK(reply->body.find('\n') == reply->body.size() - 1);
      CHECK(client.is_at_end());
    }
    check_goes_on(running);
  }

  TEST_CASE("TLS ClientHello -> the line says what this port speaks") {
    const RunningServer running;
    Client client(running.address());
    const auto reply = client.ask("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"s);
    REQUIRE(reply.has_value());
    CHECK(reply->body == "this port speaks plain HTTP, and was greeted in TLS\n");
  }

  TEST_CASE("request cut off anywhere -> no answer, and the server goes on") {
    const RunningServer running;
    const std::string request =
        "POST /gate/need HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd";
    for (std::size_t size = 0; size < request.size(); ++size) {
      CAPTURE(size);
      Client client(running.address());
      REQUIRE(client.send(std::string_view(request).substr(0, size)));
      client.finish_sending();
      CHECK_FALSE(client.read_reply().has_value());
    }
    check_goes_on(running);
  }

  TEST_CASE("handler that throws -> 500 with one line, the failure is heard, it goes on") {
    std::string heard;  // on the serving thread; read after stop()
    const auto handler = [](const http::Request& request) -> http::Response {
      if (request.target == "/bug") {
        throw std::runtime_error("a bug");
      }
      if (request.target == "/odd") {
        throw 7;
      }
      return echo(request);
    };
    const auto on_failure = [&](std::string_view where, std::string_view what) {
      heard.append(where).append(": ").append(what).append("\n");
    };
    const RunningServer running(at_once(handler), {}, on_failure);
    Client client(running.address());
    for (const char* path : {"/bug", "/odd"}) {
      const auto reply = client.ask(get(path));
      REQUIRE(reply.has_value());
      CHECK(reply->status == 500);
      CHECK(reply->body == "an internal error: the log says more\n");
    }
    const auto next = client.ask(get("/next"));
    REQUIRE(next.has_value());
    CHECK(next->body == "GET /next\n");
    running.server->stop();
    CHECK(heard == "handler: a bug\nhandler: an exception that is no std::exception\n");
  }

  TEST_CASE("large gzip body -> arrives whole and unpacks") {
    std::string text;
    for (int i = 0; i < 200'000; ++i) {
      text += "telltale_probe_success{address=\"10.0.0." + std::to_string(i) + "\"} 1\n";
    }
    const auto handler = [&](const http::Request& request) {
      http::Response response;
      response.body = request.accept_encoding == "gzip" ? render::gzip(text) : text;
      return response;
    };
    const RunningServer running(at_once(handler));
    Client client(running.address());
    const auto packed = client.ask(get("/metrics", "Accept-Encoding: gzip\r\n"));
    REQUIRE(packed.has_value());
    CHECK((support::gunzip(packed->body) == text));
    const auto plain = client.ask(get("/metrics"));
    REQUIRE(plain.has_value());
    CHECK((plain->body == text));
  }
}

}  // namespace
}  // namespace telltale::http_test
