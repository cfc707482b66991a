// A listener with a guard: TLS, who may come in, who asks, and what every response carries.

#include <atomic>
#include <future>
#include <thread>

#include <doctest/doctest.h>

#include "net/http/client.hpp"
#include "net/http/running_server.hpp"
#include "net/http/test_guard.hpp"

namespace telltale::http_test {
namespace {

using namespace std::string_literals;
using namespace std::chrono_literals;

constexpr int tls_versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

std::shared_ptr<TestGuard> tls_guard() {
  return std::make_shared<TestGuard>(make_context(mint::self_signed()));
}

/// Lets in who says "right", at once.
void judge_by_word(const std::string& authorization,
                   const std::function<void(std::optional<bool>)>& decided) {
  decided(authorization == "right");
}

std::shared_ptr<TestGuard> asking_guard(TestGuard::Judge judge = &judge_by_word) {
  auto guard = std::make_shared<TestGuard>();
  guard->judge = std::move(judge);
  return guard;
}

TEST_SUITE("net") {
  TEST_CASE("TLS: requests over 1.2 and 1.3 -> answered, kept alive, ended by close_notify") {
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), tls_guard()));
    for (const int version : tls_versions) {
      Client client(running.address());
      REQUIRE(client.greet({.version = version}));
      CHECK(client.ask(get("/1"))->body == "GET /1\n");
      REQUIRE(client.send(get("/2") + get("/3")));
      CHECK(client.read_reply()->body == "GET /2\n");
      CHECK(client.read_reply()->body == "GET /3\n");
      CHECK(client.ask(get("/4", "Connection: close\r\n"))->body == "GET /4\n");
      CHECK(client.is_at_end());
      CHECK(client.was_told_goodbye());
    }
  }

  TEST_CASE("TLS: large bodies both ways -> whole") {
    const std::string large(5'000'000, 'x');
    const auto handler = [&](const http::Request&) {
      http::Response response;
      response.body = large;
      return response;
    };
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(handler), tls_guard()));
    for (const int version : tls_versions) {
      Client client(running.address());
      REQUIRE(client.greet({.version = version}));
      const auto reply = client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n" +
                                    std::string(65'536, 'y'));
      REQUIRE(reply.has_value());
      CHECK((reply->body == large));
    }
  }

  TEST_CASE("TLS: ALPN -> HTTP/1.x where it is offered, nothing where nothing is, else no") {
    struct Row {
      std::vector<std::string> offered;
      bool is_greeted;
      const char* chosen;
    };

    const Row rows[] = {
        {{}, true, ""},
        {{"http/1.1"}, true, "http/1.1"},
        {{"h2", "http/1.1"}, true, "http/1.1"},
        {{"http/1.0"}, true, "http/1.0"},
        {{"h2"}, false, ""},
        {{"imap", "pop3"}, false, ""},
    };
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), tls_guard()));
    for (const int version : tls_versions) {
      for (const Row& row : rows) {
        Client client(running.address());
        REQUIRE(client.greet({.version = version, .protocols = row.offered}) == row.is_greeted);
        if (row.is_greeted) {
          CHECK(client.protocol() == row.chosen);
          CHECK(client.ask(get("/"))->status == 200);
        }
      }
    }
  }

  TEST_CASE("TLS: plain HTTP at its port -> 400 that says so, as Go's server does") {
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), tls_guard()));
    Client client(running.address());
    const auto reply = client.ask(get("/metrics"));
    REQUIRE(reply.has_value());
    CHECK(reply->status == 400);
    CHECK(reply->body == "Client sent an HTTP request to an HTTPS server.\n");
    CHECK(reply->header("connection") == "close");
    CHECK(client.is_at_end());
    Client noise(running.address());
    REQUIRE(noise.send("\x01\x02\x03\x04\x05\x06"));
    CHECK_FALSE(noise.read_reply().has_value());
  }

  TEST_CASE("TLS: a handshake that fails or stops -> ended, the server goes on") {
    http::Limits limits;
    limits.request = 1s;
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), tls_guard()), limits);
    Client silent(running.address());
    Client stopped(running.address());
    REQUIRE(stopped.send("\x16\x03\x01\x02\x00"));
    Client broken(running.address());
    REQUIRE(broken.send("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"s));
    Client old(running.address());
    CHECK_FALSE(old.greet({.version = TLS1_1_VERSION}));
    CHECK(silent.is_at_end());
    CHECK(stopped.is_at_end());
    CHECK(broken.read_bytes(1) == "\x15");  // an alert
    Client client(running.address());
    REQUIRE(client.greet());
    CHECK(client.ask(get("/"))->status == 200);
  }

  TEST_CASE("TLS: a client certificate is wanted -> nobody else is answered") {
    const mint::Ca ca;
    const mint::Ca other({.common_name = "Other"});
    const auto guard = std::make_shared<TestGuard>(make_context(mint::self_signed(), &ca));
    guard->admitted_name = "prometheus";
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), guard));

    struct Row {
      const char* what;
      std::optional<mint::Credential> credential;
      bool is_answered;
    };

    const Row rows[] = {
        {"the one", ca.issue({.common_name = "prometheus"}), true},
        {"none", std::nullopt, false},
        {"of another CA", other.issue({.common_name = "prometheus"}), false},
        {"not admitted", ca.issue({.common_name = "grafana"}), false},
    };
    for (const int version : tls_versions) {
      for (const Row& row : rows) {
        CAPTURE(row.what);
        Client client(running.address());
        const bool is_answered = client.greet({.version = version, .credential = row.credential}) &&
                                 client.ask(get("/")).has_value();
        CHECK(is_answered == row.is_answered);
      }
    }
  }

  TEST_CASE("TLS: the context changes -> new connections have the new one, old ones go on") {
    const auto guard = tls_guard();
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), guard));
    Client before(running.address());
    REQUIRE(before.greet());
    guard->replace_context(make_context(mint::self_signed()));
    Client after(running.address());
    REQUIRE(after.greet());
    CHECK(before.ask(get("/before"))->body == "GET /before\n");
    CHECK(after.ask(get("/after"))->body == "GET /after\n");
  }

  TEST_CASE("TLS: a client may not come in any more -> its next request is not answered") {
    const auto guard = std::make_shared<TestGuard>(make_context(mint::self_signed()));
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), guard));
    Client client(running.address());
    REQUIRE(client.greet());
    CHECK(client.ask(get("/")).has_value());
    guard->admits_nobody = true;
    CHECK_FALSE(client.ask(get("/")).has_value());
    CHECK(client.is_at_end());
  }

  TEST_CASE("TLS: many clients at once -> every request has its own answer") {
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), tls_guard()));
    std::atomic<int> right = 0;
    std::vector<std::thread> threads;
    for (int number = 0; number < 4; ++number) {
      threads.emplace_back([&, number] {
        for (int i = 0; i < 10; ++i) {
          Client client(running.address());
          const std::string path = "/" + std::to_string(number) + "/" + std::to_string(i);
          const int version = tls_versions[i % 2];
          const auto reply =
              client.greet({.version = version}) ? client.ask(get(path)) : std::optional<Reply>();
          right += reply && reply->body == "GET " + path + "\n" ? 1 : 0;
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    CHECK(right == 40);
  }

  TEST_CASE("TLS: many requests on one connection, bytes apart -> answered") {
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), tls_guard()));
    Client client(running.address());
    REQUIRE(client.greet());
    for (const char byte : get("/slow")) {
      REQUIRE(client.send(std::string_view(&byte, 1)));  // a record each
    }
    CHECK(client.read_reply()->body == "GET /slow\n");
  }

  TEST_CASE("who asks: wrong or none -> 401 as exporter-toolkit says it, right -> the handler") {
    std::atomic<int> asked = 0;
    const auto handler = [&](const http::Request& request) {
      ++asked;
      return echo(request);
    };
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(handler), asking_guard()));
    Client client(running.address());
    for (const char* path : {"/metrics", "/-/healthy", "*"}) {
      for (const char* field : {"", "Authorization: wrong\r\n", "Authorization:\r\n"}) {
        CAPTURE(path);
        CAPTURE(field);
        const std::string method = path == "*"s ? "OPTIONS " : "GET ";
        const auto refused =
            client.ask(method + path + " HTTP/1.1\r\nHost: a\r\n" + field + "\r\n");
        REQUIRE(refused.has_value());
        CHECK(refused->status == 401);
        CHECK(refused->header("www-authenticate") == "Basic");
        CHECK(refused->body == "Unauthorized\n");
      }
    }
    CHECK(asked == 0);
    CHECK(client.ask(get("/", "Authorization: right\r\n"))->body == "GET /\n");
    CHECK(asked == 1);
  }

  TEST_CASE("who asks: the body of a stranger -> bounded as everybody's") {
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), asking_guard()));
    Client client(running.address());
    const auto refused = client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n");
    REQUIRE(refused.has_value());
    CHECK(refused->status == 413);
  }

  TEST_CASE("who asks: in a trailer -> is not heard") {
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), asking_guard()));
    Client client(running.address());
    const auto refused = client.ask(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        "Authorization: right\r\n\r\n");
    REQUIRE(refused.has_value());
    CHECK(refused->status == 401);
  }

  TEST_CASE("who asks: decided later, elsewhere -> others are served meanwhile") {
    using Decided = std::function<void(std::optional<bool>)>;
    std::promise<Decided> asked;
    const auto guard = asking_guard([&](const std::string& authorization, Decided decided) {
      if (authorization == "later") {
        asked.set_value(std::move(decided));
      } else {
        judge_by_word(authorization, decided);
      }
    });
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), guard));
    Client waiting(running.address());
    REQUIRE(waiting.send(get("/later", "Authorization: later\r\n")));
    const Decided decided = asked.get_future().get();
    Client other(running.address());
    CHECK(other.ask(get("/other", "Authorization: right\r\n"))->body == "GET /other\n");
    decided(true);
    decided(false);  // only the first counts
    CHECK(waiting.read_reply()->body == "GET /later\n");
  }

  TEST_CASE("who asks: cannot be judged now, or never is -> 503 with Retry-After") {
    http::Limits limits;
    limits.answer = 20ms;
    const auto guard = asking_guard([](const std::string& authorization,
                                       const std::function<void(std::optional<bool>)>& decided) {
      if (authorization == "many") {
        decided(std::nullopt);
      }
    });
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), guard), limits);
    Client client(running.address());
    for (const char* word : {"many", "never"}) {
      CAPTURE(word);
      const auto reply = client.ask(get("/", "Authorization: "s + word + "\r\n"));
      REQUIRE(reply.has_value());
      CHECK(reply->status == 503);
      CHECK(reply->header("retry-after") == "1");
    }
  }

  TEST_CASE("who asks: a judge that throws -> the connection ends, the failure is heard") {
    std::string heard;  // on the serving thread; read after stop()
    const auto guard =
        asking_guard([](const std::string&, const std::function<void(std::optional<bool>)>&) {
          throw std::runtime_error("a bug");
        });
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), guard), {},
                                [&](std::string_view where, std::string_view what) {
                                  heard.append(where).append(": ").append(what);
                                });
    Client client(running.address());
    CHECK_FALSE(client.ask(get("/")).has_value());
    running.server->stop();
    CHECK(heard == "connection: a bug");
  }

  TEST_CASE("header fields of a guard -> on every response, errors included, none of them twice") {
    const auto guard = asking_guard();
    guard->fields = {{"Strict-Transport-Security", "max-age=1"}, {"x-frame-options", "deny"}};
    const auto handler = [](const http::Request& request) {
      http::Response response = echo(request);
      response.headers.emplace_back("X-Frame-Options", "sameorigin");
      response.is_stream = request.target == "/watch";
      return response;
    };
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(handler), guard));
    const std::pair<std::string, unsigned> rows[] = {
        {get("/", "Authorization: right\r\n"), 200},
        {get("/watch", "Authorization: right\r\n"), 200},
        {get("/"), 401},
        {"nonsense\r\n\r\n", 400},
        {get("/", "X: " + std::string(9000, 'x') + "\r\n"), 431},
    };
    for (const auto& [request, status] : rows) {
      Client client(running.address());
      REQUIRE(client.send(request));
      const auto reply = client.read_head();
      REQUIRE(reply.has_value());
      CHECK(reply->status == status);
      CHECK(reply->header("strict-transport-security") == "max-age=1");
      // The response's own counts, as with exporter-toolkit, whose handler overrides.
      CHECK(reply->header("x-frame-options") == (status == 200 ? "sameorigin" : "deny"));
    }
  }

  TEST_CASE("two listeners: one guarded, one plain -> each is served in its way") {
    std::vector<http::Listener> listeners =
        listener({"127.0.0.1:0", "127.0.0.2:0"}, at_once(&echo), tls_guard());
    listeners.push_back({.flag = "--probe.listen-address",
                         .addresses = {"127.0.0.1:0"},
                         .handler = at_once([](const http::Request&) {
                           http::Response response;
                           response.body = "healthy\n";
                           return response;
                         })});
    const RunningServer running(std::move(listeners));
    const auto addresses = running.server->addresses();
    REQUIRE(addresses.size() == 3);
    for (int i = 0; i < 2; ++i) {
      Client guarded(addresses.at(static_cast<std::size_t>(i)));
      REQUIRE(guarded.greet());
      CHECK(guarded.ask(get("/"))->body == "GET /\n");
    }
    Client plain(addresses.at(2));
    CHECK(plain.ask(get("/"))->body == "healthy\n");
  }

  TEST_CASE("IPv6: [::1] -> served, plain and over TLS") {
    std::vector<http::Listener> listeners = listener({"[::1]:0"}, at_once(&echo));
    listeners.push_back(listener({"[::1]:0"}, at_once(&echo), tls_guard()).front());
    auto bound = http::Server::bind(std::move(listeners));
    if (!bound) {
      MESSAGE("this kernel has no IPv6: " << bound.error().detail());
      return;
    }
    const auto server = *std::move(bound);
    server->start();
    const auto addresses = server->addresses();
    CHECK(addresses[0].starts_with("[::1]:"));
    Client plain(addresses[0]);
    CHECK(plain.ask(get("/"))->body == "GET /\n");
    Client guarded(addresses[1]);
    REQUIRE(guarded.greet());
    CHECK(guarded.ask(get("/"))->body == "GET /\n");
  }

  TEST_CASE("stop: idle and greeting TLS clients -> ended at once") {
    const RunningServer running(listener({"127.0.0.1:0"}, at_once(&echo), tls_guard()));
    Client idle(running.address());
    REQUIRE(idle.greet());
    REQUIRE(idle.ask(get("/")).has_value());
    Client silent(running.address());
    running.server->stop();
    CHECK(idle.is_at_end());
    CHECK(idle.was_told_goodbye());
    CHECK(silent.is_at_end());
  }
}

}  // namespace
}  // namespace telltale::http_test
