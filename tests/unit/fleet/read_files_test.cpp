// Halyard directories, profiles, kustomizations and Kubernetes manifests.

#include <cstdlib>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "unit/fleet/installation_files.hpp"

namespace telltale::fleet {
namespace {

constexpr std::string_view halconfig =
    "currentDeployment: prod\n"
    "deploymentConfigurations:\n"
    "- name: default\n"
    "- name: prod\n"
    "  deploymentEnvironment:\n"
    "    location: spin\n"
    "  security:\n"
    "    apiSecurity:\n"
    "      ssl: {enabled: true, clientAuth: WANT, keyStore: /k}\n";

/// `Deployment spin-orca, …`.
std::string objects_of(const Installation& installation) {
  std::string text;
  for (const KubernetesObject& object : installation.objects) {
    text.append(text.empty() ? "" : ", ").append(object.kind).append(" ").append(object.name);
    text += object.is_patch ? " (patch)" : "";
  }
  return text;
}

TEST_SUITE("fleet") {
  TEST_CASE("Halyard: the current deployment -> its config, profiles and settings") {
    InstallationFiles files;
    files.write("hal/config", halconfig);
    files.write("hal/prod/profiles/gate-local.yml", "server.ssl.key-store: /own\n");
    files.write("hal/prod/profiles/spinnaker-local.yml", "a: all\n");
    files.write("hal/prod/profiles/settings-local.js", "\tvar a;");
    files.write("hal/prod/service-settings/gate.yml", "scheme: https\n");
    files.write("hal/default/profiles/gate-local.yml", "a: default\n");
    const Installation installation = files.read({"hal"});
    CHECK(installation.layout == Layout::halyard);
    CHECK(installation.names == ServiceNames::prefixed);
    CHECK(installation.name_space == "spin");
    CHECK(installation.config.find("name")->text == "prod");
    CHECK(files.found(installation, "gate", "a") ==
          "all at hal/prod/profiles/spinnaker-local.yml:1");
    CHECK(files.found(installation, "gate", "server.ssl.client-auth") == "WANT at hal/config:9");
    CHECK(files.found(installation, "gate", "server.ssl.keyStore") ==
          "/own at hal/prod/profiles/gate-local.yml:1");
    CHECK(installation.service_settings.at("gate").find("scheme")->text == "https");
    CHECK(installation.defects.empty());
  }

  TEST_CASE("Halyard: a deployment that is named -> that one; one that is not there -> refused") {
    InstallationFiles files;
    files.write("hal/config", halconfig);
    files.write("hal/default/profiles/gate-local.yml", "a: default\n");
    const Installation installation =
        read_installation({.halyard = files.path("hal"), .deployment = "default"});
    CHECK(files.found(installation, "gate", "a") ==
          "default at hal/default/profiles/gate-local.yml:1");
    CHECK(files.complaint({.halyard = files.path("hal"), .deployment = "test"}) ==
          "hal/config: has no deployment \"test\"; there is default, prod");
    CHECK(files.complaint({.halyard = files.path("nowhere")}) ==
          "nowhere: is no Halyard directory; it has no file config and no default/profiles");
  }

  TEST_CASE("Halyard: the config alone, or a deployment's directory -> read") {
    InstallationFiles files;
    files.write("hal/config", halconfig);
    files.write("hal/prod/profiles/gate-local.yml", "a: prod\n");
    CHECK(files.found(files.read({"hal/config"}), "gate", "a") ==
          "prod at hal/prod/profiles/gate-local.yml:1");
    CHECK(files.found(files.read({"hal/prod"}), "gate", "a") ==
          "prod at hal/prod/profiles/gate-local.yml:1");
  }

  TEST_CASE("profiles: files without -local -> below every file with it") {
    InstallationFiles files;
    files.write("p/spinnaker-local.yml", "a: spinnaker-local\nb: spinnaker-local\n");
    files.write("p/gate.yml", "a: gate\nc: gate\n");
    files.write("p/spinnaker.yml", "c: spinnaker\nd: spinnaker\n");
    files.write("p/gate-local.yml", "b: gate-local\n");
    files.write("p/oss-clouddriver-rw-local.yml", "e: rw\n");
    files.write("p/.hidden.yml", "\t");
    const Installation installation = files.read({"p"});
    CHECK(installation.layout == Layout::profiles);
    CHECK(installation.names == ServiceNames::bare);
    CHECK(files.found(installation, "gate", "a") == "spinnaker-local at p/spinnaker-local.yml:1");
    CHECK(files.found(installation, "gate", "b") == "gate-local at p/gate-local.yml:1");
    CHECK(files.found(installation, "gate", "c") == "gate at p/gate.yml:2");
    CHECK(files.found(installation, "gate", "d") == "spinnaker at p/spinnaker.yml:2");
    CHECK(files.found(installation, "clouddriver-rw", "e") ==
          "rw at p/oss-clouddriver-rw-local.yml:1");
    CHECK(installation.defects.empty());
  }

  TEST_CASE("profiles: hosts that begin with spin- -> names of the operator's world") {
    InstallationFiles files;
    files.write("spinnaker.yml", "services: {orca: {baseUrl: 'http://spin-orca:8083'}}\n");
    CHECK(files.read({"spinnaker.yml"}).names == ServiceNames::prefixed);
  }

  TEST_CASE("profiles: documents for other Spring profiles -> left out") {
    struct Row {
      std::string_view condition;
      bool is_read;
    };

    constexpr Row rows[] = {
        {"spring.config.activate.on-profile: local", true},
        {"spring: {config: {activate: {onProfile: 'test, local'}}}", true},
        {"spring: {config: {activate: {on-profile: [test, local]}}}", true},
        {"spring: {config: {activate: {on-profile: googleOAuth}}}", false},
        {"spring: {config: {activate: {on-profile: [a, b]}}}", false},
        {"spring.profiles: local", true},
        {"spring: {profiles: test}", false},
        {"spring: {profiles: {active: local}}", true},
        {"spring.config.activate.on-profile: '!local'", false},
        {"spring.config.activate.on-profile: '!test'", true},
        {"spring.config.activate.on-profile: 'local & !test'", true},
        {"spring.config.activate.on-profile: 'local & test'", false},
        {"spring.config.activate.on-profile: 'test | local'", true},
        {"other: 1", true},
    };
    for (const Row& row : rows) {
      CAPTURE(row.condition);
      InstallationFiles files;
      files.write("gate.yml", "a: 1\n---\n" + std::string(row.condition) + "\na: 2\n");
      CHECK(files.found(files.read({"gate.yml"}), "gate", "a") ==
            (row.is_read ? "2 at gate.yml:4" : "1 at gate.yml:1"));
    }
  }

  TEST_CASE("kustomization: resources, components, patches and files of ConfigMaps -> read") {
    InstallationFiles files;
    files.write("kustomization.yml",
                "kind: Kustomization\n"
                "apiVersion: kustomize.config.k8s.io/v1beta1\n"
                "namespace: spin\n"
                "resources: [base, 'https://example.com/x.yml', .]\n"
                "components: [overlay]\n"
                "patches:\n"
                "- path: patch.yml\n"
                "- target: {kind: Deployment, name: gate}\n"
                "  patch: |\n"
                "    - op: add\n");
    files.write("base/kustomization.yaml",
                "resources: [all.yml, ../base]\n"
                "configMapGenerator:\n"
                "- {name: a, files: [spinnaker.yml, x=gate-local.yml, notes.txt]}\n");
    files.write("base/spinnaker.yml", "a: base\n");
    files.write("base/gate-local.yml", "a: unnamed\n");
    files.write(
        "base/all.yml",
        "apiVersion: v1\n"
        "kind: List\n"
        "items:\n"
        "- {apiVersion: apps/v1, kind: Deployment, metadata: {name: gate}}\n"
        "- {apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {p: hunter2}}\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {orca.yml: 'b: 1'}}\n"
        "---\n"
        "apiVersion: security.istio.io/v1\n"
        "kind: PeerAuthentication\n"
        "metadata: {name: default, namespace: other}\n");
    files.write("overlay/kustomization.yml",
                "apiVersion: kustomize.config.k8s.io/v1alpha1\n"
                "kind: Component\n"
                "configMapGenerator:\n"
                "- files: [spinnaker-local.yml=local.yml]\n");
    files.write("overlay/local.yml", "a: overlay\n");
    files.write("patch.yml", "apiVersion: v1\nkind: Service\nmetadata: {name: gate}\n");
    const Installation installation = files.read({"kustomization.yml"});
    CHECK(objects_of(installation) ==
          "Deployment gate, PeerAuthentication default, Service gate (patch), Deployment gate "
          "(patch)");
    CHECK(installation.layout == Layout::profiles);
    CHECK(installation.names == ServiceNames::bare);
    CHECK(installation.name_space == "spin");
    CHECK(files.found(installation, "gate", "a") == "overlay at overlay/local.yml:1");
    CHECK(files.found(installation, "orca", "b") == "1 at base/all.yml:6");
    CHECK(files.defects_of(installation) ==
          "resource-unread kustomization.yml:4: is no relative path; telltale reads no other "
          "resources\n");
  }

  TEST_CASE("kustomization: a resource that is not there -> a defect, or refused") {
    InstallationFiles files;
    files.write("kustomization.yml", "resources: [gone.yml]\n");
    CHECK(
        files.defects_of(files.read({"kustomization.yml"})) ==
        "resource-unread kustomization.yml:1: names a file that is not there; correct the path\n");
    CHECK(files.complaint({.manifests = {files.path("kustomization.yml")}}) ==
          "kustomization.yml:1: names a file that is not there; correct the path");
  }

  TEST_CASE("manifests: Deployments and Services alone -> their names tell the world") {
    InstallationFiles files;
    const Installation installation = files.read_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: spin-dinghy, namespace: n}\n");
    CHECK(objects_of(installation) == "Deployment spin-dinghy");
    CHECK(installation.layout == Layout::profiles);
    CHECK(installation.names == ServiceNames::prefixed);
    CHECK(installation.name_space == "n");
  }
}

}  // namespace
}  // namespace telltale::fleet
