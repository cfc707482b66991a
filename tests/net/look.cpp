#include "look.hpp"

#include <csignal>
#include <utility>

#include <doctest/doctest.h>

namespace telltale::net {

namespace {

constexpr auto ample = std::chrono::seconds(60);
// A look that takes longer than its deadline by this is one that hangs.
constexpr auto guard = std::chrono::seconds(120);

}  // namespace

Lab::Lab()
    : identity(pki::Identity::from_pem(client.chain_pem(), client.key_pem()).value()),
      trust(pki::TrustStore::from_pem(root.certificate_pem()).value()) {}

const Lab& lab() {
  static const Lab made;
  return made;
}

support::PeerOptions options_of(support::ClientAuth client_auth) {
  return {
      .credential = lab().server, .client_auth = client_auth, .trust = {lab().root.certificate()}};
}

fleet::Target target_of(const support::TestPeer& peer, fleet::Scheme scheme) {
  return {.name = "orca",
          .url = {.scheme = scheme, .host = "localhost", .port = peer.port(), .text = peer.url()}};
}

probe::LookRequest request_of(fleet::Target target) {
  const std::uint16_t port = target.url.port;
  return {.target = std::make_shared<const fleet::Target>(std::move(target)),
          .address = {"127.0.0.1", port},
          .timeout = ample,
          .identity_name = "telltale",
          .identity = lab().identity,
          .trust = lab().trust};
}

probe::LookRequest request_of(const support::TestPeer& peer) {
  return request_of(target_of(peer));
}

Looker::Looker()
    : prober_(io_, read_clocks().civil,
              [this](std::string error) { internal_errors_.push_back(std::move(error)); }) {
  // As main does: libssl writes to sockets without MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
}

probe::Observation Looker::look(probe::LookRequest request) {
  std::vector<probe::LookRequest> requests;
  requests.push_back(std::move(request));
  return look_at_all(std::move(requests)).front();
}

std::vector<probe::Observation> Looker::look_at_all(std::vector<probe::LookRequest> requests) {
  std::vector<probe::Observation> observations(requests.size());
  std::size_t unfinished = requests.size();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    prober_.look(std::move(requests[i]), [&, i](probe::Observation observation) {
      observations[i] = std::move(observation);
      --unfinished;
    });
  }
  CHECK(unfinished == observations.size());  // never from within look()
  run_guarded(io_);
  REQUIRE(unfinished == 0);
  CHECK(internal_errors_.empty());
  return observations;
}

void run_guarded(boost::asio::io_context& io) {
  io.restart();
  io.run_for(guard);
  REQUIRE_MESSAGE(io.stopped(), "it hangs");
}

void check_good(const probe::Observation& observation) {
  REQUIRE(observation.attempts.size() == 2);
  for (const probe::Attempt& attempt : observation.attempts) {
    CHECK_FALSE(attempt.failure);
    CHECK(attempt.handshake.completed);
    REQUIRE(attempt.http);
    CHECK(*attempt.http == probe::HttpReply{200, R"({"status":"UP"})", ""});
  }
  REQUIRE(observation.peer_chains.size() == 1);
  CHECK(observation.peer_chains[0].verification.trusted);
  CHECK(observation.peer_chains[0].verification.name_matches);
}

}  // namespace telltale::net
