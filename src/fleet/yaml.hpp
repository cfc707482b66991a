#pragma once
// A small strict YAML: text to a tree that knows its lines. One document; no anchors, aliases,
// tags, merge keys, doubled keys or control characters, and a bound on size, depth and number of
// nodes.

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "telltale/error.hpp"

namespace telltale::fleet {

/// Thrown where the text turns out bad, caught by parse_config alone: it never leaves this room.
class BadConfig : public std::exception {
 public:
  explicit BadConfig(Error error) : error_(std::move(error)) {}

  [[nodiscard]] const Error& error() const noexcept { return error_; }

  [[nodiscard]] const char* what() const noexcept override { return error_.detail().c_str(); }

 private:
  Error error_;
};

/// Throws the BadConfig that reads `file:line: path: sentence`; the path is left out where empty.
[[noreturn]] void throw_bad(const std::string& file, int line, std::string_view path,
                            std::string_view sentence, Errc code = Errc::invalid_value);

/// The bytes of ASCII that are no part of a text: tab, line breaks, NUL and their like.
[[nodiscard]] constexpr bool is_control(char character) noexcept {
  const auto byte = static_cast<unsigned char>(character);
  return byte < 0x20 || byte == 0x7f;
}

/// One value of the document.
struct YamlNode {
  enum class Kind { nothing, text, list, mapping };

  Kind kind = Kind::nothing;
  int line = 0;     ///< of its key, where it has one: that is where people look
  std::string key;  ///< of a mapping's member
  std::string text;
  bool is_quoted = false;
  std::vector<YamlNode> children;  ///< in the order of the text
};

/// Larger texts are refused: yaml-cpp keeps up to 250 bytes for each of theirs.
inline constexpr std::size_t max_config_bytes = std::size_t{2} * 1024 * 1024;

/// Reads a text's only document; an empty one gives Kind::nothing. Throws BadConfig; `file` is for
/// its message.
[[nodiscard]] YamlNode parse_yaml(std::string_view text, const std::string& file);

}  // namespace telltale::fleet
