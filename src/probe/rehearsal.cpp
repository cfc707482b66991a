#include "probe/rehearsal.hpp"

#include <algorithm>

namespace telltale::probe {

namespace {

using tls::ProtocolVersion;

bool was_asked(const std::vector<Attempt>& attempts, ProtocolVersion version) {
  return std::ranges::any_of(attempts, [&](const Attempt& attempt) {
    return attempt.version == version && attempt.handshake.certificate_request != nullptr;
  });
}

bool was_served(const std::vector<Attempt>& attempts, ProtocolVersion version) {
  return std::ranges::any_of(attempts, [&](const Attempt& attempt) {
    return attempt.version == version && attempt.handshake.completed;
  });
}

}  // namespace

std::vector<PlannedRehearsal> plan_rehearsals(const CallRequest& calls,
                                              const std::vector<Attempt>& attempts,
                                              const pki::IdentityPtr& ours) {
  std::vector<PlannedRehearsal> planned;
  for (const ProtocolVersion version : {ProtocolVersion::tls_1_3, ProtocolVersion::tls_1_2}) {
    const bool is_asked = was_asked(attempts, version);
    if (!is_asked && !was_served(attempts, version)) {
      continue;
    }
    if (is_asked) {
      for (const RehearsalRequest& request : calls.rehearsals) {
        planned.push_back({version, request.identity, request.path});
      }
    }
    for (const std::string& path : calls.paths) {
      planned.push_back({version, nullptr, path});
      if (is_asked && ours) {
        planned.push_back({version, ours, path, true});
      }
    }
  }
  return planned;
}

Duration share_of(Duration left, std::size_t unmade) {
  return unmade > 1 ? left / 2 : left;
}

}  // namespace telltale::probe
