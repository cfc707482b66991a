#pragma once
// Readers of the configuration's mappings. All throw BadConfig.

#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telltale/fleet/fleet.hpp"

#include "fleet/value.hpp"

namespace telltale::fleet {

/// Reads an item of `targets`.
[[nodiscard]] Target read_target(const Value& target);

/// Reads an item of `gates`.
[[nodiscard]] GateRules read_gate(const Value& gate);

/// Reads the names of a file and of an environment variable that hold a password.
[[nodiscard]] pki::SecretSource read_secret_file(const Value& value);
[[nodiscard]] pki::SecretSource read_secret_variable(const Value& value);

/// Refuses a key that has no effect where it stands, if it is there.
void refuse(const Value& mapping, std::string_view key, std::string_view why);

/// Refuses two keys that contradict each other.
void refuse_both(const Value& mapping, std::string_view kept, std::string_view refused);

/// Checks what one part of the configuration says of another: the identities, targets and reasons
/// that are named exist. `root` is what `fleet` was read from.
void check_references(const Value& root, const Fleet& fleet,
                      std::span<const std::string_view> known_reasons);

/// Adds the keys that read_target and read_gate know, as `targets[].url`.
void append_target_keys(std::vector<std::string>& keys);
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
