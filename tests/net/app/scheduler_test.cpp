// The scheduler and its board, in the test's own process.

#include "telltale/app/scheduler.hpp"

#include <algorithm>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include "net/look.hpp"

namespace telltale::app {
namespace {

using namespace std::chrono_literals;
using net::lab;
using support::ClientAuth;
using support::TestPeer;

fleet::Target target(const std::string& name, const TestPeer& peer) {
  fleet::Target made = net::target_of(peer);
  made.name = name;
  made.addresses = {{"127.0.0.1", peer.port()}};
  return made;
}

Plan plan_of(std::vector<fleet::Target> targets, unsigned concurrency) {
  fleet::Fleet fleet;
  fleet.probe = {.interval = 1h, .timeout = 20s, .stale_after = 3h, .concurrency = concurrency};
  fleet.targets = std::move(targets);
  fleet.gates = {{}};
  fleet::Credentials credentials;
  credentials.trust = lab().trust;
  credentials.identities["telltale"] = lab().identity;
  return {.fleet = std::make_shared<const fleet::Fleet>(std::move(fleet)),
          .credentials = std::make_shared<const fleet::Credentials>(std::move(credentials))};
}

/// The plan of a fleet in which `deck`, known by certificate and key, calls the only target.
struct Calling {
  fleet::Fleet fleet;
  fleet::Credentials credentials;

  explicit Calling(const fleet::Target& target) : fleet(*plan_of({target}, 4).fleet) {
    credentials = *plan_of({target}, 4).credentials;
    fleet.callers = {{.name = "deck",
                      .runtime = fleet::Runtime::go,
                      .identity = "deck",
                      .trust = pki::TrustFiles{.file = "deck-ca.pem"},
                      .calls = {{.target = target.name}}}};
    hold(lab().issuing.issue({.common_name = "deck"}));
    trust(lab().root.certificate_pem());
  }

  void hold(const mint::Credential& credential) {
    const auto identity =
        pki::Identity::from_pem(credential.chain_pem(), credential.key_pem()).value();
    credentials.identities["deck"] = identity;
    credentials.keys["deck"] = {{.identity = identity}};
  }

  void trust(const std::string& pem) {
    credentials.trusts["deck-ca.pem"] = pki::TrustStore::from_pem(pem).value();
  }

  [[nodiscard]] Plan plan() const {
    return {.fleet = std::make_shared<const fleet::Fleet>(fleet),
            .credentials = std::make_shared<const fleet::Credentials>(credentials)};
  }
};

/// The plan's credentials with another trust.
std::shared_ptr<const fleet::Credentials> with_trust(const Plan& plan, const std::string& pem) {
  fleet::Credentials credentials = *plan.credentials;
  credentials.trust = pki::TrustStore::from_pem(pem).value();
  return std::make_shared<const fleet::Credentials>(std::move(credentials));
}

class Stage {
 public:
  explicit Stage(const Plan& plan)
      : board_(*plan.fleet, {}, read_clocks()), scheduler_(io_, plan, board_, listener()) {
    std::signal(SIGPIPE, SIG_IGN);
    scheduler_.start();
  }

  void reconfigure(const Plan& plan) {
    board_.reconfigure(*plan.fleet, read_clocks());
    scheduler_.reconfigure(plan);
  }

  /// Runs until it is so; fails the test if it never is.
  void run_until(const std::function<bool()>& is_so) {
    const auto give_up = std::chrono::steady_clock::now() + 60s;
    while (!is_so() && std::chrono::steady_clock::now() < give_up) {
      io_.run_one_for(10ms);
    }
    REQUIRE(is_so());
  }

  /// What the board counts for a target.
  [[nodiscard]] gate::TargetCounters counters(const std::string& name) {
    const gate::SnapshotPtr snapshot = board_.snapshot(read_clocks());
    for (const gate::TargetEntryPtr& entry : snapshot->targets) {
      if (entry->target.name == name) {
        return entry->counters;
      }
    }
    return {};
  }

  [[nodiscard]] std::uint64_t looks(const std::string& name) { return counters(name).looks; }

  /// What the board knows of a target's only address.
  [[nodiscard]] gate::AddressEntry address(const std::string& name) {
    const gate::SnapshotPtr snapshot = board_.snapshot(read_clocks());
    const auto entry = std::ranges::find_if(
        snapshot->targets, [&](const auto& each) { return each->target.name == name; });
    return (*entry)->addresses.at(0);
  }

  [[nodiscard]] bool is_trusted(const std::string& name) {
    return address(name).assessment->verification->trusted;
  }

  [[nodiscard]] const std::vector<std::string>& seen() const { return seen_; }

  Scheduler& scheduler() { return scheduler_; }

 private:
  Scheduler::Listener listener() {
    return {
        .on_look = [this](const probe::Observation& seen) { seen_.push_back(seen.target); },
        .on_change = [] {},
        .on_internal_error = [](const std::string& what) { FAIL(what); },
    };
  }

  boost::asio::io_context io_{1};
  std::vector<std::string> seen_;
  gate::Board board_;
  Scheduler scheduler_;
};

TEST_SUITE("net") {
  TEST_CASE("scheduler: a look under way at what has changed -> no evidence about the new") {
    support::PeerOptions options = net::options_of(ClientAuth::want);
    options.fault = support::Fault::silent_at_request;
    auto hanging = std::make_unique<TestPeer>(options);
    Stage stage(plan_of({target("orca", *hanging)}, 1));
    stage.run_until([&] { return hanging->seen().requests > 0; });

    const TestPeer good(net::options_of(ClientAuth::want));
    stage.reconfigure(plan_of({target("orca", good)}, 1));
    hanging.reset();  // ends the old look, and only then is there a place for the new one
    stage.run_until([&] { return stage.looks("orca") == 1; });
    CHECK(stage.seen() == std::vector<std::string>{"orca"});
    CHECK(stage.counters("orca").failures.empty());
    CHECK(good.seen().requests > 0);
  }

  TEST_CASE("scheduler: looks that wait for what is removed -> never made; places come back") {
    support::PeerOptions options = net::options_of(ClientAuth::want);
    options.fault = support::Fault::silent_at_request;
    auto hanging = std::make_unique<TestPeer>(options);
    const TestPeer removed(net::options_of(ClientAuth::want));
    const TestPeer good(net::options_of(ClientAuth::want));
    Stage stage(plan_of({target("hanging", *hanging), target("removed", removed)}, 1));
    stage.run_until([&] { return hanging->seen().requests > 0; });

    stage.reconfigure(plan_of({target("good", good)}, 1));
    hanging.reset();
    stage.run_until([&] { return stage.looks("good") == 1; });
    CHECK(stage.seen() == std::vector<std::string>{"good"});
    CHECK(removed.seen().connections == 0);
  }

  TEST_CASE("scheduler: an unchanged target -> its cycle goes on, it is not looked at again") {
    const TestPeer orca(net::options_of(ClientAuth::want));
    const TestPeer echo(net::options_of(ClientAuth::want));
    Stage stage(plan_of({target("orca", orca)}, 4));
    stage.run_until([&] { return stage.looks("orca") == 1; });
    fleet::Target moved = target("orca", orca);
    moved.source = "telltale.yml:99";
    stage.reconfigure(plan_of({target("echo", echo), moved}, 4));
    stage.run_until([&] { return stage.looks("echo") == 1; });
    CHECK(stage.looks("orca") == 1);
    CHECK(stage.seen() == std::vector<std::string>{"orca", "echo"});
  }

  TEST_CASE("scheduler: another trust -> looked at anew at once, with it") {
    const TestPeer orca(net::options_of(ClientAuth::want));
    Plan plan = plan_of({target("orca", orca)}, 4);
    Stage stage(plan);
    stage.run_until([&] { return stage.looks("orca") == 1; });
    CHECK_FALSE(stage.address("orca").is_outdated);
    stage.scheduler().set_credentials(with_trust(plan, mint::Ca().certificate_pem()));
    CHECK(stage.address("orca").is_outdated);
    CHECK(stage.is_trusted("orca"));
    stage.run_until([&] { return stage.looks("orca") == 2; });
    CHECK_FALSE(stage.address("orca").is_outdated);
    CHECK_FALSE(stage.is_trusted("orca"));
  }

  TEST_CASE("scheduler: another trust during a look -> what that look showed is dropped") {
    support::PeerOptions options = net::options_of(ClientAuth::want);
    options.fault = support::Fault::silent_at_request;
    auto hanging = std::make_unique<TestPeer>(options);
    fleet::Target orca = target("orca", *hanging);
    Plan plan = plan_of({orca}, 1);
    Stage stage(plan);
    stage.run_until([&] { return hanging->seen().requests > 0; });
    stage.scheduler().set_credentials(with_trust(plan, mint::Ca().certificate_pem()));
    hanging.reset();
    stage.run_until([&] { return stage.looks("orca") == 1; });
    CHECK(stage.seen() == std::vector<std::string>{"orca"});
    CHECK(stage.counters("orca").failures.contains(assess::Reason::connect_refused));
  }

  TEST_CASE("scheduler: the same credentials read anew, by a reload too -> no look more") {
    const TestPeer orca(net::options_of(ClientAuth::want));
    const TestPeer echo(net::options_of(ClientAuth::want));
    Plan plan = plan_of({target("orca", orca)}, 4);
    Stage stage(plan);
    stage.run_until([&] { return stage.looks("orca") == 1; });
    plan = plan_of({target("orca", orca), target("echo", echo)}, 4);
    fleet::Credentials credentials = *plan.credentials;
    credentials.trust = pki::TrustStore::from_pem(lab().root.certificate_pem()).value();
    credentials.identities["telltale"] =
        pki::Identity::from_pem(lab().client.chain_pem(), lab().client.key_pem()).value();
    plan.credentials = std::make_shared<const fleet::Credentials>(std::move(credentials));
    stage.reconfigure(plan);
    CHECK_FALSE(stage.address("orca").is_outdated);
    stage.run_until([&] { return stage.looks("echo") == 1; });
    CHECK(stage.looks("orca") == 1);
  }

  TEST_CASE("scheduler: what calls ask for is another -> looked at anew at once, with it") {
    struct Row {
      std::string what;
      std::function<void(Calling&)> change;
      std::size_t handshakes;  // of the look after
    };

    const mint::Credential renewed = lab().issuing.issue({.common_name = "deck"});
    constexpr std::size_t ordinary = 6;
    const Row rows[] = {
        {"key", [&](Calling& calling) { calling.hold(renewed); }, ordinary + 2},
        {"no key", [](Calling& calling) { calling.credentials.keys.clear(); }, ordinary},
        {"trust", [](Calling& calling) { calling.trust(mint::Ca().certificate_pem()); },
         ordinary + 2},
        {"path", [](Calling& calling) { calling.fleet.callers[0].calls[0].path = "/ops"; },
         ordinary + 6},
        {"runtime",
         [](Calling& calling) { calling.fleet.callers[0].runtime = fleet::Runtime::go_yaml_tools; },
         ordinary + 2},
        {"caller", [](Calling& calling) { calling.fleet.callers.clear(); }, ordinary},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      support::PeerOptions options = net::options_of(ClientAuth::want);
      options.verifies_client = false;
      const TestPeer orca(options);
      Calling calling(target("orca", orca));
      Stage stage(calling.plan());
      stage.run_until([&] { return stage.looks("orca") == 1; });
      CHECK(orca.seen().handshakes == ordinary + 2);

      row.change(calling);
      stage.reconfigure(calling.plan());
      CHECK(stage.address("orca").is_outdated);
      stage.run_until([&] { return stage.looks("orca") == 2; });
      CHECK_FALSE(stage.address("orca").is_outdated);
      CHECK(orca.seen().handshakes == ordinary + 2 + row.handshakes);
    }
  }

  TEST_CASE("scheduler: calls that ask for the same -> no look more") {
    const TestPeer orca(net::options_of(ClientAuth::want));
    const mint::Credential held = lab().issuing.issue({.common_name = "deck"});
    Calling calling(target("orca", orca));
    calling.hold(held);
    Stage stage(calling.plan());
    stage.run_until([&] { return stage.looks("orca") == 1; });
    calling.hold(held);
    calling.trust(lab().root.certificate_pem());
    calling.fleet.targets.push_back(target("echo", orca));
    stage.reconfigure(calling.plan());
    CHECK_FALSE(stage.address("orca").is_outdated);
    stage.run_until([&] { return stage.looks("echo") == 1; });
    CHECK(stage.looks("orca") == 1);

    // Another call, though it asks for nothing more: orca's own next look is the first that counts.
    calling.fleet.callers[0].runtime = fleet::Runtime::openssl;
    calling.fleet.targets.push_back(target("fiat", orca));
    stage.reconfigure(calling.plan());
    CHECK(stage.address("orca").is_outdated);
    stage.run_until([&] { return stage.looks("fiat") == 1; });
    CHECK(stage.looks("orca") == 1);
  }

  TEST_CASE("scheduler: a caller's key replaced -> the old one is let go") {
    const TestPeer orca(net::options_of(ClientAuth::want));
    Calling calling(target("orca", orca));
    const std::weak_ptr<const pki::Identity> held = calling.credentials.identities["deck"];
    Stage stage(calling.plan());
    stage.run_until([&] { return stage.looks("orca") == 1; });
    calling.hold(lab().issuing.issue({.common_name = "deck"}));
    stage.reconfigure(calling.plan());
    CHECK(held.expired());
  }

  TEST_CASE("scheduler: a shorter interval -> counts at once") {
    const TestPeer orca(net::options_of(ClientAuth::want));
    Plan plan = plan_of({target("orca", orca)}, 4);
    Stage stage(plan);
    stage.run_until([&] { return stage.looks("orca") == 1; });
    fleet::Fleet fleet = *plan.fleet;
    fleet.probe.interval = 100ms;
    plan.fleet = std::make_shared<const fleet::Fleet>(std::move(fleet));
    stage.reconfigure(plan);
    stage.run_until([&] { return stage.looks("orca") >= 3; });
  }

  TEST_CASE("scheduler: another identity -> the old key is let go") {
    const TestPeer orca(net::options_of(ClientAuth::want));
    Plan plan = plan_of({target("orca", orca)}, 4);
    const auto own =
        pki::Identity::from_pem(lab().client.chain_pem(), lab().client.key_pem()).value();
    std::weak_ptr<const pki::Identity> held = own;
    {
      fleet::Credentials credentials = *plan.credentials;
      credentials.identities["telltale"] = own;
      plan.credentials = std::make_shared<const fleet::Credentials>(std::move(credentials));
    }
    Stage stage(plan);
    stage.run_until([&] { return stage.looks("orca") == 1; });
    plan = plan_of({target("orca", orca)}, 4);
    stage.scheduler().set_credentials(plan.credentials);
    CHECK(held.use_count() == 1);  // ours
  }
}

}  // namespace
}  // namespace telltale::app
