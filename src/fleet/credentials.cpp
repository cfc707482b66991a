#include "telltale/fleet/credentials.hpp"

#include <cstdlib>
#include <utility>

#include "fleet/file.hpp"

namespace telltale::fleet {
namespace {

constexpr std::size_t max_password_bytes = 4096;

/// Says which key of the configuration an error belongs to, and where that stands.
Error at_key(const Fleet& fleet, const std::string& path, const Error& error) {
  const auto source = fleet.sources.find(path);
  const Error named = error.at(path);
  return source == fleet.sources.end() ? named : named.at(source->second);
}

Result<pki::TrustStorePtr> load_trust(const Fleet& fleet) {
  if (!fleet.trust_file) {
    return pki::TrustStore::load_system();
  }
  auto store = pki::TrustStore::load(*fleet.trust_file);
  if (!store) {
    return at_key(fleet, "trust.file", store.error());
  }
  return store;
}

/// Editors end a file with a newline; it is no part of the password.
std::string_view without_newline(std::string_view text) {
  if (text.ends_with('\n')) {
    text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
  }
  return text;
}

Result<pki::Secret> read_password_file(const std::string& file) {
  Result<std::string> text = read_file(file, max_password_bytes);
  if (!text) {
    return text.error();
  }
  pki::Secret password(without_newline(*text));
  pki::wipe(*text);
  if (password.empty()) {
    return Error(Errc::invalid_value, "is empty; write the password into the file");
  }
  return password;
}

Result<pki::Secret> read_password_env(const std::string& variable) {
  const char* const value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0') {
    return Error(Errc::invalid_value,
                 "names an environment variable that is not set; set it to the password");
  }
  return pki::Secret(value);
}

/// The password that AUTH sends to a target; one is configured.
Result<pki::Secret> read_password(const Target& target, const std::string& path) {
  Result<pki::Secret> password = target.password_file
                                     ? read_password_file(*target.password_file)
                                     : read_password_env(target.password_env.value_or(""));
  if (!password) {
    const std::string key = target.password_file ? ".password_file" : ".password_env";
    return password.error().at(path + key).at(target.source);
  }
  return password;
}

}  // namespace

Result<Credentials> load_credentials(const Fleet& fleet) {
  Credentials credentials;
  Result<pki::TrustStorePtr> trust = load_trust(fleet);
  if (!trust) {
    return trust.error();
  }
  credentials.trust = *trust;
  for (const auto& [name, files] : fleet.identities) {
    const Result<pki::IdentityPtr> identity = pki::Identity::load(files);
    if (!identity) {
      return at_key(fleet, "identities." + name, identity.error());
    }
    credentials.identities.emplace(name, *identity);
  }
  for (std::size_t i = 0; i < fleet.targets.size(); ++i) {
    const Target& target = fleet.targets[i];
    if (!target.password_file && !target.password_env) {
      continue;
    }
    Result<pki::Secret> password = read_password(target, "targets[" + std::to_string(i) + ']');
    if (!password) {
      return password.error();
    }
    credentials.redis_passwords.emplace(target.name, *std::move(password));
  }
  return credentials;
}

}  // namespace telltale::fleet
