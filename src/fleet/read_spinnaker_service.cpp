// SpinnakerService v1alpha2 (op `pkg/apis/spinnaker/interfaces/interfaces.go`).

#include <algorithm>
#include <array>
#include <utility>

#include "fleet/reading.hpp"

namespace telltale::fleet {
namespace {

constexpr std::array<std::string_view, 2> api_versions = {"spinnaker.io/v1alpha2",
                                                          "spinnaker.armory.io/v1alpha2"};

/// Members of `spec.kustomize.SERVICE` and the kinds that they patch.
struct Patched {
  std::string_view member;
  std::string_view kind;
};

constexpr std::array patched_kinds = {Patched{"deployment", "Deployment"},
                                      Patched{"service", "Service"}};

/// deck's `settings-local.js` is no YAML.
bool is_yaml_profile(const YamlNode& profile) {
  return profile.key != "deck" && !profile.key.ends_with(".js");
}

void take_profiles(Reading& reading, const YamlNode& spec) {
  for (const YamlNode& profile : members_of(find_path(spec, {"spinnakerConfig", "profiles"}))) {
    const ProfileName name{.name = profile.key, .is_local = true};
    if (profile.kind == YamlNode::Kind::mapping) {
      add_profile(reading, name, profile);
    } else if (profile.kind == YamlNode::Kind::text && is_yaml_profile(profile)) {
      add_profile_text(reading, name, profile);
    }
  }
}

void take_settings_text(Reading& reading, std::string_view service, const YamlNode& text) {
  for (YamlNode& document : reading.parse_text(text)) {
    if (document.kind == YamlNode::Kind::mapping) {
      document.key = service;
      reading.installation().service_settings.insert_or_assign(document.key, document);
    }
  }
}

/// `profiles__orca-local.yml`: Halyard makes a path of it, in which `__` is a slash.
void take_file(Reading& reading, const YamlNode& file) {
  constexpr std::string_view profiles = "profiles__";
  constexpr std::string_view settings = "service-settings__";
  constexpr std::string_view extension = ".yml";
  if (file.kind != YamlNode::Kind::text || !file.key.ends_with(extension)) {
    return;
  }
  const std::string_view key = file.key;
  if (key.starts_with(profiles)) {
    if (const auto name = profile_name_of(key.substr(profiles.size()))) {
      add_profile_text(reading, *name, file);
    }
  } else if (key.starts_with(settings)) {
    const std::string_view service = key.substr(settings.size());
    take_settings_text(reading, service.substr(0, service.size() - extension.size()), file);
  }
}

/// The operator merges those of `spinnaker` below those of each service it knows, but deck
/// (op `transformer/spinsvcsettings.go`). Its list has no HA variants (op `pkg/bom/services.go`).
void take_service_settings(Reading& reading, const YamlNode& spec) {
  auto& settings = reading.installation().service_settings;
  const YamlNode* const all = find_path(spec, {"spinnakerConfig", "service-settings"});
  for (const YamlNode& each : members_of(all)) {
    if (each.kind == YamlNode::Kind::mapping) {
      YamlNode& merged = settings.try_emplace(each.key, each).first->second;
      merge_patch(merged, each);
    }
  }
  const auto for_all = settings.find("spinnaker");
  if (for_all == settings.end()) {
    return;
  }
  for (const CatalogService& service : catalog_services()) {
    if (service.name != service.base || service.runtime == Runtime::none) {
      continue;
    }
    YamlNode merged = for_all->second;
    merged.key = service.name;
    const auto own = settings.find(service.name);
    if (own != settings.end()) {
      merge_patch(merged, own->second);
    }
    settings.insert_or_assign(merged.key, merged);
  }
}

void add_patch(Installation& installation, std::string_view kind, const YamlNode& service,
               YamlNode document) {
  const std::string_view name = text_of(find_path(document, {"metadata", "name"}));
  installation.objects.push_back({.kind = std::string(kind),
                                  .name = name.empty() ? "spin-" + service.key : std::string(name),
                                  .object = std::move(document),
                                  .is_patch = true});
}

/// A patch is a text, whether YAML or JSON.
void take_patch(Reading& reading, std::string_view kind, const YamlNode& service,
                const YamlNode& patch) {
  if (patch.kind == YamlNode::Kind::mapping) {
    add_patch(reading.installation(), kind, service, patch);
    return;
  }
  if (patch.kind != YamlNode::Kind::text) {
    return;
  }
  for (YamlNode& document : reading.parse_text(patch)) {
    if (document.kind == YamlNode::Kind::mapping || document.kind == YamlNode::Kind::list) {
      add_patch(reading.installation(), kind, service, std::move(document));
    }
  }
}

/// In the order in which the operator applies them (op `transformer/patches.go`).
void take_patches(Reading& reading, const YamlNode& service, const Patched& patched) {
  const YamlNode* const patches = service.find(patched.member);
  if (patches == nullptr) {
    return;
  }
  for (const YamlNode& patch : items_of(patches->find("patches"))) {
    take_patch(reading, patched.kind, service, patch);
  }
  if (const YamlNode* const operations = patches->find("patchesJson6902")) {
    take_patch(reading, patched.kind, service, *operations);
  }
  for (const YamlNode& patch : items_of(patches->find("patchesStrategicMerge"))) {
    take_patch(reading, patched.kind, service, patch);
  }
}

/// A SpinnakerService of another name is another Spinnaker.
bool is_of_another(Reading& reading, const YamlNode& document) {
  const YamlNode* const name = find_path(document, {"metadata", "name"});
  const YamlNode* const first = find_path(reading.spinnaker_service(), {"metadata", "name"});
  if (text_of(name).empty() || text_of(first).empty() || name->text == first->text) {
    return false;
  }
  reading.complain("spinnaker-service-name", *name,
                   "is the SpinnakerService \"" + name->text + "\", but \"" + first->text +
                       "\" was read from " + reading.installation().position(*first) +
                       "; leave one of them out");
  return true;
}

bool has_known_version(Reading& reading, const YamlNode& document) {
  const YamlNode* const version = document.find("apiVersion");
  if (std::ranges::find(api_versions, text_of(version)) != api_versions.end()) {
    return true;
  }
  reading.complain("spinnaker-service-version", version == nullptr ? document : *version,
                   "is a SpinnakerService of an apiVersion that is neither "
                   "spinnaker.io/v1alpha2 nor spinnaker.armory.io/v1alpha2");
  return false;
}

}  // namespace

void take_spinnaker_service(Reading& reading, const YamlNode& document) {
  reading.recognise();
  if (has_known_version(reading, document) && !is_of_another(reading, document)) {
    merge_patch(reading.spinnaker_service(), document);
  }
}

void finish_spinnaker_service(Reading& reading) {
  const YamlNode document = std::move(reading.spinnaker_service());
  const YamlNode* const spec = document.find("spec");
  Installation& installation = reading.installation();
  const YamlNode* const name_space = find_path(document, {"metadata", "namespace"});
  if (!text_of(name_space).empty()) {
    installation.name_space = name_space->text;
  }
  if (spec == nullptr) {
    return;
  }
  if (const YamlNode* const config = find_path(*spec, {"spinnakerConfig", "config"})) {
    installation.config = *config;
  }
  for (const YamlNode& file : members_of(find_path(*spec, {"spinnakerConfig", "files"}))) {
    take_file(reading, file);
  }
  take_profiles(reading, *spec);
  take_service_settings(reading, *spec);
  if (const YamlNode* const expose = spec->find("expose")) {
    installation.expose = *expose;
  }
  for (const YamlNode& service : members_of(spec->find("kustomize"))) {
    for (const Patched& patched : patched_kinds) {
      take_patches(reading, service, patched);
    }
  }
}

}  // namespace telltale::fleet
