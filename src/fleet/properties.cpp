// Properties: how a service finds a key in its profiles.

#include <algorithm>
#include <utility>

#include "fleet/installation.hpp"

namespace telltale::fleet {
namespace {

/// Spring fails where placeholders go in circles; a bound on steps does without finding circles.
constexpr int most_placeholders = 64;
constexpr std::size_t most_text_bytes = 65'536;

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

/// The rest of `path`, which is uniform already, below `key`, which may be dotted itself; nothing
/// if the key is another one.
std::optional<std::string_view> below(std::string_view path, std::string_view key,
                                      Binding binding) {
  for (const char c : key) {
    if (is_skipped(c, binding)) {
      continue;
    }
    if (path.empty() || path.front() != lower(c)) {
      return std::nullopt;
    }
    path.remove_prefix(1);
  }
  if (path.empty()) {
    return path;
  }
  if (path.front() != '.') {
    return std::nullopt;
  }
  return path.substr(1);
}

/// A name of Spring's without its dots: `serversslclientauth`.
std::string squeezed(std::string_view name) {
  std::string text = uniform(name, Binding::relaxed);
  std::erase(text, '.');
  return text;
}

/// A key that is dotted in the file is a path to Spring only.
bool is_one_name(std::string_view key, Binding binding) {
  return binding == Binding::relaxed || key.find('.') == std::string_view::npos;
}

/// The last node at a path, which is uniform already.
template <class Accepts>
const YamlNode* find_below(const YamlNode& node, std::string_view path, Binding binding,
                           Accepts accepts) {
  if (path.empty()) {
    return accepts(node) ? &node : nullptr;
  }
  if (node.kind != YamlNode::Kind::mapping) {
    return nullptr;
  }
  const YamlNode* found = nullptr;
  for (const YamlNode& member : node.children) {
    const auto rest =
        is_one_name(member.key, binding) ? below(path, member.key, binding) : std::nullopt;
    const YamlNode* const inner = rest ? find_below(member, *rest, binding, accepts) : nullptr;
    found = inner != nullptr ? inner : found;
  }
  return found;
}

bool has_value(const YamlNode& node) {
  return node.kind != YamlNode::Kind::nothing;
}

bool is_scalar(const YamlNode& node) {
  return node.kind == YamlNode::Kind::text || node.kind == YamlNode::Kind::nothing;
}

/// Where the `}` of a `${` stands, at which `text` begins.
std::size_t end_of_placeholder(std::string_view text) {
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at).starts_with("${")) {
      ++depth;
      ++at;
    } else if (text[at] == '}' && --depth == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

/// Replaces placeholders by what `look_up` has for them (spring-core `PropertyPlaceholderHelper`).
template <class LookUp>
class Resolver {
 public:
  explicit Resolver(LookUp look_up) : look_up_(std::move(look_up)) {}

  [[nodiscard]] bool is_resolved() const noexcept { return is_resolved_; }

  [[nodiscard]] std::string resolve(std::string_view text) {
    std::string resolved;
    while (true) {
      const std::size_t start = text.find("${");
      const std::size_t end =
          start == std::string_view::npos ? start : end_of_placeholder(text.substr(start));
      if (end == std::string_view::npos) {
        return resolved.append(text);
      }
      resolved.append(text.substr(0, start));
      resolved.append(replacement(text.substr(start + 2, end - 2)));
      text.remove_prefix(start + end + 1);
      is_resolved_ = is_resolved_ && resolved.size() <= most_text_bytes;
      if (!is_resolved_) {
        return resolved.append(text);
      }
    }
  }

 private:
  /// What stands for `name:default`. Where nothing does, the placeholder stays.
  std::string replacement(std::string_view inner) {
    if (++steps_ > most_placeholders) {
      is_resolved_ = false;
      return "${" + std::string(inner) + '}';
    }
    const std::size_t colon = inner.find(':');
    const std::size_t nested = inner.find("${");
    const std::size_t end_of_name =
        nested < colon
            ? std::min(inner.find(':', nested + end_of_nested(inner, nested)), inner.size())
            : std::min(colon, inner.size());
    const std::string name = resolve(inner.substr(0, end_of_name));
    if (const std::optional<std::string> value = look_up_(name)) {
      return resolve(*value);
    }
    if (end_of_name < inner.size()) {
      return resolve(inner.substr(end_of_name + 1));
    }
    is_resolved_ = false;
    return "${" + std::string(inner) + '}';
  }

  /// A name may hold a placeholder itself, whose default has a colon of its own.
  static std::size_t end_of_nested(std::string_view inner, std::size_t nested) {
    const std::size_t end = end_of_placeholder(inner.substr(nested));
    return end == std::string_view::npos ? 0 : end;
  }

  LookUp look_up_;
  int steps_ = 0;
  bool is_resolved_ = true;
};

/// Adds a name's profiles: those with `-local`, or those without.
void append_layers(const Installation& installation, std::string_view name, bool is_local,
                   std::vector<const YamlNode*>& layers) {
  const auto found = installation.profiles.find(name);
  if (found == installation.profiles.end()) {
    return;
  }
  const auto base = installation.base_profiles.find(name);
  const std::size_t bases = base == installation.base_profiles.end() ? 0 : base->second;
  for (std::size_t at = 0; at < found->second.size(); ++at) {
    if ((at >= bases) == is_local) {
      layers.push_back(&found->second[at]);
    }
  }
}

}  // namespace

Properties::Properties(const Installation& installation, Binding binding,
                       std::vector<const YamlNode*> layers, const YamlNode* environment)
    : installation_(&installation),
      binding_(binding),
      layers_(std::move(layers)),
      environment_(environment) {}

const YamlNode* Properties::node(std::string_view path) const {
  if (const YamlNode* const variable = find_variable(path)) {
    return variable;
  }
  const std::string wanted = uniform(path, binding_);
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    const YamlNode* const found = find_below(**layer, wanted, binding_, has_value);
    if (found != nullptr) {
      return found;
    }
  }
  return nullptr;
}

const YamlNode* Properties::find_variable(std::string_view path) const {
  if (environment_ == nullptr || binding_ != Binding::relaxed) {
    return nullptr;
  }
  const std::string wanted = squeezed(path);
  const YamlNode* found = nullptr;
  for (const YamlNode& variable : environment_->children) {
    // SERVER_SSL_CLIENTAUTH, and SERVER_SSL_CLIENT_AUTH as Spring Boot 1 had it.
    const auto rest = below(wanted, variable.key, Binding::relaxed);
    if (variable.kind == YamlNode::Kind::text && rest && rest->empty()) {
      found = &variable;
    }
  }
  return found;
}

const YamlNode* Properties::find_scalar(std::string_view path) const {
  if (const YamlNode* const variable = find_variable(path)) {
    return variable;
  }
  const std::string wanted = uniform(path, binding_);
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    if (const YamlNode* const found = find_below(**layer, wanted, binding_, is_scalar)) {
      return found->kind == YamlNode::Kind::text ? found : nullptr;
    }
  }
  return nullptr;
}

std::optional<Setting> Properties::find(std::string_view path) const {
  const YamlNode* const found = find_scalar(path);
  if (found == nullptr) {
    return std::nullopt;
  }
  Resolver resolver([this](std::string_view name) -> std::optional<std::string> {
    const YamlNode* const other = find_scalar(name);
    return other == nullptr ? std::nullopt : std::optional(other->text);
  });
  Setting setting{.source = installation_->position(*found), .node = found};
  setting.text = resolver.resolve(found->text);
  setting.is_resolved = resolver.is_resolved();
  return setting;
}

bool Properties::is_true(std::string_view path, bool if_absent) const {
  const std::optional<Setting> setting = find(path);
  if (!setting || !setting->is_resolved) {
    return if_absent;
  }
  const std::string text = uniform(setting->text, Binding::exact);
  return text == "true" || text == "yes" || text == "on" || text == "1";
}

Properties properties_of(const Installation& installation, std::string_view service) {
  const CatalogService* const known = find_service(service);
  const bool is_go = known != nullptr && fleet::is_go(known->runtime);
  std::vector<std::string_view> names = {"spinnaker"};
  if (known != nullptr && known->base != service) {
    names.push_back(known->base);
  }
  names.push_back(service);
  std::vector<const YamlNode*> layers;
  for (const bool is_local : {false, true}) {
    for (const std::string_view name : names) {
      append_layers(installation, name, is_local, layers);
    }
  }
  const auto settings = installation.service_settings.find(service);
  const YamlNode* const environment =
      settings == installation.service_settings.end() ? nullptr : settings->second.find("env");
  return {installation, is_go ? Binding::exact : Binding::relaxed, std::move(layers), environment};
}

}  // namespace telltale::fleet
