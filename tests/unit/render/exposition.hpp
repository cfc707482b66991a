#pragma once
// Reads the text formats of Prometheus, strictly, so that tests can ask what was exported.

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace telltale::render::fixture {

struct ExpositionFamily {
  std::string type;
  std::string help;
  std::set<std::string> label_names;
  std::size_t samples = 0;
};

struct Exported {
  std::map<std::string, ExpositionFamily> families;  ///< by the name in TYPE
  std::map<std::string, std::string> samples;  ///< value by `name{label="value",…}` as written
  bool ended = false;                          ///< `# EOF` was met
};

/// Cuts the text before `end` off `text`, and `end` with it.
inline std::string_view cut(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) {
    throw std::runtime_error("no '" + std::string(1, end) + "' in: " + std::string(text));
  }
  const std::string_view before = text.substr(0, at);
  text.remove_prefix(at + 1);
  return before;
}

/// Reads `{name="value",…}` from the front of `text`; gives the names.
inline std::set<std::string> cut_labels(std::string_view& text) {
  std::set<std::string> names;
  text.remove_prefix(1);
  while (!text.starts_with('}')) {
    if (!names.insert(std::string(cut(text, '='))).second || !text.starts_with('"')) {
      throw std::runtime_error("bad label before: " + std::string(text));
    }
    text.remove_prefix(1);
    while (!text.starts_with('"')) {
      if (text.starts_with('\\') && text.find_first_of("\\\"n", 1) != 1) {
        throw std::runtime_error("bad escape in: " + std::string(text));
      }
      text.remove_prefix(text.starts_with('\\') ? 2 : 1);
    }
    text.remove_prefix(text.starts_with("\",") ? 2 : 1);
  }
  text.remove_prefix(1);
  return names;
}

/// The family that a sample belongs to: the last one announced, whose name it must begin with.
inline ExpositionFamily& family_of(Exported& exported, const std::string& family,
                                   std::string_view sample) {
  const std::string_view suffix = sample.substr(std::min(family.size(), sample.size()));
  const bool belongs =
      sample.starts_with(family) &&
      std::set<std::string_view>{"", "_total", "_bucket", "_sum", "_count"}.contains(suffix);
  if (!belongs) {
    throw std::runtime_error(std::string(sample) + " stands in family " + family);
  }
  return exported.families.at(family);
}

/// Throws std::runtime_error on anything that is not a well-formed exposition: a family announced
/// twice or without HELP and TYPE, a sample outside its family, a series twice.
inline Exported parse_exposition(std::string_view text) {
  Exported exported;
  std::string family;
  while (!text.empty()) {
    std::string_view line = cut(text, '\n');
    const std::string whole(line);
    if (exported.ended) {
      throw std::runtime_error("something follows # EOF: " + whole);
    }
    if (line == "# EOF") {
      exported.ended = true;
      continue;
    }
    if (line.starts_with("# ")) {
      line.remove_prefix(2);
      const std::string_view keyword = cut(line, ' ');
      family = cut(line, ' ');
      ExpositionFamily& announced = exported.families[family];
      std::string& field = keyword == "TYPE" ? announced.type : announced.help;
      if (!field.empty() || announced.samples != 0 || line.empty()) {
        throw std::runtime_error("announced twice, late or emptily: " + whole);
      }
      field = line;
      continue;
    }
    const std::size_t name_end = line.find_first_of("{ ");
    ExpositionFamily& own = family_of(exported, family, line.substr(0, name_end));
    line.remove_prefix(name_end);
    if (line.starts_with('{')) {
      own.label_names.merge(cut_labels(line));
    }
    const std::string key = whole.substr(0, whole.size() - line.size());
    cut(line, ' ');
    if (own.type.empty() || own.help.empty() || !exported.samples.emplace(key, line).second) {
      throw std::runtime_error("a series twice, or without TYPE or HELP: " + whole);
    }
    ++own.samples;
  }
  return exported;
}

}  // namespace telltale::render::fixture
