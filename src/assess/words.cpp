#include "assess/words.hpp"

#include <algorithm>
#include <ranges>

#include "telltale/enum_names.hpp"

namespace telltale::assess {

namespace {

using probe::FailureKind;

/// The peer's last fatal alert; `an alert` if none was recorded.
std::string alert_of(const tls::Handshake& handshake) {
  for (const tls::Alert& alert : std::views::reverse(handshake.alerts)) {
    if (alert.direction == tls::Direction::received && alert.level == tls::AlertLevel::fatal) {
      return "the alert " + tls::to_text(alert.description);
    }
  }
  return "an alert";
}

std::string what_the_peer_said(const probe::Attempt& attempt) {
  if (attempt.http) {
    return "answers HTTP " + std::to_string(attempt.http->status);
  }
  return attempt.redis->ping_is_error ? "answers -" + attempt.redis->ping
                                      : "answers +" + attempt.redis->ping;
}

}  // namespace

std::string enumerate(std::span<const std::string> items, std::size_t limit) {
  std::string text;
  for (const std::string& item : items | std::views::take(limit)) {
    text += text.empty() ? item : ", " + item;
  }
  if (items.size() > limit) {
    text += " and " + std::to_string(items.size() - limit) + " more";
  }
  return text;
}

std::string count(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun +
         (number == 1           ? ""
          : noun.ends_with("s") ? "es"
                                : "s");
}

std::string as_sentence(std::string text) {
  if (!text.ends_with('.') && !text.ends_with('!') && !text.ends_with('?')) {
    text += '.';
  }
  return text;
}

std::string what_was_presented(const probe::Attempt& attempt) {
  if (!attempt.handshake.certificate_sent) {
    return "no certificate";
  }
  return attempt.presentation == probe::Presentation::stranger ? "a stranger's certificate"
                                                               : "telltale's identity";
}

std::string how_it_failed(const probe::Failure& failure, const tls::Handshake& handshake) {
  switch (failure.kind) {
    case FailureKind::resolve:
      return "has no address";
    case FailureKind::refused:
      return "refuses the connection";
    case FailureKind::unreachable:
      return "cannot be reached";
    case FailureKind::timed_out:
      return "does not answer in time";
    case FailureKind::reset:
      return "resets the connection";
    case FailureKind::closed:
      return "closes the connection";
    case FailureKind::alert:
      return "sends " + alert_of(handshake);
    case FailureKind::tls:
      return "breaks the TLS protocol";
    case FailureKind::plaintext:
      return "answers without TLS";
    case FailureKind::application:
      return "answers in another protocol";
    case FailureKind::oversize:
      return "answers without end";
  }
  return "fails";
}

std::string what_the_peer_did(const probe::Attempt& attempt) {
  if (attempt.http || attempt.redis) {
    return what_the_peer_said(attempt);
  }
  return attempt.failure ? how_it_failed(*attempt.failure, attempt.handshake) : "does not answer";
}

}  // namespace telltale::assess
