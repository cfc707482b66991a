#pragma once
// Readers of the configuration's mappings. All throw BadConfig.

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telltale/fleet/config.hpp"
#include "telltale/fleet/fleet.hpp"

#include "fleet/value.hpp"

namespace telltale::fleet {

/// Reads `spinnaker`, and the files that it names: adds to the fleet what they yield.
void read_spinnaker(const Value& spinnaker, Fleet& fleet);

/// Reads `targets` into the fleet. An item with the name of a target that Spinnaker's files yield
/// changes that one, key by key.
void read_targets(const Value& list, Fleet& fleet);

/// Reads an item of `callers`.
[[nodiscard]] Caller read_caller(const Value& caller);

/// Reads `calls`: targets' names, or mappings.
[[nodiscard]] std::vector<Call> read_calls(const Value& list);

/// Checks the calls of a target or caller, which `caller` holds, against the runtime that it has.
void check_calls(const Value& caller, std::optional<Runtime> runtime,
                 const std::vector<Call>& calls);

[[nodiscard]] Runtime read_runtime(const Value& value);

/// A request target in origin form (RFC 9112 3.2.1).
[[nodiscard]] std::string read_path(const Value& value);

/// Reads a `trust`, wherever it stands.
[[nodiscard]] pki::TrustFiles read_trust_files(const Value& trust);

/// Reads an item of `gates`.
[[nodiscard]] GateRules read_gate(const Value& gate);

/// Reads the names of a file and of an environment variable that hold a password.
[[nodiscard]] pki::SecretSource read_secret_file(const Value& value);
[[nodiscard]] pki::SecretSource read_secret_variable(const Value& value);

/// Refuses a key that has no effect where it stands, if it is there.
void refuse(const Value& mapping, std::string_view key, std::string_view why);

/// Refuses two keys that contradict each other.
void refuse_both(const Value& mapping, std::string_view kept, std::string_view refused);

/// Checks what one part of the configuration says of another: the identities, targets, callers and
/// reasons that are named exist, and nothing is said twice. `root` is what `fleet` was read from.
void check_references(const Value& root, const Fleet& fleet, const AcceptableReasons& acceptable);

/// Adds the keys that read_trust_files, read_spinnaker, read_targets, read_caller, read_calls and
/// read_gate know, as `targets[].url`.
void append_trust_keys(std::vector<std::string>& keys);
void append_spinnaker_keys(std::vector<std::string>& keys);
void append_target_keys(std::vector<std::string>& keys);
void append_caller_keys(std::vector<std::string>& keys);
void append_gate_keys(std::vector<std::string>& keys);

template <class T, std::size_t N>
void append_keys(std::vector<std::string>& keys, std::string_view prefix,
                 const std::array<Key<T>, N>& table) {
  for (const Key<T>& key : table) {
    keys.push_back(std::string(prefix) + std::string(key.name));
  }
}

/// Reads a list of mappings that have names of their own.
template <class T>
std::vector<T> read_named(const Value& list, std::string_view what, T (*read)(const Value&)) {
  std::vector<T> named;
  std::map<std::string, std::string> paths_by_name;
  for (const Value& item : list.list(what)) {
    T value = read(item);
    const auto [first, is_new] = paths_by_name.emplace(value.name, item.path());
    if (!is_new) {
      item.at("name").fail('"' + value.name + "\" is the name of " + first->second +
                           " already; names are unique");
    }
    named.push_back(std::move(value));
  }
  return named;
}

}  // namespace telltale::fleet
