#include "fleet/installation.hpp"

#include <algorithm>
#include <utility>

#include "telltale/pki/file.hpp"

namespace telltale::fleet {
namespace {

/// Members of a mapping; nothing of anything else.
const std::vector<YamlNode>& members_of(const YamlNode* node) {
  static const std::vector<YamlNode> none;
  return node != nullptr && node->kind == YamlNode::Kind::mapping ? node->children : none;
}

const YamlNode* find_path(const YamlNode& node, std::initializer_list<std::string_view> path) {
  const YamlNode* at = &node;
  for (const std::string_view member : path) {
    at = at == nullptr ? nullptr : at->find(member);
  }
  return at;
}

bool is_spinnaker_service(const YamlNode& document) {
  const YamlNode* kind = document.find("kind");
  return kind != nullptr && kind->text == "SpinnakerService";
}

/// `profiles.spinnaker-local` becomes spinnaker-local-local.yml, which no service reads
/// (op `pkg/halyard/halyard.go`).
void take_spinnaker_service(const YamlNode& document, Installation& into) {
  if (const YamlNode* name_space = find_path(document, {"metadata", "namespace"})) {
    into.name_space = name_space->text;
  }
  if (const YamlNode* config = find_path(document, {"spec", "spinnakerConfig", "config"})) {
    into.config = *config;
  }
  const auto* profiles = find_path(document, {"spec", "spinnakerConfig", "profiles"});
  for (const YamlNode& profile : members_of(profiles)) {
    into.profiles[profile.key].push_back(profile);
  }
  const auto* settings = find_path(document, {"spec", "spinnakerConfig", "service-settings"});
  for (const YamlNode& each : members_of(settings)) {
    into.service_settings[each.key] = each;
  }
  if (const YamlNode* expose = find_path(document, {"spec", "expose"})) {
    into.expose = *expose;
  }
}

std::vector<YamlNode> read_documents(const std::string& file, Installation& into) {
  const Result<pki::Secret> text = pki::read_file(file, max_manifest_bytes);
  if (!text) {
    throw BadConfig(text.error().at(file));
  }
  into.files.push_back(file);
  return parse_manifest(text->reveal(), file, static_cast<std::uint32_t>(into.files.size() - 1));
}

}  // namespace

std::string Installation::position(const YamlNode& node) const {
  return files.at(node.file) + ':' + std::to_string(node.line);
}

void merge_patch(YamlNode& base, const YamlNode& patch) {
  if (base.kind != YamlNode::Kind::mapping || patch.kind != YamlNode::Kind::mapping) {
    std::string key = std::move(base.key);
    base = patch;
    base.key = std::move(key);
    return;
  }
  for (const YamlNode& member : patch.children) {
    const auto found = std::ranges::find(base.children, member.key, &YamlNode::key);
    if (found == base.children.end()) {
      base.children.push_back(member);
    } else if (member.kind == YamlNode::Kind::nothing) {
      base.children.erase(found);
    } else {
      merge_patch(*found, member);
    }
  }
}

Installation read_installation(const SpinnakerFiles& files) {
  Installation installation;
  YamlNode merged;
  for (const std::string& file : files.manifests) {
    for (const YamlNode& document : read_documents(file, installation)) {
      if (is_spinnaker_service(document)) {
        merge_patch(merged, document);
      }
    }
  }
  take_spinnaker_service(merged, installation);
  return installation;
}

Installation read_paths(std::span<const std::string> paths) {
  SpinnakerFiles files;
  files.manifests.assign(paths.begin(), paths.end());
  return read_installation(files);
}

}  // namespace telltale::fleet
