#pragma once
// Plan: a configuration and the credentials it names, read together.

#include <memory>
#include <string>
#include <vector>

#include "telltale/app/file_signature.hpp"
#include "telltale/assess/credentials.hpp"
#include "telltale/error.hpp"
#include "telltale/fleet/credentials.hpp"
#include "telltale/fleet/fleet.hpp"

namespace telltale::app {

/// What is to be looked at, and with what. Immutable; looks under way share it.
struct Plan {
  std::shared_ptr<const fleet::Fleet> fleet;
  std::shared_ptr<const fleet::Credentials> credentials;
  FileSignatures signatures;  ///< of the credentials' files, taken before those were read
  /// Of the configuration's own file and Spinnaker's, as they were read; one that may have changed
  /// while it was read has a signature that no file has.
  FileSignatures inputs;
  /// What `/config` shows, see fleet::Configuration::text. Never null.
  std::shared_ptr<const std::string> config = std::make_shared<const std::string>();
};

using PlanPtr = std::shared_ptr<const Plan>;

/// Reads a configuration and Spinnaker's files where it names some, but no certificate or key.
[[nodiscard]] Result<fleet::Fleet> load_fleet(const std::string& config_file);

/// Reads a configuration and every file it names. The first fault is returned.
[[nodiscard]] Result<Plan> load_plan(const std::string& config_file);

/// Our credentials as they are judged. Verifies the identities' chains at `now`.
[[nodiscard]] assess::CredentialFacts describe_credentials(const Plan& plan, CivilTime now);

/// A plan, and how its credentials stand.
struct Loaded {
  Plan plan;
  assess::CredentialFacts facts;
};

/// load_plan() and describe_credentials() in one.
[[nodiscard]] Result<Loaded> load(const std::string& config_file, CivilTime now);

/// The same fleet, judged by a single round: every gate opens after one round and no time, as
/// `telltale check` has it.
[[nodiscard]] fleet::Fleet judged_by_one_round(fleet::Fleet fleet);

}  // namespace telltale::app
