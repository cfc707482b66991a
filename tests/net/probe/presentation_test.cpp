#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include "net/look.hpp"

namespace telltale::net {

namespace {

using probe::Attempt;
using probe::FailureKind;
using probe::Observation;
using probe::Phase;
using probe::Presentation;
using support::ClientAuth;
using support::TestPeer;
using tls::AlertDescription;

constexpr auto tls_1_2 = tls::ProtocolVersion::tls_1_2;
constexpr auto tls_1_3 = tls::ProtocolVersion::tls_1_3;

/// What one presentation is met with; an alert means refused.
struct Expected {
  Presentation presentation;
  std::optional<AlertDescription> tls_1_3 = std::nullopt;
  std::optional<AlertDescription> tls_1_2 = std::nullopt;
};

void check_accepted(const Attempt& attempt) {
  CHECK_FALSE(attempt.failure);
  REQUIRE(attempt.http);
  CHECK(*attempt.http == probe::HttpReply{200, R"({"status":"UP"})", ""});
  CHECK(attempt.handshake.completed);
  CHECK(attempt.handshake.session_tickets == (attempt.version == tls_1_3 ? 2 : 1));
  CHECK(attempt.durations[Phase::application]);
}

/// In TLS 1.2 the handshake fails; in TLS 1.3 it has finished when the refusal comes, which is
/// before we have asked for anything.
void check_refused(const Attempt& attempt, AlertDescription alert) {
  const bool is_tls_1_3 = attempt.version == tls_1_3;
  REQUIRE(attempt.failure);
  CHECK(attempt.failure->kind == FailureKind::alert);
  CHECK(attempt.failure->phase == (is_tls_1_3 ? Phase::first_read : Phase::handshake));
  CHECK(attempt.failure->detail == "the peer sent the alert " + tls::to_text(alert));
  CHECK(attempt.handshake.completed == is_tls_1_3);
  CHECK(attempt.handshake.session_tickets == 0);
  REQUIRE_FALSE(attempt.handshake.alerts.empty());
  CHECK(attempt.handshake.alerts.front() ==
        tls::Alert{tls::AlertLevel::fatal, alert, tls::Direction::received});
  CHECK_FALSE(attempt.http);
  CHECK_FALSE(attempt.durations[Phase::application]);
}

void check_facts(const Attempt& attempt, bool is_asked) {
  const tls::Handshake& handshake = attempt.handshake;
  CHECK(handshake.version == attempt.version);
  CHECK(handshake.cipher_suite.starts_with("TLS_"));
  CHECK(handshake.malformed_certificates == 0);
  REQUIRE(handshake.peer_certificates.size() == 2);
  CHECK(handshake.peer_certificates[0]->der == lab().server.leaf);
  CHECK(handshake.peer_certificates[1]->der == lab().issuing.certificate());
  CHECK(handshake.certificate_sent == (is_asked && attempt.presentation != Presentation::nothing));
  CHECK_FALSE(attempt.durations[Phase::resolve]);
  CHECK(attempt.durations[Phase::connect]);
  CHECK(attempt.durations[Phase::handshake]);
  CHECK(attempt.durations[Phase::first_read].has_value() ==
        (is_asked && attempt.version == tls_1_3));
  REQUIRE((handshake.certificate_request != nullptr) == is_asked);
  if (!is_asked) {
    return;
  }
  const tls::CertificateRequest& request = *handshake.certificate_request;
  REQUIRE(request.certificate_authorities.size() == 2);
  CHECK(request.certificate_authorities[0].der == lab().issuing.subject_der());
  CHECK(request.certificate_authorities[0].rfc4514 == "CN=Lab Issuing,O=Telltale Tests");
  CHECK(request.certificate_authorities[1].der == lab().root.subject_der());
  CHECK_FALSE(request.signature_algorithms.empty());
  CHECK(request.certificate_types.empty() == (attempt.version == tls_1_3));
  CHECK(request.bytes > lab().issuing.subject_der().size() + lab().root.subject_der().size());
}

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("look: client_auth x verifies -> each presentation at each version, as it was met") {
  struct Row {
    ClientAuth client_auth;
    bool verifies;
    std::vector<Expected> expected;
  };

  using enum AlertDescription;
  const Expected nothing{Presentation::nothing};
  const Expected identity{Presentation::identity};
  const Expected stranger{Presentation::stranger};
  const Expected stranger_refused{Presentation::stranger, unknown_ca, unknown_ca};
  const Expected nothing_refused{Presentation::nothing, certificate_required, handshake_failure};
  const Row rows[] = {
      {ClientAuth::none, true, {nothing}},
      {ClientAuth::want, true, {nothing, identity, stranger_refused}},
      {ClientAuth::want, false, {nothing, identity, stranger}},
      {ClientAuth::need, true, {nothing_refused, identity, stranger_refused}},
      {ClientAuth::need, false, {nothing_refused, identity, stranger}},
  };
  Looker looker;
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.client_auth));
    CAPTURE(row.verifies);
    support::PeerOptions options = options_of(row.client_auth);
    options.verifies_client = row.verifies;
    options.authorities = {lab().issuing.subject_der(), lab().root.subject_der()};
    const TestPeer peer(options);
    const Observation observation = looker.look(request_of(peer));

    REQUIRE(observation.attempts.size() == 2 * row.expected.size());
    std::size_t accepted = 0;
    std::size_t sent = 0;
    for (std::size_t i = 0; i < observation.attempts.size(); ++i) {
      const Attempt& attempt = observation.attempts[i];
      const Expected& expected = row.expected[i % row.expected.size()];
      CAPTURE(label(attempt.version));
      CAPTURE(name_of(attempt.presentation));
      CHECK(attempt.version == (i < row.expected.size() ? tls_1_3 : tls_1_2));
      CHECK(attempt.presentation == expected.presentation);
      check_facts(attempt, row.client_auth != ClientAuth::none);
      const auto refused = attempt.version == tls_1_3 ? expected.tls_1_3 : expected.tls_1_2;
      if (refused) {
        check_refused(attempt, *refused);
      } else {
        check_accepted(attempt);
        ++accepted;
      }
      sent += attempt.handshake.certificate_sent ? 1 : 0;
    }
    const support::Seen seen = peer.seen();
    CHECK(seen.client_certificates == sent);
    // No request but those over accepted handshakes and the one in plaintext.
    CHECK(seen.requests == accepted + 1);
    CHECK(seen.plaintext_requests == 1);
    CHECK(seen.resumption_offers == 0);
  }
}

TEST_CASE("look: what it was and who we were -> in the observation, the chain verified once") {
  const TestPeer peer(options_of(ClientAuth::want));
  const SteadyTime begun_at = std::chrono::steady_clock::now();
  const Observation observation = Looker().look(request_of(peer));
  CHECK(observation.target == "orca");
  CHECK(observation.address == fleet::Endpoint{"127.0.0.1", peer.port()});
  CHECK(observation.looked_at.steady >= begun_at);
  REQUIRE(observation.identity);
  CHECK(observation.identity->name == "telltale");
  CHECK(observation.identity->chain == lab().identity->chain());
  REQUIRE(observation.peer_chains.size() == 1);
  const probe::PeerChain& chain = observation.peer_chains[0];
  CHECK(chain.verification.trusted);
  CHECK(chain.verification.name_matches);
  CHECK(chain.verification.name == "localhost");
  CHECK(chain.verification.errors.empty());
  CHECK(chain.verification.path.size() == 3);
  for (const Attempt& attempt : observation.attempts) {
    CHECK(attempt.handshake.peer_certificates == chain.certificates);  // the same objects
  }
}

TEST_CASE("look: no identity of ours, no stranger -> only what there is is presented") {
  struct Row {
    bool has_identity;
    bool presents_stranger;
    std::vector<Presentation> presented;
  };

  using enum Presentation;
  const Row rows[] = {
      {false, false, {nothing, nothing}},
      {true, false, {nothing, identity, nothing, identity}},
      {false, true, {nothing, stranger, nothing, stranger}},
  };
  const TestPeer peer(options_of(ClientAuth::want));
  Looker looker;
  for (const Row& row : rows) {
    probe::LookRequest request = request_of(peer);
    request.identity = row.has_identity ? request.identity : nullptr;
    request.presents_stranger = row.presents_stranger;
    const Observation observation = looker.look(std::move(request));
    std::vector<Presentation> presented;
    for (const Attempt& attempt : observation.attempts) {
      presented.push_back(attempt.presentation);
    }
    CHECK(presented == row.presented);
    CHECK(observation.identity.has_value() == row.has_identity);
  }
}

TEST_CASE("look: a stranger where only RSA is admitted -> presented all the same") {
  support::PeerOptions options = options_of(ClientAuth::want);
  options.verifies_client = false;
  options.client_signature_algorithms = "RSA-PSS+SHA256:RSA+SHA256";
  const TestPeer peer(options);
  const Observation observation = Looker().look(request_of(peer));
  REQUIRE(observation.attempts.size() == 6);
  for (const Attempt& attempt : observation.attempts) {
    CHECK_FALSE(attempt.failure);
    // Our identity has an EC key, which this server cannot take.
    CHECK(attempt.handshake.certificate_sent == (attempt.presentation == Presentation::stranger));
  }
  CHECK(peer.seen().client_certificates == 2);
}

TEST_CASE("look: versions that disagree -> each tells its own mode") {
  support::PeerOptions options = options_of(ClientAuth::need);
  options.client_auth_below_tls_1_3 = ClientAuth::none;
  const TestPeer peer(options);
  const Observation observation = Looker().look(request_of(peer));
  REQUIRE(observation.attempts.size() == 4);
  CHECK(observation.attempts[0].failure);
  CHECK(observation.attempts[3].version == tls_1_2);
  CHECK_FALSE(observation.attempts[3].failure);
  CHECK_FALSE(observation.attempts[3].handshake.certificate_request);
}

TEST_CASE("look: refused in HTTP -> good handshakes, the answers tell presentations apart") {
  support::PeerOptions options = options_of(ClientAuth::need);
  options.refuses_in_http = true;
  const TestPeer peer(options);
  const Observation observation = Looker().look(request_of(peer));
  REQUIRE(observation.attempts.size() == 6);
  for (const Attempt& attempt : observation.attempts) {
    CAPTURE(name_of(attempt.presentation));
    CHECK_FALSE(attempt.failure);
    CHECK(attempt.handshake.completed);
    REQUIRE(attempt.http);
    CHECK(attempt.http->status == (attempt.presentation == Presentation::identity ? 200 : 400));
  }
}

TEST_CASE("look: a version the peer does not speak -> tried once, with nothing") {
  struct Row {
    support::TlsVersion oldest;
    support::TlsVersion newest;
    std::vector<tls::ProtocolVersion> spoken;
  };

  using enum support::TlsVersion;
  const Row rows[] = {
      {support::TlsVersion::tls_1_2, support::TlsVersion::tls_1_2, {net::tls_1_2}},
      {support::TlsVersion::tls_1_3, support::TlsVersion::tls_1_3, {net::tls_1_3}},
      {tls_1_0, tls_1_1, {}},
  };
  Looker looker;
  for (const Row& row : rows) {
    support::PeerOptions options = options_of(ClientAuth::want);
    options.min_version = row.oldest;
    options.max_version = row.newest;
    const TestPeer peer(options);
    const Observation observation = looker.look(request_of(peer));
    for (const auto version : {net::tls_1_2, net::tls_1_3}) {
      CAPTURE(label(version));
      std::vector<Attempt> attempts;
      std::ranges::copy_if(observation.attempts, std::back_inserter(attempts),
                           [&](const Attempt& attempt) { return attempt.version == version; });
      const bool is_spoken = std::ranges::count(row.spoken, version) == 1;
      REQUIRE(attempts.size() == (is_spoken ? 3 : 1));
      CHECK(attempts[0].handshake.version.has_value() == is_spoken);
      REQUIRE(attempts[0].failure.has_value() == !is_spoken);
      if (!is_spoken) {
        CHECK(attempts[0].failure->phase == Phase::handshake);
        REQUIRE_FALSE(attempts[0].handshake.alerts.empty());
        const tls::Alert& alert = attempts[0].handshake.alerts.front();
        CHECK(alert.description == AlertDescription::protocol_version);
        // A server of older versions may leave it to us to find that nothing fits.
        const bool is_theirs = alert.direction == tls::Direction::received;
        CHECK(attempts[0].failure->kind == (is_theirs ? FailureKind::alert : FailureKind::tls));
        CHECK(attempts[0].handshake.peer_certificates.empty());
      }
    }
  }
}

TEST_CASE("look: a peer that issues no tickets -> accepted after a silence") {
  support::PeerOptions options = options_of(ClientAuth::need);
  options.session_tickets = 0;
  const TestPeer peer(options);
  probe::LookRequest request = request_of(peer);
  request.timeout = std::chrono::seconds(20);
  const Observation observation = Looker().look(std::move(request));
  REQUIRE(observation.attempts.size() == 6);
  for (const Attempt& attempt : observation.attempts) {
    CAPTURE(name_of(attempt.presentation));
    CHECK(attempt.handshake.session_tickets == 0);
    CHECK(attempt.failure.has_value() == (attempt.presentation != Presentation::identity));
    CHECK(attempt.http.has_value() == (attempt.presentation == Presentation::identity));
  }
}

TEST_CASE("look: one Prober, look after look -> no session is ever offered") {
  Looker looker;
  for (const ClientAuth client_auth : {ClientAuth::none, ClientAuth::want}) {
    const TestPeer peer(options_of(client_auth));
    for (int i = 0; i < 3; ++i) {
      static_cast<void>(looker.look(request_of(peer)));
    }
    CHECK(peer.seen().handshakes >= 6);
    CHECK(peer.seen().resumption_offers == 0);
  }
}

TEST_SUITE_END();

}  // namespace telltale::net
