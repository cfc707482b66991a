// Which services are deployed: what Halyard's `isEnabled` and `services.*.enabled` come to.

#include <algorithm>
#include <array>

#include "fleet/service_readers.hpp"

namespace telltale::fleet {
namespace {

/// A switch of the halconfig that has a service deployed.
struct Switch {
  std::string_view service;
  std::string_view path;
};

/// hal `KubernetesV2{Kayenta,Fiat,Igor}Service.isEnabled`; the last two are of Armory's Halyard.
constexpr std::array switches{
    Switch{"kayenta", "canary.enabled"},
    Switch{"fiat", "security.authz.enabled"},
    Switch{"igor", "providers.dockerRegistry.enabled"},
    Switch{"dinghy", "armory.dinghy.enabled"},
    Switch{"terraformer", "armory.terraform.enabled"},
};

/// Below these each member may be enabled, and igor is deployed where one is.
constexpr std::array<std::string_view, 2> igor_lists = {"ci", "repository"};

bool is_empty(const YamlNode& node) {
  return node.children.empty() && node.text.empty();
}

/// Has something of its own, and not only what `service-settings.spinnaker` gives to all.
bool is_own(const Installation& installation, const YamlNode& settings) {
  const auto shared = installation.service_settings.find("spinnaker");
  if (shared == installation.service_settings.end()) {
    return !is_empty(settings);
  }
  return std::ranges::any_of(settings.children, [&](const YamlNode& member) {
    const YamlNode* const same = shared->second.find(member.key);
    return same == nullptr || same->line != member.line || same->file != member.file;
  });
}

bool is_variant(const CatalogService& service) {
  return service.base != service.name;
}

std::optional<Sourced<bool>> as_flag(const std::optional<Setting>& setting,
                                     const Properties& properties, std::string_view path) {
  if (!setting) {
    return std::nullopt;
  }
  // What the environment decides may be there: what is not would only be missed.
  return Sourced<bool>{.value = properties.is_true(path, true), .source = setting->source};
}

std::optional<Sourced<bool>> find_flag(const Properties& properties, std::string_view path) {
  return as_flag(properties.find(path), properties, path);
}

/// `services.KEY.enabled`: for all services either way, in a single one's profile if it is true.
std::optional<Sourced<bool>> flag_in_profiles(const Installation& installation,
                                              const CatalogService& service) {
  const std::string path = "services." + std::string(service.key) + ".enabled";
  if (auto flag = find_flag(properties_of(installation, "spinnaker"), path)) {
    return flag;
  }
  for (const auto& [name, documents] : installation.profiles) {
    for (const YamlNode& document : documents) {
      const Properties profile(installation, Binding::relaxed, {&document});
      if (auto flag = find_flag(profile, path); flag && flag->value) {
        return flag;
      }
    }
  }
  return std::nullopt;
}

/// `deploymentEnvironment.haServices.clouddriver.enabled`, of a base or of its variants.
std::optional<Sourced<bool>> high_availability(const Installation& installation,
                                               std::string_view base) {
  return find_flag(halconfig_of(installation),
                   "deploymentEnvironment.haServices." + std::string(base) + ".enabled");
}

/// A base whose variants take its place.
std::optional<Sourced<bool>> replaced(const Installation& installation,
                                      const CatalogService& service) {
  if (is_variant(service)) {
    return std::nullopt;
  }
  if (const auto flag = high_availability(installation, service.base); flag && flag->value) {
    const bool has_variants =
        std::ranges::any_of(catalog_services(), [&](const CatalogService& other) {
          return other.base == service.name && is_variant(other);
        });
    return has_variants ? std::optional(Sourced<bool>{.value = false, .source = flag->source})
                        : std::nullopt;
  }
  return std::nullopt;
}

/// A variant as Halyard's HA has it.
std::optional<Sourced<bool>> variant_flag(const Installation& installation,
                                          const CatalogService& service) {
  if (!is_variant(service)) {
    return std::nullopt;
  }
  const Properties halconfig = halconfig_of(installation);
  constexpr std::string_view no_deck =
      "deploymentEnvironment.haServices.clouddriver.disableClouddriverRoDeck";
  const auto disabled = halconfig.find(no_deck);
  if (service.name == "clouddriver-ro-deck" && disabled && halconfig.is_true(no_deck, false)) {
    return Sourced<bool>{.value = false, .source = disabled->source};
  }
  return high_availability(installation, service.base);
}

std::optional<Sourced<bool>> flag_in_halconfig(const Installation& installation,
                                               const CatalogService& service) {
  const Properties halconfig = halconfig_of(installation);
  for (const Switch& each : switches) {
    if (each.service == service.name) {
      if (auto flag = find_flag(halconfig, each.path); flag && flag->value) {
        return flag;
      }
    }
  }
  if (service.name != "igor") {
    return std::nullopt;
  }
  for (const std::string_view list : igor_lists) {
    const YamlNode* const members = halconfig.node(list);
    if (members == nullptr) {
      continue;
    }
    for (const YamlNode& member : members->children) {
      const std::string path = std::string(list) + '.' + member.key + ".enabled";
      if (auto flag = find_flag(halconfig, path); flag && flag->value) {
        return flag;
      }
    }
  }
  return std::nullopt;
}

/// The Deployment itself, not a patch of one.
const KubernetesObject* workload_of(const Installation& installation, std::string_view service) {
  const std::string prefixed = "spin-" + std::string(service);
  const auto found =
      std::ranges::find_if(installation.objects, [&](const KubernetesObject& object) {
        const bool is_workload = object.kind == "Deployment" || object.kind == "StatefulSet";
        const bool is_its = object.name == service || object.name == prefixed;
        return is_workload && is_its && !object.is_patch;
      });
  return found == installation.objects.end() ? nullptr : &*found;
}

/// Nobody configures what is not deployed.
std::optional<Sourced<bool>> by_its_own_words(const Installation& installation,
                                              const ServiceView& view) {
  if (const auto* const workload = workload_of(installation, view.service->name)) {
    return Sourced<bool>{.value = true, .source = installation.position(workload->object)};
  }
  if (const auto own = installation.profiles.find(view.service->name);
      own != installation.profiles.end()) {
    for (const YamlNode& document : own->second) {
      if (!is_empty(document)) {
        return Sourced<bool>{.value = true, .source = installation.position(document)};
      }
    }
  }
  if (view.settings != nullptr && is_own(installation, *view.settings)) {
    return Sourced<bool>{.value = true, .source = installation.position(*view.settings)};
  }
  return std::nullopt;
}

}  // namespace

Sourced<bool> read_enabled(const Installation& installation, const ServiceView& view) {
  const CatalogService& service = *view.service;
  if (auto flag = find_flag(settings_of(installation, view.settings), "enabled")) {
    return *flag;
  }
  if (auto flag = flag_in_profiles(installation, service)) {
    return *flag;
  }
  for (const auto& rule : {replaced, variant_flag, flag_in_halconfig}) {
    if (auto flag = rule(installation, service)) {
      return *flag;
    }
  }
  if (auto flag = by_its_own_words(installation, view)) {
    return *flag;
  }
  return {.value = service.is_core, .source = std::string(from_catalog)};
}

}  // namespace telltale::fleet
