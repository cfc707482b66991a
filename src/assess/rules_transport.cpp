// Rules about getting there: connections, handshakes that fail for reasons of their own, answers
// without TLS.

#include <algorithm>
#include <array>

#include "telltale/enum_names.hpp"

#include "assess/rules.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using probe::Attempt;
using probe::Failure;
using probe::FailureKind;
using probe::Phase;
using probe::Presentation;

Reason timeout_reason(Phase phase) {
  switch (phase) {
    case Phase::resolve:
      return Reason::resolve_failed;
    case Phase::connect:
      return Reason::connect_timeout;
    case Phase::handshake:
    case Phase::first_read:
      return Reason::tls_timeout;
    case Phase::application:
      return Reason::app_timeout;
  }
  return Reason::unknown;
}

Reason reason_of(const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::resolve:
      return Reason::resolve_failed;
    case FailureKind::refused:
      return Reason::connect_refused;
    case FailureKind::unreachable:
      return Reason::connect_failed;
    case FailureKind::timed_out:
      return timeout_reason(failure.phase);
    case FailureKind::reset:
      return Reason::connection_reset;
    case FailureKind::closed:
      return Reason::connection_closed;
    case FailureKind::alert:
    case FailureKind::tls:
      return Reason::tls_protocol;
    case FailureKind::plaintext:
      return Reason::plaintext_answer;
    case FailureKind::application:
      return Reason::app_protocol;
    case FailureKind::oversize:
      return failure.phase == Phase::application ? Reason::app_oversize : Reason::tls_protocol;
  }
  return Reason::unknown;
}

/// The attempts that failed in one way.
struct FailureGroup {
  Reason reason = Reason::unknown;
  const Attempt* first = nullptr;
  const Failure* failure = nullptr;  ///< of the first
  std::size_t attempts = 0;
  bool strangers_only = true;
};

std::vector<FailureGroup> group_failures(const Look& look) {
  std::vector<FailureGroup> groups;
  for (const Attempt& attempt : look.observation.attempts) {
    if (!attempt.failure || is_explained(attempt, look.versions)) {
      continue;
    }
    const Reason reason = reason_of(*attempt.failure);
    auto group = std::ranges::find(groups, reason, &FailureGroup::reason);
    if (group == groups.end()) {
      group = groups.insert(
          groups.end(),
          FailureGroup{.reason = reason, .first = &attempt, .failure = &*attempt.failure});
    }
    ++group->attempts;
    group->strangers_only = group->strangers_only && attempt.presentation == Presentation::stranger;
  }
  return groups;
}

/// The other kinds are told in full by what the peer did.
bool is_worth_quoting(const Failure& failure) {
  constexpr std::array kinds = {FailureKind::resolve, FailureKind::unreachable, FailureKind::tls,
                                FailureKind::application, FailureKind::oversize};
  return !failure.detail.empty() && std::ranges::find(kinds, failure.kind) != kinds.end();
}

std::string describe(const FailureGroup& group, const Look& look) {
  const Attempt& attempt = *group.first;
  const Failure& failure = *group.failure;
  std::string text = fleet::to_text(look.observation.address);
  if (failure.phase == Phase::connect || failure.phase == Phase::resolve) {
    text += " " + what_the_peer_did(attempt);
  } else {
    // An answer that was cut short has both a status and a failure; here the failure is meant.
    Attempt bare = attempt;
    bare.http.reset();
    bare.redis.reset();
    text += " " + what_the_peer_did(bare) + " over " + std::string(tls::label(attempt.version)) +
            " with " + what_was_presented(attempt) + " in the phase " +
            std::string(name_of(failure.phase));
  }
  if (is_worth_quoting(failure)) {
    text += " (" + failure.detail + ")";
  }
  return text + "; " + std::to_string(group.attempts) + " of " +
         count(look.observation.attempts.size(), "attempt") + " ended so.";
}

/// The sidecar is PERMISSIVE, as it is expected to be: it lets plaintext through, and has no chain
/// for the application's own TLS on a port that is declared HTTP.
bool is_behind_permissive(const Look& look) {
  return look.facts.mesh && look.facts.mesh->mode == fleet::MeshMode::permissive &&
         look.target.mesh->mode == fleet::MeshMode::permissive;
}

/// Whoever plans no flip to `need` there waits for STRICT, which closes it; for `need` it is a
/// hole.
Severity severity_behind_permissive(const Look& look, Severity otherwise) {
  const bool is_accounted_for = is_behind_permissive(look) && look.target.goal == fleet::Goal::none;
  return is_accounted_for ? Severity::warning : otherwise;
}

/// TLS did not get so far that the peer answered in TLS.
bool is_unanswered_hello(const FailureGroup& group) {
  const bool is_of_wire = group.reason == Reason::connection_reset ||
                          group.reason == Reason::connection_closed ||
                          group.reason == Reason::plaintext_answer;
  return is_of_wire && group.failure->phase == Phase::handshake && !group.first->handshake.version;
}

/// A stranger alone that fails keeps us only from seeing whether certificates are verified; an
/// answer that is too long has told its status all the same.
Severity severity_of(const FailureGroup& group, const Look& look) {
  const bool has_answered = group.reason == Reason::app_oversize && group.first->http;
  if (is_unanswered_hello(group)) {
    return severity_behind_permissive(look, row_of(group.reason).severity);
  }
  return group.strangers_only || has_answered ? Severity::warning : row_of(group.reason).severity;
}

/// Reports every way in which attempts failed, unless the pairing of presentations explains it.
void check_failures(const Look& look, Report& report) {
  for (const FailureGroup& group : group_failures(look)) {
    report.add(group.reason, severity_of(group, look), describe(group, look));
  }
}

/// The same request got this status over TLS, with our identity or without a certificate.
bool got_over_tls(const Look& look, unsigned status) {
  return std::ranges::any_of(look.observation.attempts, [&](const Attempt& attempt) {
    return attempt.presentation != Presentation::stranger && attempt.http &&
           attempt.http->status == status;
  });
}

/// A TLS port may tell a plain client in HTTP to use TLS (Tomcat, Go and nginx answer 400, others
/// redirect); it must not serve it.
bool serves_in_plaintext(const Look& look, unsigned status) {
  const unsigned status_class = status / 100;
  if (status_class == 2) {
    return true;
  }
  return status != 400 && status_class != 3 && got_over_tls(look, status);
}

/// A connection was made, and what became of it does not show that nobody serves there.
bool is_left_open(const probe::PlaintextAttempt& attempt) {
  if (attempt.http || attempt.redis || !attempt.failure) {
    return false;
  }
  const FailureKind kind = attempt.failure->kind;
  return kind == FailureKind::application || kind == FailureKind::oversize ||
         (kind == FailureKind::timed_out && attempt.failure->phase == Phase::application);
}

void check_plaintext(const Look& look, Report& report) {
  for (const probe::PlaintextAttempt& attempt : look.observation.plaintext) {
    const std::string where =
        fleet::to_text({.host = look.observation.address.host, .port = attempt.port});
    const bool is_tls_port = attempt.port == look.observation.address.port;
    const Severity plain = row_of(Reason::plaintext_open).severity;
    const Severity severity = is_tls_port ? severity_behind_permissive(look, plain) : plain;
    const std::string_view why =
        is_tls_port && is_behind_permissive(look) ? ", as a PERMISSIVE sidecar lets it" : "";
    if (attempt.http && (!is_tls_port || serves_in_plaintext(look, attempt.http->status))) {
      report.add(Reason::plaintext_open, severity,
                 where + " answers a request without TLS with HTTP " +
                     std::to_string(attempt.http->status) + std::string(why) + ".");
    }
    if (attempt.redis) {
      report.add(
          Reason::plaintext_open, severity,
          where + " answers PING without TLS with " + *attempt.redis + std::string(why) + ".");
    }
    if (!is_tls_port && is_left_open(attempt)) {
      report.add(Reason::plaintext_open, where +
                                             " must not answer without TLS; it takes connections, "
                                             "and what it answers cannot be told.");
    }
  }
}

/// Routes are asked for in their order.
void add_untried_of_ingress(const Look& look, std::vector<std::string>& untried) {
  if (!look.target.ingress) {
    return;
  }
  const fleet::Ingress& asked = *look.target.ingress;
  const probe::IngressReading seen = look.observation.ingress.value_or(probe::IngressReading());
  if (asked.redirect_port && !seen.redirect) {
    untried.push_back("the redirect of port " + std::to_string(*asked.redirect_port));
  }
  for (std::size_t i = seen.routes.size(); i < asked.routes.size(); ++i) {
    untried.push_back("the route " + asked.routes[i]);
  }
}

/// Reports what the deadline cut off, where no failure has said so already.
void check_completeness(const Look& look, Report& report) {
  const auto groups = group_failures(look);
  if (std::ranges::any_of(groups, [&](const FailureGroup& group) {
        return severity_of(group, look) == Severity::error;
      })) {
    return;
  }
  std::vector<std::string> untried;
  if (look.observation.attempts.empty()) {
    untried.emplace_back("any attempt");
  }
  for (const VersionEvidence& evidence : look.versions) {
    if (!evidence.tried()) {
      untried.emplace_back(tls::label(evidence.version));
    }
  }
  for (const std::uint16_t port : look.target.plaintext_ports) {
    const auto& tried = look.observation.plaintext;
    if (std::ranges::find(tried, port, &probe::PlaintextAttempt::port) == tried.end()) {
      untried.push_back("port " + std::to_string(port) + " in plaintext");
    }
  }
  add_untried_of_ingress(look, untried);
  if (!untried.empty()) {
    report.add(Reason::look_incomplete, "The look at " + fleet::to_text(look.observation.address) +
                                            " ended before it came to " + enumerate(untried) + ".");
  }
}

constexpr std::array<Rule, 3> rules = {check_failures, check_plaintext, check_completeness};

}  // namespace

std::span<const Rule> transport_rules() {
  return rules;
}

}  // namespace telltale::assess
