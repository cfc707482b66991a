#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/look.hpp"
#include "support/unreachable.hpp"

namespace telltale::net {

namespace {

using probe::Attempt;
using probe::FailureKind;
using probe::Observation;
using probe::Phase;
using support::ClientAuth;
using support::Fault;
using support::TestPeer;

// What a peer that goes on for ever is allowed: enough for the handshakes before its fault on a
// machine that does much else at the same time.
constexpr auto short_timeout = std::chrono::seconds(5);

/// Where and how an attempt ended.
struct Ending {
  Phase phase;
  FailureKind kind;
};

bool is_timeout(const Ending& ending) {
  return ending.kind == FailureKind::timed_out;
}

void check_ending(const Attempt& attempt, const Ending& ending) {
  REQUIRE(attempt.failure);
  CHECK(name_of(attempt.failure->phase) == name_of(ending.phase));
  CHECK(name_of(attempt.failure->kind) == name_of(ending.kind));
  CHECK_FALSE(attempt.failure->detail.empty());
}

/// The prober must go on as if nothing had been.
void check_goes_on(Looker& looker) {
  const TestPeer peer(options_of(ClientAuth::none));
  check_good(looker.look(request_of(peer)));
}

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("bad peer: each fault -> ends in its phase with its kind, and the prober goes on") {
  struct Row {
    std::string what;
    Fault fault;
    Ending tls_1_3;
    Ending tls_1_2;  // the same time-out in both: the first attempt took it all
    ClientAuth client_auth = ClientAuth::none;
    support::Application application = support::Application::http;
  };

  using enum Fault;
  constexpr auto http = support::Application::http;
  constexpr auto redis = support::Application::redis;
  constexpr auto asks_nothing = ClientAuth::none;
  constexpr auto asks = ClientAuth::want;
  constexpr Ending handshake_timed_out{Phase::handshake, FailureKind::timed_out};
  constexpr Ending handshake_reset{Phase::handshake, FailureKind::reset};
  constexpr Ending handshake_closed{Phase::handshake, FailureKind::closed};
  constexpr Ending handshake_tls{Phase::handshake, FailureKind::tls};
  constexpr Ending handshake_plaintext{Phase::handshake, FailureKind::plaintext};
  constexpr Ending handshake_alert{Phase::handshake, FailureKind::alert};
  constexpr Ending first_read_reset{Phase::first_read, FailureKind::reset};
  constexpr Ending first_read_closed{Phase::first_read, FailureKind::closed};
  constexpr Ending timed_out{Phase::application, FailureKind::timed_out};
  constexpr Ending reset{Phase::application, FailureKind::reset};
  constexpr Ending closed{Phase::application, FailureKind::closed};
  constexpr Ending gibberish{Phase::application, FailureKind::application};
  constexpr Ending oversize{Phase::application, FailureKind::oversize};
  const Row rows[] = {
      {"silent at once", silent_at_accept, handshake_timed_out, handshake_timed_out},
      {"closes at once", close_at_accept, handshake_closed, handshake_closed},
      {"garbage at once", garbage_at_accept, handshake_tls, handshake_tls},
      {"HTTP in plaintext", plaintext_http_400, handshake_plaintext, handshake_plaintext},
      {"silent at ClientHello", silent_after_client_hello, handshake_timed_out,
       handshake_timed_out},
      {"resets at ClientHello", reset_after_client_hello, handshake_reset, handshake_reset},
      {"closes at ClientHello", close_after_client_hello, handshake_closed, handshake_closed},
      {"alert at ClientHello", alert_after_client_hello, handshake_alert, handshake_alert},
      {"dribbles its handshake", dribbled_handshake, handshake_timed_out, handshake_timed_out},
      {"silent after the handshake", silent_after_handshake, timed_out, timed_out},
      {"silent after it, having asked", silent_after_handshake, timed_out, timed_out, asks},
      {"resets after the handshake", reset_after_handshake, reset, reset},
      {"resets after it, having asked", reset_after_handshake, first_read_reset, reset, asks},
      {"closes after the handshake", close_after_handshake, closed, closed},
      {"closes after it, having asked", close_after_handshake, first_read_closed, closed, asks},
      {"silent at the request", silent_at_request, timed_out, timed_out},
      {"resets at the request", reset_at_request, reset, reset},
      {"closes at the request", close_at_request, closed, closed},
      {"garbage for HTTP", garbage_reply, gibberish, gibberish},
      {"dribbles its answer", dribbled_reply, timed_out, timed_out},
      {"HTTP header without end", endless_http_header, oversize, oversize},
      {"HTTP body without end", endless_http_body, oversize, oversize},
      {"HTTP chunk extension without end", endless_chunk_extension, oversize, oversize},
      {"Redis silent at PING", silent_at_request, timed_out, timed_out, asks_nothing, redis},
      {"Redis resets at PING", reset_at_request, reset, reset, asks_nothing, redis},
      {"Redis closes at PING", close_at_request, closed, closed, asks_nothing, redis},
      {"garbage for RESP", garbage_reply, gibberish, gibberish, asks_nothing, redis},
      {"Redis dribbles PONG", dribbled_reply, timed_out, timed_out, asks_nothing, redis},
      {"RESP array without end", endless_resp_array, oversize, oversize, asks_nothing, redis},
      {"RESP arrays in arrays", nested_resp_array, gibberish, gibberish, asks_nothing, redis},
  };

  std::vector<std::unique_ptr<TestPeer>> peers;
  std::vector<probe::LookRequest> requests;
  for (const Row& row : rows) {
    support::PeerOptions options = options_of(row.client_auth);
    options.application = row.application;
    options.session_tickets = 0;  // so that the fault is the first thing after the handshake
    options.fault = row.fault;
    options.dribble_interval =
        row.fault == dribbled_reply ? std::chrono::hours(1) : std::chrono::milliseconds(20);
    const TestPeer& peer = *peers.emplace_back(std::make_unique<TestPeer>(options));
    const auto scheme = row.application == http ? fleet::Scheme::https : fleet::Scheme::rediss;
    requests.push_back(request_of(target_of(peer, scheme)));
    if (is_timeout(row.tls_1_3)) {
      requests.back().timeout = short_timeout;
    }
  }
  Looker looker;
  const std::vector<Observation> observations = looker.look_at_all(std::move(requests));
  for (std::size_t i = 0; i < observations.size(); ++i) {
    const Row& row = rows[i];
    CAPTURE(row.what);
    const std::vector<Attempt>& attempts = observations[i].attempts;
    REQUIRE_FALSE(attempts.empty());
    check_ending(attempts.front(), row.tls_1_3);
    // Time is kept for it whatever the peer does over TLS.
    CHECK(observations[i].plaintext.size() == 1);
    if (is_timeout(row.tls_1_3)) {
      CHECK(attempts.size() == 1);
      continue;
    }
    REQUIRE(attempts.size() > 1);
    const auto older =
        std::ranges::find(attempts, tls::ProtocolVersion::tls_1_2, &Attempt::version);
    REQUIRE(older != attempts.end());
    check_ending(*older, row.tls_1_2);
  }
  check_goes_on(looker);
}

TEST_CASE("bad peer: resets as soon as it has accepted -> reset, while connecting or just after") {
  support::PeerOptions options = options_of(ClientAuth::none);
  options.fault = Fault::reset_at_accept;
  const TestPeer peer(options);
  Looker looker;
  const Observation observation = looker.look(request_of(peer));
  REQUIRE_FALSE(observation.attempts.empty());
  for (const Attempt& attempt : observation.attempts) {
    REQUIRE(attempt.failure);
    CHECK(attempt.failure->kind == FailureKind::reset);
    CHECK(attempt.failure->phase <= Phase::handshake);
  }
  check_goes_on(looker);
}

TEST_CASE("bad peer: not to be reached -> one attempt, not tried with other presentations") {
  struct Row {
    std::string what;
    fleet::Endpoint address;
    FailureKind kind;
  };

  const support::ClosedPort closed;
  const support::BlackholePort blackhole;
  const Row rows[] = {
      {"nothing listening", {"127.0.0.1", closed.port()}, FailureKind::refused},
      {"blackholed", {"127.0.0.1", blackhole.port()}, FailureKind::timed_out},
      {"no route", {"255.255.255.255", 443}, FailureKind::unreachable},
      {"no address", {"localhost", 443}, FailureKind::unreachable},
  };
  Looker looker;
  std::vector<probe::LookRequest> requests;
  for (const Row& row : rows) {
    fleet::Target target{.name = "orca", .url = {.host = "localhost", .port = row.address.port}};
    requests.push_back(request_of(target));
    requests.back().address = row.address;
    requests.back().timeout = short_timeout;
  }
  const std::vector<Observation> observations = looker.look_at_all(std::move(requests));
  for (std::size_t i = 0; i < observations.size(); ++i) {
    CAPTURE(rows[i].what);
    REQUIRE(observations[i].attempts.size() == 1);
    check_ending(observations[i].attempts[0], {Phase::connect, rows[i].kind});
    CHECK(observations[i].plaintext.empty());
    CHECK(observations[i].peer_chains.empty());
    CHECK_FALSE(observations[i].attempts[0].durations[Phase::handshake]);
  }
  check_goes_on(looker);
}

TEST_CASE("bad peer: every alert after the ClientHello -> the alert, by number and name") {
  struct Row {
    std::uint8_t number;
    std::string text;
  };

  const Row rows[] = {
      {40, "handshake_failure (40)"},   {70, "protocol_version (70)"}, {80, "internal_error (80)"},
      {112, "unrecognized_name (112)"}, {99, "unassigned (99)"},
  };
  Looker looker;
  for (const Row& row : rows) {
    CAPTURE(row.text);
    support::PeerOptions options = options_of(ClientAuth::none);
    options.fault = Fault::alert_after_client_hello;
    options.alert = row.number;
    const TestPeer peer(options);
    const Observation observation = looker.look(request_of(peer));
    REQUIRE(observation.attempts.size() == 2);
    for (const Attempt& attempt : observation.attempts) {
      check_ending(attempt, {Phase::handshake, FailureKind::alert});
      CHECK(attempt.failure->detail == "the peer sent the alert " + row.text);
      REQUIRE(attempt.handshake.alerts.size() == 1);
      CHECK(static_cast<int>(attempt.handshake.alerts[0].description) == row.number);
      CHECK_FALSE(attempt.handshake.version);
    }
  }
}

TEST_CASE("bad peer: an endless HTTP body -> its status and first line are known") {
  support::PeerOptions options = options_of(ClientAuth::none);
  options.fault = Fault::endless_http_body;
  const TestPeer peer(options);
  const Observation observation = Looker().look(request_of(peer));
  for (const Attempt& attempt : observation.attempts) {
    REQUIRE(attempt.http);
    CHECK(attempt.http->status == 200);
    CHECK(attempt.http->first_line.starts_with("and on and on"));
    CHECK(attempt.http->first_line.size() == 200);
  }
}

TEST_CASE("odd peer: a chain of 100 certificates -> all seen, the path among them found") {
  support::PeerOptions options = options_of(ClientAuth::want);
  options.extra_chain_certificates = 98;
  const TestPeer peer(options);
  const Observation observation = Looker().look(request_of(peer));
  REQUIRE(observation.attempts.size() == 6);
  for (const Attempt& attempt : observation.attempts) {
    CHECK(attempt.handshake.peer_certificates.size() == 100);
    CHECK(attempt.handshake.malformed_certificates == 0);
  }
  REQUIRE(observation.peer_chains.size() == 1);
  CHECK(observation.peer_chains[0].certificates.size() == 100);
  CHECK(observation.peer_chains[0].verification.trusted);
  CHECK_FALSE(observation.attempts[0].failure);
}

TEST_CASE("odd peer: a CertificateRequest of 60 KiB -> every name, and the size") {
  constexpr std::size_t list_bytes = 60 * 1024;
  support::PeerOptions options = options_of(ClientAuth::want);
  options.authorities_padded_to_bytes = list_bytes;
  const TestPeer peer(options);
  const Observation observation = Looker().look(request_of(peer));
  REQUIRE(observation.attempts.size() == 6);
  for (const Attempt& attempt : observation.attempts) {
    REQUIRE(attempt.handshake.certificate_request);
    const tls::CertificateRequest& request = *attempt.handshake.certificate_request;
    CHECK(request.bytes > list_bytes);
    CHECK(request.certificate_authorities.size() > 1000);
    CHECK(request.certificate_authorities[0].der == lab().root.subject_der());
    const bool is_stranger = attempt.presentation == probe::Presentation::stranger;
    CHECK(attempt.failure.has_value() == is_stranger);
  }
}

TEST_SUITE_END();

}  // namespace telltale::net
