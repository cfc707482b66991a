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

FileSignatures signatures_of(const fleet::Fleet& fleet) {
  FileSignatures signatures;
  for (const auto& [name, files] : fleet::files_of(fleet)) {
    for (const std::string& file : files) {
      signatures.emplace(file, read_signature(file));
    }
  }
  return signatures;
}

}  // namespace

Result<Plan> load_plan(const std::string& config_file) {
  auto fleet = fleet::load_config(config_file, acceptable_reasons());
  if (!fleet) {
    return fleet.error();
  }
  FileSignatures signatures = signatures_of(*fleet);
  auto credentials = fleet::load_credentials(*fleet);
  if (!credentials) {
    return credentials.error();
  }
  return Plan{std::make_shared<const fleet::Fleet>(*std::move(fleet)),
              std::make_shared<const fleet::Credentials>(*std::move(credentials)),
              std::move(signatures)};
}

assess::CredentialFacts describe_credentials(const Plan& plan, CivilTime now) {
  const fleet::Credentials& credentials = *plan.credentials;
  const auto why_unreadable = [&](fleet::CredentialKind kind, const std::string& name) {
    const auto found = credentials.unreadable.find({kind, name});
    return found == credentials.unreadable.end() ? std::string() : found->second.detail();
  };
  assess::CredentialFacts facts;
  for (const auto& [name, identity] : credentials.identities) {
    facts.identities.push_back(
        {.name = name,
         .chain = identity->chain(),
         .has_key = identity->has_key(),
         .verification = credentials.trust->verify_client(identity->chain(), now),
         .unreadable = why_unreadable(fleet::CredentialKind::identity, name)});
  }
  const std::optional<pki::StoreFacts>& store = credentials.trust->facts();
  facts.trust = {.is_system = !plan.fleet->trust,
                 .anchors = credentials.trust->anchors().size(),
                 .is_empty_for_java = store && store->is_empty_for_java(),
                 .unreadable = why_unreadable(fleet::CredentialKind::trust, "")};
  for (const auto& [target, password] : credentials.redis_passwords) {
    facts.passwords.push_back(
        {.target = target, .unreadable = why_unreadable(fleet::CredentialKind::password, target)});
  }
  return facts;
}

Result<Loaded> load(const std::string& config_file, CivilTime now) {
  Result<Plan> plan = load_plan(config_file);
  if (!plan) {
    return plan.error();
  }
  assess::CredentialFacts facts = describe_credentials(*plan, now);
  return Loaded{*std::move(plan), std::move(facts)};
}

fleet::Fleet judged_by_one_round(fleet::Fleet fleet) {
  for (fleet::GateRules& gate : fleet.gates) {
    gate.rounds = 1;
    gate.minimum_time = Duration::zero();
  }
  return fleet;
}

}  // namespace telltale::app
