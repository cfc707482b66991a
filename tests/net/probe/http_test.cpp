#include <string>

#include <doctest/doctest.h>

#include "net/look.hpp"

namespace telltale::net {

namespace {

using probe::Observation;
using support::ClientAuth;
using support::TestPeer;

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("HTTP: the health path is asked for, by name and port, and the connection closed") {
  support::PeerOptions options = options_of(ClientAuth::none);
  options.http = {.status = 503, .body = "not yet\nbut soon", .health_path = "/actuator/health"};
  const TestPeer peer(options);
  fleet::Target target = target_of(peer);
  target.health = "/actuator/health";
  target.server_name = "spin-orca.spinnaker";
  const Observation observation = Looker().look(request_of(target));
  REQUIRE(observation.attempts.size() == 2);
  for (const probe::Attempt& attempt : observation.attempts) {
    CHECK_FALSE(attempt.failure);
    REQUIRE(attempt.http);
    CHECK(*attempt.http == probe::HttpReply{503, "not yet", ""});
  }
  const support::Seen seen = peer.seen();
  CHECK(seen.last_request == "GET /actuator/health HTTP/1.1");
  const std::string host = "\r\nHost: spin-orca.spinnaker:" + std::to_string(peer.port()) + "\r\n";
  CHECK(seen.last_request_head.find(host) != std::string::npos);
  CHECK(seen.last_request_head.find("\r\nConnection: close") != std::string::npos);
  CHECK(seen.last_server_name == "spin-orca.spinnaker");
  // The certificate says localhost.
  REQUIRE(observation.peer_chains.size() == 1);
  CHECK(observation.peer_chains[0].verification.trusted);
  CHECK_FALSE(observation.peer_chains[0].verification.name_matches);
}

TEST_CASE("HTTP: a target by IP address -> no SNI, its name checked as an address") {
  struct Row {
    std::string address;
    std::string host_header;
  };

  const Row rows[] = {{"127.0.0.1", "127.0.0.1"}, {"::1", "[::1]"}};
  Looker looker;
  for (const Row& row : rows) {
    CAPTURE(row.address);
    support::PeerOptions options = options_of(ClientAuth::none);
    options.address = row.address;
    const TestPeer peer(options);
    fleet::Target target = target_of(peer);
    target.url.host = row.address;
    probe::LookRequest request = request_of(target);
    request.address.host = row.address;
    check_good(looker.look(std::move(request)));
    const support::Seen seen = peer.seen();
    CHECK(seen.handshakes == 2);
    CHECK(seen.last_server_name.empty());
    const std::string host =
        "\r\nHost: " + row.host_header + ":" + std::to_string(peer.port()) + "\r\n";
    CHECK(seen.last_request_head.find(host) != std::string::npos);
  }
}

TEST_CASE("HTTP: an answer a byte at a time -> whole") {
  support::PeerOptions options = options_of(ClientAuth::none);
  options.fault = support::Fault::dribbled_reply;
  options.dribble_interval = std::chrono::milliseconds(1);
  const TestPeer peer(options);
  check_good(Looker().look(request_of(peer)));
}

TEST_CASE("chain: expired, untrusted, incomplete, of another name -> seen whole all the same") {
  struct Row {
    std::string what;
    mint::Credential credential;
    bool trusted;
    bool incomplete;
    bool name_matches;
    std::size_t certificates;
  };

  const mint::Options good{.dns = {"localhost"}};
  const mint::Options expired{.dns = {"localhost"}, .not_after = mint::an_hour_ago()};
  mint::Credential incomplete = lab().issuing.issue(good);
  incomplete.chain.clear();
  const Row rows[] = {
      {"expired", lab().issuing.issue(expired), true, false, true, 2},
      {"of another root", mint::Ca({.common_name = "Other"}).issue(good), false, true, true, 1},
      {"self-signed", mint::self_signed(good), false, false, true, 1},
      {"incomplete", incomplete, false, true, true, 1},
      {"another name", lab().issuing.issue({.dns = {"other.test"}}), true, false, false, 2},
  };
  Looker looker;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    support::PeerOptions options = options_of(ClientAuth::want);
    options.credential = row.credential;
    const TestPeer peer(options);
    const Observation observation = looker.look(request_of(peer));
    CHECK(observation.attempts.size() == 6);
    REQUIRE(observation.peer_chains.size() == 1);
    const probe::PeerChain& chain = observation.peer_chains[0];
    CHECK(chain.verification.trusted == row.trusted);
    CHECK(chain.verification.incomplete == row.incomplete);
    CHECK(chain.verification.name_matches == row.name_matches);
    CHECK(chain.certificates.size() == row.certificates);
    CHECK(chain.certificates[0]->der == row.credential.leaf);
    for (const probe::Attempt& attempt : observation.attempts) {
      CHECK(attempt.handshake.certificate_request);
    }
  }
}

TEST_SUITE_END();

}  // namespace telltale::net
