#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/assess/builders.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;
using probe::LoginAttempt;
using probe::LoginObstacle;

namespace {

fleet::Target expecting(std::optional<std::string> principal,
                        std::optional<std::vector<std::string>> roles) {
  fleet::Target made = target();
  made.expect.principal = std::move(principal);
  made.expect.roles = std::move(roles);
  return made;
}

probe::Observation logged_in(LoginAttempt login) {
  auto seen = healthy_want();
  seen.login = std::move(login);
  return seen;
}

LoginAttempt user(std::string principal, std::vector<std::string> roles = {}) {
  return {.status = 200, .principal = std::move(principal), .roles = std::move(roles)};
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("login: the principal, exactly -> nothing; another, in case too -> an error") {
    const fleet::Target gate = expecting("ci@lab", std::nullopt);
    CHECK(told(gate, logged_in(user("ci@lab", {"ci@lab", "whatever"}))).empty());
    for (const std::string other : {"CI@lab", "ci@lab ", "dev@lab"}) {
      const auto seen = logged_in(user(other));
      CHECK(told(gate, seen) == "principal_mismatch error");
      CHECK(detail(gate, seen, Reason::principal_mismatch) ==
            "Gate takes identity telltale for " + other + "; expected is ci@lab.");
    }
  }

  TEST_CASE("login: roles in any order and case -> nothing; missing -> error; more -> warning") {
    struct Row {
      std::vector<std::string> expected;
      std::vector<std::string> given;
      std::string told;
      std::string detail;
    };

    const Row rows[] = {
        {{"dev", "ops"}, {"ops", "dev"}, "", ""},
        {{"Dev"}, {"dev"}, "", ""},
        {{"dev"}, {"ci@lab", "dev"}, "", ""},
        {{"dev"}, {}, "roles_mismatch error", "Gate gives ci@lab 0 roles; missing: dev."},
        {{"dev", "ops"},
         {"dev"},
         "roles_mismatch error",
         "Gate gives ci@lab 1 role (dev); missing: ops."},
        {{"dev"},
         {"dev", "admin"},
         "roles_mismatch warning",
         "Gate gives ci@lab more roles than are expected: admin."},
        {{"dev"},
         {"admin"},
         "roles_mismatch error",
         "Gate gives ci@lab 1 role (admin); missing: dev. Gate gives ci@lab more roles than are "
         "expected: admin."},
        {{}, {"ci@lab"}, "", ""},
        {{},
         {"admin"},
         "roles_mismatch warning",
         "Gate gives ci@lab more roles than are expected: admin."},
    };
    for (const Row& row : rows) {
      CAPTURE(row.detail);
      const fleet::Target gate = expecting(std::nullopt, row.expected);
      const auto seen = logged_in(user("ci@lab", row.given));
      CHECK(told(gate, seen) == row.told);
      CHECK(detail(gate, seen, Reason::roles_mismatch) == row.detail);
    }
  }

  TEST_CASE("login: not logged in -> principal_mismatch with what was answered, roles or not") {
    struct Row {
      LoginAttempt login;
      std::string detail;
    };

    const Row rows[] = {
        {{.status = 302}, "GET /auth/user with identity telltale is answered with HTTP 302"},
        {{.status = 401}, "GET /auth/user with identity telltale is answered with HTTP 401"},
        {{.status = 200},
         "To GET /auth/user with identity telltale gate names nobody, so it did not log us in"},
        {user("anonymous"), "Gate takes identity telltale for anonymous, so it did not log us in"},
        {{.failure = probe::Failure{Phase::first_read, FailureKind::alert,
                                    "the peer sent the alert bad_certificate (42)"}},
         "GET /auth/user with identity telltale fails: the peer sent the alert bad_certificate "
         "(42)"},
        {{.status = 200,
          .failure = probe::Failure{Phase::application, FailureKind::application,
                                    "the answer is no user of gate's: it has no username"}},
         "GET /auth/user with identity telltale fails: the answer is no user of gate's: it has no "
         "username"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.detail);
      const auto seen = logged_in(row.login);
      const fleet::Target named = expecting("ci@lab", {{"dev"}});
      CHECK(told(named, seen) == "principal_mismatch error");
      CHECK(detail(named, seen, Reason::principal_mismatch) ==
            row.detail + "; expected is ci@lab.");
      const fleet::Target with_roles = expecting(std::nullopt, {{"dev"}});
      CHECK(told(with_roles, seen) == "principal_mismatch error");
      CHECK(detail(with_roles, seen, Reason::principal_mismatch) == row.detail + ".");
    }
  }

  TEST_CASE("login: a gate that is meant to be open to anybody -> anonymous can be expected") {
    CHECK(told(expecting("anonymous", std::nullopt), logged_in(user("anonymous"))).empty());
  }

  TEST_CASE("login: could not be tried -> says why, as an error") {
    struct Row {
      LoginObstacle obstacle;
      std::string why;
    };

    const Row rows[] = {
        {LoginObstacle::no_identity, "telltale has no identity with a key to present to it"},
        {LoginObstacle::no_time, "the look ran out of time before"},
        {LoginObstacle::unverified, "the server's chain or name did not verify"},
        {LoginObstacle::not_presented,
         "it asks for no certificate, or for none that fits the key of identity telltale"},
    };
    const fleet::Target gate = expecting("ci@lab", std::nullopt);
    for (const Row& row : rows) {
      const auto seen = logged_in({.obstacle = row.obstacle});
      CHECK(told(gate, seen) == "principal_mismatch error");
      CHECK(detail(gate, seen, Reason::principal_mismatch) ==
            "Gate cannot be asked whom it takes telltale for: " + row.why +
                "; expected is ci@lab.");
    }
    CHECK_FALSE(concerns_own_identity(Reason::principal_mismatch));
    CHECK_FALSE(concerns_own_identity(Reason::roles_mismatch));
  }

  TEST_CASE("login: no handshake at all -> its own reason tells, and no principal is there") {
    auto seen = observation({Try(nothing, tls_1_3).failed(Phase::connect, FailureKind::refused)});
    seen.login = LoginAttempt{.obstacle = LoginObstacle::no_handshake};
    const fleet::Target gate = expecting("ci@lab", std::nullopt);
    CHECK(told(gate, seen) == "connect_refused error");
    CHECK_FALSE(assessed(gate, seen).login->principal);
  }

  TEST_CASE("login: what was seen -> is among the facts, and no mode depends on it") {
    const fleet::Target gate = expecting("ci@lab", std::nullopt);
    const auto login = user("ci@lab", {"dev"});
    const AddressAssessment with = assessed(gate, logged_in(login));
    const AddressAssessment without = assessed(target(), healthy_want());
    CHECK(with.login == login);
    CHECK(without.login == std::nullopt);
    CHECK(with.mode == without.mode);
    CHECK(with.identity_accepted == without.identity_accepted);
  }
}
