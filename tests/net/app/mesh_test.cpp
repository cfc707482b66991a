// A gate for the step strict, and trust for a server alone, as a user meets them.

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include "net/app/daemon.hpp"
#include "net/app/world.hpp"
#include "support/sidecar.hpp"

using namespace telltale;
using namespace telltale::app_test;
using support::ClientAuth;
using support::FilterChains;
using support::Sidecar;
using support::TestPeer;

namespace {

/// orca, behind a sidecar of a mesh whose authority is in mesh.pem.
struct Meshed {
  explicit Meshed(FilterChains chains)
      : mesh_root({.common_name = "Mesh Root"}),
        application(world.peer(ClientAuth::want)),
        terminator(support::PeerOptions{
            .credential = mesh_root.issue(
                {.common_name = "", .uri = {"spiffe://cluster.local/ns/spinnaker/sa/orca"}}),
            .client_auth = ClientAuth::need,
            .trust = {mesh_root.certificate()}}),
        sidecar(chains, application.port(), terminator.port()) {
    world.files.write("mesh.pem", mesh_root.certificate_pem());
  }

  [[nodiscard]] support::Finished check(const std::string& more, const std::string& callers) const {
    const Entry orca{
        "orca", "https://127.0.0.1:" + std::to_string(sidecar.port()),
        "goal: none, server_trust: {file: mesh.pem}, mesh: {mode: permissive, alpn: istio, "
        "spiffe: \"spiffe://cluster.local/ns/spinnaker/sa/orca\"}" +
            more};
    const std::string config =
        world.configure({orca}, callers + "gates: [{name: strict, step: strict}]\n", "4s");
    return run_telltale({"check", "-o", "json", "--config.file", config});
  }

  World world;
  mint::Ca mesh_root;
  TestPeer application;
  TestPeer terminator;
  Sidecar sidecar;
};

std::string first_blocker(const support::Finished& run) {
  const auto status = boost::json::parse(run.output);
  const auto& blockers = status.at("gates").at(0).at("blockers").as_array();
  return blockers.empty() ? "" : std::string(blockers.at(0).at("reason").as_string());
}

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("check: STRICT where every caller is in the mesh -> open, exit 0") {
    const Meshed meshed(FilterChains::permissive);
    const auto run = meshed.check("",
                                  "callers: [{name: ci, runtime: go, mesh: true, "
                                  "calls: [orca]}]\n");
    CAPTURE(run.output);
    CHECK(run.exit_code == 0);
    CHECK(boost::json::parse(run.output).at("gates").at(0).at("status") == "open");
  }

  TEST_CASE("check: STRICT with a caller outside the mesh -> closed, exit 1") {
    const Meshed meshed(FilterChains::permissive);
    const auto run = meshed.check("",
                                  "callers: [{name: ci, runtime: go, identity: telltale, "
                                  "calls: [orca]}]\n");
    CAPTURE(run.output);
    CHECK(run.exit_code == 1);
    CHECK(first_blocker(run) == "caller_outside_mesh");
  }

  TEST_CASE("check: STRICT where nothing is in the mesh -> never open, exit 2") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    const std::string config =
        world.configure({entry("orca", orca)}, "gates: [{name: strict, step: strict}]");
    const auto run = run_telltale({"check", "-o", "json", "--config.file", config});
    CAPTURE(run.output);
    CHECK(run.exit_code == 2);
  }

  TEST_CASE("rotation: the authorities for one server change -> its chain is judged by the new") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    const mint::Ca other({.common_name = "Somebody Else"});
    world.files.write("server.pem", world.root.certificate_pem());
    const std::string config =
        world.configure({entry("orca", orca, "server_trust: {file: server.pem}")},
                        "gates: [{name: need, rounds: 1, for: 0s}]");
    const Daemon daemon(config);
    const std::string verified =
        R"(telltale_chain_verified{target="orca",address=")" + orca.endpoint() + "\"}";
    daemon.wait_for_metric(verified + " 1");
    CHECK(daemon.wait_for("/gate/need", 200).status == 200);
    world.files.write("server.pem", other.certificate_pem());
    daemon.wait_for_metric(verified + " 0");
    CHECK(daemon.wait_for("/gate/need", 403).body.find("chain_") != std::string::npos);
    world.files.write("server.pem", world.root.certificate_pem());
    daemon.wait_for_metric(verified + " 1");
    CHECK(daemon.wait_for("/gate/need", 200).status == 200);
  }
}
