#include "http/web_yaml.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <yaml-cpp/yaml.h>

namespace telltale::http {
namespace {

// The schema is three levels deep. Aliases may make a small text large, or endless.
constexpr std::size_t max_depth = 8;
constexpr std::size_t max_values = 10'000;

bool is_control(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte < 0x20 || byte == 0x7f;
}

std::string message(int line, const std::string& path, std::string_view sentence) {
  std::string text = std::to_string(line) + ": ";
  if (!path.empty()) {
    text += path + ": ";
  }
  text.append(sentence);
  std::ranges::replace_if(text, is_control, '?');
  return text;
}

/// A key as a message may repeat it: what is none of the schema's may be a hash, or a line of a key
/// that is indented too little.
std::string shown(const std::string& key) {
  constexpr std::size_t longest = 48;
  const bool may_be_secret = key.size() > longest || key.find('$') != std::string::npos;
  return may_be_secret ? "(a key of " + std::to_string(key.size()) + " characters)" : key;
}

int line_of(const YAML::Mark& mark) {
  return std::max(mark.line, 0) + 1;
}

/// Makes the tree of yaml-cpp's nodes, which share what aliases stand for.
class TreeBuilder {
 public:
  [[nodiscard]] WebValue build(const YAML::Node& node, WebValue value, std::size_t depth = 0) {
    if (depth > max_depth || ++values_ > max_values) {
      value.refuse("is nested too deeply, or too much; a web configuration is neither",
                   Errc::malformed);
    }
    if (!node.Tag().empty() && node.Tag() != "?" && node.Tag() != "!") {
      value.refuse("has a tag; leave it out", Errc::malformed);
    }
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        break;
      case YAML::NodeType::Scalar:
        value.kind = WebValue::Kind::text;
        value.text = node.Scalar();
        break;
      case YAML::NodeType::Sequence:
        value.kind = WebValue::Kind::list;
        add_items(node, value, depth);
        break;
      case YAML::NodeType::Map:
        value.kind = WebValue::Kind::mapping;
        add_members(node, value, depth);
        break;
    }
    return value;
  }

 private:
  void add_items(const YAML::Node& node, WebValue& list, std::size_t depth) {
    for (const YAML::Node& item : node) {
      WebValue value;
      value.line = line_of(item.Mark());
      value.path = list.path + '[' + std::to_string(list.items.size()) + ']';
      list.items.push_back(build(item, std::move(value), depth + 1));
    }
  }

  void add_members(const YAML::Node& node, WebValue& mapping, std::size_t depth) {
    for (const auto& pair : node) {
      const YAML::Node& key = pair.first;
      WebValue value;
      value.line = line_of(key.Mark());
      value.path = mapping.path;
      if (!key.IsScalar() || key.Scalar().empty()) {
        value.refuse("has a key that is no text", Errc::malformed);
      }
      value.key = key.Scalar();
      value.path += (mapping.path.empty() ? "" : ".") + shown(value.key);
      const auto first = std::ranges::find(mapping.items, value.key, &WebValue::key);
      if (first != mapping.items.end()) {
        value.refuse(
            "is given twice, first on line " + std::to_string(first->line) + "; leave one out",
            Errc::malformed);
      }
      mapping.items.push_back(build(pair.second, std::move(value), depth + 1));
    }
  }

  std::size_t values_ = 0;
};

[[noreturn]] void refuse_section(const WebValue& member, std::span<const std::string_view> known) {
  member.refuse("unknown key; known here: " + enumerate(known));
}

}  // namespace

BadWebConfig::BadWebConfig(Errc code, int line, const std::string& path, std::string_view sentence)
    : error_(code, message(line, path, sentence)) {}

void WebValue::refuse(std::string_view sentence, Errc code) const {
  throw BadWebConfig(code, line, path, sentence);
}

WebValue parse_web_yaml(std::string_view text) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) {
      throw BadWebConfig(Errc::malformed, line_of(documents[1].Mark()), "",
                         "starts a second document; a web configuration is one");
    }
    return documents.empty() ? WebValue{} : TreeBuilder().build(documents.front(), {});
  } catch (const YAML::Exception& error) {
    throw BadWebConfig(Errc::malformed, line_of(error.mark), "", "is not YAML: " + error.msg);
  }
}

Section::Section(const WebValue* value, std::span<const std::string_view> known)
    : value_(value == nullptr || value->kind == WebValue::Kind::nothing ? nullptr : value) {
  if (value_ == nullptr) {
    return;
  }
  if (value_->kind != WebValue::Kind::mapping) {
    value_->refuse("must be a mapping of " + enumerate(known));
  }
  for (const WebValue& member : value_->items) {
    if (std::ranges::find(known, member.key) == known.end()) {
      refuse_section(member, known);
    }
  }
}

const WebValue* Section::find(std::string_view key) const {
  if (value_ == nullptr) {
    return nullptr;
  }
  const auto found = std::ranges::find(value_->items, key, &WebValue::key);
  const bool is_there = found != value_->items.end() && found->kind != WebValue::Kind::nothing;
  return is_there ? &*found : nullptr;
}

const std::string& text_of(const WebValue& value) {
  if (value.kind != WebValue::Kind::text) {
    value.refuse("must be a text");
  }
  if (std::ranges::any_of(value.text, is_control)) {
    value.refuse("has a control character; write it on one line");
  }
  return value.text;
}

bool truth_of(const WebValue& value) {
  if (value.kind != WebValue::Kind::text || (value.text != "true" && value.text != "false")) {
    value.refuse("must be true or false");
  }
  return value.text == "true";
}

std::vector<const WebValue*> texts_of(const WebValue* value) {
  std::vector<const WebValue*> texts;
  if (value == nullptr) {
    return texts;
  }
  if (value->kind != WebValue::Kind::list) {
    value->refuse("must be a list");
  }
  for (const WebValue& item : value->items) {
    (void)text_of(item);
    texts.push_back(&item);
  }
  return texts;
}

std::string enumerate(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    text.append(text.empty() ? "" : ", ").append(name);
  }
  return text;
}

}  // namespace telltale::http
