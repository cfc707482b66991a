// Profiles: which service a file is for, and which of its documents Spring reads.

#include <algorithm>
#include <utility>

#include "fleet/reading.hpp"

namespace telltale::fleet {
namespace {

constexpr std::string_view for_all = "spinnaker";
constexpr std::string_view local_suffix = "-local";

std::string_view without_extension(std::string_view file_name) {
  for (const std::string_view extension : {".yml", ".yaml"}) {
    if (file_name.ends_with(extension)) {
      return file_name.substr(0, file_name.size() - extension.size());
    }
  }
  return {};
}

bool is_profile(std::string_view name) {
  return name == for_all || find_service(name) != nullptr;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

/// Calls `holds` with each part of a text.
template <class Holds>
bool any_part(std::string_view text, std::string_view separators, Holds holds) {
  while (true) {
    const std::size_t end = text.find_first_of(separators);
    if (holds(trimmed(text.substr(0, end)))) {
      return true;
    }
    if (end == std::string_view::npos) {
      return false;
    }
    text.remove_prefix(end + 1);
  }
}

/// `local`, `!production`, `a & b`, `a | b` (spring-core `ProfilesParser`), and a list with commas.
/// Of profiles only `local` is active.
bool accepts_local(std::string_view expression) {
  const auto is_refused = [](std::string_view profile) {
    const bool is_negated = profile.starts_with('!');
    return (trimmed(profile.substr(is_negated ? 1 : 0)) == "local") == is_negated;
  };
  const auto accepts = [&](std::string_view all) { return !any_part(all, "&", is_refused); };
  return any_part(expression, ",|", accepts);
}

}  // namespace

std::optional<ProfileName> profile_name_of(std::string_view file_name) {
  std::string_view name = without_extension(file_name);
  const bool is_local = name.ends_with(local_suffix);
  name.remove_suffix(is_local ? local_suffix.size() : 0);
  while (!is_profile(name)) {
    const std::size_t dash = name.find('-');
    if (dash == std::string_view::npos) {
      return std::nullopt;
    }
    name.remove_prefix(dash + 1);
  }
  return ProfileName{.name = std::string(name), .is_local = is_local};
}

bool is_active_document(const Installation& installation, const YamlNode& document) {
  const Properties properties(installation, Binding::relaxed, {&document});
  for (const std::string_view key : {"spring.config.activate.on-profile", "spring.profiles"}) {
    const YamlNode* const profiles = properties.node(key);
    const auto accepts = [](const YamlNode& item) { return accepts_local(item.text); };
    if (profiles != nullptr && profiles->kind == YamlNode::Kind::text && !accepts(*profiles)) {
      return false;
    }
    if (profiles != nullptr && profiles->kind == YamlNode::Kind::list &&
        std::ranges::none_of(profiles->children, accepts)) {
      return false;
    }
  }
  return true;
}

void add_profile(Reading& reading, const ProfileName& name, YamlNode document) {
  Installation& installation = reading.installation();
  if (is_active_document(installation, document)) {
    auto& profiles = name.is_local ? installation.profiles : reading.base_profiles();
    profiles[name.name].push_back(std::move(document));
  }
}

void add_profile_text(Reading& reading, const ProfileName& name, const YamlNode& text) {
  for (YamlNode& document : reading.parse_text(text)) {
    if (document.kind == YamlNode::Kind::mapping) {
      document.key = name.name;
      add_profile(reading, name, std::move(document));
    }
  }
}

}  // namespace telltale::fleet
