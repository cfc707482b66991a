#include "probe/login_reader.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace telltale::probe {

namespace {

/// What gate answers to a caller that it logged in by its certificate.
constexpr std::string_view user_of_gate =
    R"({"email":"ci@lab","username":"ci@lab","firstName":null,"lastName":null,)"
    R"("roles":["ci@lab","deployers"],"allowedAccounts":["prod"],)"
    R"("authorities":[{"authority":"ci@lab"},{"authority":"deployers"}],"enabled":true,)"
    R"("accountNonExpired":true,"accountNonLocked":true,"credentialsNonExpired":true})";

}  // namespace

TEST_SUITE_BEGIN("probe");

TEST_CASE("read_login: a user of gate's -> its username and roles") {
  LoginAttempt login;
  CHECK_FALSE(read_login(200, user_of_gate, login));
  CHECK(login ==
        LoginAttempt{.status = 200, .principal = "ci@lab", .roles = {"ci@lab", "deployers"}});
}

TEST_CASE("read_login: who is not logged in -> nobody, and no failure") {
  struct Row {
    unsigned status;
    std::string_view body;
  };

  const Row rows[] = {
      {200, ""}, {200, "\r\n"},       {200, "null"},   {200, R"({"username":null,"roles":[]})"},
      {302, ""}, {401, user_of_gate}, {403, "<html>"}, {204, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status);
    CAPTURE(std::string(row.body));
    LoginAttempt login;
    CHECK_FALSE(read_login(row.status, row.body, login));
    CHECK(login == LoginAttempt{.status = row.status});
  }
}

TEST_CASE("read_login: a user without roles -> none; empty ones are left out; UTF-8 stays") {
  for (const std::string_view roles :
       {"", R"(,"roles":null)", R"(,"roles":[])", R"(,"roles":[""])"}) {
    CAPTURE(std::string(roles));
    LoginAttempt login;
    CHECK_FALSE(read_login(200, R"({"username":"jürgen")" + std::string(roles) + "}", login));
    CHECK(login == LoginAttempt{.status = 200, .principal = "jürgen"});
  }
}

TEST_CASE("read_login: hostile and broken bodies -> a failure that says so, and nobody") {
  const std::string long_name = R"({"username":")" + std::string(201, 'x') + R"("})";
  std::string many_roles = R"({"username":"a","roles":["r")";
  for (int i = 0; i < 1000; ++i) {
    many_roles += R"(,"r")";
  }
  many_roles += "]}";

  struct Row {
    std::string body;
    std::string why;
  };

  const std::string no_line = "a role is no line of text";
  const Row rows[] = {
      {"<html>", "it is no JSON"},
      {R"({"username":"a)", "it is no JSON"},
      {R"({"username":"a"} x)", "it is no JSON"},
      {"{\"username\":\"\xff\"}", "it is no JSON"},
      {R"({"username":)" + std::string(60'000, '['), "it is no JSON"},
      {R"({"username":"a","roles":)" + std::string(40, '[') + std::string(40, ']') + "}",
       "it is no JSON"},
      {"[]", "it has no username"},
      {"7", "it has no username"},
      {R"({"status":"UP"})", "it has no username"},
      {R"({"username":7})", "its username is no line of text"},
      {R"({"username":""})", "its username is no line of text"},
      {R"({"username":"a\nb"})", "its username is no line of text"},
      {R"({"username":"\u001b[31m"})", "its username is no line of text"},
      {R"({"username":"\u009b31m"})", "its username is no line of text"},
      {long_name, "its username is no line of text"},
      {R"({"username":"a","roles":"admin"})", "its roles are no list of at most 1000"},
      {R"({"username":"a","roles":{}})", "its roles are no list of at most 1000"},
      {many_roles, "its roles are no list of at most 1000"},
      {R"({"username":"a","roles":["b",null]})", no_line},
      {R"({"username":"a","roles":[["b"]]})", no_line},
      {R"({"username":"a","roles":["b\u0000"]})", no_line},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body.substr(0, 60));
    LoginAttempt login;
    const auto failure = read_login(200, row.body, login);
    REQUIRE(failure);
    CHECK(failure->phase == Phase::application);
    CHECK(failure->kind == FailureKind::application);
    CHECK(failure->detail.starts_with("the answer is no user of gate's: " + row.why));
    CHECK(login == LoginAttempt{.status = 200});
  }
}

TEST_CASE("read_login: every truncation of a user -> a failure, never another user") {
  for (std::size_t size = 1; size < user_of_gate.size(); ++size) {
    LoginAttempt login;
    CHECK(read_login(200, user_of_gate.substr(0, size), login));
    CHECK_FALSE(login.principal);
  }
}

TEST_SUITE_END();

}  // namespace telltale::probe
