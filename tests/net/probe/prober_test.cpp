#include <csignal>
#include <memory>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include "net/look.hpp"

namespace telltale::net {

namespace {

using probe::Observation;
using support::ClientAuth;
using support::TestPeer;

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("Prober: 100 looks at once -> each sees its own peer whole") {
  const ClientAuth modes[] = {ClientAuth::none, ClientAuth::want, ClientAuth::need};
  std::vector<std::unique_ptr<TestPeer>> peers;
  for (const ClientAuth mode : modes) {
    peers.push_back(std::make_unique<TestPeer>(options_of(mode)));
  }
  std::vector<probe::LookRequest> requests;
  constexpr std::size_t looks = 100;
  for (std::size_t i = 0; i < looks; ++i) {
    requests.push_back(request_of(*peers[i % peers.size()]));
  }
  Looker looker;
  const std::vector<Observation> observations = looker.look_at_all(std::move(requests));
  for (std::size_t i = 0; i < looks; ++i) {
    const ClientAuth mode = modes[i % peers.size()];
    const Observation& observation = observations[i];
    CHECK(observation.address.port == peers[i % peers.size()]->port());
    REQUIRE(observation.attempts.size() == (mode == ClientAuth::none ? 2 : 6));
    for (const probe::Attempt& attempt : observation.attempts) {
      const bool is_refused =
          attempt.presentation == probe::Presentation::stranger ||
          (mode == ClientAuth::need && attempt.presentation == probe::Presentation::nothing);
      CHECK(attempt.failure.has_value() == is_refused);
      CHECK((!attempt.failure || attempt.failure->kind == probe::FailureKind::alert));
    }
  }
}

TEST_CASE("Prober: gone before its looks are through -> they go on without it") {
  const TestPeer peer(options_of(ClientAuth::want));
  std::signal(SIGPIPE, SIG_IGN);
  boost::asio::io_context io;
  std::optional<Observation> observed;
  {
    probe::Prober prober(io, read_clocks().civil, [](const std::string&) {});
    prober.look(request_of(peer),
                [&](Observation observation) { observed = std::move(observation); });
  }
  run_guarded(io);
  REQUIRE(observed);
  CHECK(observed->attempts.size() == 6);
}

TEST_CASE("Prober: its io_context gone in the midst of looks -> nothing is left behind") {
  std::signal(SIGPIPE, SIG_IGN);
  support::PeerOptions options = options_of(ClientAuth::want);
  options.fault = support::Fault::silent_at_request;
  const TestPeer peer(options);
  bool is_done = false;
  {
    boost::asio::io_context io;
    probe::Prober prober(io, read_clocks().civil, [](const std::string&) {});
    for (int i = 0; i < 3; ++i) {
      prober.look(request_of(peer), [&](const Observation&) { is_done = true; });
    }
    // They all hang in their first request.
    while (peer.seen().requests < 3) {
      io.run_one_for(std::chrono::milliseconds(10));
    }
  }
  CHECK_FALSE(is_done);
  CHECK(peer.wait_until(
      [](const support::Seen& seen) { return seen.ended_connections == seen.connections; }));
}

TEST_CASE(
    "Prober: an identity that is no longer used -> forgotten, once the looks with it are over") {
  const TestPeer peer(options_of(ClientAuth::want));
  std::signal(SIGPIPE, SIG_IGN);
  boost::asio::io_context io;
  probe::Prober prober(io, read_clocks().civil, [](const std::string&) {});
  std::vector<Observation> observations;
  const auto begin_look = [&](const pki::IdentityPtr& identity) {
    probe::LookRequest request = request_of(peer);
    request.identity = identity;
    prober.look(std::move(request),
                [&](Observation observation) { observations.push_back(std::move(observation)); });
  };
  const auto read_identity = [] {
    return pki::Identity::from_pem(lab().client.chain_pem(), lab().client.key_pem()).value();
  };

  pki::IdentityPtr before = read_identity();
  const std::weak_ptr<const pki::Identity> held_before = before;
  begin_look(before);
  run_guarded(io);
  begin_look(before);  // by the contexts of the look before
  const pki::IdentityPtr after = read_identity();
  prober.keep_only({after});
  begin_look(after);
  before.reset();
  CHECK_FALSE(held_before.expired());
  run_guarded(io);
  CHECK(held_before.expired());
  REQUIRE(observations.size() == 3);
  for (const Observation& observation : observations) {
    CHECK(observation.attempts.size() == 6);
    CHECK_FALSE(observation.attempts[1].failure);
  }
}

TEST_CASE("Prober: no time at all -> one attempt that timed out") {
  const TestPeer peer(options_of(ClientAuth::none));
  probe::LookRequest request = request_of(peer);
  request.timeout = Duration::zero();
  const Observation observation = Looker().look(std::move(request));
  REQUIRE(observation.attempts.size() == 1);
  REQUIRE(observation.attempts[0].failure);
  CHECK(observation.attempts[0].failure->phase == probe::Phase::connect);
  CHECK(observation.attempts[0].failure->kind == probe::FailureKind::timed_out);
  CHECK(observation.plaintext.empty());
}

TEST_CASE("Prober: what `done` throws -> comes out of the io_context's run") {
  const TestPeer peer(options_of(ClientAuth::none));
  std::signal(SIGPIPE, SIG_IGN);
  boost::asio::io_context io;
  probe::Prober prober(io, read_clocks().civil, [](const std::string&) {});
  prober.look(request_of(peer), [](const Observation&) { throw std::runtime_error("a bug"); });
  CHECK_THROWS_WITH_AS(io.run(), "a bug", std::runtime_error);
}

TEST_SUITE_END();

}  // namespace telltale::net
