// `spinnaker` in telltale.yml, and what its `targets` change of what the files yield.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "unit/fleet/config_files.hpp"

namespace telltale::fleet {
namespace {

using test::ConfigFiles;

constexpr std::string_view manifest = R"(apiVersion: spinnaker.io/v1alpha2
kind: SpinnakerService
metadata: {name: spinnaker, namespace: sails}
spec:
  spinnakerConfig:
    profiles:
      spinnaker:
        server: {ssl: {enabled: true, client-auth: want}}
        ok-http-client: {key-store: /not/here.p12, trust-store: /not/here.p12}
)";

/// A configuration beside that manifest.
class Files : public ConfigFiles {
 public:
  Files() { (void)write("spin.yml", manifest); }

  [[nodiscard]] Fleet fleet(std::string_view rest) const {
    const auto read = parse("spinnaker: {manifest: spin.yml}\n" + std::string(rest));
    REQUIRE_MESSAGE(read.has_value(), read.error().detail());
    return *read;
  }

  [[nodiscard]] std::string complaint_of(std::string_view rest) const {
    return complaint("spinnaker: {manifest: spin.yml}\n" + std::string(rest));
  }
};

const Target* find_target(const Fleet& fleet, std::string_view name) {
  const auto found = std::ranges::find(fleet.targets, name, &Target::name);
  return found == fleet.targets.end() ? nullptr : &*found;
}

bool calls(const Fleet& fleet, std::string_view caller, std::string_view callee) {
  const auto edges = edges_of(fleet);
  return std::ranges::any_of(
      edges, [&](const Edge& edge) { return edge.caller == caller && edge.callee == callee; });
}

TEST_SUITE_BEGIN("fleet");

TEST_CASE("spinnaker: a manifest and nothing else -> targets, with a line for each fact") {
  const Files files;
  const Fleet fleet = files.fleet("");
  const Target* orca = find_target(fleet, "orca");
  REQUIRE(orca != nullptr);
  CHECK(orca->url.text == "https://spin-orca.sails:8083");
  CHECK(orca->expect.client_auth == tls::ClientAuthMode::want);
  CHECK(files.without_directory(fleet.sources.at("targets.orca.expect.client_auth")) ==
        "spin.yml:8");
  CHECK(fleet.sources.at("targets.orca.url") == "catalog");
  CHECK(calls(fleet, "gate", "orca"));
}

TEST_CASE("spinnaker: an item of targets names one that the files yield -> changes it by key") {
  const Files files;
  const Fleet fleet = files.fleet(R"(targets:
  - {name: orca, discover: telltale-orca.sails, expect: {addresses: 2}}
  - {name: extra, url: "https://extra:1"}
)");
  const Target* orca = find_target(fleet, "orca");
  REQUIRE(orca != nullptr);
  CHECK(orca->url.text == "https://spin-orca.sails:8083");
  CHECK(orca->discover == "telltale-orca.sails");
  CHECK(orca->expect.addresses == 2);
  CHECK(orca->expect.client_auth == tls::ClientAuthMode::want);
  CHECK(files.without_directory(fleet.sources.at("targets.orca.discover")) == "telltale.yml:3");
  CHECK(fleet.targets.back().name == "extra");
}

TEST_CASE("spinnaker: discover -> each Service of Spinnaker's own by its headless one") {
  Files files;
  const auto discovered = [&](const std::string& more, std::string_view target) {
    (void)files.write("spin.yml", std::string(manifest) + more);
    const auto fleet = files.parse("spinnaker: {manifest: spin.yml, discover: wind-*}\n");
    REQUIRE_MESSAGE(fleet.has_value(), fleet.error().detail());
    const Target* const found = find_target(*fleet, target);
    REQUIRE(found != nullptr);
    return found->discover.value_or("");
  };
  CHECK(discovered("", "orca") == "wind-orca.sails");
  const auto at = [](std::string_view url) {
    return "        services: {orca: {baseUrl: \"" + std::string(url) +
           "\"}, redis: {baseUrl: \"rediss://spin-redis.sails.svc:6379\"}}\n";
  };
  CHECK(discovered(at("https://spin-orca:8083"), "orca") == "wind-orca.sails");
  CHECK(discovered(at("https://spin-orca.sails.svc.cluster.local:8083"), "orca") ==
        "wind-orca.sails");
  CHECK(discovered(at("https://spin-orca.gales:8083"), "orca") == "");
  CHECK(discovered(at("https://spin-orca.sails.example.com:8083"), "orca") == "");
  CHECK(discovered(at("https://orca.example.com"), "orca") == "");
  CHECK(discovered(at("https://spin-orca:8083"), "redis") == "wind-redis.sails");
}

TEST_CASE("spinnaker: discover -> its line is told, and an item of targets is above it") {
  const Files files;
  const auto fleet = files.parse(
      "spinnaker:\n  manifest: spin.yml\n  discover: telltale-*\n"
      "targets:\n  - {name: gate, discover: other.sails}\n");
  REQUIRE_MESSAGE(fleet.has_value(), fleet.error().detail());
  CHECK(find_target(*fleet, "gate")->discover == "other.sails");
  CHECK(files.without_directory(fleet->sources.at("targets.orca.discover")) == "telltale.yml:3");
}

TEST_CASE("spinnaker: a discover that is no pattern of names -> one line") {
  const Files files;
  for (const std::string_view bad :
       {"telltale", "*", "telltale-*.sails", "a-*-*", "-*", "Telltale-*"}) {
    CAPTURE(bad);
    CHECK(
        files.complaint("spinnaker: {manifest: spin.yml, discover: \"" + std::string(bad) +
                        "\"}\n") ==
        "telltale.yml:1: spinnaker.discover: must be the name of a headless Service with one * for "
        "the service, such as telltale-*");
  }
  (void)files.write("orca.yml", "server: {port: 8083}\n");
  CHECK(files.complaint("spinnaker: {profiles: [orca.yml], discover: telltale-*}\n") ==
        "telltale.yml:1: spinnaker.discover: wants the namespace of the Services; give namespace, "
        "too");
}

TEST_CASE("spinnaker: enabled: false -> the target and the calls to it are gone") {
  const Files files;
  const Fleet fleet = files.fleet("targets: [{name: rosco, enabled: false}]\n");
  CHECK(find_target(fleet, "rosco") == nullptr);
  CHECK_FALSE(calls(fleet, "orca", "rosco"));
  CHECK(calls(fleet, "orca", "front50"));
  CHECK(std::ranges::count(fleet.left_out, "rosco", &LeftOut::name) == 1);
}

TEST_CASE("spinnaker: calls of an item -> those, and no others") {
  const Files files;
  const Fleet fleet = files.fleet("targets: [{name: gate, calls: [orca]}]\n");
  CHECK(calls(fleet, "gate", "orca"));
  CHECK_FALSE(calls(fleet, "gate", "front50"));
}

TEST_CASE("spinnaker: a key store that is not here -> unseen; an identity of its name -> that") {
  const Files files;
  const Fleet unseen = files.fleet("");
  CHECK(find_target(unseen, "orca")->presents_unseen);
  const Fleet named = files.fleet("identities: {orca: {certificate: tls.crt}}\n");
  CHECK(find_target(named, "orca")->identity == "orca");
  CHECK_FALSE(find_target(named, "orca")->presents_unseen);
  CHECK(find_target(named, "gate")->presents_unseen);
}

TEST_CASE("spinnaker: bad values -> one line each") {
  const Files files;
  CHECK(files.complaint("spinnaker: {}\n") ==
        "telltale.yml:1: spinnaker: names no files; give manifest, halyard or profiles");
  CHECK(files.complaint("spinnaker: {manifest: spin.yml, deployment: prod}\n") ==
        "telltale.yml:1: spinnaker.deployment: has no effect without halyard; leave it out");
  CHECK(files.complaint_of("targets: [{name: extra, discover: e}]\n") ==
        "telltale.yml:2: targets[0]: lacks the key \"url\"");
  CHECK(files.complaint_of("targets: [{name: extra, url: 'https://e:1', enabled: false}]\n") ==
        "telltale.yml:2: targets[0].enabled: has no effect on a target that only this file knows; "
        "leave the item out");
  CHECK(files.complaint_of("targets: [{name: orca, enabled: no}]\n") ==
        "telltale.yml:2: targets[0].enabled: must be one of false, true, is \"no\"");
}

TEST_CASE("config/spinnaker.yml: as shipped -> loads") {
  const Files files;
  (void)files.write("spinnakerservice.yml", manifest);
  std::filesystem::create_directory(files.path("secrets"));
  std::ifstream stream(TELLTALE_SOURCE_DIR "/config/spinnaker.yml");
  const std::string example{std::istreambuf_iterator<char>(stream), {}};
  const auto fleet = files.parse(example);
  REQUIRE_MESSAGE(fleet.has_value(), fleet.error().detail());
  CHECK(find_target(*fleet, "orca")->expect.addresses == 2);
  CHECK(find_target(*fleet, "rosco") == nullptr);
}

TEST_CASE("edges: what a call or a target says of its client -> what it presents") {
  Fleet fleet;
  const Url url{.scheme = Scheme::https, .host = "a", .port = 1, .text = "https://a:1"};
  fleet.targets = {{.name = "a", .url = url, .calls = {{.target = "b"}}},
                   {.name = "b", .url = url}};
  CHECK(edges_of(fleet).front().is_observed);
  fleet.targets.front().presents_unseen = true;
  CHECK(edges_of(fleet).front().is_unseen);
  CHECK_FALSE(edges_of(fleet).front().is_observed);
  fleet.targets.front().presents_nothing = true;
  CHECK_FALSE(edges_of(fleet).front().is_unseen);
  fleet.targets.front().identity = "a";
  CHECK(edges_of(fleet).front().identity == "a");
  fleet.targets.front().calls.front().presents_nothing = true;
  fleet.targets.front().calls.front().skips_verification = true;
  CHECK_FALSE(edges_of(fleet).front().identity);
  CHECK(edges_of(fleet).front().skips_verification);
}

TEST_SUITE_END();

}  // namespace
}  // namespace telltale::fleet
