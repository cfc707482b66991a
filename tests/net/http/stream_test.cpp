// Streams: responses that go on, and what the server broadcasts to them.

#include <atomic>
#include <list>
#include <thread>

#include <doctest/doctest.h>

#include "net/http/client.hpp"
#include "net/http/running_server.hpp"
#include "net/http/test_guard.hpp"

namespace telltale::http_test {
namespace {

using namespace std::chrono_literals;

/// `/watch` is a stream that begins with "first\n\n", everything else an echo.
http::Response watch(const http::Request& request) {
  if (!request.target.starts_with("/watch")) {
    return echo(request);
  }
  http::Response response;
  response.content_type = "text/event-stream";
  response.body = "first\n\n";
  response.is_stream = true;
  return response;
}

/// Opens a stream and reads its beginning.
void open_stream(Client& client) {
  REQUIRE(client.send(get("/watch")));
  const auto head = client.read_head();
  REQUIRE(head.has_value());
  CHECK(head->status == 200);
  CHECK(head->header("transfer-encoding") == "chunked");
  CHECK(head->headers.count("content-length") == 0);
  CHECK(head->header("content-type") == "text/event-stream");
  CHECK(client.read_chunk() == "first\n\n");
}

http::Limits quiet() {
  http::Limits limits;
  limits.heartbeat = std::chrono::hours(1);
  return limits;
}

/// The streams that are open, as a client sees it: how many more there may be.
bool has_room_for_a_stream(const RunningServer& running) {
  Client client(running.address());
  REQUIRE(client.send(get("/watch")));
  return client.read_head()->status == 200;
}

TEST_SUITE("net") {
  TEST_CASE("stream: several clients -> each is sent its beginning and every event") {
    const RunningServer running(at_once(&watch), quiet());
    std::list<Client> clients;
    for (int i = 0; i < 5; ++i) {
      open_stream(clients.emplace_back(running.address()));
    }
    for (int number = 0; number < 20; ++number) {
      const std::string event = "data: " + std::to_string(number) + "\n\n";
      running.server->broadcast(event);
      for (Client& client : clients) {
        REQUIRE(client.read_chunk() == event);
      }
    }
    Client other(running.address());
    CHECK(other.ask(get("/other"))->body == "GET /other\n");
  }

  TEST_CASE("stream: HTTP/1.0 -> the bytes as they are, until the connection ends") {
    const RunningServer running(at_once(&watch), quiet());
    Client client(running.address());
    REQUIRE(client.send("GET /watch HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    const auto head = client.read_head();
    REQUIRE(head.has_value());
    CHECK(head->headers.count("transfer-encoding") == 0);
    CHECK(head->headers.count("content-length") == 0);
    CHECK(head->headers.count("connection") == 0);
    CHECK(client.read_bytes(7) == "first\n\n");
    running.server->broadcast("data: 1\n\n");
    CHECK(client.read_bytes(9) == "data: 1\n\n");
    running.server->stop();
    CHECK(client.is_at_end());
  }

  TEST_CASE("stream: HEAD -> its header only, and no client more") {
    http::Limits limits = quiet();
    limits.streams = 1;
    const RunningServer running(at_once(&watch), limits);
    Client client(running.address());
    REQUIRE(client.send("HEAD /watch HTTP/1.1\r\nHost: a\r\n\r\n"));
    const auto head = client.read_head();
    REQUIRE(head.has_value());
    CHECK(head->status == 200);
    CHECK(head->header("transfer-encoding") == "chunked");
    CHECK(client.is_at_end());
    Client watching(running.address());
    open_stream(watching);
  }

  TEST_CASE("stream: nothing to tell -> a comment for a heartbeat, again and again") {
    http::Limits limits;
    limits.heartbeat = 5ms;
    const RunningServer running(at_once(&watch), limits);
    Client client(running.address());
    open_stream(client);
    for (int i = 0; i < 3; ++i) {
      CHECK(client.read_chunk() == ":\n\n");
    }
    running.server->broadcast("data: 1\n\n");
    auto chunk = client.read_chunk();
    while (chunk == ":\n\n") {
      chunk = client.read_chunk();
    }
    CHECK(chunk == "data: 1\n\n");
  }

  TEST_CASE("stream: a client that lags -> skips to the newest event, and misses no last one") {
    const RunningServer running(at_once(&watch), quiet());
    Client client(running.address(), 4096);
    open_stream(client);
    // Far more than the sockets between us hold.
    constexpr int events = 400;
    const std::string padding(100'000, '.');
    for (int number = 1; number <= events; ++number) {
      running.server->broadcast(std::to_string(number) + " " + padding + "\n\n");
    }
    int received = 0;
    int last = 0;
    while (last < events) {
      const auto chunk = client.read_chunk();
      REQUIRE(chunk.has_value());
      const int number = std::stoi(*chunk);
      REQUIRE(number > last);
      REQUIRE(chunk->size() == std::to_string(number).size() + 1 + padding.size() + 2);
      last = number;
      ++received;
    }
    CHECK(received < events);
  }

  TEST_CASE("stream: a client that takes nothing -> dropped after its time, others are told on") {
    http::Limits limits = quiet();
    limits.response = 100ms;
    limits.streams = 2;
    const RunningServer running(at_once(&watch), limits);
    Client slow(running.address(), 4096);
    open_stream(slow);
    Client quick(running.address());
    open_stream(quick);
    const std::string large = "data: " + std::string(8'000'000, '.') + "\n\n";
    running.server->broadcast(large);
    CHECK((quick.read_chunk() == large));
    while (!has_room_for_a_stream(running)) {
      std::this_thread::yield();
    }
    running.server->broadcast("data: 2\n\n");
    CHECK(quick.read_chunk() == "data: 2\n\n");
  }

  TEST_CASE("stream: more than may be -> 503 with Retry-After, until one goes") {
    http::Limits limits = quiet();
    limits.streams = 2;
    const RunningServer running(at_once(&watch), limits);
    Client first(running.address());
    open_stream(first);
    {
      Client second(running.address());
      open_stream(second);
      Client third(running.address());
      const auto refused = third.ask(get("/watch"));
      REQUIRE(refused.has_value());
      CHECK(refused->status == 503);
      CHECK(refused->header("retry-after") == "1");
      CHECK(third.ask(get("/other"))->body == "GET /other\n");
    }
    while (!has_room_for_a_stream(running)) {  // without a broadcast: its going is noticed
      std::this_thread::yield();
    }
    running.server->broadcast("data: 1\n\n");
    CHECK(first.read_chunk() == "data: 1\n\n");
  }

  TEST_CASE("stream: a client that goes on sending -> is not answered, and cut off before long") {
    const RunningServer running(at_once(&watch), quiet());
    Client client(running.address());
    open_stream(client);
    REQUIRE(client.send(get("/after")));
    running.server->broadcast("data: 1\n\n");
    CHECK(client.read_chunk() == "data: 1\n\n");
    while (client.send(std::string(1000, 'x'))) {
    }
    CHECK_FALSE(client.read_chunk().has_value());
  }

  TEST_CASE("stream: stop -> ends with its last chunk at once") {
    const RunningServer running(at_once(&watch), quiet());
    std::list<Client> clients;
    for (int i = 0; i < 3; ++i) {
      open_stream(clients.emplace_back(running.address()));
    }
    running.server->stop();
    for (Client& client : clients) {
      CHECK(client.read_chunk() == "");
      CHECK(client.is_at_end());
    }
    running.server->broadcast("data: after\n\n");
  }

  TEST_CASE("stream: an event while its beginning is made -> is not missed") {
    http::Server* server = nullptr;
    const RunningServer running(
        [&](const http::Request& request, const http::Reply& reply) {
          const http::Response response = watch(request);
          server->broadcast("data: meanwhile\n\n");
          reply(response);
        },
        quiet());
    server = running.server.get();
    Client client(running.address());
    open_stream(client);
    CHECK(client.read_chunk() == "data: meanwhile\n\n");
  }

  TEST_CASE("stream: over TLS -> the same, with close_notify") {
    const auto guard = std::make_shared<TestGuard>(make_context(mint::self_signed()));
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      const RunningServer running(listener({"127.0.0.1:0"}, at_once(&watch), guard), quiet());
      Client client(running.address());
      REQUIRE(client.greet({.version = version}));
      open_stream(client);
      const std::string large = "data: " + std::string(300'000, '.') + "\n\n";
      running.server->broadcast(large);
      CHECK((client.read_chunk() == large));
      running.server->stop();
      CHECK(client.read_chunk() == "");
      CHECK(client.is_at_end());
      CHECK(client.was_told_goodbye());
    }
  }

  TEST_CASE("broadcast: from several threads while clients come and go -> nobody is hurt") {
    const RunningServer running(at_once(&watch), quiet());
    std::atomic<bool> is_over = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        while (!is_over) {
          running.server->broadcast("data: x\n\n");
          std::this_thread::yield();
        }
      });
    }
    for (int i = 0; i < 50; ++i) {
      Client client(running.address());
      open_stream(client);
      CHECK(client.read_chunk() == "data: x\n\n");
    }
    is_over = true;
    for (std::thread& thread : threads) {
      thread.join();
    }
  }
}

}  // namespace
}  // namespace telltale::http_test
