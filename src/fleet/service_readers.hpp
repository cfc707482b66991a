#pragma once
// The parts of a ServiceView, each read by itself.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fleet/service_view.hpp"

namespace telltale::fleet {

/// A default of Spinnaker's own, which no file states.
inline constexpr std::string_view from_catalog = "catalog";

/// The halconfig, and a service's service-settings, as one looks for keys in them.
[[nodiscard]] Properties halconfig_of(const Installation& installation);
[[nodiscard]] Properties settings_of(const Installation& installation, const YamlNode* settings);

/// A port in decimal, 1 to 65535.
[[nodiscard]] std::optional<std::uint16_t> port_in(std::string_view text);

[[nodiscard]] ServerSettings read_server_settings(const ServiceView& view);
[[nodiscard]] ClientSettings read_client_settings(const ServiceView& view);
[[nodiscard]] JvmSettings read_jvm_settings(const Installation& installation,
                                            const ServiceView& view);

/// Whether it is deployed. `view` has its properties and settings already.
[[nodiscard]] Sourced<bool> read_enabled(const Installation& installation, const ServiceView& view);

[[nodiscard]] Sourced<HealthProbe> read_probe(const Installation& installation,
                                              const ServiceView& view);

/// The URL of its Redis; nothing where it uses none.
[[nodiscard]] std::optional<Sourced<std::string>> read_redis(const Installation& installation,
                                                             const ServiceView& view);

/// The namespace that its Services are in: as configured, as the manifest has it, or the
/// halconfig's `deploymentEnvironment.location`. Empty where nothing says so.
[[nodiscard]] std::string name_space_of(const Installation& installation);

/// The containers of a Deployment that the installation has of a service, or a patch of it.
[[nodiscard]] std::vector<const YamlNode*> containers_of(const Installation& installation,
                                                         std::string_view service);

/// The object's member at a path of keys; null if it is not there.
[[nodiscard]] const YamlNode* find_member(const YamlNode* node,
                                          std::initializer_list<std::string_view> path);

}  // namespace telltale::fleet
