// What an installation says of one service: every rule once as it applies and once as it does not.

#include "fleet/service_view.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "telltale/enum_names.hpp"

#include "support/temp_dir.hpp"

namespace telltale::fleet {
namespace {

using tls::ClientAuthMode;

std::string indented(std::string_view text, std::size_t spaces) {
  std::string indented(spaces, ' ');
  for (const char c : text) {
    indented += c;
    indented += c == '\n' ? std::string(spaces, ' ') : "";
  }
  return indented;
}

/// A manifest with these parts of `spec.spinnakerConfig`.
Installation installation_of(std::string_view config) {
  const mint::TempDir directory;
  const std::string file = directory.write(
      "spinnakerservice.yml",
      "apiVersion: spinnaker.io/v1alpha2\nkind: SpinnakerService\nmetadata: {name: spinnaker, "
      "namespace: sails}\nspec:\n  spinnakerConfig:\n" +
          indented(config, 4) + "\n");
  return read_installation({.manifests = {file}});
}

/// The profile of a service, and nothing else.
Installation profile_of(std::string_view service, std::string_view profile) {
  return installation_of("profiles:\n  " + std::string(service) + ":\n" + indented(profile, 4));
}

ServiceView view(const Installation& installation, std::string_view service) {
  return view_of(installation, *find_service(service));
}

TEST_SUITE_BEGIN("fleet");

TEST_CASE("client-auth of Java: any spelling that Spring binds -> its mode") {
  struct Row {
    std::string_view profile;
    std::optional<ClientAuthMode> mode;
  };

  for (const Row& row : {
           Row{"server: {ssl: {client-auth: want}}", ClientAuthMode::want},
           Row{"server: {ssl: {clientAuth: NEED}}", ClientAuthMode::need},
           Row{"server.ssl.CLIENT_AUTH: Need", ClientAuthMode::need},
           Row{"server: {ssl: {enabled: true}}", ClientAuthMode::none},
           Row{"server: {ssl: {client-auth: '${who.knows}'}}", std::nullopt},
           Row{"server: {ssl: {client-auth: always}}", std::nullopt},
           Row{"server: {ssl: {client-auth: '${who.knows:want}'}}", ClientAuthMode::want},
       }) {
    CAPTURE(row.profile);
    const Installation installation = profile_of("orca", row.profile);
    CHECK(view(installation, "orca").server.mode == row.mode);
  }
}

TEST_CASE("clientAuth of Go: exact lower case -> its mode, any other word -> none") {
  struct Row {
    std::string_view word;
    ClientAuthMode mode;
    bool is_verified;
  };

  for (const Row& row : {
           Row{"want", ClientAuthMode::want, true},
           Row{"need", ClientAuthMode::need, true},
           Row{"any", ClientAuthMode::need, false},
           Row{"request", ClientAuthMode::want, false},
           Row{"NEED", ClientAuthMode::none, true},
           Row{"required", ClientAuthMode::none, true},
       }) {
    CAPTURE(row.word);
    const Installation installation = profile_of(
        "dinghy", "server: {ssl: {enabled: true, clientAuth: " + std::string(row.word) + "}}");
    const ServerSettings server = view(installation, "dinghy").server;
    CHECK(server.mode == row.mode);
    CHECK(server.is_verified == row.is_verified);
  }
  const Installation dashed = profile_of("dinghy", "server: {ssl: {client-auth: need}}");
  CHECK(view(dashed, "dinghy").server.mode == ClientAuthMode::none);
}

TEST_CASE("server.ssl without enabled: Java -> TLS, but no further ports; Go -> no TLS") {
  const Installation java = profile_of(
      "gate", "server: {ssl: {key-store: /a.p12}}\ndefault: {apiPort: 8085, legacyServerPort: 1}");
  CHECK(view(java, "gate").server.has_tls);
  CHECK_FALSE(view(java, "gate").server.api_port);
  CHECK_FALSE(view(java, "gate").server.legacy_port);
  const Installation go = profile_of("dinghy", "server: {ssl: {certFile: /a.pem}}");
  CHECK_FALSE(view(go, "dinghy").server.has_tls);
}

TEST_CASE("default.apiPort: server.ssl.enabled is true -> a port; on kayenta -> nothing") {
  const std::string_view profile =
      "server: {ssl: {enabled: true}}\ndefault: {apiPort: 8085, legacyServerPort: 7101}";
  const Installation gate = profile_of("gate", profile);
  CHECK(view(gate, "gate").server.api_port->text == "8085");
  CHECK(view(gate, "gate").server.legacy_port->text == "7101");
  const Installation kayenta = profile_of("kayenta", profile);
  CHECK_FALSE(view(kayenta, "kayenta").server.api_port);
  CHECK_FALSE(view(kayenta, "kayenta").server.legacy_port);
  const Installation off = profile_of("gate",
                                      "server: {ssl: {enabled: true}}\ndefault: "
                                      "{apiPort: -1}");
  CHECK_FALSE(view(off, "gate").server.api_port);
}

TEST_CASE("a flag that only the environment knows -> deployed, served and used, not missed") {
  const Installation installation = installation_of(R"(
profiles:
  spinnaker:
    services: {kayenta: {enabled: "${NOT_IN_THE_FILES}"}}
  orca:
    redis: {enabled: "${NOT_IN_THE_FILES}"}
    default: {apiPort: 8085}
    server: {ssl: {enabled: "${NOT_IN_THE_FILES}", client-auth: want}})");
  CHECK(view(installation, "kayenta").enabled.value);
  const ServiceView orca = view(installation, "orca");
  CHECK(orca.server.has_tls);
  CHECK(orca.server.api_port.has_value());
  CHECK(orca.redis.has_value());
}

TEST_CASE("stores: PEM keys of Spring -> the certificate; cacertFile missing in Go -> certFile") {
  const Installation pem =
      profile_of("orca",
                 "server: {ssl: {certificate: /a.pem, certificate-private-key: /a.key, "
                 "trust-certificate: /ca.pem}}");
  const ServerSettings server = view(pem, "orca").server;
  CHECK(server.keys.file->text == "/a.pem");
  CHECK(server.key_file->text == "/a.key");
  CHECK(server.trust.file->text == "/ca.pem");
  const Installation go = profile_of("dinghy", "server: {ssl: {enabled: true, certFile: /a.pem}}");
  CHECK(view(go, "dinghy").server.trust.file->text == "/a.pem");
}

TEST_CASE("base URL: overrideBaseUrl > baseUrl > scheme and address; profiles above all") {
  struct Row {
    std::string_view settings;
    std::string_view url;
  };

  for (const Row& row : {
           Row{"{}", "http://spin-orca.sails:8083"},
           Row{"{scheme: https}", "https://spin-orca.sails:8083"},
           Row{"{scheme: https, address: orca.example.com}", "https://orca.example.com:8083"},
           Row{"{scheme: https, baseUrl: 'https://b:1'}", "https://b:1"},
           Row{"{baseUrl: 'https://b:1', overrideBaseUrl: 'https://o:2'}", "https://o:2"},
       }) {
    CAPTURE(row.settings);
    const Installation installation =
        installation_of("service-settings:\n  orca: " + std::string(row.settings));
    CHECK(view(installation, "orca").base_url.value == row.url);
  }
  const Installation profile = installation_of(
      "profiles: {spinnaker: {services: {orca: {baseUrl: 'https://p:3'}}}}\n"
      "service-settings: {orca: {overrideBaseUrl: 'https://o:2'}}");
  CHECK(view(profile, "orca").base_url.value == "https://p:3");
}

TEST_CASE("deployed: core services unless disabled, others by a word for them") {
  struct Row {
    std::string_view config;
    std::string_view service;
    bool is_deployed;
  };

  for (const Row& row : {
           Row{"config: {}", "orca", true},
           Row{"service-settings: {orca: {enabled: false}}", "orca", false},
           Row{"config: {}", "fiat", false},
           Row{"config: {security: {authz: {enabled: true}}}", "fiat", true},
           Row{"config: {canary: {enabled: true}}", "kayenta", true},
           Row{"config: {ci: {jenkins: {enabled: true}}}", "igor", true},
           Row{"config: {armory: {dinghy: {enabled: true}}}", "dinghy", true},
           Row{"config: {armory: {terraform: {enabled: true}}}", "terraformer", true},
           Row{"profiles: {keel: {}}", "keel", false},
           Row{"profiles: {keel: {a: b}}", "keel", true},
           Row{"service-settings: {spinnaker: {scheme: https}}", "keel", false},
           Row{"service-settings: {keel: {scheme: https}}", "keel", true},
           Row{"profiles: {spinnaker: {services: {keel: {enabled: true}}}}", "keel", true},
           Row{"profiles: {spinnaker: {services: {fiat: {enabled: false}}}, fiat: {a: b}}", "fiat",
               false},
           Row{"config: {deploymentEnvironment: {haServices: {echo: {enabled: true}}}}", "echo",
               false},
           Row{"config: {deploymentEnvironment: {haServices: {echo: {enabled: true}}}}",
               "echo-worker", true},
           Row{"profiles: {clouddriver-rw: {a: b}}", "clouddriver-rw", true},
           Row{"profiles: {clouddriver: {a: b}}", "clouddriver-rw", false},
       }) {
    CAPTURE(row.config);
    CAPTURE(row.service);
    const Installation installation = installation_of(row.config);
    CHECK(view(installation, row.service).enabled.value == row.is_deployed);
  }
}

TEST_CASE("probe: useTcpProbe > useExecHealthCheck > exec; without a health endpoint -> tcp") {
  struct Row {
    std::string_view settings;
    HealthProbe probe;
  };

  for (const Row& row : {
           Row{"{}", HealthProbe::exec},
           Row{"{kubernetes: {useExecHealthCheck: false}}", HealthProbe::http},
           Row{"{kubernetes: {useTcpProbe: true, useExecHealthCheck: false}}", HealthProbe::tcp},
           Row{"{kubernetes: {readinessProbe: {httpGet: {path: /health}}}}", HealthProbe::http},
       }) {
    CAPTURE(row.settings);
    const Installation installation =
        installation_of("service-settings:\n  orca: " + std::string(row.settings));
    CHECK(view(installation, "orca").probe.value == row.probe);
  }
  CHECK(view(installation_of("config: {}"), "deck").probe.value == HealthProbe::tcp);
}

TEST_CASE("Redis: the service's own key > services.redis > HA > redis' settings > Spinnaker's") {
  struct Row {
    std::string_view config;
    std::string_view service;
    std::optional<std::string> url;
  };

  const std::string_view ha =
      "config: {deploymentEnvironment: {haServices: {clouddriver: {redisMasterEndpoint: "
      "'rediss://m:1', redisSlaveEndpoint: 'rediss://s:2'}}}}";
  for (const Row& row : {
           Row{"config: {}", "gate", "redis://spin-redis.sails:6379"},
           Row{"service-settings: {redis: {overrideBaseUrl: 'rediss://o:1'}}", "gate",
               "rediss://o:1"},
           Row{"profiles: {gate: {services: {redis: {baseUrl: 'rediss://s:1'}}}}", "gate",
               "rediss://s:1"},
           Row{"profiles: {gate: {redis: {connection: 'rediss://c:1'}, services: {redis: "
               "{baseUrl: 'rediss://s:1'}}}}",
               "gate", "rediss://c:1"},
           Row{ha, "clouddriver-rw", "rediss://m:1"},
           Row{ha, "clouddriver-caching", "rediss://m:1"},
           Row{ha, "clouddriver-ro", "rediss://s:2"},
           Row{ha, "clouddriver", "redis://spin-redis.sails:6379"},
           Row{"config: {}", "front50", std::nullopt},
           Row{"config: {}", "keel", std::nullopt},
           Row{"profiles: {orca: {redis: {enabled: false}}}", "orca", std::nullopt},
           Row{"profiles: {dinghy: {sql: {enabled: true}}}", "dinghy", std::nullopt},
           Row{"profiles: {dinghy: {redis: {baseUrl: 'rediss://d:1'}}}", "dinghy", "rediss://d:1"},
       }) {
    CAPTURE(row.config);
    CAPTURE(row.service);
    const Installation installation = installation_of(row.config);
    const auto redis = view(installation, row.service).redis;
    CHECK((redis ? std::optional(redis->value) : std::nullopt) == row.url);
  }
}

TEST_CASE("SQL: sql.enabled -> used, and what says so") {
  const Installation installation = profile_of("orca", "sql: {enabled: true}");
  CHECK(view(installation, "orca").uses_sql);
  CHECK(view(installation, "orca").sql_source.ends_with("spinnakerservice.yml:8"));
  CHECK_FALSE(view(installation, "front50").uses_sql);
}

TEST_SUITE_END();

}  // namespace
}  // namespace telltale::fleet
