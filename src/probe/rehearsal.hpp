#pragma once
// Which rehearsals a look makes for the sake of calls, and how long each may take. No I/O.

#include <cstddef>
#include <string>
#include <vector>

#include "telltale/probe/prober.hpp"

namespace telltale::probe {

/// A rehearsal to be made.
struct PlannedRehearsal {
  tls::ProtocolVersion version = tls::ProtocolVersion::tls_1_3;
  pki::IdentityPtr identity;  ///< null: nothing is presented
  std::string path;           ///< empty on rediss
  bool is_ours = false;
};

/// What `calls` asks for, TLS 1.3 first, at the versions over which the look's `attempts` spoke
/// with the server. Where it asked for a certificate: each caller's, then on each path nothing and
/// `ours` (null: we have none). Where it did not, a certificate would stay here as it did in the
/// attempts: nothing, on each path.
[[nodiscard]] std::vector<PlannedRehearsal> plan_rehearsals(const CallRequest& calls,
                                                            const std::vector<Attempt>& attempts,
                                                            const pki::IdentityPtr& ours);

/// How much of the time that is `left` the next of `unmade` rehearsals may take, itself among them:
/// half of it, and the last one all. So one that hangs leaves time for the others, and one that is
/// merely slow has more than an even share; what it does not use is theirs.
[[nodiscard]] Duration share_of(Duration left, std::size_t unmade);

}  // namespace telltale::probe
