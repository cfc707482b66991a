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

std::string path_of_target(const Fleet& fleet, const Target& target) {
  return "targets[" + std::to_string(&target - fleet.targets.data()) + ']';
}

Result<void> read_trust(const Fleet& fleet, Credentials& into) {
  Result<pki::TrustStorePtr> store =
      fleet.trust ? pki::TrustStore::load(*fleet.trust) : pki::TrustStore::load_system();
  if (!store) {
    return at_key(fleet, "trust.file", store.error());
  }
  into.trust = *std::move(store);
  return {};
}

Result<void> read_identity(const Fleet& fleet, const std::string& name, Credentials& into) {
  Result<pki::IdentityPtr> identity = pki::Identity::load(fleet.identities.at(name));
  if (!identity) {
    return at_key(fleet, "identities." + name, identity.error());
  }
  if (fleet.probe.identity == name && !(*identity)->has_key()) {
    return at_key(fleet, "identities." + name,
                  Error(Errc::invalid_value,
                        "has no key, so it cannot be presented as probe.identity; add its key"));
  }
  into.identities[name] = *std::move(identity);
  return {};
}

/// The password that AUTH sends to a target; one is configured.
Result<void> read_password(const Fleet& fleet, const std::string& name, Credentials& into) {
  const Target& target = *std::ranges::find(fleet.targets, name, &Target::name);
  Result<pki::Secret> password = pki::read_secret(*target.password);
  if (!password) {
    const bool is_file = target.password->kind == pki::SecretSource::Kind::file;
    return password.error()
        .at(path_of_target(fleet, target) + (is_file ? ".password_file" : ".password_env"))
        .at(target.source);
  }
  into.redis_passwords[name] = std::make_shared<const pki::Secret>(*std::move(password));
  return {};
}

Result<void> read(const Fleet& fleet, const CredentialName& which, Credentials& into) {
  switch (which.kind) {
    case CredentialKind::trust:
      return read_trust(fleet, into);
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
  if (const Result<void> done = read(fleet, which, into); !done) {
    return done;
  }
  pki::IdentityPtr& after = into.identities.at(which.name);
  if (before->has_key() && !after->has_key()) {
    after = before;
    return at_key(fleet, "identities." + which.name,
                  Error(Errc::invalid_value,
                        "its file has no key any more; put it back, or reload if that is meant"));
  }
  return {};
}

/// All credentials of a fleet, in the order in which they are read.
std::vector<CredentialName> names_of(const Fleet& fleet) {
  std::vector<CredentialName> names = {{CredentialKind::trust, ""}};
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
  if (source && source->kind == pki::SecretSource::Kind::file) {
    files.push_back(source->name);
  }
}

std::vector<std::string> files_of(const Fleet& fleet, const CredentialName& which) {
  std::vector<std::string> files;
  if (which.kind == CredentialKind::trust && fleet.trust) {
    files.push_back(fleet.trust->file);
    add_file(files, fleet.trust->password);
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
