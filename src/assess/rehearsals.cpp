#include "assess/rehearsals.hpp"

#include <algorithm>

#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using probe::Attempt;
using probe::Rehearsal;

/// What a rehearsal is compared with; null where it was not made.
struct Pair {
  const Attempt* nothing = nullptr;
  const Attempt* ours = nullptr;
  const Attempt* stranger = nullptr;  ///< on the health path, of the same version
};

bool is_on_health_path(const fleet::Target& target, const Rehearsal& rehearsal) {
  return target.url.scheme == fleet::Scheme::rediss || rehearsal.path == target.health;
}

Pair find_pair(const fleet::Target& target, const probe::Observation& observation,
               std::span<const VersionEvidence> versions, const Rehearsal& rehearsal) {
  Pair pair;
  const tls::ProtocolVersion version = rehearsal.attempt.version;
  const auto evidence = std::ranges::find(versions, version, &VersionEvidence::version);
  if (evidence != versions.end()) {
    pair.stranger = evidence->stranger;
  }
  if (is_on_health_path(target, rehearsal)) {
    if (evidence != versions.end()) {
      pair.nothing = evidence->nothing;
      pair.ours = evidence->identity;
    }
    return pair;
  }
  for (const Rehearsal& other : observation.rehearsals) {
    if (other.path != rehearsal.path || other.attempt.version != version) {
      continue;
    }
    if (other.chain.empty()) {
      pair.nothing = &other.attempt;
    } else if (other.is_ours && other.attempt.handshake.certificate_sent) {
      pair.ours = &other.attempt;
    }
  }
  return pair;
}

bool is_refused_at_tls(const Attempt* attempt) {
  return attempt != nullptr && outcome_of(*attempt) == Outcome::refused;
}

bool answers_alike(const Attempt* attempt, AnswerClass answer) {
  return attempt != nullptr && answer_class(*attempt) == answer;
}

/// An answer that others get as well, or nearly so: neither refused nor failed.
bool is_served(const Attempt* attempt) {
  return answers_alike(attempt, AnswerClass::well) ||
         answers_alike(attempt, AnswerClass::redirected);
}

/// Not answered: turned away by TLS, or dropped where others fare well; else it cannot be told.
std::optional<bool> judge_silence(const Attempt& attempt, bool others_fare_well) {
  const Outcome outcome = outcome_of(attempt);
  const bool is_turned_away =
      outcome == Outcome::refused || (outcome == Outcome::dropped && others_fare_well);
  return is_turned_away ? std::optional(false) : std::nullopt;
}

/// Whether a client without certificate is served on this path.
std::optional<bool> judge_nothing(const Attempt& attempt, const Pair& pair) {
  const auto answer = answer_class(attempt);
  if (!answer) {
    return judge_silence(attempt, is_answered_well(pair.ours));
  }
  if (*answer == AnswerClass::well) {
    return true;
  }
  // Sent to a login, where others are served.
  if (*answer == AnswerClass::redirected && is_answered_well(pair.ours)) {
    return false;
  }
  if (*answer == AnswerClass::refused) {
    return is_served(pair.ours) ? std::optional(false) : std::nullopt;
  }
  return answers_alike(pair.ours, *answer) ? std::optional(true) : std::nullopt;
}

/// Whether a caller's certificate was accepted. A server's own failure says nothing of it.
std::optional<bool> judge_certificate(const Attempt& attempt, const Pair& pair) {
  const bool others_fare_well = is_answered_well(pair.nothing) || is_answered_well(pair.ours);
  const auto answer = answer_class(attempt);
  if (!answer) {
    return judge_silence(attempt, others_fare_well);
  }
  if (*answer == AnswerClass::well) {
    return true;
  }
  if (others_fare_well) {
    return *answer == AnswerClass::failing ? std::nullopt : std::optional(false);
  }
  if (*answer == AnswerClass::refused && is_served(pair.ours)) {
    return false;
  }
  // TLS turned others away and let this one pass; what the application says, it says to all.
  if (is_refused_at_tls(pair.nothing)) {
    return true;
  }
  const bool is_as_others =
      answers_alike(pair.nothing, *answer) || answers_alike(pair.ours, *answer);
  if (is_as_others && (is_refused_at_tls(pair.stranger) || *answer != AnswerClass::refused)) {
    return true;
  }
  return std::nullopt;
}

std::optional<bool> judge(const Rehearsal& rehearsal, const Pair& pair) {
  if (rehearsal.chain.empty()) {
    return judge_nothing(rehearsal.attempt, pair);
  }
  return rehearsal.attempt.handshake.certificate_sent ? judge_certificate(rehearsal.attempt, pair)
                                                      : std::nullopt;
}

}  // namespace

std::vector<RehearsalAssessment> weigh_rehearsals(const fleet::Target& target,
                                                  const probe::Observation& observation,
                                                  std::span<const VersionEvidence> versions) {
  std::vector<RehearsalAssessment> weighed;
  for (const Rehearsal& rehearsal : observation.rehearsals) {
    const Pair pair = find_pair(target, observation, versions, rehearsal);
    weighed.push_back({.chain = rehearsal.chain,
                       .path = rehearsal.path,
                       .version = rehearsal.attempt.version,
                       .is_ours = rehearsal.is_ours,
                       .presented = rehearsal.attempt.handshake.certificate_sent,
                       .accepted = judge(rehearsal, pair),
                       .what_happened = what_the_peer_did(rehearsal.attempt)});
  }
  return weighed;
}

}  // namespace telltale::assess
