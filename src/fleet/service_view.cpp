#include "fleet/service_view.hpp"

#include <algorithm>
#include <array>

#include "fleet/service_readers.hpp"

namespace telltale::fleet {
namespace {

Sourced<std::string> as_sourced(const Setting& setting) {
  return {.value = setting.text, .source = setting.source};
}

std::string from_catalog_text() {
  return std::string(from_catalog);
}

/// The first of several keys that is written down.
std::optional<Setting> first_of(const Properties& properties,
                                std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths) {
    if (auto setting = properties.find(path)) {
      return setting;
    }
  }
  return std::nullopt;
}

Sourced<std::uint16_t> read_port(const Installation& installation, const ServiceView& view) {
  const std::array found = {view.properties.find("server.port"),
                            settings_of(installation, view.settings).find("port")};
  for (const std::optional<Setting>& setting : found) {
    if (const auto port = setting ? port_in(setting->text) : std::nullopt) {
      return {.value = *port, .source = setting->source};
    }
  }
  return {.value = view.service->port, .source = from_catalog_text()};
}

/// Halyard tells gate's peers https as soon as its own API security has TLS (hal `GateService`).
Sourced<std::string> scheme_of(const Installation& installation, const ServiceView& view,
                               std::string_view usual) {
  constexpr std::string_view key = "security.apiSecurity.ssl.enabled";
  const Properties halconfig = halconfig_of(installation);
  if (view.service->name == "gate" && halconfig.is_true(key, false)) {
    return {.value = "https", .source = halconfig.find(key)->source};
  }
  return {.value = std::string(usual), .source = from_catalog_text()};
}

/// hal `ServiceSettings.buildBaseUri`. `url` is the scheme by itself.
Sourced<std::string> built_url(const Properties& settings, const ServiceView& view,
                               std::string host, Sourced<std::string> url) {
  if (const auto setting = settings.find("scheme")) {
    url = as_sourced(*setting);
  }
  if (const auto address = settings.find("address")) {
    host = address->text;
    url.source = address->source;
  }
  url.value += "://" + host + ':' + std::to_string(view.port.value);
  return url;
}

Sourced<std::string> url_in_settings(const Installation& installation, const ServiceView& view,
                                     std::string_view scheme) {
  const Properties settings = settings_of(installation, view.settings);
  if (const auto written = first_of(settings, {"overrideBaseUrl", "baseUrl"})) {
    return as_sourced(*written);
  }
  return built_url(
      settings, view,
      service_host(view.service->name, installation.names, name_space_of(installation)),
      scheme_of(installation, view, scheme));
}

/// `services.KEY.baseUrl` for all services goes above what Halyard writes there.
Sourced<std::string> read_base_url(const Installation& installation, const ServiceView& view) {
  const std::string path = "services." + std::string(view.service->key) + ".baseUrl";
  if (const auto written = properties_of(installation, "spinnaker").find(path)) {
    return as_sourced(*written);
  }
  return url_in_settings(installation, view, view.service->name == "redis" ? "redis" : "http");
}

bool uses(const Properties& properties, const ServiceUse& use) {
  if (!use.replaced_by.empty() && properties.is_true(use.replaced_by, false)) {
    return false;
  }
  switch (use.use) {
    case Use::never:
      return false;
    case Use::always:
      return true;
    case Use::if_enabled:
      return properties.is_true(use.property, false);
    case Use::unless_disabled:
      return properties.is_true(use.property, true);
  }
  return false;
}

void read_sql(ServiceView& view) {
  view.uses_sql = uses(view.properties, view.service->sql);
  const auto written = view.service->sql.property.empty()
                           ? std::nullopt
                           : view.properties.find(view.service->sql.property);
  view.sql_source = written ? written->source : from_catalog_text();
}

/// Where Halyard's HA sends the variants of clouddriver (hal `ClouddriverHaService`).
std::string_view endpoint_key(std::string_view service) {
  if (service == "clouddriver-rw" || service == "clouddriver-caching") {
    return "redisMasterEndpoint";
  }
  if (service == "clouddriver-ro") {
    return "redisSlaveEndpoint";
  }
  return service == "clouddriver-ro-deck" ? "redisSlaveDeckEndpoint" : "";
}

std::optional<Setting> high_availability_redis(const Installation& installation,
                                               std::string_view service) {
  const std::string_view key = endpoint_key(service);
  if (key.empty()) {
    return std::nullopt;
  }
  return halconfig_of(installation)
      .find("deploymentEnvironment.haServices.clouddriver." + std::string(key));
}

/// front50 has a host and a port instead of a URL.
std::optional<Sourced<std::string>> redis_of_front50(const Properties& properties) {
  const auto host = properties.find("spinnaker.redis.host");
  if (!host) {
    return std::nullopt;
  }
  const auto port = properties.find("spinnaker.redis.port");
  return Sourced<std::string>{.value = "redis://" + host->text + ':' + (port ? port->text : "6379"),
                              .source = host->source};
}

/// `${services.redis.baseUrl:redis://localhost:6379}`: Halyard writes that property for every
/// service (hal `SpinnakerProfileFactory`), so that no default counts.
bool is_halyards(const Installation& installation, const Properties& properties,
                 const Setting& written) {
  constexpr std::string_view key = "services.redis.baseUrl";
  return installation.layout != Layout::profiles && !properties.find(key) &&
         written.node->text.starts_with("${" + std::string(key));
}

/// What the service's own properties say of its Redis.
std::optional<Sourced<std::string>> own_redis(const Installation& installation,
                                              const ServiceView& view) {
  if (view.service->name == "front50") {
    return redis_of_front50(view.properties);
  }
  auto written = first_of(view.properties,
                          {view.service->redis_url, "services.redis.baseUrl", "redis.baseUrl"});
  if (written && is_halyards(installation, view.properties, *written)) {
    written.reset();
  }
  if (!written) {
    written = settings_of(installation, view.settings).find("redis.baseUrl");
  }
  return written ? std::optional(as_sourced(*written)) : std::nullopt;
}

/// A member that is not null: a patch writes `exec: null` to take it away.
const YamlNode* handler_of(const YamlNode& probe, std::string_view kind) {
  const YamlNode* const handler = probe.find(kind);
  return handler == nullptr || handler->kind == YamlNode::Kind::nothing ? nullptr : handler;
}

/// A container's probe that says how kubelet asks; Armory's Halyard has the same keys in
/// service-settings.
std::optional<Sourced<HealthProbe>> written_probe(const Installation& installation,
                                                  const YamlNode* owner) {
  constexpr std::array<std::string_view, 3> names = {"readinessProbe", "livenessProbe",
                                                     "startupProbe"};
  std::optional<Sourced<HealthProbe>> tcp;
  for (const std::string_view name : names) {
    const YamlNode* const probe = find_member(owner, {name});
    if (probe == nullptr) {
      continue;
    }
    if (const YamlNode* const exec = handler_of(*probe, "exec")) {
      return Sourced<HealthProbe>{HealthProbe::exec, installation.position(*exec)};
    }
    if (const YamlNode* const http = handler_of(*probe, "httpGet")) {
      return Sourced<HealthProbe>{HealthProbe::http, installation.position(*http)};
    }
    if (const YamlNode* const socket = handler_of(*probe, "tcpSocket"); socket != nullptr && !tcp) {
      tcp = {HealthProbe::tcp, installation.position(*socket)};
    }
  }
  return tcp;
}

const YamlNode* service_settings_of(const Installation& installation, std::string_view service) {
  const auto found = installation.service_settings.find(service);
  return found == installation.service_settings.end() ? nullptr : &found->second;
}

}  // namespace

Properties halconfig_of(const Installation& installation) {
  return {installation, Binding::relaxed, {&installation.config}};
}

Properties settings_of(const Installation& installation, const YamlNode* settings) {
  std::vector<const YamlNode*> layers;
  if (settings != nullptr) {
    layers.push_back(settings);
  }
  return {installation, Binding::relaxed, std::move(layers)};
}

const YamlNode* find_member(const YamlNode* node, std::initializer_list<std::string_view> path) {
  for (const std::string_view member : path) {
    node = node == nullptr ? nullptr : node->find(member);
  }
  return node;
}

std::vector<const YamlNode*> containers_of(const Installation& installation,
                                           std::string_view service) {
  std::vector<const YamlNode*> containers;
  for (const KubernetesObject& object : installation.objects) {
    const std::string_view name(object.name);
    const bool is_its = name == service || name == "spin-" + std::string(service);
    const YamlNode* const list =
        is_its ? find_member(&object.object, {"spec", "template", "spec", "containers"}) : nullptr;
    for (std::size_t i = 0; list != nullptr && i < list->children.size(); ++i) {
      containers.push_back(&list->children[i]);
    }
  }
  return containers;
}

std::string name_space_of(const Installation& installation) {
  if (installation.name_space) {
    return *installation.name_space;
  }
  const auto location = halconfig_of(installation).find("deploymentEnvironment.location");
  return location ? location->text : "";
}

Sourced<HealthProbe> read_probe(const Installation& installation, const ServiceView& view) {
  for (const YamlNode* const container : containers_of(installation, view.service->name)) {
    if (const auto probe = written_probe(installation, container)) {
      return *probe;
    }
  }
  const Properties settings = settings_of(installation, view.settings);
  if (const auto probe = written_probe(installation, settings.node("kubernetes"))) {
    return *probe;
  }
  const auto is_tcp = settings.find("kubernetes.useTcpProbe");
  if (is_tcp && settings.is_true("kubernetes.useTcpProbe", false)) {
    return {.value = HealthProbe::tcp, .source = is_tcp->source};
  }
  if (view.service->health.empty()) {
    return {.value = HealthProbe::tcp, .source = from_catalog_text()};
  }
  const auto is_exec = settings.find("kubernetes.useExecHealthCheck");
  if (is_exec && !settings.is_true("kubernetes.useExecHealthCheck", true)) {
    return {.value = HealthProbe::http, .source = is_exec->source};
  }
  const bool has_halyard = installation.layout != Layout::profiles;
  return {.value = has_halyard ? HealthProbe::exec : HealthProbe::http,
          .source = from_catalog_text()};
}

std::optional<Sourced<std::string>> read_redis(const Installation& installation,
                                               const ServiceView& view) {
  if (!uses(view.properties, view.service->redis)) {
    return std::nullopt;
  }
  if (auto own = own_redis(installation, view)) {
    return own;
  }
  if (const auto endpoint = high_availability_redis(installation, view.service->name)) {
    return as_sourced(*endpoint);
  }
  ServiceView redis{.service = find_service("redis"),
                    .properties = properties_of(installation, "redis"),
                    .settings = service_settings_of(installation, "redis")};
  redis.port = read_port(installation, redis);
  return url_in_settings(installation, redis, "redis");
}

ServiceView view_of(const Installation& installation, const CatalogService& service) {
  ServiceView view{.service = &service,
                   .properties = properties_of(installation, service.name),
                   .settings = service_settings_of(installation, service.name)};
  view.enabled = read_enabled(installation, view);
  view.server = read_server_settings(view);
  view.client = read_client_settings(view);
  view.jvm = read_jvm_settings(installation, view);
  view.port = read_port(installation, view);
  view.base_url = read_base_url(installation, view);
  view.probe = read_probe(installation, view);
  view.redis = read_redis(installation, view);
  read_sql(view);
  return view;
}

std::vector<ServiceView> views_of(const Installation& installation) {
  std::vector<ServiceView> views;
  for (const CatalogService& service : catalog_services()) {
    views.push_back(view_of(installation, service));
  }
  return views;
}

}  // namespace telltale::fleet
