#include <string>

#include <doctest/doctest.h>

#include "net/look.hpp"
#include "support/unreachable.hpp"

namespace telltale::net {

namespace {

using probe::FailureKind;
using probe::Observation;
using probe::Phase;
using probe::PlaintextAttempt;
using support::ClientAuth;
using support::TestPeer;
using support::Transport;

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("plaintext: on the TLS port -> what the peer makes of a request without TLS") {
  struct Row {
    std::string what;
    Transport transport;
    support::Application application;
    std::optional<unsigned> status;
    std::optional<std::string> pong;
    std::optional<FailureKind> failure;
  };

  constexpr auto http = support::Application::http;
  constexpr auto redis = support::Application::redis;
  constexpr auto absent = std::nullopt;
  const Row rows[] = {
      {"HTTP refuses in HTTP", Transport::tls, http, 400, absent, absent},
      {"HTTP serves", Transport::either, http, 200, absent, absent},
      {"Redis hangs up", Transport::tls, redis, absent, absent, FailureKind::closed},
      {"Redis serves", Transport::either, redis, absent, "PONG", absent},
  };
  Looker looker;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    support::PeerOptions options = options_of(ClientAuth::need);
    options.transport = row.transport;
    options.application = row.application;
    const TestPeer peer(options);
    const auto scheme = row.application == http ? fleet::Scheme::https : fleet::Scheme::rediss;
    const Observation observation = looker.look(request_of(target_of(peer, scheme)));
    CHECK(observation.attempts.size() == 6);
    REQUIRE(observation.plaintext.size() == 1);
    const PlaintextAttempt& attempt = observation.plaintext[0];
    CHECK(attempt.port == peer.port());
    REQUIRE(attempt.http.has_value() == row.status.has_value());
    CHECK((!attempt.http || attempt.http->status == *row.status));
    CHECK(attempt.redis == row.pong);
    REQUIRE(attempt.failure.has_value() == row.failure.has_value());
    CHECK((!attempt.failure || attempt.failure->kind == *row.failure));
    CHECK((!attempt.failure || attempt.failure->phase == Phase::application));
  }
}

TEST_CASE(
    "plaintext: a server of HTTP without TLS -> handshakes meet plaintext, the port is open") {
  const TestPeer peer({.transport = Transport::plaintext});
  const Observation observation = Looker().look(request_of(peer));
  REQUIRE(observation.attempts.size() == 2);
  for (const probe::Attempt& attempt : observation.attempts) {
    REQUIRE(attempt.failure);
    CHECK(attempt.failure->phase == Phase::handshake);
    CHECK(attempt.failure->kind == FailureKind::plaintext);
    CHECK_FALSE(attempt.handshake.version);
  }
  REQUIRE(observation.plaintext.size() == 1);
  REQUIRE(observation.plaintext[0].http);
  CHECK(observation.plaintext[0].http->status == 200);
}

TEST_CASE("plaintext: a Redis without TLS, waiting for a line's end -> found out all the same") {
  const TestPeer peer(
      {.transport = Transport::plaintext, .application = support::Application::redis});
  probe::LookRequest request = request_of(target_of(peer, fleet::Scheme::rediss));
  request.timeout = std::chrono::seconds(5);
  request.redis_password = std::make_shared<const pki::Secret>("correct horse");
  const Observation observation = Looker().look(std::move(request));
  REQUIRE_FALSE(observation.attempts.empty());
  for (const probe::Attempt& attempt : observation.attempts) {
    REQUIRE(attempt.failure);
    CHECK(attempt.failure->phase == Phase::handshake);
  }
  REQUIRE(observation.plaintext.size() == 1);
  CHECK(observation.plaintext[0].redis == "PONG");
  CHECK(peer.seen().auth_commands == 0);
}

TEST_CASE("plaintext: plaintext_ports -> each is tried, whatever it answers, at its own port") {
  const TestPeer peer(options_of(ClientAuth::need));
  const TestPeer open({.transport = Transport::plaintext});
  const TestPeer silent(
      {.transport = Transport::plaintext, .fault = support::Fault::silent_at_accept});
  const TestPeer also_tls(options_of(ClientAuth::none));
  const support::ClosedPort closed;
  fleet::Target target = target_of(peer);
  target.plaintext_ports = {open.port(), silent.port(), closed.port(), also_tls.port()};
  const Observation observation = Looker().look(request_of(target));

  REQUIRE(observation.plaintext.size() == 5);
  const auto at = [&](std::size_t i) -> const PlaintextAttempt& {
    return observation.plaintext[i];
  };
  CHECK(at(0).port == peer.port());
  CHECK(at(1).port == open.port());
  REQUIRE(at(1).http);
  CHECK(at(1).http->status == 200);
  CHECK_FALSE(at(1).failure);
  CHECK(at(2).port == silent.port());
  CHECK_FALSE(at(2).http);
  REQUIRE(at(2).failure);
  CHECK(at(2).failure->kind == FailureKind::timed_out);
  CHECK(at(2).failure->phase == Phase::application);
  CHECK(at(3).port == closed.port());
  REQUIRE(at(3).failure);
  CHECK(at(3).failure->kind == FailureKind::refused);
  CHECK(at(3).failure->phase == Phase::connect);
  CHECK(at(4).port == also_tls.port());
  REQUIRE(at(4).http);
  CHECK(at(4).http->status == 400);
}

TEST_CASE("plaintext: the TLS port refuses connections -> the other ports are tried all the same") {
  const support::ClosedPort closed;
  const TestPeer open({.transport = Transport::plaintext});
  fleet::Target target{.name = "orca",
                       .url = {.host = "localhost", .port = closed.port()},
                       .plaintext_ports = {open.port()}};
  const Observation observation = Looker().look(request_of(target));
  CHECK(observation.attempts.size() == 1);
  REQUIRE(observation.plaintext.size() == 1);
  CHECK(observation.plaintext[0].port == open.port());
  CHECK(observation.plaintext[0].http);
}

TEST_CASE("plaintext: an answer that dribbles -> given up after the silence allowed to it") {
  const TestPeer peer(options_of(ClientAuth::none));
  const TestPeer dribbling({.transport = Transport::plaintext,
                            .fault = support::Fault::dribbled_reply,
                            .dribble_interval = std::chrono::milliseconds(100)});
  fleet::Target target = target_of(peer);
  target.plaintext_ports = {dribbling.port()};
  const Observation observation = Looker().look(request_of(target));
  REQUIRE(observation.plaintext.size() == 2);
  REQUIRE(observation.plaintext[1].failure);
  CHECK(observation.plaintext[1].failure->kind == FailureKind::timed_out);
}

TEST_SUITE_END();

}  // namespace telltale::net
