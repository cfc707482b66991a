#pragma once
// Text made fit for where it goes. Peers choose many of the bytes that are rendered (names in
// certificates, answers, banners), so every renderer passes them through here or through Markup.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace telltale::render {

/// What stands for bytes that cannot be shown: U+FFFD.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// Gives the length of the well-formed UTF-8 sequence that `text` begins with (RFC 3629, Unicode
/// table 3-7), or 0 if it begins with none.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text) noexcept;

/// Tells whether a sequence is one of Unicode's bidirectional controls (UAX 9 2), which make a
/// terminal or a browser show the characters around it in another order.
[[nodiscard]] bool turns_direction(std::string_view sequence) noexcept;

/// Replaces each byte outside well-formed UTF-8 by U+FFFD.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);

/// Makes valid UTF-8 without control characters: line ends and tabs become a space, the others,
/// and what turns_direction, U+FFFD. The result is one line and cannot steer a terminal.
[[nodiscard]] std::string to_one_line(std::string_view text);

/// Counts the columns of valid UTF-8, one per code point.
[[nodiscard]] std::size_t width_of(std::string_view text) noexcept;

/// Breaks a line at spaces into lines of at most `width` columns; a longer word gets its own line.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// `1 target`, `2 targets`, `2 addresses`.
[[nodiscard]] std::string count_of(std::size_t count, std::string_view one, std::string_view many);

}  // namespace telltale::render
