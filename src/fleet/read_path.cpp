// Tells what a file or directory is, by its content first.

#include <algorithm>
#include <system_error>
#include <utility>

#include "fleet/reading.hpp"

namespace telltale::fleet {
namespace {

/// A file of Halyard's, `service-settings/gate.yml`.
bool is_service_settings(const Place& place) {
  return place.file.parent_path().filename() == "service-settings";
}

bool is_kustomization(const Place& place) {
  return place.file.stem() == "kustomization" || place.file.filename() == "Kustomization";
}

bool is_kubernetes(const YamlNode& document) {
  const std::string_view kind = text_of(document.find("kind"));
  return kind == "SpinnakerService" ||
         (!kind.empty() && !text_of(document.find("apiVersion")).empty());
}

void take_mapping(Reading& reading, YamlNode document, const Place& place) {
  if (is_kubernetes(document)) {
    take_kubernetes_object(reading, std::move(document), place);
    return;
  }
  if (is_kustomization(place)) {
    take_kustomization(reading, document, place);
    return;
  }
  if (document.find("deploymentConfigurations") != nullptr) {
    take_halconfig(reading, document, "", place);
    return;
  }
  if (is_service_settings(place)) {
    reading.recognise();
    document.key = place.file.stem().string();
    reading.installation().service_settings.insert_or_assign(document.key, document);
    return;
  }
  const std::optional<ProfileName> name = profile_name_of(place.file.filename().string());
  if (!name) {
    reading.note("file-unknown", document,
                 "is none of Spinnaker's files; a profile is named after its service, as "
                 "gate-local.yml, and a manifest says its kind");
    return;
  }
  reading.recognise();
  add_profile(reading, *name, std::move(document));
}

void read_directory(Reading& reading, const std::filesystem::path& directory) {
  if (is_halyard_directory(directory)) {
    read_halyard(reading, directory, "");
    return;
  }
  if (const auto kustomization = kustomization_in(directory)) {
    read_any_file(reading, {.file = *kustomization});
    return;
  }
  for (const std::filesystem::path& file : yaml_files(directory)) {
    read_any_file(reading, {.file = file});
  }
}

}  // namespace

void read_path(Reading& reading, const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    read_directory(reading, path);
  } else {
    read_any_file(reading, {.file = path});
  }
}

void read_any_file(Reading& reading, const Place& place) {
  for (YamlNode& document : reading.read_file(place.file)) {
    take_document(reading, std::move(document), place);
  }
}

void take_document(Reading& reading, YamlNode document, const Place& place) {
  if (document.kind == YamlNode::Kind::mapping) {
    take_mapping(reading, std::move(document), place);
  } else if (document.kind != YamlNode::Kind::nothing) {
    reading.note("file-unknown", document,
                 "is a document without keys, which Spinnaker has none of");
  }
}

}  // namespace telltale::fleet
