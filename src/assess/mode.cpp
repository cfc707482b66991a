#include "assess/mode.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "telltale/assess/assess.hpp"

namespace telltale::assess {

namespace {

using probe::Attempt;
using probe::FailureKind;
using probe::Phase;
using probe::Presentation;
using tls::ClientAuthMode;

bool was_asked(const Attempt& attempt) {
  return attempt.handshake.certificate_request != nullptr;
}

AnswerClass class_of(const probe::HttpReply& reply) {
  switch (reply.status / 100) {
    case 2:
      return AnswerClass::well;
    case 3:
      return AnswerClass::redirected;
    case 4:
      return AnswerClass::refused;
    default:
      return AnswerClass::failing;
  }
}

AnswerClass class_of(const probe::RedisReply& reply) {
  const std::string_view code = std::string_view(reply.ping).substr(0, reply.ping.find(' '));
  // NOAUTH and NOPERM are answers to a command, given to a connection that was let in.
  if (!reply.ping_is_error || code == "NOAUTH" || code == "NOPERM") {
    return AnswerClass::well;
  }
  // Protected mode: Redis serves nobody who is not on its own host.
  if (code == "DENIED") {
    return AnswerClass::refused;
  }
  return AnswerClass::failing;
}

/// Whether this attempt is laxer evidence than another: a version is judged by its laxest.
bool is_laxer(const Attempt& attempt, const Attempt& other) {
  const auto rank = [](const Attempt& a) {
    return is_answered_well(&a) ? -1 : static_cast<int>(outcome_of(a));
  };
  return rank(attempt) < rank(other);
}

void keep_laxest(const Attempt*& kept, const Attempt& attempt) {
  if (kept == nullptr || is_laxer(attempt, *kept)) {
    kept = &attempt;
  }
}

bool heard_protocol_version(const Attempt& attempt) {
  return std::ranges::any_of(attempt.handshake.alerts, [](const tls::Alert& alert) {
    return alert.description == tls::AlertDescription::protocol_version;
  });
}

/// A peer that knows no supported_versions extension sees only ciphers of TLS 1.3 in our
/// ClientHello and answers that it shares none (JDK 8 before 8u261).
bool heard_no_common_cipher(const Attempt& attempt) {
  return std::ranges::any_of(attempt.handshake.alerts, [](const tls::Alert& alert) {
    return alert.direction == tls::Direction::received &&
           (alert.description == tls::AlertDescription::handshake_failure ||
            alert.description == tls::AlertDescription::insufficient_security);
  });
}

bool says_version_is_not_spoken(const Attempt& attempt) {
  if (!attempt.failure || attempt.failure->phase != Phase::handshake || was_asked(attempt) ||
      attempt.handshake.completed) {
    return false;
  }
  return heard_protocol_version(attempt) ||
         (!attempt.handshake.version && heard_no_common_cipher(attempt));
}

bool took_part(const Attempt& attempt) {
  return attempt.handshake.version.has_value() || attempt.handshake.completed || was_asked(attempt);
}

/// A version that was not tried may be spoken, for all we know.
bool is_spoken(const probe::Observation& observation, tls::ProtocolVersion version) {
  const auto says_not = [&](const Attempt& attempt) {
    return attempt.version != version || says_version_is_not_spoken(attempt);
  };
  const auto other_took_part = [&](const Attempt& attempt) {
    return attempt.version != version && took_part(attempt);
  };
  const bool was_tried = std::ranges::any_of(
      observation.attempts, [&](const Attempt& attempt) { return attempt.version == version; });
  return !(was_tried && std::ranges::all_of(observation.attempts, says_not) &&
           std::ranges::any_of(observation.attempts, other_took_part));
}

void sort_in(VersionEvidence& evidence, const Attempt& attempt) {
  const tls::Handshake& handshake = attempt.handshake;
  VersionAssessment& assessment = evidence.assessment;
  evidence.negotiated = evidence.negotiated || took_part(attempt);
  if (assessment.cipher_suite.empty()) {
    assessment.cipher_suite = handshake.cipher_suite;
  }
  if (!assessment.certificate_request) {
    assessment.certificate_request = handshake.certificate_request;
  }
  if (!was_asked(attempt) && outcome_of(attempt) == Outcome::answered) {
    keep_laxest(evidence.unasked, attempt);
    return;
  }
  if (!handshake.certificate_sent) {
    keep_laxest(evidence.nothing, attempt);
    return;
  }
  if (attempt.presentation == Presentation::stranger) {
    keep_laxest(evidence.stranger, attempt);
  }
  if (attempt.presentation == Presentation::identity) {
    keep_laxest(evidence.identity, attempt);
  }
}

struct Verdict {
  ClientAuthMode mode = ClientAuthMode::unknown;
  std::optional<EnforcedBy> enforced_by;
};

/// A server that let the application close the connection had let TLS pass: TLS 1.2 ends with the
/// server's Finished, and in TLS 1.3 a ticket comes only after the client was accepted.
EnforcedBy layer_that_dropped(const Attempt& attempt) {
  const bool was_silent =
      attempt.version == tls::ProtocolVersion::tls_1_3 && attempt.handshake.session_tickets == 0;
  return was_silent ? EnforcedBy::tls : EnforcedBy::http;
}

/// TLS let the client without a certificate pass: the application's answers decide.
Verdict infer_from_answers(const VersionEvidence& evidence) {
  if (is_answered_well(evidence.nothing)) {
    return {ClientAuthMode::want, std::nullopt};
  }
  if (evidence.identity == nullptr || outcome_of(*evidence.identity) != Outcome::answered) {
    return {};
  }
  const auto with_nothing = answer_class(*evidence.nothing);
  const auto with_identity = answer_class(*evidence.identity);
  if (with_nothing == with_identity) {
    // Both refused: the application may have refused the lack of a certificate and ours as well.
    const bool both_refused = with_nothing == AnswerClass::refused;
    return {both_refused ? ClientAuthMode::unknown : ClientAuthMode::want, std::nullopt};
  }
  // A server's own failure says nothing of certificates.
  const bool has_failed =
      with_nothing == AnswerClass::failing || with_identity == AnswerClass::failing;
  if (!has_failed && with_identity != AnswerClass::refused) {
    return {ClientAuthMode::need, EnforcedBy::http};
  }
  return {};
}

Verdict infer_mode(const VersionEvidence& evidence) {
  if (evidence.unasked != nullptr) {
    return {ClientAuthMode::none, std::nullopt};
  }
  if (!evidence.asked() || evidence.nothing == nullptr) {
    return {};
  }
  switch (outcome_of(*evidence.nothing)) {
    case Outcome::refused:
      return {ClientAuthMode::need, EnforcedBy::tls};
    case Outcome::answered:
      return infer_from_answers(evidence);
    case Outcome::dropped:
      if (is_answered_well(evidence.identity)) {
        return {ClientAuthMode::need, layer_that_dropped(*evidence.nothing)};
      }
      return {};
    case Outcome::unanswered:
      return {};
  }
  return {};
}

bool is_same_answer(const Attempt* attempt, std::optional<AnswerClass> answer) {
  return attempt != nullptr && answer && answer_class(*attempt) == answer;
}

/// A presentation that the application did not answer: TLS refused it, or it was dropped where
/// others fare well.
bool is_turned_away(const Attempt& attempt, bool others_fare_well) {
  const Outcome outcome = outcome_of(attempt);
  return outcome == Outcome::refused || (outcome == Outcome::dropped && others_fare_well);
}

/// Whether the server verifies: the stranger refused, accepted, or nothing to go by.
std::optional<bool> infer_verified(const VersionEvidence& evidence) {
  if (evidence.stranger == nullptr) {
    return std::nullopt;
  }
  const bool others_fare_well =
      is_answered_well(evidence.identity) || is_answered_well(evidence.nothing);
  const auto answer = answer_class(*evidence.stranger);
  if (!answer) {
    return is_turned_away(*evidence.stranger, others_fare_well) ? std::optional(true)
                                                                : std::nullopt;
  }
  if (*answer == AnswerClass::well) {
    return false;
  }
  if (others_fare_well) {
    // A server's own failure says nothing of the certificate.
    return *answer == AnswerClass::failing ? std::nullopt : std::optional(true);
  }
  const bool fares_as_others =
      is_same_answer(evidence.identity, answer) || is_same_answer(evidence.nothing, answer);
  return fares_as_others && *answer != AnswerClass::refused ? std::optional(false) : std::nullopt;
}

std::optional<bool> infer_identity_accepted(const VersionEvidence& evidence) {
  if (evidence.identity == nullptr) {
    return std::nullopt;
  }
  const bool nothing_fares_well = is_answered_well(evidence.nothing);
  const auto answer = answer_class(*evidence.identity);
  if (!answer) {
    return is_turned_away(*evidence.identity, nothing_fares_well) ? std::optional(false)
                                                                  : std::nullopt;
  }
  if (*answer == AnswerClass::well) {
    return true;
  }
  if (nothing_fares_well) {
    return false;
  }
  // TLS turned away the client without a certificate, and let ours in.
  if (evidence.nothing != nullptr && outcome_of(*evidence.nothing) == Outcome::refused) {
    return true;
  }
  const bool fares_as_nothing = is_same_answer(evidence.nothing, answer);
  return fares_as_nothing && *answer != AnswerClass::refused ? std::optional(true) : std::nullopt;
}

}  // namespace

Outcome outcome_of(const Attempt& attempt) {
  if (attempt.http || attempt.redis) {
    return Outcome::answered;
  }
  if (!attempt.failure) {
    return Outcome::unanswered;
  }
  const FailureKind kind = attempt.failure->kind;
  const Phase phase = attempt.failure->phase;
  if (kind == FailureKind::alert) {
    return was_asked(attempt) ? Outcome::refused : Outcome::unanswered;
  }
  if (kind != FailureKind::reset && kind != FailureKind::closed) {
    return Outcome::unanswered;
  }
  if (phase == Phase::application) {
    return Outcome::dropped;
  }
  const bool at_tls = phase == Phase::handshake || phase == Phase::first_read;
  return at_tls && was_asked(attempt) ? Outcome::refused : Outcome::unanswered;
}

std::optional<AnswerClass> answer_class(const Attempt& attempt) {
  if (attempt.http) {
    return class_of(*attempt.http);
  }
  if (attempt.redis) {
    return class_of(*attempt.redis);
  }
  return std::nullopt;
}

bool is_answered_well(const Attempt* attempt) {
  return attempt != nullptr && answer_class(*attempt) == AnswerClass::well;
}

std::vector<VersionEvidence> weigh(const probe::Observation& observation) {
  constexpr std::array versions = {tls::ProtocolVersion::tls_1_3, tls::ProtocolVersion::tls_1_2};
  std::vector<VersionEvidence> weighed;
  for (const tls::ProtocolVersion version : versions) {
    if (observation.attempts.empty() || !is_spoken(observation, version)) {
      continue;
    }
    VersionEvidence evidence;
    evidence.version = version;
    evidence.assessment.version = version;
    for (const Attempt& attempt : observation.attempts) {
      if (attempt.version == version) {
        sort_in(evidence, attempt);
      }
    }
    const Verdict verdict = infer_mode(evidence);
    evidence.assessment.mode = verdict.mode;
    evidence.assessment.enforced_by = verdict.enforced_by;
    evidence.assessment.client_certificates_verified = infer_verified(evidence);
    evidence.assessment.identity_accepted = infer_identity_accepted(evidence);
    weighed.push_back(std::move(evidence));
  }
  return weighed;
}

bool is_explained(const Attempt& attempt, std::span<const VersionEvidence> versions) {
  const auto evidence = std::ranges::find(versions, attempt.version, &VersionEvidence::version);
  if (evidence == versions.end()) {
    return true;
  }
  const Outcome outcome = outcome_of(attempt);
  if (outcome != Outcome::dropped || !was_asked(attempt)) {
    return outcome == Outcome::refused;
  }
  // Dropped for want of a better certificate, if one that is no worse was answered well.
  const bool sent_identity =
      attempt.handshake.certificate_sent && attempt.presentation == Presentation::identity;
  return is_answered_well(evidence->nothing) ||
         (!sent_identity && is_answered_well(evidence->identity));
}

ClientAuthMode laxest(std::span<const ClientAuthMode> modes) {
  const auto has = [&](ClientAuthMode mode) {
    return std::ranges::find(modes, mode) != modes.end();
  };
  if (modes.empty() || (has(ClientAuthMode::unknown) && !has(ClientAuthMode::none))) {
    return ClientAuthMode::unknown;
  }
  return *std::ranges::min_element(modes);
}

}  // namespace telltale::assess
