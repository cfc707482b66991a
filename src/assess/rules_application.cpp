// Rules about what the application answers.

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <string_view>

#include "assess/rules.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using probe::Attempt;
using probe::Presentation;
using probe::RedisReply;

/// The best answer that anybody but the stranger got: our identity's before nothing's, a good one
/// before any other. Null if the application never answered.
const Attempt* best_answer(const Look& look) {
  const Attempt* best = nullptr;
  const auto rank = [](const Attempt& attempt) {
    return (is_answered_well(&attempt) ? 2 : 0) + (attempt.handshake.certificate_sent ? 1 : 0);
  };
  for (const Attempt& attempt : look.observation.attempts) {
    if (attempt.presentation == Presentation::stranger || !answer_class(attempt)) {
      continue;
    }
    if (best == nullptr || rank(attempt) > rank(*best)) {
      best = &attempt;
    }
  }
  return best;
}

/// 495 and 496 are nginx's own for a client certificate it does not like.
bool turns_away(const Attempt& attempt) {
  constexpr std::array<unsigned, 5> statuses = {400, 401, 403, 495, 496};
  if (attempt.http) {
    return std::ranges::find(statuses, attempt.http->status) != statuses.end();
  }
  return answer_class(attempt) == AnswerClass::refused;
}

std::string describe(const Look& look, const Attempt& attempt) {
  const std::string request = attempt.http ? "GET " + look.target.health : "PING";
  std::string text = "To " + request + " over " + std::string(tls::label(attempt.version)) +
                     " with " + what_was_presented(attempt) + ", the application " +
                     what_the_peer_did(attempt);
  if (attempt.http && !attempt.http->first_line.empty()) {
    text += ": " + attempt.http->first_line;
  }
  return as_sentence(text);
}

void check_health(const Look& look, Report& report) {
  const Attempt* best = best_answer(look);
  if (best == nullptr || is_answered_well(best)) {
    return;
  }
  report.add(turns_away(*best) ? Reason::app_refused : Reason::app_unhealthy,
             describe(look, *best));
}

/// The first Redis reply of which the claim holds; null if there is none.
template <class Claim>
const RedisReply* find_reply(const Look& look, Claim claim) {
  for (const Attempt& attempt : look.observation.attempts) {
    if (attempt.redis && std::invoke(claim, *attempt.redis)) {
      return &*attempt.redis;
    }
  }
  return nullptr;
}

bool asks_for_password(const RedisReply& reply) {
  return reply.ping_is_error && reply.ping.starts_with("NOAUTH");
}

bool has_password(const fleet::Target& target) {
  return target.password.has_value();
}

void check_redis_auth(const Look& look, Report& report) {
  const RedisReply* refused =
      find_reply(look, [](const RedisReply& reply) { return reply.auth_error.has_value(); });
  if (refused != nullptr) {
    report.add(Reason::redis_auth, as_sentence("AUTH is refused: " + *refused->auth_error));
    return;
  }
  const bool authenticated = find_reply(look, &RedisReply::authenticated) != nullptr;
  if (!authenticated && has_password(look.target) && find_reply(look, asks_for_password)) {
    report.add(Reason::redis_auth,
               "Redis asks for a password, and it was not sent, because the server's chain or name "
               "did not verify.");
  }
}

/// The numbers of a dotted version, as far as they are numbers: `7.2.4-rc1` is 7, 2, 4.
std::vector<unsigned> parse_version(std::string_view text) {
  std::vector<unsigned> numbers;
  const char* next = text.data();
  const char* const end = text.data() + text.size();
  while (next != end) {
    unsigned number = 0;
    const auto [rest, error] = std::from_chars(next, end, number);
    if (error != std::errc()) {
      break;
    }
    numbers.push_back(number);
    if (rest == end || *rest != '.') {
      break;
    }
    next = rest + 1;
  }
  return numbers;
}

std::string why_version_is_unreadable(const Look& look) {
  const RedisReply* denied =
      find_reply(look, [](const RedisReply& reply) { return reply.info_error.has_value(); });
  if (denied != nullptr) {
    return "INFO is refused: " + *denied->info_error;
  }
  if (find_reply(look, asks_for_password) != nullptr) {
    return has_password(look.target) ? "without AUTH there is no INFO"
                                     : "Redis asks for a password and none is configured";
  }
  return "INFO gave none";
}

void check_redis_version(const Look& look, Report& report) {
  if (find_reply(look, [](const RedisReply&) { return true; }) == nullptr) {
    return;
  }
  const RedisReply* reply =
      find_reply(look, [](const RedisReply& each) { return each.version.has_value(); });
  if (reply == nullptr) {
    report.add(Reason::redis_version, Severity::warning,
               as_sentence("The version of Redis is unknown: " + why_version_is_unreadable(look)));
    return;
  }
  const std::vector<unsigned> version = parse_version(*reply->version);
  if (version.empty()) {
    report.add(Reason::redis_version, Severity::warning,
               "The version of Redis is unknown: " + *reply->version + " is not a version.");
    return;
  }
  if (version < parse_version(look.target.expect.minimum_redis_version)) {
    report.add(Reason::redis_version, "Redis " + *reply->version + " is older than " +
                                          look.target.expect.minimum_redis_version + ".");
  }
}

void check_redis_mode(const Look& look, Report& report) {
  const RedisReply* reply = find_reply(look, [](const RedisReply& each) {
    return each.mode.has_value() && *each.mode != "standalone";
  });
  if (reply != nullptr) {
    report.add(Reason::redis_mode_unsupported, "Redis runs in the mode " + *reply->mode + ".");
  }
}

constexpr std::array<Rule, 4> rules = {check_health, check_redis_auth, check_redis_version,
                                       check_redis_mode};

}  // namespace

std::span<const Rule> application_rules() {
  return rules;
}

}  // namespace telltale::assess
