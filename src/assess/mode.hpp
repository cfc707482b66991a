#pragma once
// Mode inference: what an address asks of its clients, from pairs of attempts at each TLS version.
// The alert's number is evidence for people and never decides anything here.

#include <optional>
#include <span>
#include <vector>

#include "telltale/assess/assessment.hpp"
#include "telltale/probe/observation.hpp"

namespace telltale::assess {

/// How an attempt ended, as far as client authentication goes. In order from lax to strict.
enum class Outcome {
  answered,    ///< the application answered, whatever it said
  refused,     ///< asked for a certificate, then an alert, or a reset or end of file at once
  dropped,     ///< reset or end of file where the application's answer was due
  unanswered,  ///< anything else: nothing can be concluded
};

/// Classes of answers. Two answers are the same if their classes are.
enum class AnswerClass {
  well,        ///< HTTP 2xx; PONG, NOAUTH, NOPERM
  redirected,  ///< HTTP 3xx
  refused,     ///< HTTP 4xx; DENIED
  failing,     ///< HTTP 5xx and anything else; LOADING, BUSY, MASTERDOWN and so on
};

[[nodiscard]] Outcome outcome_of(const probe::Attempt& attempt);

/// Nothing if the application did not answer.
[[nodiscard]] std::optional<AnswerClass> answer_class(const probe::Attempt& attempt);

/// The attempts at one TLS version, sorted by what really left. Of several of a kind the laxest
/// counts. The attempts are borrowed from the observation.
struct VersionEvidence {
  tls::ProtocolVersion version = tls::ProtocolVersion::tls_1_3;
  const probe::Attempt* unasked = nullptr;   ///< answered without having been asked
  const probe::Attempt* nothing = nullptr;   ///< no certificate left, whatever was meant to
  const probe::Attempt* identity = nullptr;  ///< our certificate left
  const probe::Attempt* stranger = nullptr;  ///< the stranger's certificate left
  bool negotiated = false;                   ///< the peer took part in a handshake
  VersionAssessment assessment;

  [[nodiscard]] bool tried() const {
    return unasked != nullptr || nothing != nullptr || identity != nullptr || stranger != nullptr;
  }

  [[nodiscard]] bool asked() const { return assessment.certificate_request != nullptr; }
};

/// Weighs the attempts at every version, TLS 1.3 first. A version that the peer does not speak,
/// while it speaks the other one, is left out; one that was not tried, because the look ran out of
/// time, is there with an unknown mode.
[[nodiscard]] std::vector<VersionEvidence> weigh(const probe::Observation& observation);

/// The attempt failed for a reason that its pair explains: it was refused for want of an acceptable
/// certificate, or its version is not spoken. Every other failure is a finding of its own.
[[nodiscard]] bool is_explained(const probe::Attempt& attempt,
                                std::span<const VersionEvidence> versions);

[[nodiscard]] bool is_answered_well(const probe::Attempt* attempt);

}  // namespace telltale::assess
