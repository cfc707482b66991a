#include "render/text.hpp"

#include <algorithm>
#include <cstdint>

namespace telltale::render {

namespace {

constexpr bool between(unsigned byte, unsigned low, unsigned high) {
  return low <= byte && byte <= high;
}

/// C0, DEL, and C1 (U+0080 to U+009F, two bytes in UTF-8).
constexpr bool is_control(std::string_view sequence) {
  const auto first = static_cast<std::uint8_t>(sequence[0]);
  if (sequence.size() == 1) {
    return first < 0x20 || first == 0x7F;
  }
  return first == 0xC2 && static_cast<std::uint8_t>(sequence[1]) < 0xA0;
}

constexpr std::string_view on_one_line(std::string_view sequence) {
  if (!is_control(sequence)) {
    return sequence;
  }
  const bool separates = sequence == "\n" || sequence == "\r" || sequence == "\t";
  return separates ? " " : replacement_character;
}

/// Rewrites a text sequence by sequence; bytes that are no UTF-8 become U+FFFD first.
template <class Rewrite>
std::string rewrite(std::string_view text, Rewrite rewrite_sequence) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    result += length == 0 ? replacement_character : rewrite_sequence(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

}  // namespace

std::size_t utf8_sequence_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t at) -> unsigned {
    return at < text.size() ? static_cast<std::uint8_t>(text[at]) : 0U;
  };
  const auto continues = [&](std::size_t at) { return between(byte(at), 0x80, 0xBF); };
  const unsigned lead = byte(0);
  if (lead < 0x80) {
    return text.empty() ? 0 : 1;
  }
  if (between(lead, 0xC2, 0xDF)) {
    return continues(1) ? 2 : 0;
  }
  if (between(lead, 0xE0, 0xEF)) {
    // No overlong forms, no surrogates.
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return between(byte(1), low, high) && continues(2) ? 3 : 0;
  }
  if (between(lead, 0xF0, 0xF4)) {
    // No overlong forms, nothing above U+10FFFF.
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return between(byte(1), low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

std::string to_valid_utf8(std::string_view text) {
  return rewrite(text, [](std::string_view sequence) { return sequence; });
}

std::string to_one_line(std::string_view text) {
  return rewrite(text, on_one_line);
}

std::size_t width_of(std::string_view text) noexcept {
  const auto begins_code_point = [](char c) {
    return (static_cast<std::uint8_t>(c) & 0xC0) != 0x80;
  };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_code_point));
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) {
      continue;
    }
    if (!lines.empty() && width_of(lines.back()) + 1 + width_of(word) <= width) {
      lines.back().append(" ").append(word);
      continue;
    }
    lines.emplace_back(word);
  }
  return lines;
}

std::string count_of(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count).append(" ").append(count == 1 ? one : many);
}

}  // namespace telltale::render
