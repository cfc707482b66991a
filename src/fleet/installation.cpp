#include "fleet/installation.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "fleet/reading.hpp"

namespace telltale::fleet {
namespace {

/// Reads a path that somebody named, where something of Spinnaker's ought to be.
void read_named_path(Reading& reading, const std::filesystem::path& path, OnFault on_fault) {
  const std::size_t before = reading.recognised();
  const std::size_t defects_before = reading.installation().defects.size();
  read_path(reading, path);
  const bool has_defects = reading.installation().defects.size() > defects_before;
  if (reading.recognised() == before && (on_fault == OnFault::throws || !has_defects)) {
    throw BadConfig(Error(Errc::invalid_value,
                          path.string() +
                              ": has nothing of Spinnaker's; name a SpinnakerService manifest, a "
                              "Halyard directory or profile files such as gate-local.yml"));
  }
}

bool says_prefixed_host(const YamlNode& node) {
  return (node.kind == YamlNode::Kind::text && node.text.find("://spin-") != std::string::npos) ||
         std::ranges::any_of(node.children, says_prefixed_host);
}

/// Plain profiles are those of Spinnaker's own kustomize files, unless they say otherwise.
bool is_prefixed(const Installation& installation) {
  const auto says_so = [](const auto& profile) {
    return std::ranges::any_of(profile.second, says_prefixed_host);
  };
  return installation.layout != Layout::profiles ||
         std::ranges::any_of(installation.profiles, says_so) ||
         std::ranges::any_of(installation.objects, [](const KubernetesObject& object) {
           return object.name.starts_with("spin-");
         });
}

Layout layout_of(Reading& reading) {
  if (reading.spinnaker_service().kind == YamlNode::Kind::mapping) {
    return Layout::spinnaker_service;
  }
  return reading.installation().layout == Layout::halyard ? Layout::halyard : Layout::profiles;
}

Installation finish(Reading& reading) {
  const Layout layout = layout_of(reading);
  finish_spinnaker_service(reading);
  add_generated_profiles(reading.installation());
  Installation installation = std::move(reading.installation());
  installation.layout = layout;
  installation.names = is_prefixed(installation) ? ServiceNames::prefixed : ServiceNames::bare;
  return installation;
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
  std::map<std::string_view, const YamlNode*> patches;
  for (const YamlNode& member : patch.children) {
    patches.emplace(member.key, &member);
  }
  std::erase_if(base.children, [&](const YamlNode& member) {
    const auto found = patches.find(member.key);
    return found != patches.end() && found->second->kind == YamlNode::Kind::nothing;
  });
  for (YamlNode& member : base.children) {
    if (const auto found = patches.find(member.key); found != patches.end()) {
      merge_patch(member, *found->second);
      patches.erase(found);
    }
  }
  for (const YamlNode& member : patch.children) {
    if (patches.contains(member.key) && member.kind != YamlNode::Kind::nothing) {
      base.children.push_back(member);
    }
  }
}

Installation read_installation(const SpinnakerFiles& files) {
  Reading reading(OnFault::throws);
  for (const std::string& manifest : files.manifests) {
    read_named_path(reading, manifest, OnFault::throws);
  }
  if (files.halyard) {
    read_halyard(reading, expand_home(*files.halyard), files.deployment);
  }
  for (const std::string& profile : files.profiles) {
    read_named_path(reading, profile, OnFault::throws);
  }
  Installation installation = finish(reading);
  if (files.name_space) {
    installation.name_space = files.name_space;
  }
  return installation;
}

Installation read_paths(std::span<const std::string> paths) {
  Reading reading(OnFault::goes_on);
  for (const std::string& path : paths) {
    read_named_path(reading, path, OnFault::goes_on);
  }
  return finish(reading);
}

}  // namespace telltale::fleet
