#include "render/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace telltale::render {

namespace {

constexpr bool between(unsigned byte, unsigned low, unsigned high) {
  return low <= byte && byte <= high;
}

constexpr unsigned byte_of(char c) {
  return static_cast<std::uint8_t>(c);
}

constexpr bool continues(char c) {
  return between(byte_of(c), 0x80, 0xBF);
}

/// What the first two bytes of a sequence of some length may be (RFC 3629 4): no overlong forms, no
/// surrogates, nothing above U+10FFFF.
struct SequenceForm {
  unsigned lead_low, lead_high;
  unsigned second_low, second_high;
  std::size_t length;
};

constexpr std::array sequence_forms = {
    SequenceForm{0x00, 0x7F, 0x00, 0x00, 1}, SequenceForm{0xC2, 0xDF, 0x80, 0xBF, 2},
    SequenceForm{0xE0, 0xE0, 0xA0, 0xBF, 3}, SequenceForm{0xE1, 0xEC, 0x80, 0xBF, 3},
    SequenceForm{0xED, 0xED, 0x80, 0x9F, 3}, SequenceForm{0xEE, 0xEF, 0x80, 0xBF, 3},
    SequenceForm{0xF0, 0xF0, 0x90, 0xBF, 4}, SequenceForm{0xF1, 0xF3, 0x80, 0xBF, 4},
    SequenceForm{0xF4, 0xF4, 0x80, 0x8F, 4},
};

/// C0, DEL, and C1 (U+0080 to U+009F, two bytes in UTF-8).
constexpr bool is_control(std::string_view sequence) {
  const auto first = static_cast<std::uint8_t>(sequence[0]);
  if (sequence.size() == 1) {
    return first < 0x20 || first == 0x7F;
  }
  return first == 0xC2 && static_cast<std::uint8_t>(sequence[1]) < 0xA0;
}

/// U+2028 and U+2029.
constexpr bool ends_line(std::string_view sequence) {
  return sequence == "\xE2\x80\xA8" || sequence == "\xE2\x80\xA9";
}

constexpr std::string_view on_one_line(std::string_view sequence) {
  if (sequence == "\n" || sequence == "\r" || sequence == "\t" || ends_line(sequence)) {
    return " ";
  }
  return is_control(sequence) || turns_direction(sequence) ? replacement_character : sequence;
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
  const auto fits = [&](const SequenceForm& form) {
    return text.size() >= form.length && between(byte_of(text[0]), form.lead_low, form.lead_high) &&
           (form.length == 1 || (between(byte_of(text[1]), form.second_low, form.second_high) &&
                                 std::ranges::all_of(text.substr(2, form.length - 2), continues)));
  };
  const auto* const form = std::ranges::find_if(sequence_forms, fits);
  return form == sequence_forms.end() ? 0 : form->length;
}

bool turns_direction(std::string_view sequence) noexcept {
  constexpr std::array<std::string_view, 12> controls = {
      "\xD8\x9C",     "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xAA",
      "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE",
      "\xE2\x81\xA6", "\xE2\x81\xA7", "\xE2\x81\xA8", "\xE2\x81\xA9"};
  return std::ranges::find(controls, sequence) != controls.end();
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
