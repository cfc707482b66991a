// What a fleet derives from Spinnaker's files: stores, callers and callees, sidecars.

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "telltale/enum_names.hpp"

#include "unit/fleet/config_files.hpp"

namespace telltale::fleet {
namespace {

using test::ConfigFiles;

constexpr std::string_view head = R"(apiVersion: spinnaker.io/v1alpha2
kind: SpinnakerService
metadata: {name: spinnaker, namespace: sails}
)";

/// A SpinnakerService in the namespace `sails`, and Secrets that are mounted beside it.
class Derived : public ConfigFiles {
 public:
  Derived() {
    std::filesystem::create_directories(path("secrets/jvm"));
    (void)write("secrets/jvm/keys.p12", "a key store");
  }

  /// From the text behind `metadata`, and the rest of telltale.yml.
  [[nodiscard]] Fleet fleet(std::string_view spec, std::string_view rest = "") const {
    (void)write("spin.yml", std::string(head) + std::string(spec));
    const auto read =
        parse("spinnaker: {manifest: spin.yml, secrets: secrets}\n" + std::string(rest));
    REQUIRE_MESSAGE(read.has_value(), read.error().detail());
    return *read;
  }
};

const Target& target_in(const Fleet& fleet, std::string_view name) {
  const auto found = std::ranges::find(fleet.targets, name, &Target::name);
  REQUIRE_MESSAGE(found != fleet.targets.end(), name);
  return *found;
}

bool has_target(const Fleet& fleet, std::string_view name) {
  return std::ranges::find(fleet.targets, name, &Target::name) != fleet.targets.end();
}

/// The first one between them.
Edge edge_of(const Fleet& fleet, std::string_view caller, std::string_view callee) {
  const auto edges = edges_of(fleet);
  const auto found = std::ranges::find_if(
      edges, [&](const Edge& edge) { return edge.caller == caller && edge.callee == callee; });
  REQUIRE_MESSAGE(found != edges.end(), caller << " -> " << callee);
  return *found;
}

bool calls(const Fleet& fleet, std::string_view caller, std::string_view callee) {
  const auto edges = edges_of(fleet);
  return std::ranges::any_of(
      edges, [&](const Edge& edge) { return edge.caller == caller && edge.callee == callee; });
}

TEST_SUITE_BEGIN("fleet");

// --- mesh

std::string policy(std::string_view name_space, std::string_view spec) {
  return "---\nkind: PeerAuthentication\napiVersion: security.istio.io/v1\nmetadata: {name: p, "
         "namespace: " +
         std::string(name_space) + "}\nspec: " + std::string(spec) + '\n';
}

TEST_CASE("mesh: what PeerAuthentications come to -> the mode of each target") {
  const Derived files;
  const auto mode = [&](const std::string& policies) -> std::string {
    const Fleet fleet = files.fleet("spec: {}\n" + policies);
    const auto& mesh = target_in(fleet, "orca").mesh;
    return mesh ? std::string(name_of(mesh->mode)) : "none";
  };
  CHECK(mode("") == "none");
  CHECK(mode(policy("sails", "{mtls: {mode: STRICT}}")) == "strict");
  CHECK(mode(policy("sails", "{mtls: {mode: DISABLE}}")) == "none");
  CHECK(mode(policy("sails", "{}")) == "permissive");
  CHECK(mode(policy("other", "{mtls: {mode: STRICT}}")) == "none");
  CHECK(mode(policy("istio-system", "{mtls: {mode: STRICT}}")) == "strict");
  CHECK(mode(policy("istio-system", "{mtls: {mode: STRICT}}") +
             policy("sails", "{mtls: {mode: PERMISSIVE}}")) == "permissive");
  const std::string strict = policy("sails", "{mtls: {mode: STRICT}}");
  CHECK(mode(strict + policy("sails",
                             "{selector: {matchLabels: {cluster: spin-orca}}, mtls: "
                             "{mode: UNSET}}")) == "strict");
  CHECK(mode(strict + policy("sails",
                             "{selector: {matchLabels: {cluster: spin-orca}}, "
                             "portLevelMtls: {8083: {mode: PERMISSIVE}}}")) == "permissive");
  CHECK(mode(strict + policy("sails",
                             "{selector: {matchLabels: {cluster: spin-gate}}, mtls: "
                             "{mode: PERMISSIVE}}")) == "strict");
}

TEST_CASE("mesh: a pod that says it has no sidecar -> no mesh, whatever the namespace's policy") {
  const Derived files;
  const Fleet fleet = files.fleet(
      "spec: {spinnakerConfig: {service-settings: {orca: {kubernetes: {podAnnotations: "
      "{sidecar.istio.io/inject: 'false'}}}}}}\n" +
      policy("sails", "{mtls: {mode: STRICT}}"));
  CHECK_FALSE(target_in(fleet, "orca").mesh);
  CHECK(target_in(fleet, "rosco").mesh);
}

TEST_CASE("mesh: the API port of a service behind a sidecar -> behind it, too") {
  const Derived files;
  const Fleet fleet = files.fleet(
      "spec: {spinnakerConfig: {profiles: {gate: {server: {ssl: {enabled: true}}, "
      "default: {apiPort: 8085}}}}}\n" +
      policy("sails", "{mtls: {mode: STRICT}}"));
  CHECK(target_in(fleet, "gate-api").mesh == target_in(fleet, "gate").mesh);
}

// --- stores

constexpr std::string_view secured_redis = R"(spec:
  spinnakerConfig:
    profiles:
      spinnaker:
        server: {ssl: {enabled: true, key-store: "encryptedFile:k8s!n:jvm!k:keys.p12"}}
    service-settings:
      redis: {overrideBaseUrl: "rediss://spin-redis.sails:6379"}
)";

TEST_CASE("stores: no key store in the files -> presents nothing, also beside such an identity") {
  const Derived files;
  const Fleet fleet =
      files.fleet(secured_redis,
                  "identities: {orca: {certificate: tls.crt}, orca-jvm: {certificate: tls.crt}}\n");
  CHECK(target_in(fleet, "orca").presents_nothing);
  CHECK_FALSE(edge_of(fleet, "orca", "front50").identity);
  CHECK_FALSE(edge_of(fleet, "orca", "front50").is_observed);
  CHECK_FALSE(edge_of(fleet, "orca", "redis").identity);
  const Fleet named = files.fleet(secured_redis,
                                  "identities: {orca: {certificate: tls.crt}}\n"
                                  "targets: [{name: orca, identity: orca}]\n");
  CHECK(edge_of(named, "orca", "front50").identity == "orca");
}

/// The Redis edge of gate with these JAVA_OPTS.
Edge redis_edge(const Derived& files, const std::string& options) {
  return edge_of(files.fleet(std::string(secured_redis) + "      gate: {env: {JAVA_OPTS: \"" +
                             options + "\"}}\n"),
                 "gate", "redis");
}

TEST_CASE("stores: a secret reference in JAVA_OPTS -> nobody resolves it, so that it is unseen") {
  const Derived files;
  const Edge store =
      redis_edge(files, "-Djavax.net.ssl.keyStore=encryptedFile:k8s!n:jvm!k:keys.p12");
  CHECK(store.is_unseen);
  CHECK_FALSE(store.identity);
  const Edge password =
      redis_edge(files,
                 "-Djavax.net.ssl.keyStore=/opt/gate/secrets/jvm/keys.p12 "
                 "-Djavax.net.ssl.keyStorePassword=encrypted:k8s!n:jvm!k:keys.p12");
  CHECK(password.is_unseen);
  CHECK_FALSE(password.identity);
}

TEST_CASE("stores: the path at which the operator mounts a Secret -> the Secret's key") {
  const Derived files;
  CHECK(redis_edge(files, "-Djavax.net.ssl.keyStore=/opt/gate/secrets/jvm/keys.p12").identity ==
        "gate-jvm");
  // Another service's path, a key that no profile refers to, a path above.
  for (const std::string_view path :
       {"/opt/orca/secrets/jvm/keys.p12", "/opt/gate/secrets/jvm/other.p12",
        "/opt/gate/secrets/jvm/../jvm/keys.p12", "/opt/gate/secrets/jvm", "/opt/gate/secrets/"}) {
    CAPTURE(path);
    CHECK(redis_edge(files, "-Djavax.net.ssl.keyStore=" + std::string(path)).is_unseen);
  }
}

// --- calls

TEST_CASE("calls: a Redis of Halyard's by its placeholder -> that, not the placeholder's default") {
  const Derived files;
  constexpr std::string_view profiles = R"(spec:
  spinnakerConfig:
    profiles:
      gate: {redis: {connection: "${services.redis.baseUrl:redis://localhost:6379}"}}
      orca: {redis: {connection: "${REDIS:rediss://elsewhere:6379}"}}
    service-settings:
      redis: {overrideBaseUrl: "rediss://spin-redis.sails:6379"}
)";
  const Fleet fleet = files.fleet(profiles);
  CHECK(calls(fleet, "gate", "redis"));
  CHECK(calls(fleet, "orca", "redis-orca"));
}

TEST_CASE("calls: a Redis URL whose password nobody can read here -> the call, no password") {
  const Derived files;
  const auto redis = [&](const std::string& url) {
    return target_in(files.fleet("spec: {spinnakerConfig: {profiles: {gate: {redis: {connection: "
                                 "\"" +
                                 url + "\"}}}}}\n"),
                     "redis");
  };
  CHECK(redis("rediss://user:words@redis:6380").password);
  for (const std::string_view user :
       {"", ":${REDIS_PASSWORD}@", "${USER}:${PASSWORD:a@b}@", "user:p%40ss@", "us%2Fer:words@"}) {
    CAPTURE(user);
    const Target target = redis("rediss://" + std::string(user) + "redis:6380");
    CHECK(target.url.text == "rediss://redis:6380");
    CHECK_FALSE(target.password);
    CHECK(target.username.empty());
  }
}

TEST_CASE("calls: several URLs of one Redis -> the user and password of one that has them") {
  const Derived files;
  const Fleet fleet = files.fleet(R"(spec:
  spinnakerConfig:
    profiles:
      gate: {redis: {connection: "rediss://redis:6380"}}
      orca: {redis: {connection: "rediss://orca:words@redis:6380"}}
)");
  CHECK(target_in(fleet, "redis").username == "orca");
  CHECK(target_in(fleet, "redis").password->after == "rediss://orca:");
}

TEST_CASE("calls: a URL with the cluster's domain -> the Service of that name") {
  const Derived files;
  const auto callee = [&](const std::string& url) {
    return files.fleet(R"(spec:
  spinnakerConfig:
    config: {deploymentEnvironment: {haServices: {clouddriver: {enabled: true}}}}
    profiles: {gate: {services: {clouddriver: {baseUrl: ")" +
                       url + "\"}}}}\n");
  };
  for (const std::string_view host :
       {"spin-clouddriver-rw", "spin-clouddriver-rw.sails", "spin-clouddriver-rw.sails.svc",
        "spin-clouddriver-rw.sails.svc.cluster.local"}) {
    CAPTURE(host);
    const Fleet fleet = callee("https://" + std::string(host) + ":7002");
    CHECK(calls(fleet, "gate", "clouddriver-rw"));
    CHECK_FALSE(calls(fleet, "gate", "clouddriver-ro"));
  }
  const Fleet elsewhere = callee("https://spin-clouddriver-rw.other:7002");
  CHECK_FALSE(calls(elsewhere, "gate", "clouddriver-rw"));
}

TEST_CASE("calls: a patch that takes the exec probe away -> no call without a certificate") {
  const Derived files;
  const auto probes = [&](const std::string& probe) {
    return calls(files.fleet(R"(spec:
  spinnakerConfig: {profiles: {orca: {server: {ssl: {enabled: true}}}}}
  kustomize:
    orca:
      deployment:
        patchesStrategicMerge:
          - |
            spec: {template: {spec: {containers: [{name: orca, readinessProbe: )" +
                             probe + "}]}}}\n"),
                 "orca", "orca");
  };
  CHECK_FALSE(probes("{exec: null, tcpSocket: {port: 8083}}"));
  CHECK_FALSE(probes("{exec: null, httpGet: ~, tcpSocket: {port: 8083}}"));
  CHECK(probes("{exec: {command: [wget]}, tcpSocket: null}"));
  CHECK(probes("{exec: null, httpGet: {port: 8083}}"));
}

// --- what is deployed

TEST_CASE("deployed: a Deployment of a service, and nothing else of it -> a target") {
  const Derived files;
  const std::string deployment = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ";
  CHECK(has_target(files.fleet("spec: {}\n" + deployment + "spin-dinghy}\n"), "dinghy"));
  CHECK(has_target(files.fleet("spec: {}\n" + deployment + "terraformer}\n"), "terraformer"));
  CHECK_FALSE(has_target(files.fleet("spec: {}\n" + deployment + "minnaker}\n"), "dinghy"));
  CHECK_FALSE(
      has_target(files.fleet("spec: {kustomize: {igor: {deployment: {patchesStrategicMerge: "
                             "['spec: {replicas: 2}']}}}}\n"),
                 "igor"));
}

TEST_SUITE_END();

}  // namespace
}  // namespace telltale::fleet
