#pragma once
// Plan: a configuration and the credentials it names, read together.

#include <memory>
#include <string>
#include <vector>

#include "telltale/error.hpp"
#include "telltale/fleet/credentials.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/gate/snapshot.hpp"

namespace telltale::app {

/// What is to be looked at, and with what. Immutable; looks under way share it.
struct Plan {
  std::shared_ptr<const fleet::Fleet> fleet;
  std::shared_ptr<const fleet::Credentials> credentials;
};

/// Reads a configuration and every file it names. The first fault is returned.
[[nodiscard]] Result<Plan> load_plan(const std::string& config_file);

/// Our identities as a Snapshot tells of them.
[[nodiscard]] std::vector<gate::IdentityEntry> describe_identities(
    const fleet::Credentials& credentials);

/// The same fleet, judged by a single round: every gate opens after one round and no time, as
/// `telltale check` has it.
[[nodiscard]] fleet::Fleet judged_by_one_round(fleet::Fleet fleet);

}  // namespace telltale::app
