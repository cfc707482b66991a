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

#include "fleet/yaml_text.hpp"

namespace telltale::fleet {
namespace {

/// In telltale.yml, which has no aliases, the file's own size bounds the rest.
constexpr YamlBudget config_budget{.nodes = 300'000, .bytes = std::size_t{1} << 30};

constexpr std::size_t most_faults = 100;

constexpr std::string_view no_references =
    "anchors, aliases and tags are not supported; write the value out";

/// What a text may be, and what it is called in complaints.
struct Grammar {
  std::size_t max_bytes = max_config_bytes;
  std::string_view too_large = "is larger than 2 MiB; a configuration is not";
  std::size_t max_depth = 16;
  bool has_many_documents = false;
  bool has_references = false;  ///< anchors, aliases and merge keys
};

/// What a part of the tree takes, as a YamlBudget has it.
struct Weight {
  std::size_t nodes = 0;
  std::size_t bytes = 0;
};

Weight operator-(const Weight& a, const Weight& b) {
  return {.nodes = a.nodes - b.nodes, .bytes = a.bytes - b.bytes};
}

[[noreturn]] void throw_fault(int line, std::string path, std::string_view sentence,
                              std::string_view rule = rule_malformed) {
  if (!path.empty()) {
    path += ": ";
  }
  throw YamlFault{.rule = rule, .line = line, .sentence = path.append(sentence)};
}

/// Builds the tree from yaml-cpp's events. YAML::Node would lose doubled keys and anchors, and
/// share the nodes of aliases, so that a small text becomes an endless tree.
class TreeBuilder : public YAML::EventHandler {
 public:
  /// Faults that leave a tree go to `faults`; without it they are thrown as all others.
  TreeBuilder(const YamlSource& source, const Grammar& grammar, const YamlBudget& budget,
              std::vector<YamlFault>* faults)
      : source_(source),
        grammar_(grammar),
        budget_(budget),
        line_starts_(line_starts(source.text)),
        faults_(faults) {}

  [[nodiscard]] YamlBudget budget_left() const {
    return {.nodes = budget_.nodes - spent_.nodes, .bytes = budget_.bytes - spent_.bytes};
  }

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
    add(keep(make(YamlNode::Kind::nothing, mark), anchor, {.nodes = 1, .bytes = node_bytes}));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (!grammar_.has_references) {
      fail(mark, no_references);
    }
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) {
      fail(mark, "is an alias inside of what it stands for; write the value out");
    }
    spend(found->second.weight, line_of(mark));
    add(found->second.node);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_plain(mark, tag, anchor);
    YamlNode node = make(YamlNode::Kind::text, mark);
    spend({.nodes = 0, .bytes = value.size()}, node.line);
    node.text = value;
    node.is_quoted = tag == "!";
    node.text_line = node.is_quoted && is_literal(mark) ? line_of(mark) + 1 : 0;
    add(keep(std::move(node), anchor, {.nodes = 1, .bytes = node_bytes + value.size()}));
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
    Weight before;
  };

  struct Anchored {
    YamlNode node;
    Weight weight;
  };

  static constexpr std::size_t node_bytes = sizeof(YamlNode);

  [[nodiscard]] int line_of(const YAML::Mark& mark) const {
    return source_.is_on_one_line ? source_.first_line : mark.line + source_.first_line;
  }

  [[noreturn]] void fail(const YAML::Mark& mark, std::string_view sentence) const {
    throw_fault(line_of(mark), path(), sentence);
  }

  /// A scalar's mark is its first character, or that of its anchor.
  [[nodiscard]] bool is_literal(const YAML::Mark& mark) const {
    if (source_.is_on_one_line || std::cmp_greater_equal(mark.line, line_starts_.size())) {
      return false;
    }
    std::string_view line = source_.text.substr(line_starts_[static_cast<std::size_t>(mark.line)]);
    line = line.substr(0, line.find('\n'));
    const std::size_t column = std::min(static_cast<std::size_t>(mark.column), line.size());
    const std::size_t anchor_end =
        line.substr(column).starts_with('&') ? line.find(' ', column) : column;
    const std::size_t first = line.find_first_not_of(' ', anchor_end);
    return first != std::string_view::npos && line[first] == '|';
  }

  /// yaml-cpp gives the tag `?` to plain scalars and to collections, `!` to quoted scalars.
  void check_plain(const YAML::Mark& mark, std::string_view tag, YAML::anchor_t anchor) const {
    const bool has_tag = !tag.empty() && tag != "?" && tag != "!";
    const bool has_anchor = anchor != YAML::NullAnchor && !grammar_.has_references;
    if (has_tag || has_anchor) {
      fail(mark, no_references);
    }
  }

  /// What is kept for aliases takes as much room as what is read.
  void spend(const Weight& weight, int line) {
    spent_.nodes += weight.nodes;
    spent_.bytes += weight.bytes;
    if (spent_.nodes > budget_.nodes) {
      throw_fault(line, path(), "has more than 300000 values; a configuration has fewer", {});
    }
    if (spent_.bytes > budget_.bytes) {
      throw_fault(line, path(), "comes to more than 128 MiB with its aliases; write less", {});
    }
  }

  YamlNode make(YamlNode::Kind kind, const YAML::Mark& mark) {
    YamlNode node;
    node.kind = kind;
    node.line = line_of(mark);
    node.file = source_.number;
    spend({.nodes = 1, .bytes = node_bytes}, node.line);
    return node;
  }

  YamlNode keep(YamlNode node, YAML::anchor_t anchor, const Weight& weight) {
    if (anchor != YAML::NullAnchor) {
      spend(weight, node.line);
      anchored_.insert_or_assign(anchor, Anchored{.node = node, .weight = weight});
    }
    return node;
  }

  void open(YamlNode node, YAML::anchor_t anchor) {
    if (awaits_key()) {
      throw_fault(node.line, path(), "has a list or mapping for a key; a key is a text");
    }
    if (open_.size() >= grammar_.max_depth) {
      throw_fault(node.line, path(), "is nested too deeply", {});
    }
    open_.push_back({.node = std::move(node),
                     .key = {},
                     .lines_by_key = {},
                     .merged = {},
                     .anchor = anchor,
                     .before = spent_});
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    for (YamlNode& member : closed.merged) {
      if (closed.lines_by_key.emplace(member.key, member.line).second) {
        closed.node.children.push_back(std::move(member));
      }
    }
    Weight weight = spent_ - closed.before;
    weight.nodes += 1;
    weight.bytes += node_bytes;
    add(keep(std::move(closed.node), closed.anchor, weight));
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
      throw_fault(node.line, path(), "has an empty key; a key is a text");
    }
    if (std::ranges::any_of(node.text, is_control)) {
      throw_fault(node.line, path(), "has a key with a control character");
    }
    Open& parent = open_.back();
    const auto [first, is_new] = parent.lines_by_key.emplace(node.text, node.line);
    parent.has_key = true;
    parent.key = std::move(node.text);
    parent.key_line = node.line;
    if (!is_new) {
      report_duplicate(parent, first->second);
      first->second = node.line;
    }
  }

  /// kubectl takes the last of them.
  void report_duplicate(Open& parent, int first_line) {
    const std::string sentence =
        "is given twice, first on line " + std::to_string(first_line) + "; leave one out";
    if (faults_ == nullptr || faults_->size() >= most_faults) {
      throw_fault(parent.key_line, path(), sentence, rule_duplicate_key);
    }
    faults_->push_back({.rule = rule_duplicate_key,
                        .line = parent.key_line,
                        .sentence = path() + ": " + sentence});
    std::erase_if(parent.node.children,
                  [&](const YamlNode& member) { return member.key == parent.key; });
  }

  const YamlSource& source_;
  const Grammar& grammar_;
  YamlBudget budget_;
  Weight spent_;  // on the tree so far, and on what anchors stand for
  std::vector<std::size_t> line_starts_;
  std::vector<YamlFault>* faults_;
  int started_ = 0;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchored_;
  std::vector<YamlNode> documents_;
};

std::vector<YamlNode> parse(const YamlSource& source, const Grammar& grammar, YamlBudget& budget,
                            std::vector<YamlFault>* faults) {
  check_yaml_text(source.text, source.first_line);
  std::istringstream stream{std::string(source.text)};
  TreeBuilder builder(source, grammar, budget, faults);
  const auto line_of = [&](const YAML::Mark& mark) {
    return source.is_on_one_line ? source.first_line : mark.line + source.first_line;
  };
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::DeepRecursion& deep) {
    throw_fault(line_of(deep.mark), builder.path(), "is nested too deeply", {});
  } catch (const YAML::Exception& error) {
    // An alias without its anchor comes as an error, not as an event.
    const bool is_alias = error.msg == YAML::ErrorMsg::UNKNOWN_ANCHOR && !grammar.has_references;
    // yaml-cpp allows no tab even before a comment, which YAML does.
    const bool is_tab = error.msg == YAML::ErrorMsg::TAB_IN_INDENTATION;
    throw_fault(line_of(error.mark), builder.path(),
                is_alias ? std::string(no_references)
                : is_tab ? std::string(indented_with_tab)
                         : "is not YAML: " + error.msg,
                is_tab ? rule_tab : rule_malformed);
  }
  budget = builder.budget_left();
  return builder.take();
}

[[noreturn]] void throw_as_bad(const std::string& file, const YamlFault& fault) {
  throw_bad(file, fault.line, "", fault.sentence, Errc::malformed);
}

std::vector<YamlNode> parse_or_throw(const YamlSource& source, const Grammar& grammar,
                                     YamlBudget& budget) {
  if (source.text.size() > grammar.max_bytes) {
    throw_bad(source.file, 1, "", grammar.too_large, Errc::malformed);
  }
  try {
    return parse(source, grammar, budget, nullptr);
  } catch (const YamlFault& fault) {
    throw_as_bad(source.file, fault);
  }
}

constexpr Grammar manifest_grammar{.max_bytes = max_manifest_bytes,
                                   .too_large = "is larger than 8 MiB; a manifest is not",
                                   .max_depth = 64,
                                   .has_many_documents = true,
                                   .has_references = true};

/// Reads one document of several. A fault costs this document only.
void parse_document(const YamlSource& source, YamlBudget& budget, std::vector<YamlFault>& faults,
                    std::vector<YamlNode>& documents) {
  try {
    std::ranges::move(parse(source, manifest_grammar, budget, &faults),
                      std::back_inserter(documents));
  } catch (const YamlFault& fault) {
    if (fault.rule.empty() || faults.size() >= most_faults) {
      throw_as_bad(source.file, fault);
    }
    faults.push_back(fault);
  }
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
  YamlBudget budget = config_budget;
  std::vector<YamlNode> documents = parse_or_throw({.text = text, .file = file}, Grammar{}, budget);
  return documents.empty() ? YamlNode{} : std::move(documents.front());
}

std::vector<YamlNode> parse_manifest(const YamlSource& source, YamlBudget& budget) {
  return parse_or_throw(source, manifest_grammar, budget);
}

std::vector<YamlNode> parse_manifest(const YamlSource& source, YamlBudget& budget,
                                     std::vector<YamlFault>& faults) {
  if (source.text.size() > max_manifest_bytes) {
    throw_bad(source.file, 1, "", manifest_grammar.too_large, Errc::malformed);
  }
  std::vector<YamlNode> documents;
  for (const YamlDocumentText& document : split_documents(source.text)) {
    YamlSource part = source;
    part.text = document.text;
    part.first_line += source.is_on_one_line ? 0 : document.line;
    parse_document(part, budget, faults, documents);
  }
  return documents;
}

std::vector<YamlNode> parse_manifest(std::string_view text, const std::string& file,
                                     std::uint32_t number) {
  YamlBudget budget;
  return parse_manifest({.text = text, .file = file, .number = number}, budget);
}

}  // namespace telltale::fleet
