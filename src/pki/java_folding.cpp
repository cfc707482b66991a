#include "pki/java_folding.hpp"

#include <array>
#include <cstdint>

namespace telltale::pki {

namespace {

constexpr char32_t first_folded = 0xa0;
constexpr char32_t end_of_folded = 0x180;

// What OpenJDK 17 makes of U+00A0 to U+017F, eight to a line.
// clang-format off
constexpr std::array<std::string_view, end_of_folded - first_folded> folded = {
    " ", "\u00a1", "\u00a2", "\u00a3", "\u00a4", "\u00a5", "\u00a6", "\u00a7",
    " \u0308", "\u00a9", "a", "\u00ab", "\u00ac", "\u00ad", "\u00ae", " \u0304",
    "\u00b0", "\u00b1", "2", "3", " \u0301", "\u03bc", "\u00b6", "\u00b7",
    " \u0327", "1", "o", "\u00bb", "1\u20444", "1\u20442", "3\u20444", "\u00bf",
    "a\u0300", "a\u0301", "a\u0302", "a\u0303", "a\u0308", "a\u030a", "\u00e6", "c\u0327",
    "e\u0300", "e\u0301", "e\u0302", "e\u0308", "i\u0300", "i\u0301", "i\u0302", "i\u0308",
    "\u00f0", "n\u0303", "o\u0300", "o\u0301", "o\u0302", "o\u0303", "o\u0308", "\u00d7",
    "\u00f8", "u\u0300", "u\u0301", "u\u0302", "u\u0308", "y\u0301", "\u00fe", "ss",
    "a\u0300", "a\u0301", "a\u0302", "a\u0303", "a\u0308", "a\u030a", "\u00e6", "c\u0327",
    "e\u0300", "e\u0301", "e\u0302", "e\u0308", "i\u0300", "i\u0301", "i\u0302", "i\u0308",
    "\u00f0", "n\u0303", "o\u0300", "o\u0301", "o\u0302", "o\u0303", "o\u0308", "\u00f7",
    "\u00f8", "u\u0300", "u\u0301", "u\u0302", "u\u0308", "y\u0301", "\u00fe", "y\u0308",
    "a\u0304", "a\u0304", "a\u0306", "a\u0306", "a\u0328", "a\u0328", "c\u0301", "c\u0301",
    "c\u0302", "c\u0302", "c\u0307", "c\u0307", "c\u030c", "c\u030c", "d\u030c", "d\u030c",
    "\u0111", "\u0111", "e\u0304", "e\u0304", "e\u0306", "e\u0306", "e\u0307", "e\u0307",
    "e\u0328", "e\u0328", "e\u030c", "e\u030c", "g\u0302", "g\u0302", "g\u0306", "g\u0306",
    "g\u0307", "g\u0307", "g\u0327", "g\u0327", "h\u0302", "h\u0302", "\u0127", "\u0127",
    "i\u0303", "i\u0303", "i\u0304", "i\u0304", "i\u0306", "i\u0306", "i\u0328", "i\u0328",
    "i\u0307", "i", "ij", "ij", "j\u0302", "j\u0302", "k\u0327", "k\u0327",
    "\u0138", "l\u0301", "l\u0301", "l\u0327", "l\u0327", "l\u030c", "l\u030c", "l\u00b7",
    "l\u00b7", "\u0142", "\u0142", "n\u0301", "n\u0301", "n\u0327", "n\u0327", "n\u030c",
    "n\u030c", "\u02bcn", "\u014b", "\u014b", "o\u0304", "o\u0304", "o\u0306", "o\u0306",
    "o\u030b", "o\u030b", "\u0153", "\u0153", "r\u0301", "r\u0301", "r\u0327", "r\u0327",
    "r\u030c", "r\u030c", "s\u0301", "s\u0301", "s\u0302", "s\u0302", "s\u0327", "s\u0327",
    "s\u030c", "s\u030c", "t\u0327", "t\u0327", "t\u030c", "t\u030c", "\u0167", "\u0167",
    "u\u0303", "u\u0303", "u\u0304", "u\u0304", "u\u0306", "u\u0306", "u\u030a", "u\u030a",
    "u\u030b", "u\u030b", "u\u0328", "u\u0328", "w\u0302", "w\u0302", "y\u0302", "y\u0302",
    "y\u0308", "z\u0301", "z\u0301", "z\u0307", "z\u0307", "z\u030c", "z\u030c", "s",
};
// clang-format on

/// What the first byte of a UTF-8 sequence says (RFC 3629 3).
struct Lead {
  std::size_t length = 0;  ///< of the sequence; 0 for a byte that begins none
  char32_t bits = 0;       ///< those of the character that stand in the first byte
  char32_t smallest = 0;   ///< character that needs this length
};

constexpr Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) {
    return {.length = 1, .bits = byte, .smallest = 0};
  }
  if ((byte & 0xe0U) == 0xc0) {
    return {.length = 2, .bits = byte & 0x1fU, .smallest = 0x80};
  }
  if ((byte & 0xf0U) == 0xe0) {
    return {.length = 3, .bits = byte & 0x0fU, .smallest = 0x800};
  }
  if ((byte & 0xf8U) == 0xf0) {
    return {.length = 4, .bits = byte & 0x07U, .smallest = 0x10000};
  }
  return {};
}

/// Takes one character off the front of `utf8`; a byte that begins none counts as U+FFFD.
char32_t take_character(std::string_view& utf8) {
  constexpr char32_t replacement = 0xfffd;
  const Lead lead = lead_of(static_cast<std::uint8_t>(utf8.front()));
  bool is_whole = lead.length > 0 && lead.length <= utf8.size();
  char32_t character = lead.bits;
  for (std::size_t i = 1; is_whole && i < lead.length; ++i) {
    const auto byte = static_cast<std::uint8_t>(utf8[i]);
    is_whole = (byte & 0xc0U) == 0x80;
    character = (character << 6U) | (byte & 0x3fU);
  }
  const bool is_surrogate = character >= 0xd800 && character < 0xe000;
  if (!is_whole || character < lead.smallest || character > 0x10ffff || is_surrogate) {
    utf8.remove_prefix(1);
    return replacement;
  }
  utf8.remove_prefix(lead.length);
  return character;
}

}  // namespace

void append_utf8(std::string& text, char32_t character) {
  if (character < 0x80) {
    text += static_cast<char>(character);
    return;
  }
  if (character < 0x800) {
    text += static_cast<char>(0xc0U | (character >> 6U));
  } else {
    if (character < 0x10000) {
      text += static_cast<char>(0xe0U | (character >> 12U));
    } else {
      text += static_cast<char>(0xf0U | (character >> 18U));
      text += static_cast<char>(0x80U | ((character >> 12U) & 0x3fU));
    }
    text += static_cast<char>(0x80U | ((character >> 6U) & 0x3fU));
  }
  text += static_cast<char>(0x80U | (character & 0x3fU));
}

std::string fold_as_java(std::string_view utf8) {
  std::string text;
  text.reserve(utf8.size());
  while (!utf8.empty()) {
    const char32_t character = take_character(utf8);
    if (character >= U'A' && character <= U'Z') {
      text += static_cast<char>(character - U'A' + U'a');
    } else if (character >= first_folded && character < end_of_folded) {
      text += folded[character - first_folded];
    } else {
      append_utf8(text, character);
    }
  }
  return text;
}

std::string utf8_of_latin1(std::string_view latin1) {
  std::string text;
  text.reserve(latin1.size());
  for (const char byte : latin1) {
    append_utf8(text, static_cast<std::uint8_t>(byte));
  }
  return text;
}

}  // namespace telltale::pki
