#pragma once
// A small strict YAML: text to a tree that knows its lines. No tags, doubled keys or control
// characters, and a bound on size, depth and number of nodes. telltale.yml is one document without
// anchors, aliases and merge keys; manifests, which others write, may have all of them.

#include <cstddef>
#include <cstdint>
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
  int line = 0;            ///< of its key, where it has one: that is where people look
  std::uint32_t file = 0;  ///< which of several files read together it stands in
  std::string key;         ///< of a mapping's member
  std::string text;
  bool is_quoted = false;
  int text_line = 0;               ///< of the first line of a literal block (`|`); 0: it is none
  std::vector<YamlNode> children;  ///< in the order of the text

  /// A mapping's member; null if there is none, or this is no mapping.
  [[nodiscard]] const YamlNode* find(std::string_view member) const;
};

/// Larger texts are refused: yaml-cpp keeps up to 250 bytes for each of theirs.
inline constexpr std::size_t max_config_bytes = std::size_t{2} * 1024 * 1024;

/// Reads a text's only document; an empty one gives Kind::nothing. Throws BadConfig; `file` is for
/// its message.
[[nodiscard]] YamlNode parse_yaml(std::string_view text, const std::string& file);

/// How much may still be read. All texts of one reading share it, so that no number of small ones
/// becomes too much.
struct YamlBudget {
  std::size_t nodes = 300'000;
  std::size_t bytes = std::size_t{128} * 1024 * 1024;
};

/// A text and where it stands.
struct YamlSource {
  std::string_view text;
  const std::string& file;   ///< for messages
  std::uint32_t number = 0;  ///< becomes each node's YamlNode::file
  int first_line = 1;
  bool is_on_one_line = false;  ///< a quoted text: every node stands on its line
};

struct YamlFault;

/// Larger manifests are refused. Kubernetes itself takes no object above 1.5 MiB.
inline constexpr std::size_t max_manifest_bytes = std::size_t{8} * 1024 * 1024;

/// Reads every document of a manifest. An alias becomes a copy of what it stands for, lines
/// included, and counts as often as it is used. Throws BadConfig.
[[nodiscard]] std::vector<YamlNode> parse_manifest(const YamlSource& source, YamlBudget& budget);

/// The same, but goes on: a fault of YAML costs its document, of a doubled key the last counts.
/// Throws BadConfig for what is too large, too deep or too much.
[[nodiscard]] std::vector<YamlNode> parse_manifest(const YamlSource& source, YamlBudget& budget,
                                                   std::vector<YamlFault>& faults);

/// Reads a manifest by itself.
[[nodiscard]] std::vector<YamlNode> parse_manifest(std::string_view text, const std::string& file,
                                                   std::uint32_t number);

}  // namespace telltale::fleet
