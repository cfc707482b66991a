// The keys for what stands in front of a service: a mesh's sidecar, an ingress, and the gate for
// the step to STRICT.

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "telltale/fleet/credentials.hpp"

#include "support/mint.hpp"
#include "unit/fleet/config_files.hpp"

namespace telltale::fleet {
namespace {

using test::check;
using test::ConfigFiles;

/// A configuration whose second line is `line`, within an https:// target.
std::string within(std::string_view line) {
  return "targets: [{name: orca, url: \"https://orca:8083\",\n" + std::string(line) + "}]\n";
}

/// orca in the mesh, gate outside, and a gate of these lines.
std::string with_gate(std::string_view gate) {
  return "targets:\n"
         "  - {name: orca, url: \"https://a\", mesh: {mode: permissive}}\n"
         "  - {name: gate, url: \"https://b\"}\n"
         "gates: [{name: strict,\n" +
         std::string(gate) + "}]\n";
}

TEST_SUITE("fleet") {
  TEST_CASE("config: mesh -> mode, SPIFFE ID and ALPN; its calls are made from within the mesh") {
    const ConfigFiles files;
    const auto fleet = files.parse(
        "targets:\n"
        "  - name: orca\n"
        "    url: https://orca:8083\n"
        "    runtime: java\n"
        "    mesh: {mode: strict, spiffe: \"spiffe://cluster.local/ns/spinnaker/sa/orca\",\n"
        "           alpn: istio}\n"
        "    calls: [gate]\n"
        "  - {name: gate, url: \"https://gate:8084\", mesh: {mode: permissive}}\n"
        "callers:\n"
        "  - {name: ci, runtime: go, mesh: true, calls: [gate]}\n"
        "  - {name: cron, runtime: go, mesh: false, calls: [gate]}\n"
        "  - {name: curl, runtime: openssl, calls: [gate]}\n"
        "gates: [{name: strict, step: strict}, {name: need, step: need}, {name: other}]\n");
    REQUIRE_MESSAGE(fleet.has_value(), fleet.error().detail());
    CHECK(fleet->targets[0].mesh == Mesh{.mode = MeshMode::strict,
                                         .spiffe = "spiffe://cluster.local/ns/spinnaker/sa/orca",
                                         .offers_istio_alpn = true});
    CHECK(fleet->targets[1].mesh == Mesh{});
    CHECK(fleet->targets[1].goal == Goal::need);
    std::string callers;
    for (const Edge& edge : edges_of(*fleet)) {
      callers += edge.caller + (edge.in_mesh ? " inside, " : " outside, ");
    }
    CHECK(callers == "orca inside, ci inside, cron outside, curl outside, ");
    CHECK(fleet->gates[0].step == Step::strict);
    CHECK(fleet->gates[1].step == Step::need);
    CHECK(fleet->gates[2].step == Step::need);
  }

  TEST_CASE("config errors: mesh -> a mode, a SPIFFE ID with a path, and no other ALPN") {
    constexpr std::string_view id =
        "2: targets[0].mesh.spiffe: must be a SPIFFE ID with a path, such as "
        "spiffe://cluster.local/ns/spinnaker/sa/default";
    check({
        {within("mesh: {}"), "2: targets[0].mesh: lacks the key \"mode\""},
        {within("mesh: {mode: STRICT}"),
         "2: targets[0].mesh.mode: must be one of permissive, strict, is \"STRICT\""},
        {within("mesh: {mode: strict, alpn: h2}"),
         "2: targets[0].mesh.alpn: must be istio, the one protocol that is offered; or leave it "
         "out"},
        {within("mesh: {mode: strict, spiffe: orca}"), std::string(id)},
        {within("mesh: {mode: strict, spiffe: \"spiffe://\"}"), std::string(id)},
        {within("mesh: {mode: strict, spiffe: \"spiffe:///ns/x\"}"), std::string(id)},
        {within("mesh: {mode: strict, spiffe: \"spiffe://cluster.local\"}"), std::string(id)},
        {within("mesh: {mode: strict, spiffe: \"spiffe://cluster.local/\"}"), std::string(id)},
        {within("mesh: {mode: strict, spiffe: \"spiffe://cluster.local/ns/*/sa/x\"}"),
         std::string(id)},
        {within("mesh: {mode: strict, spiffe: \"https://cluster.local/ns/x\"}"), std::string(id)},
    });
  }

  TEST_CASE("config errors: a gate for the step strict -> judges what has a mesh") {
    check({
        {with_gate("step: strict, targets: [orca, gate]"),
         "5: gates[0].targets[1]: \"gate\" has no mesh, so that a gate for the step strict cannot "
         "judge it; give it mesh or leave it out"},
        {with_gate("step: STRICT"), "5: gates[0].step: must be one of need, strict, is \"STRICT\""},
        {"targets: [{name: orca, url: \"https://a\"}]\n"
         "gates: [{name: strict, step: strict}]\n",
         "2: gates[0].step: judges targets that have a mesh, and there is none; give one mesh"},
        {"targets: [{name: orca, url: \"https://a\"}]\n"
         "callers: [{name: ci, runtime: go, mesh: sometimes, calls: [orca]}]\n",
         "2: callers[0].mesh: must be one of true, false, is \"sometimes\""},
    });
  }

  TEST_CASE("config: which targets a gate judges -> those of its names; for strict with mesh") {
    const ConfigFiles files;
    const auto fleet = files.parse(with_gate("step: strict"));
    REQUIRE(fleet.has_value());
    const std::vector<const Target*> judged = targets_of(*fleet, fleet->gates[0]);
    REQUIRE(judged.size() == 1);
    CHECK(judged[0]->name == "orca");
    CHECK(targets_of(*fleet, GateRules{}).size() == 2);
    CHECK(targets_of(*fleet, GateRules{.targets = {"gate"}, .step = Step::strict}).empty());
  }

  TEST_CASE("config: ingress -> a redirect and routes; nobody flips it unless goal says so") {
    const ConfigFiles files;
    const auto fleet = files.parse(within("ingress: {redirect_port: 80, routes: [/, /api/v1]}"));
    REQUIRE_MESSAGE(fleet.has_value(), fleet.error().detail());
    CHECK(fleet->targets[0].ingress == Ingress{.redirect_port = 80, .routes = {"/", "/api/v1"}});
    CHECK(fleet->targets[0].goal == Goal::none);
    const auto flipped = files.parse(within("goal: need, ingress: {routes: [/]}"));
    REQUIRE(flipped.has_value());
    CHECK(flipped->targets[0].goal == Goal::need);
  }

  TEST_CASE("config errors: ingress -> https, something to ask for, and no port that contradicts") {
    check({
        {within("ingress: {}"),
         "2: targets[0].ingress: must have redirect_port, or routes, or both"},
        {within("ingress: {routes: [api]}"),
         "2: targets[0].ingress.routes[0]: must be a path that begins with / and has neither "
         "spaces "
         "nor #, such as /health"},
        {within("ingress: {routes: [/, /]}"),
         "2: targets[0].ingress.routes[1]: / is in the list already; leave one out"},
        {within("ingress: {redirect_port: 8083}"),
         "2: targets[0].ingress.redirect_port: must be another port than the URL's, 8083"},
        {within("plaintext_ports: [80], ingress: {redirect_port: 80}"),
         "2: targets[0].ingress.redirect_port: 80 is among plaintext_ports, which must not answer; "
         "leave it out there"},
        {"targets: [{name: redis, url: \"rediss://redis\",\ningress: {routes: [/]}}]\n",
         "2: targets[0].ingress: has no effect on a rediss:// target; leave it out"},
    });
  }

  TEST_CASE("config: server_trust -> the word system, or a file with its password") {
    const ConfigFiles files;
    const auto system = files.parse(within("server_trust: system"));
    REQUIRE(system.has_value());
    CHECK(system->targets[0].server_trust == pki::TrustFiles{});
    CHECK(trust_name(system->targets[0].server_trust) == system_trust_name);
    const auto own = files.parse(within("server_trust: {file: ca.pem}"));
    REQUIRE(own.has_value());
    CHECK(own->targets[0].server_trust == pki::TrustFiles{.file = files.path("ca.pem")});
    check({
        {within("server_trust: none"),
         "2: targets[0].server_trust: must be the word system, or a mapping such as {file: "
         "ca.pem}"},
        {within("server_trust: {file: ca.pem},\n"
                "runtime: java, trust: {file: ca.pem, password_file: key.password}, calls: [orca]"),
         "2: targets[0].server_trust: opens \"ca.pem\" with another password than telltale.yml:3 "
         "does; give both the same"},
    });
  }

  TEST_CASE("credentials: a server's trust -> read by its name, and read again when it changes") {
    const mint::Ca fleets({.common_name = "Fleet Root"});
    const mint::Ca servers({.common_name = "Public Root"});
    const mint::TempDir directory;
    Fleet fleet;
    fleet.trust = pki::TrustFiles{.file = directory.write("fleet.pem", fleets.certificate_pem())};
    for (const char* const name : {"deck", "gate", "orca"}) {
      fleet.targets.push_back({.name = name});
    }
    fleet.targets[0].server_trust =
        pki::TrustFiles{.file = directory.write("public.pem", servers.certificate_pem())};
    fleet.targets[1].server_trust = pki::TrustFiles{};
    const Result<Credentials> loaded = load_credentials(fleet);
    REQUIRE_MESSAGE(loaded.has_value(), loaded.error().detail());
    CHECK(server_trust_of(*loaded, fleet.targets[0])->anchors()[0]->subject.rfc4514 ==
          "CN=Public Root,O=Telltale Tests");
    CHECK(server_trust_of(*loaded, fleet.targets[1])->anchors().empty());
    CHECK(server_trust_of(*loaded, fleet.targets[2]) == loaded->trust);

    const CredentialName name{CredentialKind::trust, fleet.targets[0].server_trust->file};
    CHECK(files_of(fleet).at(name) == std::vector{fleet.targets[0].server_trust->file});
    CHECK(files_of(fleet).size() == 2);  // the system's has none
    (void)directory.write("public.pem", fleets.certificate_pem());
    const Credentials again = reread(fleet, *loaded, std::span(&name, 1));
    CHECK(server_trust_of(again, fleet.targets[0])->anchors()[0]->subject.rfc4514 ==
          "CN=Fleet Root,O=Telltale Tests");
    CHECK(again.unreadable.empty());
  }

  TEST_CASE("credentials: a server's trust that cannot be read -> the key that names it") {
    const mint::TempDir directory;
    Fleet fleet;
    fleet.targets.push_back({.name = "deck"});
    fleet.targets[0].server_trust = pki::TrustFiles{.file = directory.write("a.pem", "nothing\n")};
    const Result<Credentials> loaded = load_credentials(fleet);
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().detail().find("targets[0].server_trust.file: ") == 0);
  }
}

}  // namespace
}  // namespace telltale::fleet
