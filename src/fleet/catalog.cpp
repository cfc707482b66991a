#include "telltale/fleet/catalog.hpp"

#include <algorithm>
#include <array>

namespace telltale::fleet {
namespace {

using enum Use;
using enum ClientPath;

// hal is github.com/spinnaker/halyard, where `service/` is
// halyard-deploy/src/main/java/com/netflix/spinnaker/halyard/deploy/spinnaker/v1/service/; mono is
// github.com/spinnaker/spinnaker; kp is github.com/armory/spinnaker-kustomize-patches.

/// Everything of a variant but its name and key is its base's.
constexpr CatalogService variant_of(CatalogService base, std::string_view name,
                                    std::string_view key, std::string_view source) {
  base.name = name;
  base.key = key;
  base.is_core = false;
  base.source = source;
  return base;
}

constexpr ServiceUse sql_if_enabled{.use = if_enabled, .property = "sql.enabled"};
constexpr ServiceUse redis_unless_disabled{.use = unless_disabled, .property = "redis.enabled"};

constexpr CatalogService clouddriver{.name = "clouddriver",
                                     .base = "clouddriver",
                                     .key = "clouddriver",
                                     .port = 7002,
                                     .health = "/health",
                                     .is_core = true,
                                     .redis = redis_unless_disabled,
                                     .redis_url = "redis.connection",
                                     .sql = sql_if_enabled,
                                     .source = "hal:service/ClouddriverService.java"};

constexpr CatalogService echo{.name = "echo",
                              .base = "echo",
                              .key = "echo",
                              .port = 8089,
                              .health = "/health",
                              .is_core = true,
                              .redis = {.use = if_enabled, .property = "redis.enabled"},
                              .redis_url = "redis.connection",
                              .sql = sql_if_enabled,
                              .source = "hal:service/EchoService.java"};

constexpr std::array services{
    clouddriver,
    variant_of(clouddriver, "clouddriver-caching", "clouddriverCaching",
               "mono:clouddriver/halconfig/clouddriver-caching.yml"),
    variant_of(clouddriver, "clouddriver-ro", "clouddriverRo",
               "mono:clouddriver/halconfig/clouddriver-ro.yml"),
    variant_of(clouddriver, "clouddriver-ro-deck", "clouddriverRoDeck",
               "mono:clouddriver/halconfig/clouddriver-ro-deck.yml"),
    variant_of(clouddriver, "clouddriver-rw", "clouddriverRw",
               "mono:clouddriver/halconfig/clouddriver-rw.yml"),
    CatalogService{.name = "deck",
                   .base = "deck",
                   .key = "deck",
                   .port = 9000,
                   .runtime = Runtime::none,
                   .has_server_settings = false,
                   .has_kork_tomcat = false,
                   .is_core = true,
                   .goal = Goal::none,
                   .source = "hal:service/DeckService.java"},
    // Without sql.enabled Dinghy keeps its files in Redis (armory/dinghy:cmd/dinghy.go).
    CatalogService{.name = "dinghy",
                   .base = "dinghy",
                   .key = "dinghy",
                   .port = 8081,
                   .runtime = Runtime::go_yaml_tools,
                   .health = "/health",
                   .has_kork_tomcat = false,
                   .redis = {.use = always, .replaced_by = "sql.enabled"},
                   .redis_url = "redis.baseUrl",
                   .sql = sql_if_enabled,
                   .source = "armory/dinghy:pkg/settings/global/settings.go"},
    echo,
    variant_of(echo, "echo-scheduler", "echoScheduler", "mono:echo/halconfig/echo-scheduler.yml"),
    variant_of(echo, "echo-worker", "echoWorker", "mono:echo/halconfig/echo-worker.yml"),
    CatalogService{
        .name = "fiat",
        .base = "fiat",
        .key = "fiat",
        .port = 7003,
        .health = "/health",
        .redis = {.use = unless_disabled, .property = "permissions-repository.redis.enabled"},
        .redis_url = "redis.connection",
        .sql = sql_if_enabled,
        .source = "hal:service/FiatService.java"},
    CatalogService{.name = "front50",
                   .base = "front50",
                   .key = "front50",
                   .port = 8080,
                   .health = "/health",
                   .is_core = true,
                   .redis = {.use = if_enabled, .property = "spinnaker.redis.enabled"},
                   .redis_url = "spinnaker.redis.host",
                   .sql = sql_if_enabled,
                   .source = "hal:service/Front50Service.java"},
    CatalogService{.name = "gate",
                   .base = "gate",
                   .key = "gate",
                   .port = 8084,
                   .health = "/health",
                   .is_core = true,
                   .redis = {.use = always},
                   .redis_url = "redis.connection",
                   .source = "hal:service/GateService.java"},
    CatalogService{.name = "igor",
                   .base = "igor",
                   .key = "igor",
                   .port = 8088,
                   .health = "/health",
                   .redis = redis_unless_disabled,
                   .redis_url = "redis.connection",
                   .source = "hal:service/IgorService.java"},
    // No kork-runtime (mono:kayenta/kayenta-web/kayenta-web.gradle).
    CatalogService{.name = "kayenta",
                   .base = "kayenta",
                   .key = "kayenta",
                   .port = 8090,
                   .health = "/health",
                   .has_kork_tomcat = false,
                   .redis = {.use = always},
                   .redis_url = "redis.connection",
                   .sql = {.use = if_enabled, .property = "kayenta.sql.enabled"},
                   .source = "hal:service/KayentaService.java"},
    CatalogService{.name = "keel",
                   .base = "keel",
                   .key = "keel",
                   .port = 7010,
                   .health = "/health",
                   .sql = {.use = always},
                   .source = "mono:keel/keel-web/config/keel.yml"},
    CatalogService{.name = "orca",
                   .base = "orca",
                   .key = "orca",
                   .port = 8083,
                   .health = "/health",
                   .is_core = true,
                   .redis = redis_unless_disabled,
                   .redis_url = "redis.connection",
                   .sql = sql_if_enabled,
                   .source = "hal:service/OrcaService.java"},
    CatalogService{.name = "redis",
                   .base = "redis",
                   .key = "redis",
                   .port = 6379,
                   .runtime = Runtime::none,
                   .has_server_settings = false,
                   .has_kork_tomcat = false,
                   .is_core = true,
                   .source = "hal:service/RedisService.java"},
    CatalogService{.name = "rosco",
                   .base = "rosco",
                   .key = "rosco",
                   .port = 8087,
                   .health = "/health",
                   .is_core = true,
                   .redis = {.use = always},
                   .redis_url = "redis.connection",
                   .source = "hal:service/RoscoService.java"},
    // Its source is closed: that it is built with go-yaml-tools, as Dinghy, is from Armory's
    // documentation of its keys alone.
    CatalogService{.name = "terraformer",
                   .base = "terraformer",
                   .key = "terraformer",
                   .port = 7088,
                   .runtime = Runtime::go_yaml_tools,
                   .health = "/health",
                   .has_kork_tomcat = false,
                   .redis = {.use = always},
                   .redis_url = "redis.baseUrl",
                   .source = "kp:plugins/oss/terraformer/service.yml"},
};

constexpr std::string_view gate_config =
    "mono:gate/gate-web/src/main/groovy/com/netflix/spinnaker/gate/config/GateConfig.groovy";
constexpr std::string_view fiat_api =
    "mono:fiat/fiat-api/src/main/java/com/netflix/spinnaker/fiat/shared/"
    "FiatAuthenticationConfig.java";
constexpr std::string_view orca_yml = "mono:orca/orca-web/config/orca.yml";
constexpr std::string_view keel_yml = "mono:keel/keel-web/config/keel.yml";
constexpr std::string_view igor_config =
    "mono:igor/igor-web/src/main/groovy/com/netflix/spinnaker/igor/config";
constexpr std::string_view echo_triggers =
    "mono:echo/echo-pipelinetriggers/src/main/java/com/netflix/spinnaker/echo/config/"
    "PipelineTriggerConfiguration.java";
constexpr std::string_view fiat_resources =
    "mono:fiat/fiat-web/src/main/java/com/netflix/spinnaker/fiat/config/ResourcesConfig.java";
constexpr std::string_view dinghy_initializer = "armory/dinghy:pkg/settings/source/initializer.go";

// The variants that calls go to are those of Halyard's
// service/distributed/kubernetes/v2/KubernetesV2{Gate,Orca,Igor,Fiat,Rosco}Service.java.
constexpr std::array calls{
    CatalogCall{.caller = "clouddriver",
                .callee = "fiat",
                .property = "services.fiat.baseUrl",
                .source = fiat_api},
    CatalogCall{.caller = "clouddriver",
                .callee = "front50",
                .property = "services.front50.baseUrl",
                .source = "mono:clouddriver/clouddriver-core/src/main/java/com/netflix/spinnaker/"
                          "clouddriver/config/RetrofitConfig.java"},

    // Its client is made of a copy that Init() never saw, so that it has no tls.Config: no
    // certificate, the system's roots. Its client of echo has none by design.
    CatalogCall{.caller = "dinghy",
                .callee = "echo",
                .property = "echo.baseURL",
                .path = raw,
                .source = "armory/dinghy:pkg/events/events.go"},
    CatalogCall{.caller = "dinghy",
                .callee = "front50",
                .property = "front50.baseUrl",
                .path = raw,
                .source = dinghy_initializer},
    CatalogCall{.caller = "dinghy",
                .callee = "orca",
                .property = "orca.baseUrl",
                .path = raw,
                .source = dinghy_initializer},

    // By which client the closed plugin calls Dinghy is not known.
    CatalogCall{.caller = "echo",
                .callee = "dinghy",
                .property = "armorywebhooks.forwarding.baseUrl",
                .source = "kp:plugins/oss/pipeline-as-a-code/pac-plugin-config.yml",
                .switched_by = "armorywebhooks.enabled"},
    CatalogCall{.caller = "echo",
                .callee = "fiat",
                .property = "services.fiat.baseUrl",
                .source = fiat_api},
    CatalogCall{.caller = "echo",
                .callee = "front50",
                .property = "services.front50.baseUrl",
                .source = "mono:echo/echo-web/src/main/java/com/netflix/spinnaker/echo/config/"
                          "Front50Config.java"},
    CatalogCall{.caller = "echo",
                .callee = "igor",
                .property = "services.igor.baseUrl",
                .source = "mono:echo/echo-pipelinetriggers/src/main/java/com/netflix/spinnaker/"
                          "echo/config/IgorConfig.java"},
    CatalogCall{.caller = "echo",
                .callee = "orca",
                .property = "services.orca.baseUrl",
                .source = echo_triggers},
    CatalogCall{.caller = "echo",
                .property = "rest.endpoints[].url",
                .purpose = "rest.endpoints",
                .source = "mono:echo/echo-rest/src/main/java/com/netflix/spinnaker/echo/config/"
                          "RestConfig.java",
                .switched_by = "rest.enabled"},

    CatalogCall{.caller = "fiat",
                .callee = "clouddriver",
                .property = "services.clouddriver.baseUrl",
                .ha_callee = "clouddriver-ro",
                .source = fiat_resources},
    CatalogCall{.caller = "fiat",
                .callee = "front50",
                .property = "services.front50.baseUrl",
                .source = fiat_resources},
    CatalogCall{.caller = "fiat",
                .callee = "igor",
                .property = "services.igor.baseUrl",
                .source = fiat_resources},

    CatalogCall{.caller = "front50",
                .callee = "echo",
                .property = "services.echo.baseUrl",
                .source = "mono:front50/front50-core/src/main/java/com/netflix/spinnaker/front50/"
                          "config/EchoConfiguration.java"},
    CatalogCall{.caller = "front50",
                .callee = "fiat",
                .property = "services.fiat.baseUrl",
                .source = fiat_api},

    CatalogCall{.caller = "gate",
                .callee = "clouddriver",
                .property = "services.clouddriver.baseUrl",
                .ha_callee = "clouddriver-ro",
                .source = gate_config},
    CatalogCall{.caller = "gate",
                .callee = "clouddriver",
                .property = "services.clouddriver.config.dynamicEndpoints.deck",
                .ha_callee = "clouddriver-ro-deck",
                .purpose = "requests of deck",
                .source = gate_config},
    CatalogCall{.caller = "gate",
                .callee = "echo",
                .property = "services.echo.baseUrl",
                .ha_callee = "echo-worker",
                .source = gate_config},
    CatalogCall{.caller = "gate",
                .callee = "fiat",
                .property = "services.fiat.baseUrl",
                .source = fiat_api},
    CatalogCall{.caller = "gate",
                .callee = "front50",
                .property = "services.front50.baseUrl",
                .source = gate_config},
    CatalogCall{.caller = "gate",
                .callee = "igor",
                .property = "services.igor.baseUrl",
                .source = gate_config},
    CatalogCall{.caller = "gate",
                .callee = "kayenta",
                .property = "services.kayenta.baseUrl",
                .source = gate_config},
    CatalogCall{.caller = "gate",
                .callee = "keel",
                .property = "services.keel.baseUrl",
                .source = gate_config},
    CatalogCall{.caller = "gate",
                .callee = "orca",
                .property = "services.orca.baseUrl",
                .source = gate_config},
    CatalogCall{.caller = "gate",
                .callee = "rosco",
                .property = "services.rosco.baseUrl",
                .source = gate_config},
    CatalogCall{.caller = "gate",
                .property = "proxies[].uri",
                .path = insecure,
                .purpose = "proxies",
                .source = "mono:gate/gate-proxy/src/main/kotlin/com/netflix/spinnaker/gate/"
                          "plugins/deck/Proxy.kt"},

    CatalogCall{.caller = "igor",
                .callee = "clouddriver",
                .property = "services.clouddriver.baseUrl",
                .ha_callee = "clouddriver-ro",
                .source = igor_config},
    CatalogCall{.caller = "igor",
                .callee = "echo",
                .property = "services.echo.baseUrl",
                .ha_callee = "echo-worker",
                .source = igor_config},
    CatalogCall{.caller = "igor",
                .callee = "fiat",
                .property = "services.fiat.baseUrl",
                .source = fiat_api},
    CatalogCall{.caller = "igor",
                .callee = "front50",
                .property = "services.front50.baseUrl",
                .source = igor_config},
    CatalogCall{
        .caller = "igor", .callee = "keel", .property = "keel.baseUrl", .source = igor_config},

    CatalogCall{.caller = "keel",
                .callee = "clouddriver",
                .property = "clouddriver.baseUrl",
                .source = keel_yml},
    CatalogCall{.caller = "keel", .callee = "echo", .property = "echo.baseUrl", .source = keel_yml},
    CatalogCall{.caller = "keel",
                .callee = "fiat",
                .property = "services.fiat.baseUrl",
                .source = fiat_api},
    CatalogCall{
        .caller = "keel", .callee = "front50", .property = "front50.baseUrl", .source = keel_yml},
    CatalogCall{.caller = "keel", .callee = "igor", .property = "igor.baseUrl", .source = keel_yml},
    CatalogCall{.caller = "keel", .callee = "orca", .property = "orca.baseUrl", .source = keel_yml},

    CatalogCall{.caller = "orca",
                .callee = "clouddriver",
                .property = "services.clouddriver.baseUrl",
                .ha_callee = "clouddriver-rw",
                .source = orca_yml},
    CatalogCall{.caller = "orca",
                .callee = "clouddriver",
                .property = "clouddriver.readonly.baseUrl",
                .ha_callee = "clouddriver-ro",
                .purpose = "reads",
                .source = "mono:orca/orca-clouddriver/src/main/java/com/netflix/spinnaker/orca/"
                          "clouddriver/config/CloudDriverConfigurationProperties.java"},
    CatalogCall{.caller = "orca",
                .callee = "clouddriver",
                .property = "services.clouddriver.baseUrl",
                .path = raw,
                .ha_callee = "clouddriver-rw",
                .purpose = "Lambda stages",
                .source = "mono:orca/orca-clouddriver/src/main/java/com/netflix/spinnaker/orca/"
                          "clouddriver/utils/LambdaCloudDriverUtils.java",
                .switched_by = "aws.features.lambda.enabled"},
    CatalogCall{.caller = "orca",
                .callee = "echo",
                .property = "services.echo.baseUrl",
                .ha_callee = "echo-worker",
                .source = orca_yml},
    CatalogCall{.caller = "orca",
                .callee = "fiat",
                .property = "services.fiat.baseUrl",
                .source = fiat_api},
    CatalogCall{.caller = "orca",
                .callee = "front50",
                .property = "services.front50.baseUrl",
                .source = orca_yml},
    CatalogCall{.caller = "orca",
                .callee = "igor",
                .property = "services.igor.baseUrl",
                .source = orca_yml},
    CatalogCall{.caller = "orca",
                .callee = "kayenta",
                .property = "services.kayenta.baseUrl",
                .source = orca_yml},
    CatalogCall{.caller = "orca",
                .callee = "keel",
                .property = "services.keel.baseUrl",
                .source = orca_yml},
    CatalogCall{.caller = "orca",
                .callee = "rosco",
                .property = "services.rosco.baseUrl",
                .source = orca_yml},
    // By which client the closed plugin calls Terraformer is not known.
    CatalogCall{.caller = "orca",
                .callee = "terraformer",
                .property = "services.terraformer.baseUrl",
                .source = "kp:plugins/oss/terraformer/terraformer-plugin-config.yml"},

    CatalogCall{.caller = "rosco",
                .callee = "clouddriver",
                .property = "services.clouddriver.baseUrl",
                .ha_callee = "clouddriver-ro",
                .source = "mono:rosco/rosco-core/src/main/groovy/com/netflix/spinnaker/rosco/"
                          "config/ServiceConfig.java"},

    CatalogCall{.caller = "terraformer",
                .callee = "clouddriver",
                .property = "services.clouddriver.baseUrl",
                .purpose = "artifacts",
                .source = "armory/docs:content/en/includes/admin/tls/what-you-need.md"},
};

constexpr bool is_known(std::string_view name) {
  return std::ranges::find(services, name, &CatalogService::name) != services.end();
}

static_assert(std::ranges::all_of(services, [](const CatalogService& service) {
  return is_known(service.base);
}));
static_assert(std::ranges::all_of(calls, [](const CatalogCall& call) {
  return is_known(call.caller) && (call.callee.empty() || is_known(call.callee)) &&
         (call.ha_callee.empty() || is_known(call.ha_callee));
}));

}  // namespace

std::span<const CatalogService> catalog_services() {
  return services;
}

std::span<const CatalogCall> catalog_calls() {
  return calls;
}

const CatalogService* find_service(std::string_view name) {
  const auto all = catalog_services();
  const auto found = std::ranges::find(all, name, &CatalogService::name);
  return found == all.end() ? nullptr : &*found;
}

std::string service_host(std::string_view service, ServiceNames names,
                         std::string_view name_space) {
  std::string host = names == ServiceNames::prefixed ? "spin-" : "";
  host += service;
  if (!name_space.empty()) {
    host.append(".").append(name_space);
  }
  return host;
}

}  // namespace telltale::fleet
