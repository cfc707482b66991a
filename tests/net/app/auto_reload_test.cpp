// The configuration read again by itself, where that is asked for.

#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/app/daemon.hpp"
#include "net/app/world.hpp"

using namespace telltale;
using namespace telltale::app_test;
using support::ClientAuth;
using support::TestPeer;

namespace {

const std::vector<std::string> every_second = {"--config.enable-auto-reload",
                                               "--config.auto-reload-interval=1s"};

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("auto-reload: the file changes, breaks and is mended -> each without being asked") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    const TestPeer echo(world.peer(ClientAuth::want));
    Daemon daemon(world.configure({entry("orca", orca)}), every_second);
    CHECK_FALSE(daemon.has_metric("target=\"echo\""));

    (void)world.configure({entry("orca", orca), entry("echo", echo)});
    daemon.wait_until("echo is a target", [&] { return daemon.has_metric("target=\"echo\""); });
    daemon.wait_for_metric("telltale_config_last_reload_successful 1");

    (void)world.files.write("telltale.yml", "targets: [{name: orca, nonsense: 1}]\n");
    daemon.wait_for_metric("telltale_config_last_reload_successful 0");
    CHECK(daemon.read_line_with("not reloaded").find("nonsense") != std::string::npos);
    CHECK(daemon.has_metric("target=\"echo\""));

    (void)world.configure({entry("orca", orca)});
    daemon.wait_for_metric("telltale_config_last_reload_successful 1");
    CHECK_FALSE(daemon.has_metric("target=\"echo\""));
  }

  TEST_CASE("auto-reload: a manifest that the configuration names -> read again, too") {
    const World world;
    const auto write_manifest = [&](const std::string& config) {
      (void)world.files.write("spinnaker.yml",
                              "apiVersion: spinnaker.armory.io/v1alpha2\n"
                              "kind: SpinnakerService\n"
                              "metadata: {name: spinnaker, namespace: lab}\n"
                              "spec: {spinnakerConfig: {config: " +
                                  config + "}}\n");
    };
    write_manifest("{version: 1.30.0}");
    const std::string config =
        world.files.write("telltale.yml",
                          "trust: {file: ca.pem}\n"
                          "identities: {telltale: {certificate: telltale.pem, key: telltale.key}}\n"
                          "spinnaker: {manifest: spinnaker.yml}\n");
    Daemon daemon(config, every_second);
    CHECK_FALSE(daemon.has_metric("target=\"kayenta\""));
    write_manifest("{version: 1.30.0, canary: {enabled: true}}");
    daemon.wait_until("kayenta is a target",
                      [&] { return daemon.has_metric("target=\"kayenta\""); });
  }
}
