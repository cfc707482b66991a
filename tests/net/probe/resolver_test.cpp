#include "telltale/probe/resolver.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include <doctest/doctest.h>

#include "net/look.hpp"

namespace telltale::net {

namespace {

using namespace std::chrono_literals;
using probe::FailureKind;
using probe::Lookup;
using probe::Resolution;
using probe::Resolver;

fleet::Target named(const std::string& host) {
  return {.name = "orca", .url = {.host = host, .port = 8083}};
}

/// A name service in which some names are slow: whoever asks for them waits until they are let go.
/// Lookups outlive their Resolver, so it is shared with them.
class SlowNames {
 public:
  [[nodiscard]] Lookup look_up(const std::string& name) {
    std::unique_lock lock(mutex_);
    ++asked_[name];
    changed_.notify_all();
    changed_.wait(lock, [&] { return released_ || !name.starts_with("slow"); });
    ++answered_;
    changed_.notify_all();
    return {.hosts = {"127.0.0.2", "127.0.0.1", "::1", "127.0.0.1"}, .error = ""};
  }

  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }

  void wait_until_asked(const std::string& name) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_[name] > 0; });
  }

  void wait_until_answered(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return answered_ >= count; });
  }

  [[nodiscard]] int asked(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return asked_[name];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> asked_;
  int answered_ = 0;
  bool released_ = false;
};

/// A Resolver over slow names; whatever still hangs at its end is let go.
struct Names {
  explicit Names(std::size_t limit = 64)
      : resolver(std::make_unique<Resolver>(
            io, limit, [slow = slow](const std::string& name) { return slow->look_up(name); })) {}

  ~Names() { slow->release(); }

  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  void resolve(const std::string& host, Duration timeout, std::optional<Resolution>& resolution) {
    resolver->resolve(named(host), timeout,
                      [&](Resolution found) { resolution = std::move(found); });
  }

  void run_until(const std::optional<Resolution>& resolution) {
    io.restart();
    while (!resolution) {
      REQUIRE(io.run_one_for(60s) > 0);
    }
  }

  boost::asio::io_context io;
  std::shared_ptr<SlowNames> slow = std::make_shared<SlowNames>();
  std::unique_ptr<Resolver> resolver;
};

Resolution resolve(const fleet::Target& target) {
  boost::asio::io_context io;
  Resolver resolver(io);
  std::optional<Resolution> resolution;
  resolver.resolve(target, 60s, [&](Resolution found) { resolution = std::move(found); });
  CHECK_FALSE(resolution);  // never from within the call
  run_guarded(io);
  REQUIRE(resolution);
  return *std::move(resolution);
}

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("Resolver: localhost -> loopback addresses with the URL's port, each once") {
  const Resolution resolution = resolve(named("localhost"));
  CHECK(resolution.target == "orca");
  CHECK(resolution.name == "localhost");
  CHECK_FALSE(resolution.failure);
  REQUIRE_FALSE(resolution.addresses.empty());
  for (const fleet::Endpoint& address : resolution.addresses) {
    CHECK((address.host == "127.0.0.1" || address.host == "::1"));
    CHECK(address.port == 8083);
  }
  CHECK(resolution.resolved_at.steady.time_since_epoch() > Duration::zero());
}

TEST_CASE("Resolver: an IP address -> itself, without being looked up") {
  for (const std::string host : {"127.0.0.1", "::1", "fd00::8"}) {
    const Resolution resolution = resolve(named(host));
    CHECK(resolution.name.empty());
    CHECK(resolution.addresses == std::vector<fleet::Endpoint>{{host, 8083}});
    CHECK_FALSE(resolution.failure);
  }
}

TEST_CASE("Resolver: configured addresses -> these, without a look at the name") {
  fleet::Target target = named("nonexistent.invalid");
  target.addresses = {{"10.0.0.7", 8081}, {"fd00::8", 8082}};
  const Resolution resolution = resolve(target);
  CHECK(resolution.name.empty());
  CHECK(resolution.addresses == target.addresses);
  CHECK_FALSE(resolution.failure);
}

TEST_CASE("Resolver: discover -> that name instead of the URL's, and the URL's port") {
  fleet::Target target = named("nonexistent.invalid");
  target.discover = "localhost";
  const Resolution resolution = resolve(target);
  CHECK(resolution.name == "localhost");
  REQUIRE_FALSE(resolution.addresses.empty());
  CHECK(resolution.addresses[0].port == 8083);
}

TEST_CASE("Resolver: an unknown name -> a failure that names it, no address") {
  const Resolution resolution = resolve(named("nonexistent.invalid"));
  CHECK(resolution.addresses.empty());
  REQUIRE(resolution.failure);
  CHECK(resolution.failure->phase == probe::Phase::resolve);
  CHECK(resolution.failure->kind == FailureKind::resolve);
  CHECK(resolution.failure->detail.starts_with("resolving nonexistent.invalid: "));
}

TEST_CASE("Resolver: what a name service says -> sorted, doubles dropped") {
  Names names;
  std::optional<Resolution> resolution;
  names.resolve("fast.test", 60s, resolution);
  names.run_until(resolution);
  const std::vector<fleet::Endpoint> expected = {
      {"127.0.0.1", 8083}, {"127.0.0.2", 8083}, {"::1", 8083}};
  CHECK(resolution->addresses == expected);
}

TEST_CASE("Resolver: a slow name -> does not hold up another, and is answered when it comes") {
  Names names;
  std::optional<Resolution> slow;
  std::optional<Resolution> fast;
  names.resolve("slow.test", 60s, slow);
  names.slow->wait_until_asked("slow.test");
  names.resolve("fast.test", 60s, fast);
  names.run_until(fast);
  CHECK_FALSE(fast->failure);
  CHECK_FALSE(slow);
  names.slow->release();
  names.run_until(slow);
  CHECK_FALSE(slow->failure);
  CHECK(slow->addresses == fast->addresses);
}

TEST_CASE("Resolver: a name asked for while it is looked up -> asked once, all are told") {
  Names names;
  std::optional<Resolution> first;
  std::optional<Resolution> second;
  std::optional<Resolution> third;
  names.resolve("slow.test", 60s, first);
  names.slow->wait_until_asked("slow.test");
  names.resolve("slow.test", 60s, second);
  names.resolve("slow.test", 1ms, third);
  names.run_until(third);
  REQUIRE(third->failure);
  CHECK(third->failure->kind == FailureKind::timed_out);
  names.slow->release();
  names.run_until(first);
  names.run_until(second);
  CHECK_FALSE(first->failure);
  CHECK_FALSE(second->failure);
  CHECK(names.slow->asked("slow.test") == 1);
  // It is asked for anew once it was answered.
  std::optional<Resolution> fourth;
  names.resolve("slow.test", 60s, fourth);
  names.run_until(fourth);
  CHECK(names.slow->asked("slow.test") == 2);
}

TEST_CASE("Resolver: as many lookups as may run -> the next waits its turn, within its timeout") {
  Names names(1);
  std::optional<Resolution> slow;
  std::optional<Resolution> patient;
  std::optional<Resolution> impatient;
  names.resolve("slow.test", 60s, slow);
  names.slow->wait_until_asked("slow.test");
  names.resolve("fast.test", 60s, patient);
  names.resolve("other.test", 1ms, impatient);
  names.run_until(impatient);
  REQUIRE(impatient->failure);
  CHECK(impatient->failure->phase == probe::Phase::resolve);
  CHECK(impatient->failure->kind == FailureKind::timed_out);
  CHECK(impatient->failure->detail == "resolving other.test: no answer in time");
  CHECK_FALSE(patient);
  CHECK(names.slow->asked("fast.test") == 0);
  names.slow->release();
  names.run_until(patient);
  CHECK_FALSE(patient->failure);
}

TEST_CASE("Resolver: a name without addresses -> a failure, in its own words or ours") {
  struct Row {
    Lookup lookup;
    std::string detail;
  };

  const Row rows[] = {
      {{{}, "Temporary failure in name resolution"},
       "resolving odd.test: Temporary failure in name resolution"},
      {{{}, ""}, "resolving odd.test: no addresses"},
  };
  for (const Row& row : rows) {
    boost::asio::io_context io;
    Resolver resolver(io, 64, [&](const std::string&) { return row.lookup; });
    std::optional<Resolution> resolution;
    resolver.resolve(named("odd.test"), 60s,
                     [&](Resolution found) { resolution = std::move(found); });
    run_guarded(io);
    REQUIRE(resolution);
    REQUIRE(resolution->failure);
    CHECK(resolution->failure->kind == FailureKind::resolve);
    CHECK(resolution->failure->detail == row.detail);
  }
}

TEST_CASE("Resolver: gone while a name is looked up -> not waited for, its waiter told in time") {
  Names names;
  std::optional<Resolution> resolution;
  names.resolve("slow.test", 50ms, resolution);
  names.slow->wait_until_asked("slow.test");
  names.resolver.reset();
  CHECK_FALSE(resolution);
  names.slow->release();
  names.slow->wait_until_answered(1);
  names.run_until(resolution);
  REQUIRE(resolution->failure);
  CHECK(resolution->failure->kind == FailureKind::timed_out);
}

TEST_CASE("Resolver: its io_context gone as well -> a late answer finds nobody, and no harm done") {
  const auto slow = std::make_shared<SlowNames>();
  bool is_done = false;
  {
    boost::asio::io_context io;
    Resolver resolver(io, 64, [slow](const std::string& name) { return slow->look_up(name); });
    resolver.resolve(named("slow.test"), 60s, [&](const Resolution&) { is_done = true; });
    slow->wait_until_asked("slow.test");
  }
  slow->release();
  slow->wait_until_answered(1);
  CHECK_FALSE(is_done);
}

TEST_SUITE_END();

}  // namespace telltale::net
