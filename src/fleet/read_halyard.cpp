// Halyard directories: `config`, `DEPLOYMENT/profiles`, `DEPLOYMENT/service-settings`
// (hal `HalconfigDirectoryStructure`).

#include <algorithm>
#include <system_error>
#include <utility>

#include "fleet/reading.hpp"

namespace telltale::fleet {
namespace {

bool has_directory(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

bool has_file(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

bool is_deployment_directory(const std::filesystem::path& directory) {
  return has_directory(directory / "profiles") || has_directory(directory / "service-settings");
}

[[noreturn]] void fail(const std::filesystem::path& file, std::string_view sentence) {
  throw BadConfig(Error(Errc::invalid_value, file.string().append(": ").append(sentence)));
}

/// What a user called the deployments, for a complaint.
std::string names_of(const std::vector<YamlNode>& deployments) {
  std::string names;
  for (const YamlNode& deployment : deployments) {
    names.append(names.empty() ? "" : ", ").append(text_of(deployment.find("name")));
  }
  return names;
}

const YamlNode& deployment_of(const YamlNode& halconfig, std::string_view deployment,
                              const std::filesystem::path& file) {
  const YamlNode* const all = halconfig.find("deploymentConfigurations");
  if (all == nullptr || all->kind != YamlNode::Kind::list) {
    fail(file, "has no list deploymentConfigurations; a halconfig has one");
  }
  const auto found = std::ranges::find_if(all->children, [&](const YamlNode& each) {
    return text_of(each.find("name")) == deployment;
  });
  if (found == all->children.end()) {
    fail(file, "has no deployment \"" + std::string(deployment) + "\"; there is " +
                   names_of(all->children));
  }
  return *found;
}

std::string name_or_default(std::string_view name) {
  return name.empty() ? "default" : std::string(name);
}

void read_deployment(Reading& reading, const std::filesystem::path& directory) {
  reading.recognise();
  for (const std::string_view part : {"profiles", "service-settings"}) {
    for (const std::filesystem::path& file : yaml_files(directory / part)) {
      read_any_file(reading, {.file = file});
    }
  }
}

}  // namespace

bool is_halyard_directory(const std::filesystem::path& directory) {
  const bool has_config = has_file(directory / "config");
  return has_config || is_deployment_directory(directory) ||
         is_deployment_directory(directory / "default");
}

void take_halconfig(Reading& reading, const YamlNode& halconfig, std::string_view deployment,
                    const Place& place) {
  const std::string_view current = text_of(halconfig.find("currentDeployment"));
  const std::string name = name_or_default(deployment.empty() ? current : deployment);
  const YamlNode& config = deployment_of(halconfig, name, place.file);
  Installation& installation = reading.installation();
  installation.layout = Layout::halyard;
  installation.config = config;
  const YamlNode* const location = find_path(config, {"deploymentEnvironment", "location"});
  if (!text_of(location).empty()) {
    installation.name_space = location->text;
  }
  read_deployment(reading, place.file.parent_path() / name);
}

void read_halyard(Reading& reading, const std::filesystem::path& directory,
                  std::string_view deployment) {
  const std::filesystem::path config = directory / "config";
  const bool has_config = has_file(config);
  const bool is_deployment = is_deployment_directory(directory);
  const std::filesystem::path below =
      is_deployment ? directory : directory / name_or_default(deployment);
  if (!has_config && !is_deployment_directory(below)) {
    fail(directory, "is no Halyard directory; it has no file config and no default/profiles");
  }
  reading.installation().layout = Layout::halyard;
  const std::vector<YamlNode> documents =
      has_config ? reading.read_file(config) : std::vector<YamlNode>{};
  if (documents.empty()) {
    read_deployment(reading, below);
  } else {
    take_halconfig(reading, documents.front(), deployment, {.file = config});
  }
}

void add_generated_profiles(Reading& reading) {
  const YamlNode* const ssl =
      find_path(reading.installation().config, {"security", "apiSecurity", "ssl"});
  // Without it Halyard's SpringSsl is disabled, where Spring's own would be enabled.
  if (ssl == nullptr || ssl->find("enabled") == nullptr) {
    return;
  }
  YamlNode server = *ssl;
  server.key = "server";
  server.children = {*ssl};
  YamlNode profile = server;
  profile.key = "gate";
  profile.children = {std::move(server)};
  std::vector<YamlNode>& profiles = reading.base_profiles()["gate"];
  profiles.insert(profiles.begin(), std::move(profile));
}

}  // namespace telltale::fleet
