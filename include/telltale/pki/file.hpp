#pragma once
// Reads a file whole. The only way in which telltale reads configuration, certificates, keys and
// passwords.

#include <cstddef>
#include <string>

#include "telltale/error.hpp"
#include "telltale/pki/secret.hpp"

namespace telltale::pki {

/// Larger certificates, keys and stores are refused.
inline constexpr std::size_t max_store_bytes = std::size_t{16} * 1024 * 1024;

/// Reads a whole file into memory that is wiped. A pipe may be read too; one that delivers nothing
/// for five seconds is given up. Errc::unreadable, or Errc::invalid_value beyond `max_bytes`. The
/// sentence does not name the file (`cannot be read: No such file or directory`): it may stand
/// where somebody wrote a secret.
[[nodiscard]] Result<Secret> read_file(const std::string& file,
                                       std::size_t max_bytes = max_store_bytes);

}  // namespace telltale::pki
