#pragma once
// CallRequests: what the calls of a fleet ask of the looks at its targets.

#include <map>
#include <memory>
#include <set>
#include <string>

#include "telltale/fleet/credentials.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/probe/prober.hpp"

namespace telltale::app {

/// Made once of a plan and kept as long: the identities made here are known to the Prober by their
/// address.
class CallRequests {
 public:
  CallRequests() = default;

  /// A target is asked, for every edge into it, what that caller would present there: each key of
  /// its identity, at most eight of a store, as its runtime sends it. A caller without a key is not
  /// rehearsed, nor is a key that no TLS can sign with.
  CallRequests(const fleet::Fleet& fleet, const fleet::Credentials& credentials);

  /// What is asked of a target, by its name. Null: nothing.
  [[nodiscard]] std::shared_ptr<const probe::CallRequest> of(const std::string& target) const;

  /// All that are rehearsed somewhere.
  [[nodiscard]] std::set<pki::IdentityPtr> identities() const;

 private:
  std::map<std::string, std::shared_ptr<const probe::CallRequest>> by_target_;
};

}  // namespace telltale::app
