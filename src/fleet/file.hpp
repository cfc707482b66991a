#pragma once
// Reads a file whole.

#include <cstddef>
#include <string>

#include "telltale/error.hpp"

namespace telltale::fleet {

/// Reads a file of at most `max_bytes`. The Error does not name the file: it may be one of those
/// whose name is not to be shown.
[[nodiscard]] Result<std::string> read_file(const std::string& file, std::size_t max_bytes);

}  // namespace telltale::fleet
