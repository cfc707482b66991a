#include "telltale/app/plan.hpp"

#include <algorithm>
#include <chrono>

#include "telltale/assess/reason.hpp"
#include "telltale/enum_names.hpp"
#include "telltale/fleet/config.hpp"

namespace telltale::app {

namespace {

/// Evidence that is missing cannot be accepted: nobody knows what would be accepted with it.
bool is_missing_evidence(assess::Reason reason) {
  using enum assess::Reason;
  return reason == waiting || reason == stale || reason == unknown || reason == caller_unknown ||
         reason == evidence_insufficient || reason == mesh_mode_unknown;
}

/// What is said of calls and never of a target.
bool is_of_callers_only(assess::Reason reason) {
  using enum assess::Reason;
  return reason == caller_accepted || reason == caller_presents_nothing ||
         reason == caller_outside_mesh || reason == key_unusable || reason == versions_incompatible;
}

/// The names of the reasons that can stand in a gate's way, and so be accepted.
struct ReasonNames {
  std::vector<std::string_view> of_targets;
  std::vector<std::string_view> of_callers;
};

ReasonNames acceptable_reasons() {
  ReasonNames names;
  for (const assess::Reason reason : enumerators<assess::Reason>()) {
    if (assess::concerns_callers(reason)) {
      names.of_callers.push_back(name_of(reason));
    }
    if (!is_missing_evidence(reason) && !is_of_callers_only(reason) &&
        !assess::concerns_own_identity(reason)) {
      names.of_targets.push_back(name_of(reason));
    }
  }
  return names;
}

Result<fleet::Configuration> load_configuration(const std::string& config_file) {
  const ReasonNames acceptable = acceptable_reasons();
  return fleet::load_configuration(
      config_file, {.of_targets = acceptable.of_targets, .of_callers = acceptable.of_callers});
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

// The kernel's clock of files is that coarse (CONFIG_HZ).
constexpr std::chrono::milliseconds clock_step{20};

/// Taken after reading, since only that tells which files there are.
FileSignatures inputs_of(const std::string& config_file, const fleet::Fleet& fleet,
                         std::chrono::system_clock::time_point begun_at) {
  const std::int64_t trusted_before =
      std::chrono::nanoseconds((begun_at - clock_step).time_since_epoch()).count();
  const std::int64_t now =
      std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  FileSignatures inputs;
  const auto add = [&](const std::string& file) {
    FileSignature signature = read_signature(file);
    // One of the future, by another machine's clock, would be read again and again.
    if (signature.changed_ns >= trusted_before && signature.changed_ns <= now) {
      signature = {.error = -1};
    }
    inputs.emplace(file, signature);
  };
  add(config_file);
  std::ranges::for_each(fleet.spinnaker_files, add);
  return inputs;
}

assess::HeldKeyFacts describe_key(const pki::KeyEntry& key, const pki::TrustStore& trust,
                                  CivilTime now) {
  const pki::Chain& chain = key.identity->chain();
  assess::HeldKeyFacts facts{.alias = key.alias,
                             .chain = chain,
                             .encoding = key.encoding,
                             .is_seen_by_java = key.is_seen_by_java,
                             .chain_links = key.identity->chain_links(),
                             .verification = trust.verify_client(chain, now)};
  facts.verification_of_leaf =
      chain.size() == 1 ? facts.verification : trust.verify_client({chain.front()}, now);
  return facts;
}

assess::IdentityFacts describe_identity(const std::vector<pki::KeyEntry>& keys,
                                        const pki::TrustStore& trust, CivilTime now) {
  assess::IdentityFacts facts;
  for (const pki::KeyEntry& key : keys) {
    facts.keys.push_back(describe_key(key, trust, now));
  }
  facts.chain = facts.keys.front().chain;
  facts.has_key = keys.front().identity->has_key();
  facts.verification = facts.keys.front().verification;
  return facts;
}

assess::TrustFacts describe_trust(const pki::TrustStore& trust) {
  const std::optional<pki::StoreFacts>& store = trust.facts();
  return {.anchors = trust.anchors().size(),
          .is_empty_for_java = store && store->is_empty_for_java()};
}

}  // namespace

Result<fleet::Fleet> load_fleet(const std::string& config_file) {
  Result<fleet::Configuration> configuration = load_configuration(config_file);
  if (!configuration) {
    return configuration.error();
  }
  return std::move(configuration->fleet);
}

Result<Plan> load_plan(const std::string& config_file) {
  const auto begun_at = std::chrono::system_clock::now();
  Result<fleet::Configuration> configuration = load_configuration(config_file);
  if (!configuration) {
    return configuration.error();
  }
  const auto fleet = std::make_shared<const fleet::Fleet>(std::move(configuration->fleet));
  FileSignatures inputs = inputs_of(config_file, *fleet, begun_at);
  FileSignatures signatures = signatures_of(*fleet);
  auto credentials = fleet::load_credentials(*fleet);
  if (!credentials) {
    return credentials.error();
  }
  return Plan{.fleet = fleet,
              .credentials = std::make_shared<const fleet::Credentials>(*std::move(credentials)),
              .signatures = std::move(signatures),
              .inputs = std::move(inputs),
              .config = std::make_shared<const std::string>(std::move(configuration->text))};
}

assess::CredentialFacts describe_credentials(const Plan& plan, CivilTime now) {
  const fleet::Credentials& credentials = *plan.credentials;
  const auto why_unreadable = [&](fleet::CredentialKind kind, const std::string& name) {
    const auto found = credentials.unreadable.find({kind, name});
    return found == credentials.unreadable.end() ? std::string() : found->second.detail();
  };
  assess::CredentialFacts facts;
  for (const auto& [name, keys] : credentials.keys) {
    assess::IdentityFacts identity = describe_identity(keys, *credentials.trust, now);
    identity.name = name;
    identity.unreadable = why_unreadable(fleet::CredentialKind::identity, name);
    facts.identities.push_back(std::move(identity));
  }
  facts.trust = describe_trust(*credentials.trust);
  facts.trust.is_system = !plan.fleet->trust;
  facts.trust.unreadable = why_unreadable(fleet::CredentialKind::trust, "");
  for (const auto& [name, trust] : credentials.trusts) {
    if (trust == credentials.trust) {
      continue;  // told already
    }
    assess::TrustFacts& described = facts.caller_trusts.emplace_back(describe_trust(*trust));
    described.name = name;
    described.is_system = name == fleet::system_trust_name;
    described.unreadable = why_unreadable(fleet::CredentialKind::trust, name);
  }
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
