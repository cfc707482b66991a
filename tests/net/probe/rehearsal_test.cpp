// What a look does for the sake of calls, at test peers.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "telltale/assess/assess.hpp"

#include "net/look.hpp"
#include "support/unreachable.hpp"

namespace telltale::net {

namespace {

using probe::CallRequest;
using probe::FailureKind;
using probe::Observation;
using probe::Presentation;
using probe::Rehearsal;
using support::ClientAuth;
using support::TestPeer;

constexpr auto tls_1_3 = tls::ProtocolVersion::tls_1_3;

pki::IdentityPtr identity_of(const mint::Credential& credential) {
  return pki::Identity::from_pem(credential.chain_pem(), credential.key_pem()).value();
}

/// A caller of the lab, and one that its servers do not know.
const pki::IdentityPtr& friendly() {
  static const pki::IdentityPtr made = identity_of(lab().issuing.issue({.common_name = "deck"}));
  return made;
}

const pki::IdentityPtr& foreign() {
  static const pki::IdentityPtr made =
      identity_of(mint::Ca({.common_name = "Elsewhere"}).issue({.common_name = "spy"}));
  return made;
}

probe::LookRequest with(probe::LookRequest request, CallRequest calls) {
  request.calls = std::make_shared<const CallRequest>(std::move(calls));
  return request;
}

/// A look at which one caller asks for `/health`.
probe::LookRequest rehearsed_by(const TestPeer& peer, const pki::IdentityPtr& caller) {
  return with(request_of(peer), {.rehearsals = {{caller, "/health"}}});
}

/// In a few words: `TLSv1.3 identity /ops`.
std::string summary_of(const Rehearsal& rehearsal) {
  const std::string presented(name_of(rehearsal.attempt.presentation));
  return std::string(label(rehearsal.attempt.version)) + " " + (rehearsal.is_ours ? "our " : "") +
         presented + " " + rehearsal.path;
}

std::vector<std::string> summaries_of(const Observation& observation) {
  std::vector<std::string> summaries;
  for (const Rehearsal& rehearsal : observation.rehearsals) {
    summaries.push_back(summary_of(rehearsal));
  }
  return summaries;
}

std::vector<unsigned> statuses_of(const Observation& observation) {
  std::vector<unsigned> statuses;
  for (const Rehearsal& rehearsal : observation.rehearsals) {
    const std::optional<probe::HttpReply>& reply = rehearsal.attempt.http;
    statuses.push_back(reply ? reply->status : 0);
  }
  return statuses;
}

/// The ordinary attempts of a look at a peer that asks for a certificate and answers.
void check_whole(const Observation& observation) {
  REQUIRE(observation.attempts.size() == 6);
  for (const probe::Attempt& attempt : observation.attempts) {
    const bool is_stranger = attempt.presentation == Presentation::stranger;
    CHECK(attempt.failure.has_value() == is_stranger);
  }
  CHECK(observation.plaintext.size() == 1);
}

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("rehearsal: client_auth x verifies x caller -> met as that caller would be") {
  struct Row {
    ClientAuth client_auth;
    bool verifies;
    pki::IdentityPtr caller;
    bool is_accepted;
  };

  const Row rows[] = {
      {ClientAuth::want, true, friendly(), true}, {ClientAuth::want, true, foreign(), false},
      {ClientAuth::want, false, foreign(), true}, {ClientAuth::need, true, friendly(), true},
      {ClientAuth::need, true, foreign(), false}, {ClientAuth::need, false, foreign(), true},
  };
  Looker looker;
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.client_auth));
    CAPTURE(row.verifies);
    CAPTURE(row.caller->leaf().subject.rfc4514);
    support::PeerOptions options = options_of(row.client_auth);
    options.verifies_client = row.verifies;
    options.authorities.emplace();
    const TestPeer peer(options);
    const Observation observation = looker.look(rehearsed_by(peer, row.caller));
    CHECK(observation.attempts.size() == 6);
    CHECK(summaries_of(observation) ==
          std::vector<std::string>{"TLSv1.3 identity /health", "TLSv1.2 identity /health"});
    for (const Rehearsal& rehearsal : observation.rehearsals) {
      CHECK(rehearsal.chain == row.caller->chain());
      CHECK(rehearsal.attempt.handshake.certificate_sent);
      CHECK(rehearsal.attempt.http.has_value() == row.is_accepted);
      REQUIRE(rehearsal.attempt.failure.has_value() == !row.is_accepted);
      if (!row.is_accepted) {
        CHECK(rehearsal.attempt.failure->kind == FailureKind::alert);
        // Read before anything was written.
        CHECK(rehearsal.attempt.failure->phase == (rehearsal.attempt.version == tls_1_3
                                                       ? probe::Phase::first_read
                                                       : probe::Phase::handshake));
      }
    }
    CHECK(peer.seen().resumption_offers == 0);
  }
}

TEST_CASE("rehearsal: nobody calls -> none, and no verification but ours") {
  const TestPeer peer(options_of(ClientAuth::want));
  const Observation observation = Looker().look(request_of(peer));
  CHECK(observation.rehearsals.empty());
  REQUIRE(observation.peer_chains.size() == 1);
  CHECK(observation.peer_chains[0].by_trust.empty());
  CHECK_FALSE(observation.peer_chains[0].as_client);
}

TEST_CASE("rehearsal: a server that asks for nothing -> nothing, once on each path of calls") {
  const TestPeer peer(options_of(ClientAuth::none));
  const Observation observation = Looker().look(
      with(request_of(peer), {.rehearsals = {{friendly(), "/ops"}, {friendly(), "/health"}},
                              .paths = {"/ops", "/tasks"}}));
  CHECK(summaries_of(observation) ==
        std::vector<std::string>{"TLSv1.3 nothing /ops", "TLSv1.3 nothing /tasks",
                                 "TLSv1.2 nothing /ops", "TLSv1.2 nothing /tasks"});
  CHECK(statuses_of(observation) == std::vector<unsigned>{200, 200, 200, 200});
  for (const Rehearsal& rehearsal : observation.rehearsals) {
    CHECK(rehearsal.chain.empty());
  }
  check_good(observation);
}

TEST_CASE("rehearsal: only where a certificate is asked for -> at that version alone") {
  Looker looker;
  {
    support::PeerOptions options = options_of(ClientAuth::need);
    options.max_version = support::TlsVersion::tls_1_2;
    const TestPeer peer(options);
    CHECK(summaries_of(looker.look(rehearsed_by(peer, friendly()))) ==
          std::vector<std::string>{"TLSv1.2 identity /health"});
  }
  {
    support::PeerOptions options = options_of(ClientAuth::need);
    options.client_auth_below_tls_1_3 = ClientAuth::none;
    const TestPeer peer(options);
    CHECK(summaries_of(looker.look(rehearsed_by(peer, friendly()))) ==
          std::vector<std::string>{"TLSv1.3 identity /health"});
  }
}

TEST_CASE("rehearsal: a path that the application guards -> nothing and we show what it does") {
  support::PeerOptions options = options_of(ClientAuth::want);
  options.http.guarded_path = "/ops";
  options.min_version = support::TlsVersion::tls_1_3;
  const TestPeer peer(options);
  Looker looker;
  const CallRequest calls{.rehearsals = {{friendly(), "/ops"}}, .paths = {"/ops"}};
  const Observation observation = looker.look(with(request_of(peer), calls));
  CHECK(summaries_of(observation) == std::vector<std::string>{"TLSv1.3 identity /ops",
                                                              "TLSv1.3 nothing /ops",
                                                              "TLSv1.3 our identity /ops"});
  CHECK(statuses_of(observation) == std::vector<unsigned>{200, 403, 200});
  REQUIRE(observation.rehearsals.size() == 3);
  CHECK(observation.rehearsals[1].chain.empty());
  CHECK(observation.rehearsals[2].chain == lab().identity->chain());
  CHECK(peer.seen().last_request == "GET /ops HTTP/1.1");

  probe::LookRequest without = with(request_of(peer), calls);
  without.identity = nullptr;
  CHECK(statuses_of(looker.look(std::move(without))) == std::vector<unsigned>{200, 403});
}

TEST_CASE("rehearsal: what is held -> leaves as it is held, neither mended nor cut") {
  const mint::Credential whole = lab().issuing.issue({.common_name = "deck"});
  mint::Credential longer = whole;
  longer.chain.push_back(mint::self_signed({.common_name = "Stray"}).leaf);
  mint::Credential leaf_alone = whole;
  leaf_alone.chain.clear();

  struct Row {
    std::string what;
    pki::IdentityPtr caller;
    std::vector<mint::Der> sent;
  };

  const Row rows[] = {
      {"whole", identity_of(whole), {whole.leaf, lab().issuing.certificate()}},
      {"longer", identity_of(longer), {whole.leaf, longer.chain[0], longer.chain[1]}},
      {"the leaf alone", identity_of(leaf_alone), {whole.leaf}},
      {"its leaf only", identity_of(whole)->leaf_only(), {whole.leaf}},
  };
  Looker looker;
  for (const auto version : {support::TlsVersion::tls_1_2, support::TlsVersion::tls_1_3}) {
    support::PeerOptions options = options_of(ClientAuth::want);
    options.min_version = version;
    options.max_version = version;
    const TestPeer peer(options);
    for (const Row& row : rows) {
      CAPTURE(row.what);
      const Observation observation = looker.look(rehearsed_by(peer, row.caller));
      CHECK(peer.seen().last_client_chain == row.sent);
      REQUIRE(observation.rehearsals.size() == 1);
      // The server knows the root alone: without the intermediate there is no path to it.
      CHECK(observation.rehearsals[0].attempt.failure.has_value() == (row.sent.size() == 1));
    }
  }
}

TEST_CASE("rehearsal: a weak key -> presented; one that does not fit -> nothing left") {
  struct Row {
    mint::KeyType key_type;
    std::string algorithms;
    bool is_sent;
  };

  const Row rows[] = {
      {mint::KeyType::rsa_1024, "", true},
      {mint::KeyType::ec_p256, "RSA-PSS+SHA256:RSA+SHA256", false},
  };
  Looker looker;
  for (const Row& row : rows) {
    CAPTURE(row.is_sent);
    support::PeerOptions options = options_of(ClientAuth::want);
    options.client_signature_algorithms = row.algorithms;
    const TestPeer peer(options);
    const pki::IdentityPtr caller =
        identity_of(lab().issuing.issue({.key_type = row.key_type, .digest = mint::Digest::sha1}));
    const Observation observation = looker.look(rehearsed_by(peer, caller));
    REQUIRE(observation.rehearsals.size() == 2);
    for (const Rehearsal& rehearsal : observation.rehearsals) {
      CHECK_FALSE(rehearsal.attempt.failure);
      CHECK(rehearsal.attempt.handshake.certificate_sent == row.is_sent);
    }
  }
}

TEST_CASE("rehearsal: Redis with a password -> PING alone, neither AUTH nor INFO") {
  support::PeerOptions options = options_of(ClientAuth::need);
  options.application = support::Application::redis;
  options.redis.password = "correct horse battery staple";
  const TestPeer peer(options);
  const auto request = [&] {
    probe::LookRequest made = request_of(target_of(peer, fleet::Scheme::rediss));
    made.redis_password = std::make_shared<const pki::Secret>(options.redis.password);
    return made;
  };
  Looker looker;
  const Observation without = looker.look(request());
  CHECK(without.rehearsals.empty());
  const support::Seen before = peer.seen();
  REQUIRE(before.auth_commands == 1);

  const Observation observation = looker.look(with(request(), {.rehearsals = {{friendly(), ""}}}));
  CHECK(summaries_of(observation) ==
        std::vector<std::string>{"TLSv1.3 identity ", "TLSv1.2 identity "});
  for (const Rehearsal& rehearsal : observation.rehearsals) {
    CHECK_FALSE(rehearsal.attempt.failure);
    REQUIRE(rehearsal.attempt.redis);
    CHECK(*rehearsal.attempt.redis ==
          probe::RedisReply{.ping = "NOAUTH Authentication required.", .ping_is_error = true});
  }
  CHECK(peer.seen().auth_commands == 2);  // the ordinary look's
  CHECK(peer.seen().requests == 2 * before.requests + 2);
  CHECK(peer.seen().last_request == "PING");
}

TEST_CASE("rehearsal: the first ones hang -> the look is whole, and others have their turn") {
  support::PeerOptions options = options_of(ClientAuth::want);
  options.http.silent_path = "/slow";
  options.authorities.emplace();
  const TestPeer peer(options);
  probe::LookRequest request =
      with(request_of(peer), {.rehearsals = {{friendly(), "/slow"}, {friendly(), "/health"}}});
  request.timeout = std::chrono::seconds(4);
  const Observation observation = Looker().look(std::move(request));
  check_whole(observation);
  REQUIRE(observation.rehearsals.size() >= 2);
  const probe::Attempt& slow = observation.rehearsals[0].attempt;
  REQUIRE(slow.failure);
  CHECK(slow.failure->kind == FailureKind::timed_out);
  CHECK(slow.failure->phase == probe::Phase::application);
  CHECK(slow.handshake.certificate_sent);
  CHECK(statuses_of(observation)[1] == 200);
}

TEST_CASE("rehearsal: nobody there -> none") {
  const support::ClosedPort closed;
  const TestPeer peer(options_of(ClientAuth::want));
  probe::LookRequest request = rehearsed_by(peer, friendly());
  request.address.port = closed.port();
  const Observation observation = Looker().look(std::move(request));
  CHECK(observation.attempts.size() == 1);
  CHECK(observation.rehearsals.empty());
}

TEST_CASE("rehearsal: made -> the mode and its findings are what they are without") {
  Looker looker;
  for (const ClientAuth client_auth : {ClientAuth::none, ClientAuth::want, ClientAuth::need}) {
    CAPTURE(static_cast<int>(client_auth));
    support::PeerOptions options = options_of(client_auth);
    options.http.guarded_path = "/ops";
    const TestPeer peer(options);
    const auto assessment_of = [&](probe::LookRequest request) {
      const auto target = request.target;
      return assess::assess_address(*target, looker.look(std::move(request)), Duration::zero(),
                                    read_clocks().civil);
    };
    const auto without = assessment_of(request_of(peer));
    const auto with_calls = assessment_of(
        with(request_of(peer),
             {.rehearsals = {{foreign(), "/ops"}, {foreign(), "/health"}}, .paths = {"/ops"}}));
    CHECK(with_calls.mode == without.mode);
    CHECK(with_calls.client_certificates_verified == without.client_certificates_verified);
    CHECK(with_calls.identity_accepted == without.identity_accepted);
    CHECK(with_calls.enforced_by == without.enforced_by);
  }
}

TEST_CASE("callers' trusts: several -> the chain is verified once against each, for its name") {
  const mint::Ca elsewhere({.common_name = "Elsewhere"});
  const pki::TrustStorePtr issuing =
      pki::TrustStore::from_pem(lab().issuing.certificate_pem()).value();
  const pki::TrustStorePtr other = pki::TrustStore::from_pem(elsewhere.certificate_pem()).value();
  const TestPeer peer(options_of(ClientAuth::want));
  const Observation observation = Looker().look(
      with(request_of(peer),
           {.rehearsals = {{friendly(), "/health"}},
            .trusts = {{"a.pem", issuing}, {"b.pem", other}, {"ours.pem", lab().trust}}}));
  REQUIRE(observation.peer_chains.size() == 1);
  const probe::PeerChain& chain = observation.peer_chains[0];
  CHECK(chain.verification.trusted);
  CHECK(chain.verification.path.size() == 3);
  REQUIRE(chain.by_trust.size() == 3);
  CHECK(chain.by_trust[0].trust == "a.pem");
  CHECK(chain.by_trust[0].verification.trusted);
  CHECK(chain.by_trust[0].verification.name_matches);
  CHECK(chain.by_trust[0].verification.path.size() == 2);
  CHECK(chain.by_trust[1].trust == "b.pem");
  CHECK_FALSE(chain.by_trust[1].verification.trusted);
  CHECK(chain.by_trust[1].verification.name == "localhost");
  CHECK(chain.by_trust[2].verification.path == chain.verification.path);  // the same objects
  CHECK_FALSE(chain.as_client);
  for (const Rehearsal& rehearsal : observation.rehearsals) {
    CHECK(rehearsal.attempt.handshake.peer_certificates == chain.certificates);  // same objects
  }
}

TEST_CASE("observed: what the target presents -> verified as a client's, against our trust") {
  Looker looker;
  const auto as_client_of = [&](const mint::Options& server) {
    support::PeerOptions options = options_of(ClientAuth::none);
    options.credential = lab().issuing.issue(server);
    const TestPeer peer(options);
    const Observation observation = looker.look(with(request_of(peer), {.is_observed = true}));
    CHECK(observation.rehearsals.empty());
    REQUIRE(observation.peer_chains.size() == 1);
    CHECK(observation.peer_chains[0].verification.trusted);
    REQUIRE(observation.peer_chains[0].as_client);
    return observation.peer_chains[0].as_client->trusted;
  };
  CHECK(as_client_of({.dns = {"localhost"}}));
  CHECK_FALSE(as_client_of(
      {.dns = {"localhost"}, .extended_key_usage = {{mint::KeyPurpose::server_auth}}}));
}

TEST_SUITE_END();

}  // namespace telltale::net
