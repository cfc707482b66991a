// What a peer may take of the server, and that others are served all the while.

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <list>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>

#include "net/http/client.hpp"
#include "net/http/running_server.hpp"
#include "net/http/test_guard.hpp"

namespace telltale::http_test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view half_a_header = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
constexpr std::string_view half_a_body =
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab";

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Waits for the server to let go of what its clients have closed.
void wait_for_descriptors(std::size_t at_most) {
  while (open_descriptors() > at_most) {
    std::this_thread::yield();
  }
}

/// Occupies a connection: 100 proves that the server is in this exchange.
void begin_exchange(Client& client) {
  const auto begun =
      client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
  REQUIRE(begun.has_value());
  REQUIRE(begun->status == 100);
}

void check_served(const std::string& address) {
  Client honest(address);
  const auto reply = honest.ask(get("/honest"));
  REQUIRE(reply.has_value());
  CHECK(reply->status == 200);
}

TEST_SUITE("net") {
  TEST_CASE("request not sent in time: begun in the header or the body -> 408, then the end") {
    http::Limits limits;
    limits.request = 50ms;
    const RunningServer running(at_once(&echo), limits);
    for (const std::string_view begun :
         {half_a_header, half_a_body, std::string_view("G"), std::string_view("\r\n")}) {
      CAPTURE(begun);
      Client client(running.address());
      REQUIRE(client.send(begun));
      const auto reply = client.read_reply();
      REQUIRE(reply.has_value());
      CHECK(reply->status == 408);
      CHECK(reply->header("connection") == "close");
      CHECK(reply->body == "the request was not sent in time\n");
      CHECK(client.is_at_end());
    }
  }

  TEST_CASE("request not sent in time: over TLS -> 408 likewise") {
    http::Limits limits;
    limits.request = 1s;
    const auto guard = std::make_shared<TestGuard>(make_context(mint::self_signed()));
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), guard), limits);
    Client client(running.address());
    REQUIRE(client.greet());
    REQUIRE(client.send(half_a_header));
    const auto reply = client.read_reply();
    REQUIRE(reply.has_value());
    CHECK(reply->status == 408);
    CHECK(client.is_at_end());
    CHECK(client.was_told_goodbye());
  }

  TEST_CASE("nothing sent at all -> closed without a word") {
    http::Limits limits;
    limits.idle = 20ms;
    limits.request = 20ms;
    const RunningServer running(at_once(&echo), limits);
    Client client(running.address());
    CHECK(client.is_at_end());
  }

  TEST_CASE("a peer that dribbles -> gains no time by it") {
    http::Limits limits;
    limits.request = 100ms;
    const RunningServer running(at_once(&echo), limits);
    for (const std::string_view begun : {half_a_header, half_a_body}) {
      Client client(running.address());
      REQUIRE(client.send(begun));
      std::atomic<bool> is_over = false;
      std::thread dribbling([&] {
        // Not more than header and body may have: the time is what ends it.
        for (int i = 0; i < 6 && !is_over; ++i) {
          client.send("x");
          std::this_thread::yield();
        }
      });
      const auto reply = client.read_reply();
      is_over = true;
      dribbling.join();
      REQUIRE(reply.has_value());
      CHECK(reply->status == 408);
    }
  }

  TEST_CASE(
      "slowloris: many that dribble -> honest clients are served, each dribbler gets its 408") {
    http::Limits limits;
    limits.request = 500ms;
    const RunningServer running(at_once(&echo), limits);
    std::list<Client> dribblers;
    for (int i = 0; i < 200; ++i) {
      Client& client = dribblers.emplace_back(running.address());
      REQUIRE(client.send(i % 2 == 0 ? half_a_header : half_a_body));
    }
    for (int i = 0; i < 4; ++i) {  // a body of nine bytes takes no more
      check_served(running.address());
      std::ranges::for_each(dribblers, [](Client& client) { client.send("x"); });
    }
    for (Client& client : dribblers) {
      const auto reply = client.read_reply();
      REQUIRE(reply.has_value());
      CHECK(reply->status == 408);
    }
  }

  TEST_CASE(
      "connections: all busy -> others are answered 503 at once, and served once one is free") {
    http::Limits limits;
    limits.connections = 2;
    const RunningServer running(at_once(&echo), limits);
    std::list<Client> busy;
    for (int i = 0; i < 2; ++i) {
      begin_exchange(busy.emplace_back(running.address()));
    }
    for (int i = 0; i < 200; ++i) {
      Client refused(running.address());
      const auto reply = refused.ask(get("/"));
      REQUIRE(reply.has_value());
      CHECK(reply->status == 503);
      CHECK(reply->header("retry-after") == "1");
      CHECK(reply->header("connection") == "close");
    }
    REQUIRE(busy.front().ask("x").has_value());  // now it is idle
    check_served(running.address());
    CHECK(busy.front().is_at_end());
    CHECK(busy.back().ask("x").has_value());
  }

  TEST_CASE("connections: all busy -> those turned away do not pile up, however they behave") {
    http::Limits limits;
    limits.connections = 1;
    const RunningServer running(at_once(&echo), limits);
    Client busy(running.address());
    begin_exchange(busy);
    const std::size_t before = open_descriptors();
    std::list<Client> refused;
    for (int i = 0; i < 200; ++i) {
      Client& client = refused.emplace_back(running.address());
      const auto reply = client.read_reply();  // asked nothing, told at once
      REQUIRE(reply.has_value());
      CHECK(reply->status == 503);
    }
    wait_for_descriptors(before + refused.size() + 66);  // 64 wait to be closed by their clients
    CHECK(busy.ask("x").has_value());
  }

  TEST_CASE("connections: all of one listener busy -> another listener serves all the same") {
    http::Limits limits;
    limits.connections = 3;
    std::vector<http::Listener> listeners = listener({"127.0.0.1:0"}, at_once(&echo));
    listeners.push_back(listeners.front());
    const RunningServer running(std::move(listeners), limits);
    const auto addresses = running.server->addresses();
    std::list<Client> busy;
    for (std::size_t i = 0; i < limits.connections; ++i) {
      begin_exchange(busy.emplace_back(addresses.at(0)));
    }
    Client idle(addresses.at(1));
    REQUIRE(idle.ask(get("/")).has_value());
    Client turned_away(addresses.at(0));
    CHECK(turned_away.read_reply()->status == 503);
    CHECK(idle.ask(get("/")).has_value());  // it does not make room for one of the other listener
    check_served(addresses.at(1));
  }

  TEST_CASE("connections: all busy, over TLS -> closed, without a handshake") {
    http::Limits limits;
    limits.connections = 1;
    const auto guard = std::make_shared<TestGuard>(make_context(mint::self_signed()));
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), guard), limits);
    Client busy(running.address());
    REQUIRE(busy.greet());
    begin_exchange(busy);
    Client refused(running.address());
    CHECK_FALSE(refused.greet());
    CHECK(busy.ask("x").has_value());
  }

  TEST_CASE("connections: silent TLS clients -> make room for those that speak") {
    http::Limits limits;
    limits.connections = 4;
    const auto guard = std::make_shared<TestGuard>(make_context(mint::self_signed()));
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), guard), limits);
    std::list<Client> silent;
    for (int i = 0; i < 20; ++i) {
      silent.emplace_back(running.address());
    }
    Client client(running.address());
    REQUIRE(client.greet());
    CHECK(client.ask(get("/"))->status == 200);
  }

  TEST_CASE("connections: 1,000 at once -> each is answered, none is kept") {
    const RunningServer running;
    const std::size_t before = open_descriptors();
    std::atomic<int> answered = 0;
    {
      std::list<Client> clients;
      for (int i = 0; i < 1000; ++i) {
        Client& client = clients.emplace_back(running.address());
        REQUIRE(client.send(get("/" + std::to_string(i))));
      }
      for (Client& client : clients) {
        const auto reply = client.read_reply();
        answered += reply && (reply->status == 200 || reply->status == 503) ? 1 : 0;
      }
      check_served(running.address());
    }
    CHECK(answered == 1000);
    wait_for_descriptors(before);
    check_served(running.address());
  }

  TEST_CASE("connections: 1,000 at once, all busy -> 512 served, the others told 503 at once") {
    std::mutex mutex;
    std::vector<http::Reply> held;
    bool is_holding = true;
    const RunningServer running([&](const http::Request& request, const http::Reply& reply) {
      const std::lock_guard lock(mutex);
      if (is_holding) {
        held.push_back(reply);
      } else {
        reply(echo(request));
      }
    });
    const std::size_t before = open_descriptors();
    {
      std::list<Client> served;
      for (int i = 0; i < 512; ++i) {
        REQUIRE(served.emplace_back(running.address()).send(get("/")));
      }
      std::list<Client> refused;
      for (int i = 0; i < 488; ++i) {
        REQUIRE(refused.emplace_back(running.address()).send(get("/")));
      }
      for (Client& client : refused) {
        const auto reply = client.read_reply();
        REQUIRE(reply.has_value());
        CHECK(reply->status == 503);
      }
      {
        const std::lock_guard lock(mutex);
        is_holding = false;
        for (const http::Reply& reply : held) {
          reply(http::Response());
        }
      }
      for (Client& client : served) {
        const auto reply = client.read_reply();
        REQUIRE(reply.has_value());
        CHECK(reply->status == 200);
      }
    }
    wait_for_descriptors(before);
    check_served(running.address());
  }

  TEST_CASE(
      "a client that does not take its response -> dropped, others are served all the while") {
    http::Limits limits;
    limits.response = 100ms;
    const std::string large(20'000'000, 'x');
    const auto handler = [&](const http::Request& request) {
      http::Response response = echo(request);
      if (request.target == "/large") {
        response.body = large;
      }
      return response;
    };
    const auto guard = std::make_shared<TestGuard>(make_context(mint::self_signed()));
    for (const bool is_tls : {false, true}) {
      CAPTURE(is_tls);
      const auto addresses = std::vector<std::string>{"127.0.0.1:0"};
      const RunningServer running(listener(addresses, at_once(handler), is_tls ? guard : nullptr),
                                  limits);
      const std::size_t before = open_descriptors();
      Client slow(running.address(), 4096);
      REQUIRE((!is_tls || slow.greet()));
      REQUIRE(slow.send(get("/large")));
      const auto head = slow.read_head();
      REQUIRE(head.has_value());
      for (int i = 0; i < 3; ++i) {
        Client honest(running.address());
        REQUIRE((!is_tls || honest.greet()));
        CHECK(honest.ask(get("/honest"))->body == "GET /honest\n");
      }
      wait_for_descriptors(before + 1);  // the slow client's own
      CHECK(slow.read_bytes(large.size()).size() < large.size());
    }
  }

  TEST_CASE("a handler that takes its time -> whoever else asks is served") {
    std::mutex mutex;
    std::vector<http::Reply> held;
    const RunningServer running([&](const http::Request& request, const http::Reply& reply) {
      if (request.target == "/held") {
        const std::lock_guard lock(mutex);
        held.push_back(reply);
      } else {
        reply(echo(request));
      }
    });
    std::list<Client> waiting;
    for (int i = 0; i < 100; ++i) {
      REQUIRE(waiting.emplace_back(running.address()).send(get("/held")));
    }
    for (int i = 0; i < 20; ++i) {
      check_served(running.address());
    }
    running.server->stop();
  }
}

}  // namespace
}  // namespace telltale::http_test
