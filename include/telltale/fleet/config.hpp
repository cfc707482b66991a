#pragma once
// Reads telltale.yml. Strict: an unknown key, a wrong type or a bad value is an error that names
// the file, the line and the key, and says what would be right.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "telltale/error.hpp"
#include "telltale/fleet/fleet.hpp"

namespace telltale::fleet {

/// The names of the reasons that a gate may accept.
struct AcceptableReasons {
  std::span<const std::string_view> of_targets;
  std::span<const std::string_view> of_callers;
};

/// Reads a configuration's text. `file` is for messages, and relative paths in the text are taken
/// relative to its directory. Files that the text names are checked to exist and be readable, but
/// not read.
/// Errors read `telltale.yml:12: targets[0].url: …`. The first one counts: in the order of the file
/// what each key says by itself, then what keys say of each other.
[[nodiscard]] Result<Fleet> parse_config(std::string_view text, const std::string& file,
                                         const AcceptableReasons& acceptable);

/// A configuration, and what it says, fit to be shown.
struct Configuration {
  Fleet fleet;
  /// The file's own YAML, without comments and secrets, below comments that say where it and the
  /// files of `spinnaker` are from. What those yield is not in it.
  std::string text;
};

/// Reads a configuration file, of at most 2 MiB.
[[nodiscard]] Result<Configuration> load_configuration(const std::string& file,
                                                       const AcceptableReasons& acceptable);

/// load_configuration() without its text.
[[nodiscard]] Result<Fleet> load_config(const std::string& file,
                                        const AcceptableReasons& acceptable);

/// Every key that parse_config knows, e.g. `targets[].expect.addresses`, `identities.NAME.key`:
/// what the documentation and the example are held against. What may stand in several places is
/// named once: `calls[].path`, `trust.file`.
[[nodiscard]] std::vector<std::string> config_keys();

}  // namespace telltale::fleet
