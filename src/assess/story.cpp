#include "telltale/assess/story.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using probe::Phase;
using probe::Presentation;

// A peer's error page is told by its beginning.
constexpr std::size_t quoted_bytes = 80;

/// Without C0 and DEL; beyond ASCII a text stays as it is.
std::string on_one_line(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; }, '?');
  return text;
}

/// What happened on one connection, part by part.
class Outcome {
 public:
  void add(std::string_view part) { text_.append(text_.empty() ? "" : ", ").append(part); }

  [[nodiscard]] std::string take() {
    std::string line = on_one_line(std::move(text_));
    line.shrink_to_fit();  // stories are kept by the thousand
    return line;
  }

 private:
  std::string text_;
};

/// ` in 3ms`; a phase that was over at once has no time worth telling.
std::string time_of(std::string_view word, const std::optional<Duration>& duration) {
  if (!duration || *duration < std::chrono::milliseconds(1)) {
    return {};
  }
  return std::string(word).append(to_text(*duration));
}

std::string_view name_of_phase(Phase phase) {
  switch (phase) {
    case Phase::resolve:
      return "resolving";
    case Phase::connect:
      return "connecting";
    case Phase::handshake:
      return "handshake";
    case Phase::first_read:
      return "first read";
    case Phase::application:
      return "answer";
  }
  return "";
}

/// The kinds of failure whose own words say more than which kind it is.
bool has_words_of_its_own(probe::FailureKind kind) {
  using enum probe::FailureKind;
  return kind == resolve || kind == unreachable || kind == tls || kind == application ||
         kind == oversize;
}

std::string failure_text(const probe::Failure& failure, const tls::Handshake& handshake,
                         const std::optional<Duration>& duration) {
  std::string text(name_of_phase(failure.phase));
  text += ": the peer " + how_it_failed(failure, handshake) + time_of(" after ", duration);
  if (has_words_of_its_own(failure.kind) && !failure.detail.empty()) {
    text += " (" + failure.detail + ")";
  }
  return text;
}

/// Without its query, in which a secret may stand.
std::string path_text(std::string_view path) {
  const std::size_t mark = path.find('?');
  return mark == std::string_view::npos ? std::string(path)
                                        : std::string(path.substr(0, mark)) + "?...";
}

std::string http_text(std::string_view path, const probe::HttpReply& reply) {
  std::string text = "GET " + path_text(path) + " " + std::to_string(reply.status);
  if (!reply.location.empty()) {
    text += " to " + path_text(reply.location);  // which may repeat the query
  }
  if (reply.status >= 400 && !reply.first_line.empty()) {
    text += " \"" + reply.first_line.substr(0, quoted_bytes) + "\"";
  }
  return text;
}

void add_redis(Outcome& outcome, const probe::RedisReply& reply) {
  outcome.add("PING " + std::string(reply.ping_is_error ? "-" : "+") + reply.ping);
  if (reply.authenticated) {
    outcome.add("AUTH accepted");
  }
  if (reply.auth_error) {
    outcome.add("AUTH -" + *reply.auth_error);
  }
  if (reply.version || reply.mode) {
    outcome.add("INFO " + reply.version.value_or("without version") +
                (reply.mode ? " " + *reply.mode : ""));
  }
  if (reply.info_error) {
    outcome.add("INFO -" + *reply.info_error);
  }
}

void add_handshake(Outcome& outcome, const probe::Attempt& attempt) {
  const tls::Handshake& handshake = attempt.handshake;
  if (handshake.completed) {
    std::string done = "handshake done" + time_of(" in ", attempt.durations[Phase::handshake]);
    outcome.add(handshake.cipher_suite.empty() ? done : done + " (" + handshake.cipher_suite + ")");
  }
  if (handshake.certificate_request != nullptr) {
    const std::size_t names = handshake.certificate_request->certificate_authorities.size();
    outcome.add("asked for a certificate (" +
                (names == 0 ? std::string("of any issuer") : count(names, "name")) + ")");
  } else if (handshake.completed) {
    outcome.add("asked for no certificate");
  }
  const bool is_held_back = attempt.presentation != Presentation::nothing &&
                            handshake.certificate_request != nullptr && !handshake.certificate_sent;
  if (is_held_back) {
    outcome.add("none was sent");
  }
  if (handshake.session_tickets > 0) {
    outcome.add("ticket" + time_of(" after ", attempt.durations[Phase::first_read]));
  }
}

/// `path`: that was asked for; empty on rediss.
StoryLine line_of(std::string subject, std::string_view path, const probe::Attempt& attempt) {
  Outcome outcome;
  add_handshake(outcome, attempt);
  if (attempt.http) {
    outcome.add(http_text(path, *attempt.http));
  }
  if (attempt.redis) {
    add_redis(outcome, *attempt.redis);
  }
  if (attempt.failure) {
    const auto& duration = attempt.durations[attempt.failure->phase];
    outcome.add(failure_text(*attempt.failure, attempt.handshake, duration));
  }
  return {on_one_line(std::move(subject)), outcome.take(), attempt.failure.has_value()};
}

std::string subject_of(const probe::Attempt& attempt, const probe::Observation& seen) {
  std::string version = ", " + std::string(tls::label(attempt.version));
  switch (attempt.presentation) {
    case Presentation::nothing:
      return "nothing presented" + version;
    case Presentation::identity:
      return "identity " + (seen.identity ? seen.identity->name : std::string("of ours")) +
             " presented" + version;
    case Presentation::stranger:
      return "a stranger presented" + version;
  }
  return version;
}

StoryLine line_of(const probe::PlaintextAttempt& attempt, std::string_view path) {
  Outcome outcome;
  if (attempt.http) {
    outcome.add(http_text(path, *attempt.http));
  }
  if (attempt.redis) {
    outcome.add("PING " + *attempt.redis);
  }
  if (attempt.failure) {
    outcome.add(failure_text(*attempt.failure, {}, std::nullopt));
  }
  return {"plaintext to port " + std::to_string(attempt.port), outcome.take(),
          attempt.failure.has_value()};
}

StoryLine line_of(std::string_view subject, const probe::IngressReply& reply) {
  Outcome outcome;
  if (reply.http) {
    outcome.add(http_text(reply.path, *reply.http));
  }
  if (reply.failure) {
    outcome.add(failure_text(*reply.failure, {}, std::nullopt));
  }
  return {std::string(subject).append(std::to_string(reply.port)), outcome.take(),
          reply.failure.has_value()};
}

std::string_view obstacle_text(probe::LoginObstacle obstacle) {
  switch (obstacle) {
    case probe::LoginObstacle::no_identity:
      return "not tried: there is no identity to present";
    case probe::LoginObstacle::no_handshake:
      return "not tried: no TLS version was negotiated";
    case probe::LoginObstacle::no_time:
      return "not tried: no time was left";
    case probe::LoginObstacle::unverified:
      return "not asked: chain or name did not verify";
    case probe::LoginObstacle::not_presented:
      return "not asked: the certificate was not sent";
  }
  return "";
}

StoryLine line_of(const probe::LoginAttempt& login) {
  Outcome outcome;
  if (login.obstacle) {
    outcome.add(obstacle_text(*login.obstacle));
  }
  if (login.status) {
    outcome.add("GET /auth/user " + std::to_string(*login.status));
  }
  if (login.principal) {
    outcome.add("taken for " + *login.principal);
    outcome.add(login.roles.empty() ? "without roles"
                                    : "with the roles " + enumerate(login.roles, 5));
  } else if (login.status && !login.failure) {
    outcome.add("taken for nobody");
  }
  if (login.failure) {
    outcome.add(failure_text(*login.failure, {}, std::nullopt));
  }
  return {"login", outcome.take(), login.obstacle || login.failure};
}

/// `CN=orca's certificate rehearsed on /ops, TLSv1.3`.
std::string subject_of(const probe::Rehearsal& rehearsal) {
  std::string subject = "nothing";
  if (rehearsal.is_ours) {
    subject = "our identity";
  } else if (!rehearsal.chain.empty()) {
    subject = "the caller's " + rehearsal.chain.front()->subject.rfc4514;
  }
  subject += " rehearsed";
  if (!rehearsal.path.empty()) {
    subject += " on " + path_text(rehearsal.path);
  }
  return subject + ", " + std::string(tls::label(rehearsal.attempt.version));
}

void tell_ingress(Story& story, const probe::IngressReading& ingress) {
  if (ingress.redirect) {
    story.push_back(line_of("redirect from plaintext port ", *ingress.redirect));
  }
  for (const probe::IngressReply& route : ingress.routes) {
    story.push_back(line_of("route on port ", route));
  }
}

}  // namespace

Story tell(const fleet::Target& target, const probe::Observation& seen) {
  Story story;
  for (const probe::Attempt& attempt : seen.attempts) {
    story.push_back(line_of(subject_of(attempt, seen), target.health, attempt));
  }
  if (seen.without_alpn) {
    const std::string version(tls::label(seen.without_alpn->version));
    story.push_back(
        line_of("nothing presented, without ALPN, " + version, target.health, *seen.without_alpn));
  }
  for (const probe::PlaintextAttempt& attempt : seen.plaintext) {
    story.push_back(line_of(attempt, target.health));
  }
  if (seen.ingress) {
    tell_ingress(story, *seen.ingress);
  }
  if (seen.login) {
    story.push_back(line_of(*seen.login));
  }
  for (const probe::Rehearsal& rehearsal : seen.rehearsals) {
    story.push_back(line_of(subject_of(rehearsal), rehearsal.path, rehearsal.attempt));
  }
  story.shrink_to_fit();
  return story;
}

}  // namespace telltale::assess
