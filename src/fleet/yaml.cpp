#include "fleet/yaml.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace telltale::fleet {
namespace {

constexpr std::size_t max_depth = 16;
constexpr std::size_t max_nodes = 300'000;

constexpr std::string_view no_references =
    "anchors, aliases and tags are not supported; write the value out";

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

/// Refuses what yaml-cpp would misread: it ends a text at byte 0x04, takes NUL for UTF-16 and lets
/// bytes pass that are no UTF-8.
void check_line(std::string_view line, const std::string& file, int number) {
  const auto is_foreign = [](char c) { return is_control(c) && c != '\t' && c != '\r'; };
  if (std::ranges::any_of(line, is_foreign)) {
    throw_bad(file, number, "", "has a control character; YAML is plain UTF-8 text",
              Errc::malformed);
  }
  if (!is_utf8(line)) {
    throw_bad(file, number, "", "is not UTF-8; save the file as UTF-8", Errc::malformed);
  }
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos || line[first] == '#') {
    return;
  }
  if (line.substr(0, first).find('\t') != std::string_view::npos) {
    throw_bad(file, number, "", "is indented with a tab; YAML wants spaces", Errc::malformed);
  }
}

void check_text(std::string_view text, const std::string& file) {
  if (text.size() > max_config_bytes) {
    throw_bad(file, 1, "", "is larger than 2 MiB; a configuration is not", Errc::malformed);
  }
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    check_line(line, file, number);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

/// Builds the tree from yaml-cpp's events. YAML::Node would lose doubled keys and anchors, and
/// share the nodes of aliases, so that a small text becomes an endless tree.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string& file) : file_(file) {}

  [[nodiscard]] YamlNode take() { return std::move(document_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      fail(mark, "starts a second document; a configuration is one");
    }
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_plain(mark, "", anchor);
    add(make(YamlNode::Kind::nothing, mark));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { fail(mark, no_references); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_plain(mark, tag, anchor);
    YamlNode node = make(YamlNode::Kind::text, mark);
    node.text = value;
    node.is_quoted = tag == "!";
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check_plain(mark, tag, anchor);
    open(make(YamlNode::Kind::list, mark));
  }

  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check_plain(mark, tag, anchor);
    open(make(YamlNode::Kind::mapping, mark));
  }

  void OnMapEnd() override { close(); }

  /// Where the reader is: `targets[2].url`.
  [[nodiscard]] std::string path() const {
    std::string path;
    for (const Open& level : open_) {
      if (level.node.kind == YamlNode::Kind::list) {
        path += '[' + std::to_string(level.node.children.size()) + ']';
      } else if (level.has_key) {
        path += (path.empty() ? "" : ".") + level.key;
      }
    }
    return path;
  }

 private:
  /// A list or mapping whose end has not come yet.
  struct Open {
    YamlNode node;
    bool has_key = false;  // a mapping's key was read, its value was not
    std::string key;
    int key_line = 0;
    std::map<std::string, int> lines_by_key;
  };

  [[noreturn]] void fail(const YAML::Mark& mark, std::string_view sentence) const {
    throw_bad(file_, mark.line + 1, path(), sentence, Errc::malformed);
  }

  /// yaml-cpp gives the tag `?` to plain scalars and to collections, `!` to quoted scalars.
  void check_plain(const YAML::Mark& mark, std::string_view tag, YAML::anchor_t anchor) const {
    const bool has_tag = !tag.empty() && tag != "?" && tag != "!";
    if (has_tag || anchor != YAML::NullAnchor) {
      fail(mark, no_references);
    }
  }

  YamlNode make(YamlNode::Kind kind, const YAML::Mark& mark) {
    if (++nodes_ > max_nodes) {
      fail(mark, "has more than 300000 values; a configuration has fewer");
    }
    YamlNode node;
    node.kind = kind;
    node.line = mark.line + 1;
    return node;
  }

  void open(YamlNode node) {
    if (awaits_key()) {
      throw_bad(file_, node.line, path(), "has a list or mapping for a key; a key is a text",
                Errc::malformed);
    }
    if (open_.size() >= max_depth) {
      throw_bad(file_, node.line, path(), "is nested too deeply", Errc::malformed);
    }
    open_.push_back({.node = std::move(node), .key = {}, .lines_by_key = {}});
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  [[nodiscard]] bool awaits_key() const {
    return !open_.empty() && open_.back().node.kind == YamlNode::Kind::mapping &&
           !open_.back().has_key;
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      document_ = std::move(node);
      return;
    }
    if (awaits_key()) {
      set_key(std::move(node));
      return;
    }
    Open& parent = open_.back();
    if (parent.has_key) {
      node.line = parent.key_line;
      node.key = std::move(parent.key);
      parent.has_key = false;
    }
    parent.node.children.push_back(std::move(node));
  }

  void set_key(YamlNode node) {
    if (node.kind != YamlNode::Kind::text || node.text.empty()) {
      throw_bad(file_, node.line, path(), "has an empty key; a key is a text", Errc::malformed);
    }
    if (std::ranges::any_of(node.text, is_control)) {
      throw_bad(file_, node.line, path(), "has a key with a control character", Errc::malformed);
    }
    Open& parent = open_.back();
    const auto [first, is_new] = parent.lines_by_key.emplace(node.text, node.line);
    parent.has_key = true;
    parent.key = std::move(node.text);
    parent.key_line = node.line;
    if (!is_new) {
      throw_bad(
          file_, node.line, path(),
          "is given twice, first on line " + std::to_string(first->second) + "; leave one out",
          Errc::malformed);
    }
  }

  const std::string& file_;
  int documents_ = 0;
  std::size_t nodes_ = 0;
  std::vector<Open> open_;
  YamlNode document_;
};

}  // namespace

void throw_bad(const std::string& file, int line, std::string_view path, std::string_view sentence,
               Errc code) {
  std::string detail = file + ':' + std::to_string(line) + ": ";
  if (!path.empty()) {
    detail.append(path).append(": ");
  }
  throw BadConfig(Error(code, detail.append(sentence)));
}

YamlNode parse_yaml(std::string_view text, const std::string& file) {
  check_text(text, file);
  std::istringstream stream{std::string(text)};
  TreeBuilder builder(file);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::DeepRecursion& deep) {
    throw_bad(file, deep.mark.line + 1, builder.path(), "is nested too deeply", Errc::malformed);
  } catch (const YAML::Exception& error) {
    // An alias without its anchor comes as an error, not as an event.
    const bool is_alias = error.msg == YAML::ErrorMsg::UNKNOWN_ANCHOR;
    throw_bad(file, error.mark.line + 1, builder.path(),
              is_alias ? std::string(no_references) : "is not YAML: " + error.msg, Errc::malformed);
  }
  return builder.take();
}

}  // namespace telltale::fleet
