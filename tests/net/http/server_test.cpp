// The server's addresses, limits and end.

#include <atomic>
#include <future>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "net/http/client.hpp"
#include "net/http/running_server.hpp"

namespace telltale::http_test {
namespace {

using namespace std::chrono_literals;

/// Tries until nobody listens there any more.
void wait_until_refused(const std::string& address) {
  for (bool is_refused = false; !is_refused;) {
    try {
      const Client client(address);
      std::this_thread::yield();
    } catch (const std::system_error&) {
      is_refused = true;
    }
  }
}

TEST_SUITE("net") {
  TEST_CASE("bind: an address that cannot be had -> one sentence that names it") {
    const RunningServer running;
    const std::string taken = running.address();
    const std::pair<std::string, std::string> rows[] = {
        {"127.0.0.1:99999", "127.0.0.1:99999: `99999` is not a port; a port is 0 to 65535"},
        {"localhost:0",
         "localhost:0: `localhost` is not an IP address; write for example 127.0.0.1:9943, "
         "[::1]:9943 or :9943 for all"},
        {"192.0.2.1:0", "192.0.2.1:0: cannot listen: Cannot assign requested address"},
        {taken, taken + ": cannot listen: Address already in use"},
    };
    for (const auto& [address, expected] : rows) {
      CAPTURE(address);
      const auto server = http::Server::bind(listener({"127.0.0.1:0", address}, at_once(&echo)));
      REQUIRE_FALSE(server.has_value());
      CHECK(server.error().detail().starts_with("--web.listen-address: " + expected));
      CHECK((server.error().code() == Errc::invalid_value));
    }
  }

  TEST_CASE("bind: several addresses -> each is served") {
    const auto server =
        http::Server::bind(listener({"127.0.0.1:0", "127.0.0.2:0"}, at_once(&echo))).value();
    server->start();
    REQUIRE(server->addresses().size() == 2);
    CHECK(server->addresses()[0].starts_with("127.0.0.1:"));
    CHECK(server->addresses()[1].starts_with("127.0.0.2:"));
    for (const std::string& address : server->addresses()) {
      CHECK_FALSE(address.ends_with(":0"));
      Client client(address);
      CHECK(client.ask(get("/")).has_value());
    }
  }

  TEST_CASE("bind: without a host -> IPv4 and IPv6 both") {
    const auto server = http::Server::bind(listener({":0"}, at_once(&echo))).value();
    server->start();
    const std::string address = server->addresses().front();
    const std::string port = address.substr(address.rfind(':'));
    Client v4("127.0.0.1" + port);
    CHECK(v4.ask(get("/")).has_value());
    if (address.starts_with("[::]")) {  // a kernel without IPv6 has 0.0.0.0 here
      Client v6("[::1]" + port);
      CHECK(v6.ask(get("/")).has_value());
    }
  }

  TEST_CASE("idle connection -> closed when its time is up") {
    http::Limits limits;
    limits.idle = 20ms;
    const RunningServer running(at_once(&echo), limits);
    Client silent(running.address());
    CHECK(silent.is_at_end());
    Client once(running.address());
    REQUIRE(once.ask(get("/")).has_value());
    CHECK(once.is_at_end());
  }

  TEST_CASE("connections: all taken, some idle -> the one idle longest makes room") {
    http::Limits limits;
    limits.connections = 2;
    const RunningServer running(at_once(&echo), limits);
    Client first(running.address());
    REQUIRE(first.ask(get("/")).has_value());
    Client second(running.address());
    REQUIRE(second.ask(get("/")).has_value());
    REQUIRE(first.ask(get("/")).has_value());  // now the second is idle longer
    Client third(running.address());
    CHECK(third.ask(get("/")).has_value());
    CHECK(second.is_at_end());
    CHECK(first.ask(get("/")).has_value());
  }

  TEST_CASE("stop: an exchange under way -> finished, then the connection ends") {
    const RunningServer running;
    Client idle(running.address());
    REQUIRE(idle.ask(get("/")).has_value());
    Client under_way(running.address());
    const auto begun = under_way.ask(
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
    REQUIRE(begun.has_value());
    std::thread stopping([&] { running.server->stop(); });
    wait_until_refused(running.address());
    CHECK(idle.is_at_end());
    const auto reply = under_way.ask("x");
    stopping.join();
    REQUIRE(reply.has_value());
    CHECK(reply->body == "POST /x\n");
    CHECK(reply->header("connection") == "close");
    CHECK(under_way.is_at_end());
  }

  TEST_CASE("stop: an exchange that does not end -> cut off") {
    http::Limits limits;
    limits.finish_on_stop = 20ms;
    const RunningServer running(at_once(&echo), limits);
    Client client(running.address());
    REQUIRE(client
                .ask("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                     "Expect: 100-continue\r\n\r\n")
                .has_value());
    running.server->stop();
    CHECK(client.is_at_end());
  }

  TEST_CASE("handler that replies from another thread -> one request waits, others are served") {
    std::promise<http::Reply> asked;
    const RunningServer running([&](const http::Request& request, const http::Reply& reply) {
      if (request.target == "/later") {
        asked.set_value(reply);
      } else {
        reply(echo(request));
      }
    });
    Client waiting(running.address());
    REQUIRE(waiting.send(get("/later") + get("/after")));
    const http::Reply reply = asked.get_future().get();
    Client other(running.address());
    CHECK(other.ask(get("/other")).has_value());
    reply(echo({.method = "GET", .target = "/late"}));
    reply(echo({.method = "GET", .target = "/twice"}));
    const auto late = waiting.read_reply();
    REQUIRE(late.has_value());
    CHECK(late->body == "GET /late\n");
    const auto after = waiting.read_reply();
    REQUIRE(after.has_value());
    CHECK(after->body == "GET /after\n");
  }

  TEST_CASE("handler that never replies -> 503 at the exchange's deadline, then the next one") {
    http::Limits limits;
    limits.answer = 50ms;
    const RunningServer running(
        [](const http::Request& request, const http::Reply& reply) {
          if (request.target != "/never") {
            reply(echo(request));
          }
        },
        limits);
    Client client(running.address());
    const auto given_up = client.ask(get("/never"));
    REQUIRE(given_up.has_value());
    CHECK(given_up->status == 503);
    CHECK(given_up->body == "this takes longer than an exchange may; the log tells how it ends\n");
    const auto next = client.ask(get("/next"));
    REQUIRE(next.has_value());
    CHECK(next->body == "GET /next\n");
  }

  TEST_CASE("reply to an exchange, a connection or a server that is gone -> nothing") {
    std::mutex mutex;
    std::vector<http::Reply> kept;
    const auto count = [&] {
      const std::lock_guard lock(mutex);
      return kept.size();
    };
    const auto reply_number = [&](std::size_t number) {
      const std::lock_guard lock(mutex);
      return kept.at(number);
    };
    http::Limits limits;
    limits.answer = 50ms;
    limits.finish_on_stop = 20ms;
    auto server = http::Server::bind(listener({"127.0.0.1:0"},
                                              [&](const http::Request&, const http::Reply& reply) {
                                                const std::lock_guard lock(mutex);
                                                kept.push_back(reply);
                                              }),
                                     {}, limits)
                      .value();
    server->start();
    const std::string address = server->addresses().front();
    Client given_up(address);
    CHECK(given_up.ask(get("/")).has_value());
    reply_number(0)(echo({}));  // the exchange is over
    {
      Client gone(address);
      REQUIRE(gone.send(get("/")));
      while (count() < 2) {
        std::this_thread::yield();
      }
    }
    reply_number(1)(echo({}));  // its peer is gone
    Client cut_off(address);
    REQUIRE(cut_off.send(get("/")));
    while (count() < 3) {
      std::this_thread::yield();
    }
    server.reset();
    for (const http::Reply& reply : kept) {
      reply(echo({}));
    }
    CHECK(cut_off.is_at_end());
  }

  TEST_CASE("stop: while an answer is awaited -> does not wait for it longer than it may") {
    std::atomic<bool> is_asked = false;
    http::Limits limits;
    limits.answer = std::chrono::hours(1);
    limits.finish_on_stop = 20ms;
    const RunningServer running([&](const http::Request&, const http::Reply&) { is_asked = true; },
                                limits);
    Client client(running.address());
    REQUIRE(client.send(get("/")));
    while (!is_asked) {
      std::this_thread::yield();
    }
    running.server->stop();
    CHECK(client.is_at_end());
  }

  TEST_CASE("stop: before start, twice, or not at all -> harmless") {
    const auto never_started =
        http::Server::bind(listener({"127.0.0.1:0"}, at_once(&echo))).value();
    never_started->stop();
    const RunningServer running;
    running.server->stop();
    running.server->stop();
    const RunningServer destroyed_while_serving;
    Client client(destroyed_while_serving.address());
    CHECK(client.ask(get("/")).has_value());
  }

  TEST_CASE("many clients at once -> every request has its own answer") {
    http::Limits limits;
    limits.connections = 6;  // fewer than clients, so that making room is part of it
    const auto server =
        http::Server::bind(listener({"127.0.0.1:0", "127.0.0.1:0"}, at_once(&echo)), {}, limits)
            .value();
    server->start();
    constexpr int threads = 8;
    constexpr int requests = 100;
    std::atomic<int> answered = 0;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> clients;
    for (int number = 0; number < threads; ++number) {
      clients.emplace_back([&, number] {
        const auto addresses = server->addresses();
        const std::string& address = addresses[static_cast<std::size_t>(number) % 2];
        std::optional<Client> client;
        for (int done = 0; done < requests;) {
          if (!client) {
            client.emplace(address);
          }
          const std::string path = "/" + std::to_string(number) + "/" + std::to_string(done);
          const auto reply = client->ask(get(path));
          // Made room while idle, or found none: as any client would, again.
          if (!reply || reply->status == 503) {
            client.reset();
            continue;
          }
          (reply->body == "GET " + path + "\n" ? answered : wrong).fetch_add(1);
          ++done;
        }
      });
    }
    for (std::thread& client : clients) {
      client.join();
    }
    CHECK(answered == threads * requests);
    CHECK(wrong == 0);
  }
}

}  // namespace
}  // namespace telltale::http_test
