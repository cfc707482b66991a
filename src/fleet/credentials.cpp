#include "telltale/fleet/credentials.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace telltale::fleet {
namespace {

/// Says which key of the configuration an error belongs to, and where that stands.
Error at_key(const Fleet& fleet, const std::string& path, const Error& error) {
  const auto source = fleet.sources.find(path);
  const Error named = error.at(path);
  return source == fleet.sources.end() ? named : named.at(source->second);
}

/// What was put together by hand has no source.
Error at_source(const std::string& source, const Error& error) {
  return source.empty() ? error : error.at(source);
}

/// By its place in the file; by its name where Spinnaker's files yield targets, too.
std::string path_of_target(const Fleet& fleet, const Target& target) {
  if (fleet.spinnaker) {
    return "targets." + target.name;
  }
  return "targets[" + std::to_string(&target - fleet.targets.data()) + ']';
}

/// A caller's trust, and the key of the configuration that names it first.
struct CallerTrust {
  const pki::TrustFiles* files;
  std::string path;           ///< `callers[0].trust.file`
  const std::string* source;  ///< `telltale.yml:12`
};

/// Every trust that calls, targets or callers name, by trust_name().
std::map<std::string, CallerTrust> trusts_of(const Fleet& fleet) {
  std::map<std::string, CallerTrust> trusts;
  const auto add = [&](const std::optional<pki::TrustFiles>& trust, const std::string& owner,
                       const std::string& source) {
    if (trust && !trust->file.empty()) {
      trusts.try_emplace(trust_name(trust), &*trust, owner + ".trust.file", &source);
    }
  };
  const auto add_all = [&](const std::string& list, const auto& sides) {
    for (std::size_t i = 0; i < sides.size(); ++i) {
      const std::string owner =
          list + (fleet.spinnaker ? '.' + sides[i].name : '[' + std::to_string(i) + ']');
      add(sides[i].trust, owner, sides[i].source);
      for (std::size_t j = 0; j < sides[i].calls.size(); ++j) {
        const Call& call = sides[i].calls[j];
        add(call.trust, owner + ".calls[" + std::to_string(j) + ']', call.source);
      }
    }
  };
  add_all("targets", fleet.targets);
  add_all("callers", fleet.callers);
  return trusts;
}

/// A caller's trust that is the fleet's own is read with that.
bool is_our_own(const Fleet& fleet, const std::string& name) {
  return fleet.trust && trust_name(fleet.trust) == name;
}

Result<void> read_our_trust(const Fleet& fleet, Credentials& into) {
  Result<pki::TrustStorePtr> store =
      fleet.trust ? pki::TrustStore::load(*fleet.trust) : pki::TrustStore::load_system();
  if (!store) {
    return at_key(fleet, "trust.file", store.error());
  }
  into.trust = *std::move(store);
  if (fleet.trust && trusts_of(fleet).contains(trust_name(fleet.trust))) {
    into.trusts[trust_name(fleet.trust)] = into.trust;
  }
  return {};
}

Result<void> read_trust(const Fleet& fleet, const std::string& name, Credentials& into) {
  if (name.empty()) {
    return read_our_trust(fleet, into);
  }
  const CallerTrust trust = trusts_of(fleet).at(name);
  Result<pki::TrustStorePtr> store = pki::TrustStore::load(*trust.files);
  if (!store) {
    return at_source(*trust.source, store.error().at(trust.path));
  }
  into.trusts[name] = *std::move(store);
  return {};
}

/// By its name or by the configuration it is what we present, unless it has no key.
bool is_ours(const Fleet& fleet, const std::string& name) {
  return name == fleet.probe.identity.value_or("telltale");
}

/// `orca, gate` of a store's keys.
std::string aliases_of(const std::vector<pki::KeyEntry>& keys) {
  std::string text;
  for (const pki::KeyEntry& key : keys) {
    text += (text.empty() ? "" : ", ") + key.alias;
  }
  return text;
}

/// We present one key, so there must be no doubt which; and libssl would refuse one that cannot
/// sign at every look. What `probe.identity` names must have a key at all.
Result<void> check_ours(const Fleet& fleet, const std::vector<pki::KeyEntry>& keys) {
  if (keys.size() > 1) {
    return Error(Errc::invalid_value,
                 "holds " + std::to_string(keys.size()) +
                     " private keys, and telltale presents one; choose it by its `alias`: " +
                     aliases_of(keys));
  }
  const pki::Identity& ours = *keys.front().identity;
  if (fleet.probe.identity && !ours.has_key()) {
    return Error(Errc::invalid_value,
                 "has no key, so it cannot be presented as probe.identity; add its key");
  }
  if (ours.has_key() && !can_sign(ours)) {
    return Error(Errc::invalid_value,
                 "holds a key with which TLS cannot sign, so it cannot be what telltale presents; "
                 "take one of RSA, ECDSA or EdDSA");
  }
  return {};
}

Result<void> read_identity(const Fleet& fleet, const std::string& name, Credentials& into) {
  Result<std::vector<pki::KeyEntry>> keys = pki::load_keys(fleet.identities.at(name));
  if (!keys) {
    return at_key(fleet, "identities." + name, keys.error());
  }
  if (is_ours(fleet, name)) {
    if (const Result<void> checked = check_ours(fleet, *keys); !checked) {
      return at_key(fleet, "identities." + name, checked.error());
    }
  }
  into.identities[name] = keys->front().identity;
  into.keys[name] = *std::move(keys);
  return {};
}

/// The password that AUTH sends to a target; one is configured.
Result<void> read_password(const Fleet& fleet, const std::string& name, Credentials& into) {
  const Target& target = *std::ranges::find(fleet.targets, name, &Target::name);
  Result<pki::Secret> password = pki::read_secret(*target.password);
  if (!password) {
    return password.error()
        .at(path_of_target(fleet, target) + '.' + pki::secret_key(*target.password, "password"))
        .at(target.source);
  }
  into.redis_passwords[name] = std::make_shared<const pki::Secret>(*std::move(password));
  return {};
}

Result<void> read(const Fleet& fleet, const CredentialName& which, Credentials& into) {
  switch (which.kind) {
    case CredentialKind::trust:
      return read_trust(fleet, which.name, into);
    case CredentialKind::identity:
      return read_identity(fleet, which.name, into);
    case CredentialKind::password:
      return read_password(fleet, which.name, into);
  }
  return {};
}

/// As read(). Without its key an identity has not rotated but broken: nobody would notice that from
/// then on nothing is presented, or somebody else.
Result<void> read_again(const Fleet& fleet, const CredentialName& which, Credentials& into) {
  if (which.kind != CredentialKind::identity) {
    return read(fleet, which, into);
  }
  const pki::IdentityPtr before = into.identities.at(which.name);
  std::vector<pki::KeyEntry> keys_before = into.keys[which.name];
  if (const Result<void> done = read(fleet, which, into); !done) {
    return done;
  }
  pki::IdentityPtr& after = into.identities.at(which.name);
  if (before->has_key() && !after->has_key()) {
    after = before;
    into.keys.at(which.name) = std::move(keys_before);
    return at_key(fleet, "identities." + which.name,
                  Error(Errc::invalid_value,
                        "its file has no key any more; put it back, or reload if that is meant"));
  }
  return {};
}

/// All credentials of a fleet, in the order in which they are read.
std::vector<CredentialName> names_of(const Fleet& fleet) {
  std::vector<CredentialName> names = {{CredentialKind::trust, ""}};
  for (const auto& [name, trust] : trusts_of(fleet)) {
    if (!is_our_own(fleet, name)) {
      names.push_back({CredentialKind::trust, name});
    }
  }
  for (const auto& [name, files] : fleet.identities) {
    names.push_back({CredentialKind::identity, name});
  }
  for (const Target& target : fleet.targets) {
    if (target.password) {
      names.push_back({CredentialKind::password, target.name});
    }
  }
  return names;
}

void add_file(std::vector<std::string>& files, const std::optional<pki::SecretSource>& source) {
  if (source && source->kind != pki::SecretSource::Kind::environment) {
    files.push_back(source->name);
  }
}

/// Null: the system's trust store.
const pki::TrustFiles* files_of_trust(const Fleet& fleet, const std::string& name) {
  if (!name.empty()) {
    return trusts_of(fleet).at(name).files;
  }
  return fleet.trust ? &*fleet.trust : nullptr;
}

std::vector<std::string> files_of(const Fleet& fleet, const CredentialName& which) {
  std::vector<std::string> files;
  if (which.kind == CredentialKind::trust) {
    const pki::TrustFiles* trust = files_of_trust(fleet, which.name);
    if (trust != nullptr) {
      files.push_back(trust->file);
      add_file(files, trust->password);
    }
  }
  if (which.kind == CredentialKind::identity) {
    const pki::IdentityFiles& identity = fleet.identities.at(which.name);
    files.push_back(identity.certificate);
    if (identity.key) {
      files.push_back(*identity.key);
    }
    add_file(files, identity.password);
    add_file(files, identity.key_password);
  }
  if (which.kind == CredentialKind::password) {
    add_file(files, std::ranges::find(fleet.targets, which.name, &Target::name)->password);
  }
  return files;
}

}  // namespace

bool can_sign(const pki::Identity& identity) {
  return identity.has_key() && identity.leaf().public_key.algorithm != pki::KeyAlgorithm::unknown;
}

Result<Credentials> load_credentials(const Fleet& fleet) {
  Credentials credentials;
  for (const CredentialName& name : names_of(fleet)) {
    if (const Result<void> done = read(fleet, name, credentials); !done) {
      return done.error();
    }
  }
  return credentials;
}

Credentials reread(const Fleet& fleet, const Credentials& before,
                   std::span<const CredentialName> which) {
  Credentials after = before;
  for (const CredentialName& name : which) {
    after.unreadable.erase(name);
    if (const Result<void> done = read_again(fleet, name, after); !done) {
      after.unreadable.emplace(name, done.error());
    }
  }
  return after;
}

std::map<CredentialName, std::vector<std::string>> files_of(const Fleet& fleet) {
  std::map<CredentialName, std::vector<std::string>> by_name;
  for (const CredentialName& name : names_of(fleet)) {
    if (std::vector<std::string> files = files_of(fleet, name); !files.empty()) {
      by_name.emplace(name, std::move(files));
    }
  }
  return by_name;
}

}  // namespace telltale::fleet
