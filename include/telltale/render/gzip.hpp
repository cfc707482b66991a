#pragma once
// gzip (RFC 1952) in memory, in two parts if need be: a long part that is compressed once and kept,
// and a short one that differs each time.

#include <cstdint>
#include <string>
#include <string_view>

namespace telltale::render {

/// A compressed text to which more can be added: whole deflate blocks that end at a byte boundary,
/// none of them the last one.
struct Deflated {
  std::string blocks;
  std::uint32_t crc32 = 0;  ///< of the text
  std::uint64_t size = 0;   ///< of the text, in bytes
};

/// Compresses the first part of a text.
[[nodiscard]] Deflated deflate(std::string_view text);

/// Makes one gzip member of a first part and the rest.
[[nodiscard]] std::string gzip(const Deflated& head, std::string_view rest);

/// Makes a gzip member of a text.
[[nodiscard]] std::string gzip(std::string_view text);

}  // namespace telltale::render
