#pragma once
// Reasoning: whether a server would accept a certificate, going by what the server shows of its
// trust and by what our own trust makes of the chain.

#include <optional>
#include <string>

#include "assess/acceptance.hpp"

namespace telltale::assess {

/// What reasoning gave; `accepted` nothing: it cannot be told.
struct Opinion {
  std::optional<bool> accepted;
  Reason reason = Reason::identity_unconfirmed;
  std::string detail;
  std::string hint;
};

/// Judges dates, usage and strength of what is sent, then whether the server trusts it.
[[nodiscard]] Opinion reason_about(const Presented& presented);

}  // namespace telltale::assess
