#include "telltale/fleet/fleet.hpp"

#include <algorithm>
#include <array>

#include "telltale/fleet/credentials.hpp"

namespace telltale::fleet {

std::string to_text(const Endpoint& endpoint) {
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? '[' + endpoint.host + ']' : endpoint.host;
  return host + ':' + std::to_string(endpoint.port);
}

const std::string* identity_for(const Fleet& fleet,
                                const std::map<std::string, pki::IdentityPtr>& identities,
                                const Target& target) {
  const auto with_key = [&](const std::string& name) -> const std::string* {
    const auto found = identities.find(name);
    return found != identities.end() && can_sign(*found->second) ? &found->first : nullptr;
  };
  if (fleet.probe.identity) {
    return with_key(*fleet.probe.identity);
  }
  if (const std::string* ours = with_key("telltale")) {
    return ours;
  }
  const std::string* own = target.identity ? with_key(*target.identity) : nullptr;
  if (own != nullptr) {
    return own;
  }
  const auto first = std::ranges::find_if(
      identities, [](const auto& identity) { return can_sign(*identity.second); });
  return first == identities.end() ? nullptr : &first->first;
}

bool is_judged(const GateRules& gate, const Target& target) {
  const bool is_named =
      gate.targets.empty() || std::ranges::find(gate.targets, target.name) != gate.targets.end();
  return is_named && (gate.step == Step::need || target.mesh);
}

std::vector<const Target*> targets_of(const Fleet& fleet, const GateRules& gate) {
  std::vector<const Target*> judged;
  for (const Target& target : fleet.targets) {
    if (is_judged(gate, target)) {
      judged.push_back(&target);
    }
  }
  return judged;
}

}  // namespace telltale::fleet
