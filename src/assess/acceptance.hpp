#pragma once
// Whether a server accepts what a caller presents: by a rehearsal where there is one, else by
// reasoning over what the server shows of its trust.

#include <optional>
#include <string>

#include "telltale/assess/assessment.hpp"
#include "telltale/assess/selection.hpp"
#include "telltale/fleet/fleet.hpp"

namespace telltale::assess {

/// One certificate on its way to one server.
struct Presented {
  const fleet::Edge& edge;
  const fleet::Target& callee;
  const AddressAssessment& at;
  const VersionAssessment& version;  ///< at which a certificate was asked for
  const HeldKeyFacts& key;           ///< that the runtime chose
  CivilTime now;
};

struct Acceptance {
  std::optional<bool> after;  ///< accepted by a server that verifies; nothing: it cannot be told
  std::optional<bool> today;  ///< accepted as the server is: one that verifies nothing takes all
  bool rehearsed = false;     ///< this very chain was presented
  Reason reason = Reason::caller_accepted;
  std::string detail;  ///< a clause for people
  std::string hint;    ///< empty: the reason's own
};

[[nodiscard]] Acceptance judge_acceptance(const Presented& presented);

/// The rehearsal of this chain on this path at this version; empty chain: of nothing. Null: there
/// is none.
[[nodiscard]] const RehearsalAssessment* find_rehearsal(const AddressAssessment& at,
                                                        const pki::Chain& chain,
                                                        const std::string& path,
                                                        tls::ProtocolVersion version);

/// What verifying the certificates that are sent as a client's against our trust gave; null: that
/// was not done.
[[nodiscard]] const pki::ChainVerification* verification_of_sent(fleet::Runtime runtime,
                                                                 const HeldKeyFacts& key);

}  // namespace telltale::assess
