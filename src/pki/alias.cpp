#include "pki/alias.hpp"

#include <cstdint>

#include "pki/java_folding.hpp"

namespace telltale::pki {

namespace {

constexpr char32_t replacement = 0xfffd;

bool is_high_surrogate(char32_t unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}

bool is_low_surrogate(char32_t unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

/// Collects UTF-16 code units as one line of UTF-8.
class Line {
 public:
  void append(char32_t unit) {
    if (high_ != 0 && is_low_surrogate(unit)) {
      append_utf8(text_, 0x10000 + ((high_ - 0xd800) << 10U) + (unit - 0xdc00));
      high_ = 0;
      return;
    }
    end_pair();
    if (is_high_surrogate(unit)) {
      high_ = unit;
    } else {
      append_character(is_low_surrogate(unit) ? replacement : unit);
    }
  }

  [[nodiscard]] std::string take() && {
    end_pair();
    return std::move(text_);
  }

 private:
  void end_pair() {
    if (high_ != 0) {
      append_utf8(text_, replacement);
      high_ = 0;
    }
  }

  void append_character(char32_t character) {
    const bool is_control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    if (is_control) {
      const auto byte = static_cast<std::uint8_t>(character);
      text_ += '\\';
      text_ += to_hex({&byte, 1});
    } else {
      append_utf8(text_, character);
    }
  }

  std::string text_;
  char32_t high_ = 0;  // the first half of a pair
};

bool is_continuation(std::uint8_t byte) {
  return (byte & 0xc0U) == 0x80;
}

/// Takes one code unit off the front of `bytes`.
std::optional<char32_t> take_unit(ByteView& bytes) {
  const std::uint8_t first = bytes[0];
  std::size_t length = 0;
  char32_t unit = 0;
  if (first < 0x80) {
    length = 1;
    unit = first;
  } else if ((first & 0xe0U) == 0xc0 && bytes.size() >= 2 && is_continuation(bytes[1])) {
    length = 2;
    unit = ((first & 0x1fU) << 6U) | (bytes[1] & 0x3fU);
  } else if ((first & 0xf0U) == 0xe0 && bytes.size() >= 3 && is_continuation(bytes[1]) &&
             is_continuation(bytes[2])) {
    length = 3;
    unit = ((first & 0x0fU) << 12U) | ((bytes[1] & 0x3fU) << 6U) | (bytes[2] & 0x3fU);
  } else {
    return std::nullopt;
  }
  bytes = bytes.subspan(length);
  return unit;
}

}  // namespace

std::string alias_of_bmp_string(ByteView big_endian) {
  Line line;
  for (std::size_t i = 0; i + 1 < big_endian.size(); i += 2) {
    line.append((static_cast<char32_t>(big_endian[i]) << 8U) | big_endian[i + 1]);
  }
  return std::move(line).take();
}

std::optional<std::string> alias_of_modified_utf8(ByteView bytes) {
  Line line;
  while (!bytes.empty()) {
    const std::optional<char32_t> unit = take_unit(bytes);
    if (!unit) {
      return std::nullopt;
    }
    line.append(*unit);
  }
  return std::move(line).take();
}

bool same_alias(std::string_view a, std::string_view b) {
  return fold_as_java(a) == fold_as_java(b);
}

}  // namespace telltale::pki
