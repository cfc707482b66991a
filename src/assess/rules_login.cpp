// Rules about gate's X.509 login: whom gate takes telltale's identity for, and with which roles.

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "assess/rules.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using probe::LoginAttempt;
using probe::LoginObstacle;

/// What gate calls a caller that it did not log in, if it gives it a name at all (gate
/// AnonymousConfig, Spring's AnonymousAuthenticationFilter).
constexpr std::array<std::string_view, 2> nobodies = {"anonymous", "anonymousUser"};

std::string our_name(const Look& look) {
  return look.observation.identity ? "identity " + look.observation.identity->name
                                   : "telltale's identity";
}

/// `; expected is ci@lab`, where a principal is.
std::string what_is_expected(const Look& look) {
  const auto& expected = look.target.expect.principal;
  return expected ? "; expected is " + *expected + "." : ".";
}

/// Nothing where a finding of its own says why there was no handshake.
std::optional<std::string> describe(LoginObstacle obstacle, const Look& look) {
  switch (obstacle) {
    case LoginObstacle::no_identity:
      return "telltale has no identity with a key to present to it";
    case LoginObstacle::no_handshake:
      return std::nullopt;
    case LoginObstacle::no_time:
      return "the look ran out of time before";
    case LoginObstacle::unverified:
      return "the server's chain or name did not verify";
    case LoginObstacle::not_presented:
      return "it asks for no certificate, or for none that fits the key of " + our_name(look);
  }
  return std::nullopt;
}

/// What gate says instead of whom it takes us for; nothing where it logged us in.
std::optional<std::string> why_nobody(const LoginAttempt& login, const Look& look) {
  const std::string request = "GET /auth/user with " + our_name(look);
  if (login.failure) {
    return request + " fails: " + login.failure->detail;
  }
  if (login.status && *login.status != 200) {
    return request + " is answered with HTTP " + std::to_string(*login.status);
  }
  if (!login.principal) {
    return "To " + request + " gate names nobody, so it did not log us in";
  }
  const bool is_nobody = std::ranges::find(nobodies, *login.principal) != nobodies.end() &&
                         look.target.expect.principal != login.principal;
  return is_nobody ? std::optional("Gate takes " + our_name(look) + " for " + *login.principal +
                                   ", so it did not log us in")
                   : std::nullopt;
}

bool is_same_role(std::string_view one, std::string_view other) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(one, other, {}, lower, lower);
}

/// The roles of one list that are not in the other. Fiat writes them in lower case (Role.setName),
/// and Spinnaker compares them so.
std::vector<std::string> roles_beyond(const std::vector<std::string>& roles,
                                      const std::vector<std::string>& known) {
  std::vector<std::string> beyond;
  for (const std::string& role : roles) {
    if (std::ranges::none_of(known,
                             [&](const std::string& each) { return is_same_role(each, role); })) {
      beyond.push_back(role);
    }
  }
  return beyond;
}

void check_roles(const LoginAttempt& login, const Look& look, Report& report) {
  constexpr std::size_t most_told = 10;
  const auto& expected = look.target.expect.roles;
  if (!expected) {
    return;
  }
  const std::string& principal = *login.principal;
  if (const auto missing = roles_beyond(*expected, login.roles); !missing.empty()) {
    report.add(Reason::roles_mismatch,
               "Gate gives " + principal + " " + count(login.roles.size(), "role") +
                   (login.roles.empty() ? "" : " (") + enumerate(login.roles, most_told) +
                   (login.roles.empty() ? "" : ")") +
                   "; missing: " + enumerate(missing, most_told) + ".");
  }
  // Gate's X.509 login makes the principal a role of its own.
  std::vector<std::string> known = *expected;
  known.push_back(principal);
  if (const auto beyond = roles_beyond(login.roles, known); !beyond.empty()) {
    report.add(Reason::roles_mismatch, Severity::warning,
               "Gate gives " + principal +
                   " more roles than are expected: " + enumerate(beyond, most_told) + ".");
  }
}

void check_login(const Look& look, Report& report) {
  if (!look.observation.login) {
    return;
  }
  const LoginAttempt& login = *look.observation.login;
  if (login.obstacle) {
    if (const auto why = describe(*login.obstacle, look)) {
      report.add(Reason::principal_mismatch, "Gate cannot be asked whom it takes telltale for: " +
                                                 *why + what_is_expected(look));
    }
    return;
  }
  if (const auto why = why_nobody(login, look)) {
    report.add(Reason::principal_mismatch, *why + what_is_expected(look));
    return;
  }
  const auto& expected = look.target.expect.principal;
  if (expected && *expected != *login.principal) {
    report.add(Reason::principal_mismatch, "Gate takes " + our_name(look) + " for " +
                                               *login.principal + what_is_expected(look));
  }
  check_roles(login, look, report);
}

constexpr std::array<Rule, 1> rules = {check_login};

}  // namespace

std::span<const Rule> login_rules() {
  return rules;
}

}  // namespace telltale::assess
