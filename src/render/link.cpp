#include "render/link.hpp"

#include <cstdint>

namespace telltale::render {

namespace {

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto octet = static_cast<std::uint8_t>(c);
    encoded.append(1, '%').append(1, digits[octet >> 4U]).append(1, digits[octet & 0xFU]);
  }
  return encoded;
}

std::string target_id(std::string_view target) {
  return "target-" + percent_encoded(target);
}

std::string call_id(std::string_view caller, std::string_view callee) {
  return "call-" + percent_encoded(caller) + ":" + percent_encoded(callee);
}

std::string target_href(std::string_view up, std::string_view target) {
  return std::string(up) + "targets/" + percent_encoded(target);
}

}  // namespace telltale::render
