// Kubernetes manifests beside the SpinnakerService, and the kustomizations that name them.

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "fleet/reading.hpp"

namespace telltale::fleet {
namespace {

/// `gate-local.yml` in a ConfigMap, which becomes a file.
void take_config_map(Reading& reading, const YamlNode& document) {
  for (const YamlNode& file : members_of(document.find("data"))) {
    const auto name = profile_name_of(file.key);
    if (name && file.kind == YamlNode::Kind::text) {
      reading.recognise();
      add_profile_text(reading, *name, file);
    }
  }
}

void add_object(Reading& reading, YamlNode document, bool is_patch) {
  reading.recognise();
  Installation& installation = reading.installation();
  const std::string_view name_space = text_of(find_path(document, {"metadata", "namespace"}));
  if (!installation.name_space && !name_space.empty()) {
    installation.name_space = name_space;
  }
  const std::string_view name = text_of(find_path(document, {"metadata", "name"}));
  installation.objects.push_back({.kind = std::string(text_of(document.find("kind"))),
                                  .name = std::string(name),
                                  .object = std::move(document),
                                  .is_patch = is_patch});
}

bool is_remote(std::string_view resource) {
  return resource.find("://") != std::string_view::npos || resource.starts_with("git@") ||
         resource.starts_with("github.com/") || resource.find("?ref=") != std::string_view::npos;
}

/// A path that a kustomization names. kustomize takes relative ones only.
std::optional<std::filesystem::path> resolve(Reading& reading, const YamlNode& named,
                                             std::string_view path, const Place& place) {
  const std::filesystem::path file = place.file.parent_path() / path;
  std::error_code error;
  if (path.empty() || is_remote(path) || path.starts_with('/')) {
    reading.note("resource-unread", named,
                 "is no relative path; telltale reads no other resources");
    return std::nullopt;
  }
  if (!std::filesystem::exists(file, error)) {
    reading.complain("resource-unread", named, "names a file that is not there; correct the path");
    return std::nullopt;
  }
  return file.lexically_normal();
}

void take_resource(Reading& reading, const YamlNode& named, const Place& place) {
  const auto path = resolve(reading, named, text_of(&named), place);
  std::error_code error;
  if (!path) {
    return;
  }
  if (!std::filesystem::is_directory(*path, error)) {
    read_any_file(reading, {.file = *path});
  } else if (const auto kustomization = kustomization_in(*path)) {
    read_any_file(reading, {.file = *kustomization});
  }
}

/// A patch of RFC 6902, which says itself nothing of what it patches.
void add_operations(Reading& reading, YamlNode operations, const YamlNode* target) {
  const std::string_view kind = target == nullptr ? "" : text_of(target->find("kind"));
  const std::string_view name = target == nullptr ? "" : text_of(target->find("name"));
  if (kind == "SpinnakerService") {
    reading.note("resource-unread", operations,
                 "is a JSON patch (RFC 6902) of the SpinnakerService, which telltale leaves out");
  }
  reading.installation().objects.push_back({.kind = std::string(kind),
                                            .name = std::string(name),
                                            .object = std::move(operations),
                                            .is_patch = true});
}

void take_patch_documents(Reading& reading, std::vector<YamlNode> documents, const YamlNode* target,
                          const Place& place) {
  for (YamlNode& document : documents) {
    if (document.kind == YamlNode::Kind::list) {
      add_operations(reading, std::move(document), target);
    } else {
      take_document(reading, std::move(document), place);
    }
  }
}

void take_patch_file(Reading& reading, const YamlNode& named, const YamlNode* target,
                     const Place& place) {
  const auto path = resolve(reading, named, text_of(&named), place);
  std::error_code error;
  if (path && !std::filesystem::is_directory(*path, error)) {
    take_patch_documents(reading, reading.read_file(*path), target,
                         {.file = *path, .is_patch = true});
  }
}

/// An item of `patches`, `patchesStrategicMerge` or `patchesJson6902`: a path, or a text, or a
/// mapping that has one of them.
void take_kustomization_patch(Reading& reading, const YamlNode& patch, const Place& place) {
  if (patch.kind == YamlNode::Kind::mapping) {
    const YamlNode* const target = patch.find("target");
    if (const YamlNode* const path = patch.find("path")) {
      take_patch_file(reading, *path, target, place);
    }
    if (const YamlNode* const text = patch.find("patch"); !text_of(text).empty()) {
      take_patch_documents(reading, reading.parse_text(*text), target,
                           {.file = place.file, .is_patch = true});
    }
    return;
  }
  if (patch.text.find('\n') != std::string::npos) {
    take_patch_documents(reading, reading.parse_text(patch), nullptr,
                         {.file = place.file, .is_patch = true});
  } else if (!patch.text.empty()) {
    take_patch_file(reading, patch, nullptr, place);
  }
}

/// `[NAME=]PATH` in `configMapGenerator[].files`.
void take_generated_file(Reading& reading, const YamlNode& named, const Place& place) {
  const std::string_view text = text_of(&named);
  const std::size_t equals = text.find('=');
  const std::string_view path = equals == std::string_view::npos ? text : text.substr(equals + 1);
  const std::string name = equals == std::string_view::npos
                               ? std::filesystem::path(path).filename().string()
                               : std::string(text.substr(0, equals));
  const auto profile = profile_name_of(name);
  const auto file = profile ? resolve(reading, named, path, place) : std::nullopt;
  if (!file) {
    return;
  }
  for (YamlNode& document : reading.read_file(*file)) {
    if (document.kind == YamlNode::Kind::mapping) {
      reading.recognise();
      add_profile(reading, *profile, std::move(document));
    }
  }
}

}  // namespace

void take_kubernetes_object(Reading& reading, YamlNode document, const Place& place) {
  const std::string_view kind = text_of(document.find("kind"));
  if (kind == "SpinnakerService") {
    take_spinnaker_service(reading, document);
  } else if (kind == "Kustomization" || kind == "Component") {
    take_kustomization(reading, document, place);
  } else if (kind == "ConfigMap") {
    take_config_map(reading, document);
  } else if (kind == "List") {
    for (const YamlNode& item : items_of(document.find("items"))) {
      take_document(reading, item, place);
    }
  } else if (kind != "Secret") {
    add_object(reading, std::move(document), place.is_patch);
  }
}

std::optional<std::filesystem::path> kustomization_in(const std::filesystem::path& directory) {
  for (const std::string_view name : {"kustomization.yaml", "kustomization.yml", "Kustomization"}) {
    std::error_code error;
    if (std::filesystem::is_regular_file(directory / name, error)) {
      return directory / name;
    }
  }
  return std::nullopt;
}

void take_kustomization(Reading& reading, const YamlNode& document, const Place& place) {
  reading.recognise();
  for (const std::string_view list : {"resources", "bases", "components"}) {
    for (const YamlNode& resource : items_of(document.find(list))) {
      take_resource(reading, resource, place);
    }
  }
  for (const YamlNode& generator : items_of(document.find("configMapGenerator"))) {
    for (const YamlNode& file : items_of(generator.find("files"))) {
      take_generated_file(reading, file, place);
    }
  }
  for (const std::string_view list : {"patchesStrategicMerge", "patches", "patchesJson6902"}) {
    for (const YamlNode& patch : items_of(document.find(list))) {
      take_kustomization_patch(reading, patch, place);
    }
  }
  const YamlNode* const name_space = document.find("namespace");
  if (!text_of(name_space).empty()) {
    reading.installation().name_space = name_space->text;
  }
}

}  // namespace telltale::fleet
