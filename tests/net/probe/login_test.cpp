// Gate's X.509 login, at test peers that serve it.

#include <string>

#include <doctest/doctest.h>

#include "telltale/assess/assess.hpp"

#include "net/look.hpp"

namespace telltale::net {

namespace {

using probe::LoginAttempt;
using probe::LoginObstacle;
using probe::Observation;
using support::ClientAuth;
using support::TestPeer;

/// A gate that logs its callers in by their certificates.
support::PeerOptions gate_of(ClientAuth client_auth) {
  support::PeerOptions options = options_of(client_auth);
  options.http.login = support::LoginBehaviour{.roles = {"deployers"}};
  return options;
}

probe::LookRequest login_request_of(const TestPeer& peer) {
  fleet::Target target = target_of(peer);
  target.expect.principal = "telltale";
  return request_of(target);
}

LoginAttempt telltale_with_roles() {
  return {.status = 200, .principal = "telltale", .roles = {"telltale", "deployers"}};
}

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("login: want and need -> gate names the common name of our certificate, and its roles") {
  Looker looker;
  for (const ClientAuth client_auth : {ClientAuth::want, ClientAuth::need}) {
    CAPTURE(static_cast<int>(client_auth));
    const TestPeer peer(gate_of(client_auth));
    const Observation observation = looker.look(login_request_of(peer));
    REQUIRE(observation.login);
    CHECK(*observation.login == telltale_with_roles());
    CHECK(observation.attempts.size() == 6);
    CHECK(peer.seen().logins == 1);
    CHECK(peer.seen().last_request == "GET /auth/user HTTP/1.1");
    CHECK(peer.seen().plaintext_requests == 1);  // the look's own, at the TLS port
  }
}

TEST_CASE("login: expected of a target -> asked; of no target -> not") {
  const TestPeer peer(gate_of(ClientAuth::want));
  const Observation observation = Looker().look(request_of(peer));
  CHECK_FALSE(observation.login);
  CHECK(peer.seen().logins == 0);
}

TEST_CASE("login: TLS 1.2 is all the server speaks -> over that") {
  support::PeerOptions options = gate_of(ClientAuth::need);
  options.max_version = support::TlsVersion::tls_1_2;
  const TestPeer peer(options);
  const Observation observation = Looker().look(login_request_of(peer));
  REQUIRE(observation.login);
  CHECK(*observation.login == telltale_with_roles());
}

TEST_CASE(
    "login: never asked for over a connection that is not verified, or without our identity") {
  struct Row {
    std::string what;
    support::PeerOptions options;
    LoginObstacle obstacle;
  };

  support::PeerOptions other_root = gate_of(ClientAuth::want);
  other_root.credential = mint::Ca({.common_name = "Other"}).issue({.dns = {"localhost"}});
  support::PeerOptions other_name = gate_of(ClientAuth::want);
  other_name.credential = lab().issuing.issue({.dns = {"other.test"}});
  support::PeerOptions expired = gate_of(ClientAuth::want);
  expired.credential =
      lab().issuing.issue({.dns = {"localhost"}, .not_after = mint::an_hour_ago()});
  support::PeerOptions rsa_only = gate_of(ClientAuth::want);
  rsa_only.client_signature_algorithms = "RSA-PSS+SHA256:RSA+SHA256";
  const Row rows[] = {
      {"of another root", other_root, LoginObstacle::unverified},
      {"of another name", other_name, LoginObstacle::unverified},
      {"expired", expired, LoginObstacle::unverified},
      {"does not ask", gate_of(ClientAuth::none), LoginObstacle::not_presented},
      {"asks for another key", rsa_only, LoginObstacle::not_presented},
  };
  Looker looker;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const TestPeer peer(row.options);
    const Observation observation = looker.look(login_request_of(peer));
    REQUIRE(observation.login);
    CHECK(*observation.login == LoginAttempt{.obstacle = row.obstacle});
    CHECK(peer.seen().logins == 0);
  }
}

TEST_CASE("login: no identity, no time, nobody there -> says which, and asks nothing") {
  Looker looker;
  {
    const TestPeer peer(gate_of(ClientAuth::want));
    probe::LookRequest request = login_request_of(peer);
    request.identity = nullptr;
    const Observation observation = looker.look(std::move(request));
    REQUIRE(observation.login);
    CHECK(observation.login->obstacle == LoginObstacle::no_identity);
    CHECK(peer.seen().logins == 0);
  }
  {
    support::PeerOptions options = gate_of(ClientAuth::want);
    options.fault = support::Fault::reset_at_accept;
    const TestPeer peer(options);
    const Observation observation = looker.look(login_request_of(peer));
    REQUIRE(observation.login);
    CHECK(observation.login->obstacle == LoginObstacle::no_handshake);
  }
  {
    support::PeerOptions options = gate_of(ClientAuth::want);
    options.fault = support::Fault::silent_at_request;
    const TestPeer peer(options);
    probe::LookRequest request = login_request_of(peer);
    request.timeout = std::chrono::milliseconds(500);
    const Observation observation = looker.look(std::move(request));
    REQUIRE(observation.login);
    CHECK_FALSE(observation.login->status);
    const auto& login = *observation.login;
    const bool is_out_of_time =
        login.obstacle == LoginObstacle::no_time ||
        (login.failure && login.failure->kind == probe::FailureKind::timed_out);
    CHECK(is_out_of_time);
  }
}

TEST_CASE("login: our identity is refused -> the failure is the peer's alert") {
  for (const auto version : {support::TlsVersion::tls_1_2, support::TlsVersion::tls_1_3}) {
    CAPTURE(static_cast<int>(version));
    support::PeerOptions options = gate_of(ClientAuth::need);
    options.max_version = version;
    options.trust = {mint::Ca({.common_name = "Other"}).certificate()};
    options.authorities.emplace();
    const TestPeer peer(options);
    const Observation observation = Looker().look(login_request_of(peer));
    REQUIRE(observation.login);
    REQUIRE(observation.login->failure);
    CHECK(observation.login->failure->kind == probe::FailureKind::alert);
    CHECK_FALSE(observation.login->status);
    CHECK(peer.seen().logins == 0);
  }
}

TEST_CASE("login: not logged in, or an answer that is none -> nobody, and the status") {
  struct Row {
    int status;
    std::string body;
    bool fails;
  };

  const Row rows[] = {
      {200, "", false},
      {302, "", false},
      {401, R"({"username":"telltale"})", false},
      {200, "<html>", true},
      {200, R"({"username":")" + std::string(60'000, 'x') + R"("})", true},
      {200, std::string(70'000, ' '), true},
  };
  Looker looker;
  for (const Row& row : rows) {
    CAPTURE(row.status);
    CAPTURE(row.body.substr(0, 40));
    support::PeerOptions options = gate_of(ClientAuth::want);
    options.http.login = support::LoginBehaviour{.status = row.status, .body = row.body};
    const TestPeer peer(options);
    const Observation observation = looker.look(login_request_of(peer));
    REQUIRE(observation.login);
    CHECK_FALSE(observation.login->principal);
    CHECK(observation.login->roles.empty());
    CHECK(observation.login->failure.has_value() == row.fails);
    CHECK((row.fails || observation.login->status == static_cast<unsigned>(row.status)));
    CHECK(peer.seen().logins == 1);
  }
}

TEST_CASE("login: tried -> the mode is what it is without, whatever becomes of it") {
  Looker looker;
  for (const ClientAuth client_auth : {ClientAuth::none, ClientAuth::want, ClientAuth::need}) {
    CAPTURE(static_cast<int>(client_auth));
    support::PeerOptions options = gate_of(client_auth);
    options.http.login = support::LoginBehaviour{.status = 500, .body = "no"};
    const TestPeer peer(options);
    const auto mode_of = [&](probe::LookRequest request) {
      const auto target = request.target;
      return assess::assess_address(*target, looker.look(std::move(request)), Duration::zero(),
                                    read_clocks().civil)
          .mode;
    };
    CHECK(mode_of(login_request_of(peer)) == mode_of(request_of(peer)));
  }
}

TEST_SUITE_END();

}  // namespace telltale::net
