#include "fleet/yaml_text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "fleet/yaml.hpp"

namespace telltale::fleet {
namespace {

/// yaml-cpp keeps some 250 bytes for each of these until a list in brackets ends.
constexpr std::ptrdiff_t most_flow_indicators = 1'000'000;

/// The length of the UTF-8 sequence that a text begins with (RFC 3629 4), 0 if it is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    return 1;
  }
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) {
    return 0;
  }
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xc0) != 0x80) {
      return 0;
    }
  }
  const bool is_overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  const bool is_surrogate = lead == 0xed && byte(1) > 0x9f;
  const bool is_beyond_unicode = lead == 0xf4 && byte(1) > 0x8f;
  return is_overlong || is_surrogate || is_beyond_unicode ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::size_t spaces_before(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

std::string_view without_end(std::string_view line) {
  while (!line.empty() && is_blank(line.back())) {
    line.remove_suffix(1);
  }
  return line;
}

/// What stands before a comment, which begins after a blank.
std::string_view without_comment(std::string_view line) {
  const std::size_t comment = line.find(" #");
  return without_end(line.substr(0, comment));
}

/// Where the header of a block scalar (`|`, `>-`, `|2`) begins that ends this line.
std::optional<std::size_t> block_header(std::string_view line) {
  std::size_t at = line.size();
  while (at > 0 && std::string_view("+-123456789").find(line[at - 1]) != std::string_view::npos) {
    --at;
  }
  if (at == 0 || line.size() - at > 2 || (line[at - 1] != '|' && line[at - 1] != '>')) {
    return std::nullopt;
  }
  const std::size_t header = at - 1;
  const bool is_value = header == 0 || is_blank(line[header - 1]);
  return is_value ? std::optional(header) : std::nullopt;
}

/// The column of the key or dash that a block scalar belongs to, which its content is indented
/// beyond (YAML 1.2 8.1.1.1); -1 after `---`.
int block_parent(std::string_view line, std::size_t header) {
  if (line.starts_with("---")) {
    return -1;
  }
  std::size_t parent = spaces_before(line);
  for (std::size_t at = parent; at + 1 < header && line[at] == '-' && is_blank(line[at + 1]);) {
    parent = at;
    at = line.find_first_not_of(" \t", at + 1);
    parent = at < header ? at : parent;
  }
  return parent == header ? static_cast<int>(parent) - 1 : static_cast<int>(parent);
}

bool is_document_start(std::string_view line) {
  return line.starts_with("---") && (line.size() == 3 || is_blank(line[3]));
}

class TextCheck {
 public:
  explicit TextCheck(std::string_view text, int first_line) : line_number_(first_line) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    is_json_ = first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  }

  void read(std::string_view line) {
    check_characters(line);
    line = without_end(line);
    if (!line.empty() && !is_block_content(line)) {
      check_indentation(line);
    }
    ++line_number_;
  }

 private:
  [[noreturn]] void fail(std::string_view rule, std::string_view sentence) const {
    throw YamlFault{.rule = rule, .line = line_number_, .sentence = std::string(sentence)};
  }

  /// yaml-cpp ends a text at byte 0x04, takes NUL for UTF-16 and lets bytes pass that are no UTF-8.
  void check_characters(std::string_view line) const {
    const auto is_foreign = [](char c) { return is_control(c) && c != '\t' && c != '\r'; };
    if (std::ranges::any_of(line, is_foreign)) {
      fail(rule_malformed, "has a control character; YAML is plain UTF-8 text");
    }
    if (!is_utf8(line)) {
      fail(rule_malformed, "is not UTF-8; save the file as UTF-8");
    }
  }

  bool is_block_content(std::string_view line) {
    if (block_parent_ && static_cast<int>(spaces_before(line)) > *block_parent_ &&
        !is_document_start(line)) {
      return true;
    }
    block_parent_.reset();
    return false;
  }

  void check_indentation(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t");
    if (line[first] == '#') {
      return;
    }
    if (!is_json_ && line.substr(0, first).find('\t') != std::string_view::npos) {
      fail(rule_tab, indented_with_tab);
    }
    const std::string_view content = without_comment(line);
    if (const auto header = block_header(content)) {
      block_parent_ = block_parent(content, *header);
    }
  }

  int line_number_;
  bool is_json_ = false;
  std::optional<int> block_parent_;
};

/// Takes the first line off a text.
std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

bool is_preamble(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = without_end(take_line(text));
    const std::size_t first = line.find_first_not_of(" \t");
    const bool is_directive = line.starts_with('%');
    if (first != std::string_view::npos && line[first] != '#' && !is_directive) {
      return false;
    }
  }
  return true;
}

}  // namespace

void check_yaml_text(std::string_view text, int first_line) {
  constexpr std::string_view indicators = "[]{},";
  const auto is_indicator = [&](char c) { return indicators.find(c) != std::string_view::npos; };
  if (std::ranges::count_if(text, is_indicator) > most_flow_indicators) {
    throw YamlFault{.rule = {},
                    .line = first_line,
                    .sentence = "has more than 1000000 brackets and commas; a manifest has fewer"};
  }
  TextCheck check(text, first_line);
  while (!text.empty()) {
    check.read(take_line(text));
  }
}

std::vector<std::size_t> line_starts(std::string_view text) {
  std::vector<std::size_t> starts{0};
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    starts.push_back(at + 1);
  }
  return starts;
}

std::vector<YamlDocumentText> split_documents(std::string_view text) {
  std::vector<YamlDocumentText> documents;
  std::size_t start = 0;
  int start_line = 0;
  const std::vector<std::size_t> starts = line_starts(text);
  for (std::size_t number = 0; number < starts.size(); ++number) {
    std::string_view rest = text.substr(starts[number]);
    const std::string_view before = text.substr(start, starts[number] - start);
    const bool is_first = documents.empty();
    if (!is_document_start(take_line(rest)) || (is_first && is_preamble(before))) {
      continue;
    }
    documents.push_back({.text = before, .line = start_line});
    start = starts[number];
    start_line = static_cast<int>(number);
  }
  documents.push_back({.text = text.substr(start), .line = start_line});
  return documents;
}

}  // namespace telltale::fleet
