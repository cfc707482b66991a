#pragma once
// Spells TLS messages for tests: RFC 8446 section 3 the other way round.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "telltale/bytes.hpp"

namespace telltale::tls {

/// The bytes of a hexadecimal text, in which blanks are ignored.
[[nodiscard]] inline Bytes from_hex(std::string_view text) {
  const auto value_of = [](char digit) {
    const std::size_t value = std::string_view("0123456789abcdef").find(digit);
    if (value == std::string_view::npos) {
      throw std::invalid_argument("not a hexadecimal digit");
    }
    return static_cast<unsigned>(value);
  };
  Bytes bytes;
  std::vector<unsigned> digits;
  for (const char c : text) {
    if (c == ' ') {
      continue;
    }
    digits.push_back(value_of(c));
    if (digits.size() == 2) {
      bytes.push_back(static_cast<std::uint8_t>((digits[0] << 4U) | digits[1]));
      digits.clear();
    }
  }
  return bytes;
}

/// An unsigned integer of `width` bytes.
[[nodiscard]] inline Bytes integer(std::size_t width, std::size_t value) {
  Bytes bytes(width);
  for (std::size_t i = width; i > 0; --i) {
    bytes[i - 1] = static_cast<std::uint8_t>(value & 0xffU);
    value >>= 8U;
  }
  return bytes;
}

[[nodiscard]] inline Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

/// A vector with its length in `width` bytes before it.
[[nodiscard]] inline Bytes vector_of(std::size_t width, const Bytes& content) {
  return integer(width, content.size()) + content;
}

/// A handshake message: its type, its length in three bytes, its body.
[[nodiscard]] inline Bytes handshake_message(std::uint8_t type, const Bytes& body) {
  return integer(1, type) + vector_of(3, body);
}

}  // namespace telltale::tls
