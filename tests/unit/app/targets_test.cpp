// What `telltale targets` says of whole installations, line by line.

#include "telltale/render/targets.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "telltale/fleet/config.hpp"

namespace telltale::app {
namespace {

/// Files are named as the configuration names them, so that its directory decides how lines break.
class InTestdata {
 public:
  InTestdata() { std::filesystem::current_path(TELLTALE_SOURCE_DIR "/tests/testdata/spinnaker"); }

  ~InTestdata() { std::filesystem::current_path(before_); }

  InTestdata(const InTestdata&) = delete;
  InTestdata& operator=(const InTestdata&) = delete;

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
};

std::string targets_of(std::string_view config) {
  const InTestdata here;
  const Result<fleet::Fleet> fleet = fleet::parse_config(config, "telltale.yml", {});
  return fleet ? render::targets_text(*fleet, false) : fleet.error().detail();
}

std::string text_of(const std::string& file) {
  std::ifstream stream(TELLTALE_SOURCE_DIR "/tests/testdata/spinnaker/" + file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_SUITE_BEGIN("app");

TEST_CASE("targets: Operator with HA, Redis overrides and mutual TLS -> every fact and its line") {
  CHECK(targets_of("spinnaker: {manifest: operator/spinnakerservice.yml, secrets: secrets}\n") ==
        text_of("operator.targets"));
}

TEST_CASE("targets: a Halyard directory -> every fact and its line") {
  CHECK(targets_of("spinnaker: {halyard: halyard}\n") == text_of("halyard.targets"));
}

TEST_CASE("targets: Spinnaker's own kustomize profiles -> every fact and its line") {
  CHECK(targets_of("spinnaker: {profiles: [kustomize], namespace: quay}\n") ==
        text_of("kustomize.targets"));
}

TEST_CASE("targets: whatever the output -> no password that a manifest holds") {
  const std::string text =
      targets_of("spinnaker: {manifest: operator/spinnakerservice.yml, secrets: secrets}\n");
  CHECK(text.find("plain-words") == std::string::npos);
  CHECK(text.find("=words") == std::string::npos);
}

TEST_SUITE_END();

}  // namespace
}  // namespace telltale::app
