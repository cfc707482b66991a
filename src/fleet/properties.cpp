// Properties: how a service finds a key in its profiles.

#include <algorithm>

#include "fleet/installation.hpp"

namespace telltale::fleet {
namespace {

constexpr int most_placeholders = 16;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_skipped(char c, Binding binding) {
  return binding == Binding::relaxed && (c == '-' || c == '_');
}

/// Spring compares keys without dashes, underscores and case
/// (spring-boot `ConfigurationPropertyName`).
std::string uniform(std::string_view key, Binding binding) {
  std::string text;
  for (const char c : key) {
    if (!is_skipped(c, binding)) {
      text += lower(c);
    }
  }
  return text;
}

/// The rest of `path` below `key`, which may be dotted itself; nothing if the key is another one.
std::optional<std::string_view> below(std::string_view path, std::string_view key) {
  if (!path.starts_with(key)) {
    return std::nullopt;
  }
  path.remove_prefix(key.size());
  if (path.empty()) {
    return path;
  }
  if (path.front() != '.') {
    return std::nullopt;
  }
  return path.substr(1);
}

/// `path` is uniform already.
const YamlNode* find_below(const YamlNode& node, std::string_view path, Binding binding) {
  if (path.empty()) {
    return &node;
  }
  if (node.kind != YamlNode::Kind::mapping) {
    return nullptr;
  }
  const YamlNode* found = nullptr;
  for (const YamlNode& member : node.children) {
    const auto rest = below(path, uniform(member.key, binding));
    const YamlNode* const inner = rest ? find_below(member, *rest, binding) : nullptr;
    found = inner != nullptr ? inner : found;
  }
  return found;
}

}  // namespace

Properties::Properties(const Installation& installation, Binding binding,
                       std::vector<const YamlNode*> layers)
    : installation_(&installation), binding_(binding), layers_(std::move(layers)) {}

const YamlNode* Properties::node(std::string_view path) const {
  const std::string wanted = uniform(path, binding_);
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    const YamlNode* const found = find_below(**layer, wanted, binding_);
    if (found != nullptr && found->kind != YamlNode::Kind::nothing) {
      return found;
    }
  }
  return nullptr;
}

std::optional<Setting> Properties::find(std::string_view path) const {
  const YamlNode* const found = node(path);
  if (found == nullptr || found->kind != YamlNode::Kind::text) {
    return std::nullopt;
  }
  Setting setting{.text = found->text, .source = installation_->position(*found), .node = found};
  for (int left = most_placeholders; setting.text.find("${") != std::string::npos; --left) {
    const std::size_t start = setting.text.rfind("${");
    const std::size_t end = setting.text.find('}', start);
    if (left == 0 || end == std::string::npos) {
      setting.is_resolved = false;
      break;
    }
    const std::string inner = setting.text.substr(start + 2, end - start - 2);
    const std::size_t colon = inner.find(':');
    const YamlNode* const other = node(inner.substr(0, colon));
    const bool has_value = other != nullptr && other->kind == YamlNode::Kind::text;
    if (!has_value && colon == std::string::npos) {
      setting.is_resolved = false;
      break;
    }
    setting.text.replace(start, end - start + 1, has_value ? other->text : inner.substr(colon + 1));
  }
  return setting;
}

bool Properties::is_true(std::string_view path, bool if_absent) const {
  const std::optional<Setting> setting = find(path);
  if (!setting) {
    return if_absent;
  }
  const std::string text = uniform(setting->text, Binding::exact);
  return text == "true" || text == "yes" || text == "on" || text == "1";
}

Properties properties_of(const Installation& installation, std::string_view service) {
  const CatalogService* const known = find_service(service);
  const bool is_go = known != nullptr && fleet::is_go(known->runtime);
  std::vector<const YamlNode*> layers;
  const auto add = [&](std::string_view name) {
    if (const auto found = installation.profiles.find(name); found != installation.profiles.end()) {
      for (const YamlNode& layer : found->second) {
        layers.push_back(&layer);
      }
    }
  };
  add("spinnaker");
  if (known != nullptr && known->base != service) {
    add(known->base);
  }
  add(service);
  return {installation, is_go ? Binding::exact : Binding::relaxed, std::move(layers)};
}

}  // namespace telltale::fleet
