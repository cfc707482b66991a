#include <string>

#include <doctest/doctest.h>

#include "net/look.hpp"

namespace telltale::net {

namespace {

using probe::Attempt;
using probe::Observation;
using probe::RedisReply;
using support::ClientAuth;
using support::TestPeer;

const std::string password = "correct horse battery staple";

support::PeerOptions redis_options(ClientAuth client_auth = ClientAuth::none) {
  support::PeerOptions options = options_of(client_auth);
  options.application = support::Application::redis;
  options.redis.password = password;
  return options;
}

probe::LookRequest redis_request(const TestPeer& peer, const std::string& secret = password) {
  probe::LookRequest request = request_of(target_of(peer, fleet::Scheme::rediss));
  request.redis_password = std::make_shared<const pki::Secret>(secret);
  return request;
}

/// All that people could be shown of it.
std::string all_texts(const Observation& observation) {
  std::string texts;
  const auto add = [&](const std::optional<std::string>& text) {
    texts += text.value_or("") + "\n";
  };
  for (const Attempt& attempt : observation.attempts) {
    add(attempt.failure ? attempt.failure->detail : "");
    if (attempt.redis) {
      add(attempt.redis->ping);
      add(attempt.redis->auth_error);
      add(attempt.redis->version);
      add(attempt.redis->mode);
      add(attempt.redis->info_error);
    }
  }
  for (const probe::PlaintextAttempt& attempt : observation.plaintext) {
    add(attempt.redis);
    add(attempt.failure ? attempt.failure->detail : "");
  }
  return texts;
}

const RedisReply no_auth{.ping = "NOAUTH Authentication required.", .ping_is_error = true};

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("Redis: no password anywhere -> PING, and INFO once") {
  support::PeerOptions options = redis_options();
  options.redis = {.version = "6.2.7"};
  const TestPeer peer(options);
  probe::LookRequest request = request_of(target_of(peer, fleet::Scheme::rediss));
  const Observation observation = Looker().look(std::move(request));
  REQUIRE(observation.attempts.size() == 2);
  CHECK_FALSE(observation.attempts[0].failure);
  CHECK(observation.attempts[0].redis ==
        RedisReply{.ping = "PONG", .version = "6.2.7", .mode = "standalone"});
  CHECK(observation.attempts[1].redis == RedisReply{.ping = "PONG"});
  CHECK_FALSE(observation.attempts[0].http);
  CHECK(peer.seen().auth_commands == 0);
  CHECK(peer.seen().requests == 3);
}

TEST_CASE("Redis: chain and name verified -> AUTH goes out, once a look") {
  for (const ClientAuth client_auth : {ClientAuth::none, ClientAuth::want, ClientAuth::need}) {
    CAPTURE(static_cast<int>(client_auth));
    const TestPeer peer(redis_options(client_auth));
    const Observation observation = Looker().look(redis_request(peer));
    const support::Seen seen = peer.seen();
    CHECK(seen.auth_commands == 1);
    CHECK(seen.plaintext_auth_commands == 0);
    CHECK(seen.last_user == "default");
    CHECK(seen.last_password == password);
    RedisReply let_in = no_auth;
    let_in.authenticated = true;
    let_in.version = "7.0.15";
    let_in.mode = "standalone";
    std::size_t replies = 0;
    for (const Attempt& attempt : observation.attempts) {
      if (attempt.redis) {
        CHECK(*attempt.redis == (replies == 0 ? let_in : no_auth));
        ++replies;
      }
    }
    CHECK(replies >= 2);
    CHECK(all_texts(observation).find(password) == std::string::npos);
  }
}

TEST_CASE("Redis: a peer that did not verify -> never AUTH, on no attempt") {
  struct Row {
    std::string what;
    mint::Credential credential;
  };

  const mint::Options good{.dns = {"localhost"}};
  mint::Credential incomplete = lab().issuing.issue(good);
  incomplete.chain.clear();
  const Row rows[] = {
      {"of another root", mint::Ca({.common_name = "Other"}).issue(good)},
      {"of a root that has only the name",
       mint::Ca({.common_name = "Lab Root"}).intermediate({.common_name = "X"}).issue(good)},
      {"self-signed", mint::self_signed(good)},
      {"incomplete", incomplete},
      {"another name", lab().issuing.issue({.dns = {"other.test"}})},
      {"the name in the subject only", lab().issuing.issue({.common_name = "localhost"})},
      {"expired", lab().issuing.issue({.dns = {"localhost"}, .not_after = mint::an_hour_ago()})},
      {"not valid yet",
       lab().issuing.issue({.dns = {"localhost"},
                            .not_before = mint::in_a_year(),
                            .not_after = mint::in_a_year() + std::chrono::hours(1)})},
      {"of a client",
       lab().issuing.issue(
           {.dns = {"localhost"}, .extended_key_usage = {{mint::KeyPurpose::client_auth}}})},
  };
  Looker looker;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    support::PeerOptions options = redis_options(ClientAuth::want);
    options.credential = row.credential;
    // The plaintext attempt is served as well, and no better.
    options.transport = support::Transport::either;
    const TestPeer peer(options);
    const Observation observation = looker.look(redis_request(peer));
    CHECK(observation.attempts.size() == 6);
    CHECK(observation.attempts[0].redis == no_auth);
    CHECK(observation.plaintext.size() == 1);
    CHECK(peer.seen().auth_commands == 0);
    CHECK(peer.seen().last_password.empty());
    CHECK(all_texts(observation).find(password) == std::string::npos);
  }
}

TEST_CASE("Redis: plaintext answers on the TLS port -> PING only, never AUTH") {
  support::PeerOptions options = redis_options();
  options.transport = support::Transport::either;
  const TestPeer peer(options);
  const Observation observation = Looker().look(redis_request(peer));
  REQUIRE(observation.plaintext.size() == 1);
  CHECK(observation.plaintext[0].redis == no_auth.ping);
  CHECK_FALSE(observation.plaintext[0].failure);
  CHECK(peer.seen().plaintext_requests == 1);
  CHECK(peer.seen().auth_commands == 1);
  CHECK(peer.seen().plaintext_auth_commands == 0);
}

TEST_CASE("Redis: AUTH refused -> the error's line, once a look") {
  struct Row {
    std::string what;
    std::string secret;
    std::string username;
    std::string error;
  };

  const Row rows[] = {
      {"a wrong password", "hunter2 and more", "",
       "WRONGPASS invalid username-password pair or user is disabled."},
      {"another user", password, "probe",
       "WRONGPASS invalid username-password pair or user is disabled."},
  };
  Looker looker;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const TestPeer peer(redis_options(ClientAuth::want));
    fleet::Target target = target_of(peer, fleet::Scheme::rediss);
    target.username = row.username;
    probe::LookRequest request = request_of(target);
    request.redis_password = std::make_shared<const pki::Secret>(row.secret);
    const Observation observation = looker.look(std::move(request));
    RedisReply refused = no_auth;
    refused.auth_error = row.error;
    CHECK(observation.attempts[0].redis == refused);
    CHECK_FALSE(observation.attempts[0].failure);
    CHECK(peer.seen().auth_commands == 1);
    CHECK(peer.seen().last_user == (row.username.empty() ? "default" : row.username));
    CHECK(all_texts(observation).find(row.secret) == std::string::npos);
  }
}

TEST_CASE("Redis: a password where none is wanted -> the error's line, and INFO all the same") {
  support::PeerOptions options = redis_options();
  options.redis.password = "";
  const TestPeer peer(options);
  const Observation observation = Looker().look(redis_request(peer));
  REQUIRE(observation.attempts[0].redis);
  const RedisReply& reply = *observation.attempts[0].redis;
  CHECK(reply.ping == "PONG");
  CHECK_FALSE(reply.authenticated);
  REQUIRE(reply.auth_error);
  CHECK(reply.auth_error->starts_with("ERR AUTH <password> called without any password"));
  CHECK(reply.version == "7.0.15");
}

TEST_CASE("Redis: INFO refused -> the error's line, no version") {
  support::PeerOptions options = redis_options();
  options.redis.denies_info = true;
  const TestPeer peer(options);
  const Observation observation = Looker().look(redis_request(peer));
  REQUIRE(observation.attempts[0].redis);
  const RedisReply& reply = *observation.attempts[0].redis;
  CHECK(reply.authenticated);
  CHECK(reply.info_error == "NOPERM this user has no permissions to run the 'info' command");
  CHECK_FALSE(reply.version);
  CHECK_FALSE(observation.attempts[0].failure);
}

TEST_CASE("Redis: a peer of HTTP -> no RESP, and AUTH is not tried on it") {
  const TestPeer peer(options_of(ClientAuth::none));
  const Observation observation = Looker().look(redis_request(peer));
  for (const Attempt& attempt : observation.attempts) {
    REQUIRE(attempt.failure);
    CHECK(attempt.failure->phase == probe::Phase::application);
    CHECK(attempt.failure->kind == probe::FailureKind::application);
    CHECK_FALSE(attempt.redis);
  }
  CHECK(peer.seen().auth_commands == 0);
}

TEST_SUITE_END();

}  // namespace telltale::net
