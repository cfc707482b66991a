#include "telltale/app/plan.hpp"

#include "telltale/assess/reason.hpp"
#include "telltale/enum_names.hpp"
#include "telltale/fleet/config.hpp"

namespace telltale::app {

namespace {

/// The reasons that can stand in a gate's way, and so be accepted. Evidence that is missing cannot
/// be: nobody knows what would be accepted with it.
std::vector<std::string_view> acceptable_reasons() {
  std::vector<std::string_view> names;
  for (const assess::Reason reason : enumerators<assess::Reason>()) {
    const bool is_missing_evidence = reason == assess::Reason::waiting ||
                                     reason == assess::Reason::stale ||
                                     reason == assess::Reason::unknown;
    if (!is_missing_evidence && !assess::concerns_own_identity(reason)) {
      names.push_back(name_of(reason));
    }
  }
  return names;
}

}  // namespace

Result<Plan> load_plan(const std::string& config_file) {
  auto fleet = fleet::load_config(config_file, acceptable_reasons());
  if (!fleet) {
    return fleet.error();
  }
  auto credentials = fleet::load_credentials(*fleet);
  if (!credentials) {
    return credentials.error();
  }
  return Plan{std::make_shared<const fleet::Fleet>(*std::move(fleet)),
              std::make_shared<const fleet::Credentials>(*std::move(credentials))};
}

std::vector<gate::IdentityEntry> describe_identities(const fleet::Credentials& credentials) {
  std::vector<gate::IdentityEntry> entries;
  for (const auto& [name, identity] : credentials.identities) {
    entries.push_back({name, identity->chain(), identity->has_key()});
  }
  return entries;
}

fleet::Fleet judged_by_one_round(fleet::Fleet fleet) {
  for (fleet::GateRules& gate : fleet.gates) {
    gate.rounds = 1;
    gate.minimum_time = Duration::zero();
  }
  return fleet;
}

}  // namespace telltale::app
