#pragma once
// A configuration as it may be shown: without comments, without what could be a secret.

#include <string>

#include "fleet/yaml.hpp"

namespace telltale::fleet {

/// Writes the tree as YAML that means the same, in block style. `"<redacted>"` stands for
/// - a text whose key speaks of a password, secret, token or credential, unless the key ends in
///   `_file` or `_env` (it names where the secret is) or is `spinnaker.secrets`, a directory;
/// - user and password in front of the host of any URL;
/// - everything behind the `?` of a path or URL.
/// Comments are not part of a tree.
[[nodiscard]] std::string redacted(const YamlNode& document);

}  // namespace telltale::fleet
