#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "unit/fleet/installation_files.hpp"

namespace telltale::fleet {
namespace {

constexpr std::string_view head =
    "apiVersion: spinnaker.io/v1alpha2\n"
    "kind: SpinnakerService\n"
    "metadata: {name: spinnaker}\n";

std::string with_head(std::string_view text) {
  return std::string(head).append(text);
}

TEST_SUITE("fleet") {
  TEST_CASE("SpinnakerService: profiles -> for all, for a base and for its variant") {
    InstallationFiles files;
    const Installation installation =
        files.read_text(with_head("spec:\n"
                                  "  spinnakerConfig:\n"
                                  "    profiles:\n"
                                  "      spinnaker: {a: all, b: all, c: all}\n"
                                  "      clouddriver: {b: base, c: base}\n"
                                  "      clouddriver-rw: {c: own}\n"
                                  "      spinnaker-local: {a: inert, d: inert}\n"
                                  "      gate:\n"));
    CHECK(installation.layout == Layout::spinnaker_service);
    CHECK(installation.names == ServiceNames::prefixed);
    CHECK(files.found(installation, "clouddriver-rw", "a") == "all at manifest.yml:7");
    CHECK(files.found(installation, "clouddriver-rw", "b") == "base at manifest.yml:8");
    CHECK(files.found(installation, "clouddriver-rw", "c") == "own at manifest.yml:9");
    CHECK(files.found(installation, "clouddriver", "c") == "base at manifest.yml:8");
    CHECK(files.found(installation, "gate", "a") == "all at manifest.yml:7");
    CHECK(files.found(installation, "gate", "d") == "nothing");
    CHECK(installation.defects.empty());
  }

  TEST_CASE("SpinnakerService: both groups -> read; another version -> a defect, or refused") {
    InstallationFiles files;
    for (const std::string_view group : {"spinnaker.io", "spinnaker.armory.io"}) {
      const Installation installation =
          files.read_text("apiVersion: " + std::string(group) +
                          "/v1alpha2\nkind: SpinnakerService\nmetadata: {namespace: spin}\n");
      CHECK(installation.defects.empty());
      CHECK(installation.name_space == "spin");
    }
    constexpr std::string_view sentence =
        "is a SpinnakerService of an apiVersion that is neither spinnaker.io/v1alpha2 nor "
        "spinnaker.armory.io/v1alpha2";
    const Installation old =
        files.read_text("kind: SpinnakerService\napiVersion: spinnaker.io/v1alpha1\n");
    CHECK(files.defects_of(old) ==
          "spinnaker-service-version manifest.yml:2: " + std::string(sentence) + '\n');
    CHECK(files.complaint({.manifests = {files.path("manifest.yml")}}) ==
          "manifest.yml:2: " + std::string(sentence));
  }

  TEST_CASE("SpinnakerService: several files -> patched in their order, the first a patch, too") {
    InstallationFiles files;
    files.write("patch.yml",
                with_head("spec: {spinnakerConfig: {profiles: {orca: {a: 1, list: [x, y]}}}}\n"));
    files.write("base.yml", with_head("spec:\n"
                                      "  spinnakerConfig:\n"
                                      "    profiles:\n"
                                      "      orca: {a: 2, list: [z], gone: {b: 1}}\n"));
    files.write("last.yml",
                with_head("spec: {spinnakerConfig: {profiles: {orca: {gone: null, c: 3}}}}\n"));
    const Installation installation = files.read({"patch.yml", "base.yml", "last.yml"});
    CHECK(files.found(installation, "orca", "a") == "2 at base.yml:7");
    CHECK(files.found(installation, "orca", "gone.b") == "nothing");
    CHECK(files.found(installation, "orca", "c") == "3 at last.yml:4");
    CHECK(properties_of(installation, "orca").node("list")->children.size() == 1);
  }

  TEST_CASE("SpinnakerService: two names -> one is left out, and which is said") {
    InstallationFiles files;
    files.write("a.yml", with_head("spec: {spinnakerConfig: {profiles: {orca: {a: 1}}}}\n"));
    files.write("b.yml",
                "apiVersion: spinnaker.io/v1alpha2\n"
                "kind: SpinnakerService\n"
                "metadata: {name: other}\n"
                "spec: {spinnakerConfig: {profiles: {orca: {a: 2}}}}\n");
    const Installation installation = files.read({"a.yml", "b.yml"});
    constexpr std::string_view complaint =
        "b.yml:3: is the SpinnakerService \"other\", but \"spinnaker\" was read from a.yml:3; "
        "leave one of them out";
    CHECK(files.found(installation, "orca", "a") == "1 at a.yml:4");
    CHECK(files.defects_of(installation).find("spinnaker-service-name b.yml:3") == 0);
    CHECK(files.complaint({.manifests = {files.path("a.yml"), files.path("b.yml")}}) == complaint);
  }

  TEST_CASE("SpinnakerService: a profile as text -> read with its lines; JavaScript -> not") {
    InstallationFiles files;
    const Installation installation =
        files.read_text(with_head("spec:\n"
                                  "  spinnakerConfig:\n"
                                  "    profiles:\n"
                                  "      gate: |\n"
                                  "\n"
                                  "        server:\n"
                                  "          port: 8085\n"
                                  "      orca: \"server: {port: 1}\"\n"
                                  "      settings-local.js: |\n"
                                  "        window.x = {\n"
                                  "      deck:\n"
                                  "        settings-local.js: |\n"
                                  "          var a = '\n"));
    CHECK(files.found(installation, "gate", "server.port") == "8085 at manifest.yml:10");
    CHECK(files.found(installation, "orca", "server.port") == "1 at manifest.yml:11");
    CHECK(installation.defects.empty());
  }

  TEST_CASE("SpinnakerService: files that are profiles or settings -> read, below the profiles") {
    InstallationFiles files;
    const Installation installation =
        files.read_text(with_head("spec:\n"
                                  "  spinnakerConfig:\n"
                                  "    profiles: {orca: {a: profile}}\n"
                                  "    files:\n"
                                  "      profiles__orca-local.yml: |\n"
                                  "        a: file\n"
                                  "        b: file\n"
                                  "      profiles__rosco__packer__x.json: '{'\n"
                                  "      service-settings__orca.yml: |\n"
                                  "        scheme: https\n"));
    CHECK(files.found(installation, "orca", "a") == "profile at manifest.yml:6");
    CHECK(files.found(installation, "orca", "b") == "file at manifest.yml:10");
    const YamlNode* const scheme = installation.service_settings.at("orca").find("scheme");
    REQUIRE(scheme != nullptr);
    CHECK(files.shortened(installation.position(*scheme)) == "manifest.yml:13");
  }

  TEST_CASE("SpinnakerService: settings for all -> every service's but deck's, below its own") {
    InstallationFiles files;
    const Installation installation =
        files.read_text(with_head("spec:\n"
                                  "  spinnakerConfig:\n"
                                  "    service-settings:\n"
                                  "      spinnaker: {scheme: https, env: {A: all, B: all}}\n"
                                  "      gate: {env: {B: own}}\n"
                                  "      deck: {x: y}\n"));
    const auto& settings = installation.service_settings;
    CHECK(settings.at("gate").find("scheme")->text == "https");
    CHECK(settings.at("gate").find("env")->find("A")->text == "all");
    CHECK(settings.at("gate").find("env")->find("B")->text == "own");
    CHECK(settings.at("orca").find("env")->find("B")->text == "all");
    CHECK(settings.at("deck").find("scheme") == nullptr);
    CHECK_FALSE(settings.contains("clouddriver-rw"));
  }

  TEST_CASE("SpinnakerService: halconfig's apiSecurity.ssl -> gate's lowest layer") {
    InstallationFiles files;
    const std::string ssl =
        "spec:\n"
        "  spinnakerConfig:\n"
        "    config:\n"
        "      security:\n"
        "        apiSecurity:\n"
        "          ssl:\n"
        "            enabled: true\n"
        "            clientAuth: WANT\n";
    const Installation generated = files.read_text(with_head(ssl));
    CHECK(files.found(generated, "gate", "server.ssl.client-auth") == "WANT at manifest.yml:11");
    CHECK(files.found(generated, "gate", "server.ssl.enabled") == "true at manifest.yml:10");
    const Installation overridden = files.read_text(
        with_head(ssl + "    profiles: {spinnaker: {server.ssl.client-auth: need}}\n"));
    CHECK(files.found(overridden, "gate", "server.ssl.client-auth") == "need at manifest.yml:12");
  }

  TEST_CASE("SpinnakerService: patches of kustomize -> objects that know their lines") {
    InstallationFiles files;
    const Installation installation =
        files.read_text(with_head("spec:\n"
                                  "  kustomize:\n"
                                  "    orca:\n"
                                  "      deployment:\n"
                                  "        patchesStrategicMerge:\n"
                                  "          - |\n"
                                  "            # a comment\n"
                                  "            spec:\n"
                                  "              template: {metadata: {annotations: {a: b}}}\n"
                                  "        patchesJson6902: |\n"
                                  "          - op: add\n"
                                  "            path: /spec\n"
                                  "      service:\n"
                                  "        patches:\n"
                                  "        - '{\"spec\": {}}'\n"));
    REQUIRE(installation.objects.size() == 3);
    const KubernetesObject& operations = installation.objects[0];
    const KubernetesObject& merge = installation.objects[1];
    const KubernetesObject& service = installation.objects[2];
    CHECK(operations.kind == "Deployment");
    CHECK(operations.object.kind == YamlNode::Kind::list);
    CHECK(files.shortened(installation.position(*operations.object.children[0].find("path"))) ==
          "manifest.yml:15");
    CHECK(merge.name == "spin-orca");
    CHECK(merge.is_patch);
    CHECK(files.shortened(installation.position(*merge.object.find("spec")->find("template"))) ==
          "manifest.yml:12");
    CHECK(service.kind == "Service");
    CHECK(files.shortened(installation.position(*service.object.find("spec"))) ==
          "manifest.yml:18");
  }
}

}  // namespace
}  // namespace telltale::fleet
