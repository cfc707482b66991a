// The router behind the server: what scrapers and gates meet.

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "net/http/client.hpp"
#include "net/http/running_server.hpp"
#include "support/gunzip.hpp"
#include "unit/render/fixture.hpp"

namespace telltale::http_test {
namespace {

namespace fixture = render::fixture;

/// Hands the newest snapshot from one thread to another.
class Shelf {
 public:
  explicit Shelf(gate::Snapshot first) { put(std::move(first)); }

  void put(gate::Snapshot snapshot) {
    auto made = std::make_shared<const gate::Snapshot>(std::move(snapshot));
    const std::lock_guard lock(mutex_);
    newest_ = std::move(made);
  }

  [[nodiscard]] gate::SnapshotPtr get() const {
    const std::lock_guard lock(mutex_);
    return newest_;
  }

 private:
  mutable std::mutex mutex_;
  gate::SnapshotPtr newest_;
};

/// The whole of what is served, from the shelf.
http::Handler site(const Shelf& shelf) {
  const auto cache = std::make_shared<http::MetricsCache>();
  return at_once([&shelf, cache](const http::Request& request) {
    http::World world;
    world.snapshot = shelf.get();
    world.now = fixture::now();
    world.process.threads = 3;
    return std::get<http::Response>(http::handle(request, world, *cache));
  });
}

TEST_SUITE("net") {
  TEST_CASE("scrape: as Prometheus does it, over the wire -> OpenMetrics, compressed and whole") {
    const Shelf shelf(fixture::mixed_fleet());
    const RunningServer running(site(shelf));
    Client client(running.address());
    const std::string accept =
        "Accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        "text/plain;version=0.0.4;q=0.3,*/*;q=0.2\r\n";
    const auto plain = client.ask(get("/metrics", accept));
    REQUIRE(plain.has_value());
    CHECK(plain->status == 200);
    CHECK(plain->header("content-type") ==
          "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
    CHECK(plain->body.ends_with("\nprocess_threads 3\n# EOF\n"));
    for (int scrape = 0; scrape < 3; ++scrape) {
      const auto packed = client.ask(get("/metrics", accept + "Accept-Encoding: gzip\r\n"));
      REQUIRE(packed.has_value());
      CHECK(packed->header("content-encoding") == "gzip");
      CHECK((support::gunzip(packed->body) == plain->body));
    }
  }

  TEST_CASE("gate: as Flagger posts to it -> 200 while open, 403 with a line once closed") {
    Shelf shelf(fixture::ready_fleet());
    const RunningServer running(site(shelf));
    Client client(running.address());
    const std::string post =
        "POST /gate/need HTTP/1.1\r\nHost: telltale\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n1c\r\n{\"name\":\"x\",\"phase\":\"Start\"}\r\n0\r\n\r\n";
    const auto open = client.ask(post);
    REQUIRE(open.has_value());
    CHECK(open->status == 200);
    CHECK(open->body.starts_with("open"));
    shelf.put(fixture::mixed_fleet());
    const auto closed = client.ask(post);
    REQUIRE(closed.has_value());
    CHECK(closed->status == 403);
    CHECK(closed->body.starts_with("closed: "));
    CHECK(closed->body.find('\n') == closed->body.size() - 1);
  }

  TEST_CASE("snapshots replaced while clients ask -> every answer is of one snapshot, whole") {
    Shelf shelf(fixture::ready_fleet());
    const RunningServer running(site(shelf));
    std::atomic<bool> is_over = false;
    std::thread replacing([&] {
      for (bool is_ready = false; !is_over; is_ready = !is_ready) {
        shelf.put(is_ready ? fixture::ready_fleet() : fixture::mixed_fleet());
      }
    });
    std::atomic<int> right = 0;
    constexpr int threads = 4;
    constexpr int rounds = 25;
    const auto scrape_and_ask = [&] {
      Client client(running.address());
      for (int round = 0; round < rounds; ++round) {
        const auto metrics = client.ask(get("/metrics", "Accept-Encoding: gzip\r\n"));
        const auto gate = client.ask(get("/gate/need"));
        const bool is_whole =
            metrics && support::gunzip(metrics->body).ends_with("\nprocess_threads 3\n");
        const bool is_answer = gate && ((gate->status == 200 && gate->body.starts_with("open")) ||
                                        (gate->status == 403 && gate->body.starts_with("closed")));
        right += is_whole && is_answer ? 1 : 0;
      }
    };
    std::vector<std::thread> clients;
    for (int i = 0; i < threads; ++i) {
      clients.emplace_back(scrape_and_ask);
    }
    for (std::thread& client : clients) {
      client.join();
    }
    is_over = true;
    replacing.join();
    CHECK(right == threads * rounds);
  }
}

}  // namespace
}  // namespace telltale::http_test
