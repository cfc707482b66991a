#pragma once
// Reads a file that may hold a private key or a password.

#include <string>

#include "telltale/error.hpp"
#include "telltale/pki/secret.hpp"

namespace telltale::pki {

/// Reads a whole file into memory that is wiped. Errc::unreadable, or Errc::invalid_value beyond
/// 16 MiB; the sentence begins with the file.
[[nodiscard]] Result<Secret> read_file(const std::string& file);

}  // namespace telltale::pki
