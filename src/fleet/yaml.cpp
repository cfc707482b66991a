#include "fleet/yaml.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>
#include <utility>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace telltale::fleet {
namespace {

constexpr std::size_t max_nodes = 300'000;

constexpr std::string_view no_references =
    "anchors, aliases and tags are not supported; write the value out";

/// What a text may be, and what it is called in complaints.
struct Grammar {
  std::size_t max_bytes = max_config_bytes;
  std::string_view too_large = "is larger than 2 MiB; a configuration is not";
  std::size_t max_depth = 16;
  bool has_many_documents = false;
  bool has_references = false;  ///< anchors, aliases and merge keys
  std::uint32_t file = 0;
};

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

void check_text(std::string_view text, const std::string& file, const Grammar& grammar) {
  if (text.size() > grammar.max_bytes) {
    throw_bad(file, 1, "", grammar.too_large, Errc::malformed);
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
  TreeBuilder(const std::string& file, const Grammar& grammar) : file_(file), grammar_(grammar) {}

  [[nodiscard]] std::vector<YamlNode> take() { return std::move(documents_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++started_ > 1 && !grammar_.has_many_documents) {
      fail(mark, "starts a second document; a configuration is one");
    }
    anchored_.clear();
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_plain(mark, "", anchor);
    add(keep(make(YamlNode::Kind::nothing, mark), anchor));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (!grammar_.has_references) {
      fail(mark, no_references);
    }
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) {
      fail(mark, "is an alias inside of what it stands for; write the value out");
    }
    count(mark, found->second.nodes);
    add(found->second.node);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_plain(mark, tag, anchor);
    YamlNode node = make(YamlNode::Kind::text, mark);
    node.text = value;
    node.is_quoted = tag == "!";
    add(keep(std::move(node), anchor));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check_plain(mark, tag, anchor);
    open(make(YamlNode::Kind::list, mark), anchor);
  }

  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check_plain(mark, tag, anchor);
    open(make(YamlNode::Kind::mapping, mark), anchor);
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
    std::vector<YamlNode> merged;  // what `<<` brings in, as far as it is not given itself
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::size_t nodes_before = 0;
  };

  /// What an anchor stands for, and how many nodes that is.
  struct Anchored {
    YamlNode node;
    std::size_t nodes = 1;
  };

  [[noreturn]] void fail(const YAML::Mark& mark, std::string_view sentence) const {
    throw_bad(file_, mark.line + 1, path(), sentence, Errc::malformed);
  }

  /// yaml-cpp gives the tag `?` to plain scalars and to collections, `!` to quoted scalars.
  void check_plain(const YAML::Mark& mark, std::string_view tag, YAML::anchor_t anchor) const {
    const bool has_tag = !tag.empty() && tag != "?" && tag != "!";
    const bool has_anchor = anchor != YAML::NullAnchor && !grammar_.has_references;
    if (has_tag || has_anchor) {
      fail(mark, no_references);
    }
  }

  void count(const YAML::Mark& mark, std::size_t nodes) {
    nodes_ += nodes;
    check_size(mark.line + 1);
  }

  /// What is kept for aliases takes as much room as what is read.
  void check_size(int line) const {
    if (nodes_ + kept_ > max_nodes) {
      throw_bad(file_, line, path(), "has more than 300000 values; a configuration has fewer",
                Errc::malformed);
    }
  }

  YamlNode make(YamlNode::Kind kind, const YAML::Mark& mark) {
    count(mark, 1);
    YamlNode node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.file = grammar_.file;
    return node;
  }

  YamlNode keep(YamlNode node, YAML::anchor_t anchor, std::size_t nodes = 1) {
    if (anchor != YAML::NullAnchor) {
      kept_ += nodes;
      check_size(node.line);
      anchored_.insert_or_assign(anchor, Anchored{node, nodes});
    }
    return node;
  }

  void open(YamlNode node, YAML::anchor_t anchor) {
    if (awaits_key()) {
      throw_bad(file_, node.line, path(), "has a list or mapping for a key; a key is a text",
                Errc::malformed);
    }
    if (open_.size() >= grammar_.max_depth) {
      throw_bad(file_, node.line, path(), "is nested too deeply", Errc::malformed);
    }
    open_.push_back({.node = std::move(node),
                     .key = {},
                     .lines_by_key = {},
                     .merged = {},
                     .anchor = anchor,
                     .nodes_before = nodes_});
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    for (YamlNode& member : closed.merged) {
      if (closed.lines_by_key.emplace(member.key, member.line).second) {
        closed.node.children.push_back(std::move(member));
      }
    }
    add(keep(std::move(closed.node), closed.anchor, nodes_ - closed.nodes_before + 1));
  }

  [[nodiscard]] bool awaits_key() const {
    return !open_.empty() && open_.back().node.kind == YamlNode::Kind::mapping &&
           !open_.back().has_key;
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      documents_.push_back(std::move(node));
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
      if (node.key == "<<" && grammar_.has_references) {
        merge(std::move(node), parent);
        return;
      }
    }
    parent.node.children.push_back(std::move(node));
  }

  /// YAML 1.1's merge key: a mapping, or a list of them of which the earlier ones win.
  void merge(YamlNode node, Open& into) {
    into.lines_by_key.erase("<<");
    if (node.kind == YamlNode::Kind::mapping) {
      std::ranges::move(node.children, std::back_inserter(into.merged));
    }
    if (node.kind == YamlNode::Kind::list) {
      for (YamlNode& each : node.children) {
        std::ranges::move(each.children, std::back_inserter(into.merged));
      }
    }
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
  const Grammar& grammar_;
  int started_ = 0;
  std::size_t nodes_ = 0;  // of the tree so far
  std::size_t kept_ = 0;   // of what anchors stand for
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchored_;
  std::vector<YamlNode> documents_;
};

std::vector<YamlNode> parse(std::string_view text, const std::string& file,
                            const Grammar& grammar) {
  check_text(text, file, grammar);
  std::istringstream stream{std::string(text)};
  TreeBuilder builder(file, grammar);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::DeepRecursion& deep) {
    throw_bad(file, deep.mark.line + 1, builder.path(), "is nested too deeply", Errc::malformed);
  } catch (const YAML::Exception& error) {
    // An alias without its anchor comes as an error, not as an event.
    const bool is_alias = error.msg == YAML::ErrorMsg::UNKNOWN_ANCHOR && !grammar.has_references;
    throw_bad(file, error.mark.line + 1, builder.path(),
              is_alias ? std::string(no_references) : "is not YAML: " + error.msg, Errc::malformed);
  }
  return builder.take();
}

}  // namespace

void throw_bad(const std::string& file, int line, std::string_view path, std::string_view sentence,
               Errc code) {
  std::string detail = file + ':' + std::to_string(line) + ": ";
  if (!path.empty()) {
    detail.append(path).append(": ");
  }
  throw BadConfig(Error(code, detail.append(sentence)));
}

const YamlNode* YamlNode::find(std::string_view member) const {
  const auto found = std::ranges::find(children, member, &YamlNode::key);
  return kind == Kind::mapping && found != children.end() ? &*found : nullptr;
}

YamlNode parse_yaml(std::string_view text, const std::string& file) {
  std::vector<YamlNode> documents = parse(text, file, Grammar{});
  return documents.empty() ? YamlNode{} : std::move(documents.front());
}

std::vector<YamlNode> parse_manifest(std::string_view text, const std::string& file,
                                     std::uint32_t number) {
  return parse(text, file,
               {.max_bytes = max_manifest_bytes,
                .too_large = "is larger than 8 MiB; a manifest is not",
                .max_depth = 64,
                .has_many_documents = true,
                .has_references = true,
                .file = number});
}

}  // namespace telltale::fleet
