#pragma once
// Reads telltale.yml. Strict: an unknown key, a wrong type or a bad value is an error that names
// the file, the line and the key, and says what would be right.

#include <string>
#include <string_view>

#include "telltale/error.hpp"
#include "telltale/fleet/fleet.hpp"

namespace telltale::fleet {

/// Reads a configuration's text. `file` is for messages, and relative paths in the text are taken
/// relative to its directory. Files that the text names are checked to exist and be readable, but
/// not read.
/// Errors read `telltale.yml:12: targets[0].url: …`.
[[nodiscard]] Result<Fleet> parse_config(std::string_view text, const std::string& file);

/// Reads a configuration file.
[[nodiscard]] Result<Fleet> load_config(const std::string& file);

}  // namespace telltale::fleet
