#pragma once
// What a text of YAML must be before it is parsed: UTF-8, without control characters, not indented
// with tabs. yaml-cpp misreads the rest.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace telltale::fleet {

/// Something that a text has wrong. `rule` is a lint rule's id; where it is empty, the text is too
/// much to be read by anybody.
struct YamlFault {
  std::string_view rule;
  int line = 0;
  std::string sentence;
};

inline constexpr std::string_view rule_tab = "yaml-tab";
inline constexpr std::string_view rule_malformed = "yaml-malformed";
inline constexpr std::string_view rule_duplicate_key = "yaml-duplicate-key";

inline constexpr std::string_view indented_with_tab = "is indented with a tab; YAML wants spaces";

/// Throws a YamlFault; its line counts from `first_line`. Tabs are allowed inside a block scalar
/// (`|`, YAML 1.2 8.1) and where the whole text is JSON.
void check_yaml_text(std::string_view text, int first_line);

/// Where each line of a text begins.
[[nodiscard]] std::vector<std::size_t> line_starts(std::string_view text);

/// A document of a text, and the line of the text that it begins on, counted from 0.
struct YamlDocumentText {
  std::string_view text;
  int line = 0;
};

/// Splits a text before each `---` (YAML 1.2 9.1.2). What stands before the first one is a document
/// of its own unless it is but comments and directives.
[[nodiscard]] std::vector<YamlDocumentText> split_documents(std::string_view text);

}  // namespace telltale::fleet
