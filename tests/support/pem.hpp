// Reads PEM files for the programs that are test peers, not for what is under test.
#pragma once

#include <filesystem>
#include <vector>

#include "support/mint.hpp"

namespace telltale::support {

/// All certificates of a PEM file, in its order. Throws std::runtime_error naming the file if there
/// is none or it cannot be read.
[[nodiscard]] std::vector<mint::Der> read_certificates(const std::filesystem::path& file);

/// A leaf with its chain and its unencrypted key; throws std::runtime_error as above.
[[nodiscard]] mint::Credential read_credential(const std::filesystem::path& certificate_file,
                                               const std::filesystem::path& key_file);

}  // namespace telltale::support
