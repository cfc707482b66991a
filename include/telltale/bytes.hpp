#pragma once
// Byte strings and their hexadecimal spelling.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace telltale {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// Views the bytes of a text.
[[nodiscard]] inline ByteView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Spells bytes in lower-case hexadecimal, without separators.
[[nodiscard]] std::string to_hex(ByteView bytes);

}  // namespace telltale
