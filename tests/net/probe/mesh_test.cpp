// Looks at what stands behind the filter chains of Istio, and what is read from them. The peer
// follows Istio's rules; it is not Envoy.

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "telltale/assess/assess.hpp"
#include "telltale/assess/prediction.hpp"
#include "telltale/enum_names.hpp"

#include "net/look.hpp"
#include "support/sidecar.hpp"

namespace telltale::net {

namespace {

using fleet::MeshMode;
using probe::Observation;
using support::ClientAuth;
using support::FilterChains;
using support::PeerOptions;
using support::Sidecar;
using support::TestPeer;
using support::Transport;

constexpr const char* orcas_id = "spiffe://cluster.local/ns/spinnaker/sa/orca";

/// The mesh's own authority, which nobody else knows.
const mint::Ca& mesh_root() {
  static const mint::Ca made({.common_name = "Mesh Root"});
  return made;
}

PeerOptions sidecar_options() {
  return {.credential = mesh_root().issue({.common_name = "", .uri = {orcas_id}}),
          .client_auth = ClientAuth::need,
          .trust = {mesh_root().certificate()}};
}

/// orca, with TLS of its own or without, behind a sidecar.
struct Workload {
  explicit Workload(FilterChains chains, Transport transport = Transport::tls)
      : application(options_for(transport)),
        terminator(sidecar_options()),
        sidecar(chains, application.port(), terminator.port()) {}

  static PeerOptions options_for(Transport transport) {
    PeerOptions options = options_of(ClientAuth::want);
    options.transport = transport;
    return options;
  }

  TestPeer application;
  TestPeer terminator;
  Sidecar sidecar;
};

fleet::Target meshed_target(const Workload& workload, fleet::Mesh mesh) {
  fleet::Target target = target_of(workload.application);
  target.url.port = workload.sidecar.port();
  mesh.spiffe = orcas_id;
  target.mesh = std::move(mesh);
  return target;
}

pki::TrustStorePtr both_roots() {
  return pki::TrustStore::from_pem(lab().root.certificate_pem() + mesh_root().certificate_pem())
      .value();
}

probe::LookRequest meshed_request(fleet::Target target) {
  probe::LookRequest request = request_of(std::move(target));
  request.trust = both_roots();
  return request;
}

assess::AddressAssessment assessed(const fleet::Target& target, const Observation& seen) {
  return assess::assess_address(target, seen, std::chrono::hours(1), seen.looked_at.civil);
}

std::string told(const assess::AddressAssessment& made) {
  std::string text;
  for (const assess::Finding& finding : made.findings) {
    text += (text.empty() ? "" : ", ") + std::string(name_of(finding.reason)) + " " +
            std::string(name_of(finding.severity));
  }
  return text;
}

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE(
    "mesh: Istio's filter chains, with its ALPN and without -> the mode that they amount to") {
  struct Row {
    std::string what;
    FilterChains chains;
    Transport transport;
    bool alpn;
    std::optional<MeshMode> mode;
    bool sidecar_ends_tls;
    std::string findings;
  };

  constexpr auto with_tls = Transport::tls;
  constexpr auto without_tls = Transport::plaintext;
  const Row rows[] = {
      {"PERMISSIVE passes our TLS on", FilterChains::permissive, with_tls, false,
       MeshMode::permissive, false, ""},
      {"PERMISSIVE ends Istio's TLS", FilterChains::permissive, with_tls, true,
       MeshMode::permissive, true, "issuer_not_advertised warning, identity_rejected warning"},
      {"PERMISSIVE, no TLS behind it", FilterChains::permissive, without_tls, true,
       MeshMode::permissive, true,
       "plaintext_open error, issuer_not_advertised warning, identity_rejected warning"},
      {"PERMISSIVE, declared HTTP", FilterChains::permissive_http, without_tls, false,
       MeshMode::permissive, false, "connection_reset error, plaintext_open error"},
      {"PERMISSIVE, declared HTTP, Istio's TLS", FilterChains::permissive_http, without_tls, true,
       MeshMode::permissive, true,
       "plaintext_open error, issuer_not_advertised warning, identity_rejected warning"},
      {"STRICT", FilterChains::strict, with_tls, false, MeshMode::strict, true,
       "mesh_mode_mismatch info, issuer_not_advertised warning, identity_rejected warning"},
      {"STRICT, Istio's TLS", FilterChains::strict, with_tls, true, MeshMode::strict, true,
       "mesh_mode_mismatch info, issuer_not_advertised warning, identity_rejected warning"},
  };
  Looker looker;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Workload workload(row.chains, row.transport);
    const fleet::Target target =
        meshed_target(workload, {.spiffe = std::nullopt, .offers_istio_alpn = row.alpn});
    const Observation seen = looker.look(meshed_request(target));
    CHECK(seen.without_alpn.has_value() == row.alpn);
    const assess::AddressAssessment made = assessed(target, seen);
    REQUIRE(made.mesh);
    CHECK(made.mesh->mode == row.mode);
    CHECK(made.mesh->sidecar_ends_tls == row.sidecar_ends_tls);
    CHECK(made.mesh->spiffe == (row.sidecar_ends_tls ? orcas_id : ""));
    CHECK(told(made) == row.findings);
    CHECK(made.reachable);
  }
}

TEST_CASE("mesh: no sidecar in front of a target with ALPN istio -> sidecar_missing") {
  const TestPeer peer(options_of(ClientAuth::want));
  fleet::Target target = target_of(peer);
  target.mesh =
      fleet::Mesh{.mode = MeshMode::strict, .spiffe = orcas_id, .offers_istio_alpn = true};
  const Observation seen = Looker().look(meshed_request(target));
  CHECK(told(assessed(target, seen)) == "mesh_mode_mismatch error, sidecar_missing error");
}

TEST_CASE("mesh: a sidecar of another workload -> spiffe_mismatch") {
  const Workload workload(FilterChains::strict);
  fleet::Target target = meshed_target(workload, {.mode = MeshMode::strict, .spiffe = {}});
  target.mesh->spiffe = "spiffe://cluster.local/ns/spinnaker/sa/gate";
  const Observation seen = Looker().look(meshed_request(target));
  CHECK(told(assessed(target, seen)) ==
        "spiffe_mismatch error, issuer_not_advertised warning, identity_rejected warning");
}

TEST_CASE("mesh: a mesh that our trust does not know -> the chain is incomplete") {
  const Workload workload(FilterChains::strict);
  const fleet::Target target = meshed_target(workload, {.mode = MeshMode::strict, .spiffe = {}});
  const Observation seen = Looker().look(request_of(target));
  const assess::AddressAssessment made = assessed(target, seen);
  CHECK(told(made) ==
        "chain_incomplete error, issuer_not_advertised warning, identity_rejected warning");
}

TEST_CASE("mesh: a caller outside, rehearsed at the sidecar itself -> it survives STRICT") {
  const Workload workload(FilterChains::permissive);
  const fleet::Target target =
      meshed_target(workload, {.spiffe = std::nullopt, .offers_istio_alpn = true});

  struct Row {
    std::string what;
    mint::Credential credential;
    bool in_mesh;
    assess::Verdict verdict;
    assess::Reason reason;
  };

  using assess::Reason;
  using assess::Verdict;
  const Row rows[] = {
      {"a certificate of the mesh", mesh_root().issue({.common_name = "ci"}), false,
       Verdict::survives, Reason::caller_accepted},
      {"a certificate of Spinnaker's", lab().client, false, Verdict::breaks,
       Reason::caller_outside_mesh},
      {"a sidecar of its own", lab().client, true, Verdict::survives, Reason::caller_accepted},
  };
  Looker looker;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const pki::IdentityPtr identity =
        pki::Identity::from_pem(row.credential.chain_pem(), row.credential.key_pem()).value();
    probe::LookRequest request = meshed_request(target);
    probe::CallRequest calls;
    calls.rehearsals = {{.identity = identity, .path = "/health"}};
    request.calls = std::make_shared<const probe::CallRequest>(std::move(calls));
    const Observation seen = looker.look(std::move(request));
    const assess::AddressAssessment at = assessed(target, seen);

    // A path without certificate checks of its own looks at no name: the sidecar shows none.
    fleet::Edge edge{.caller = "ci",
                     .callee = "orca",
                     .runtime = fleet::Runtime::openssl,
                     .identity = "ci",
                     .path = "/health",
                     .tls_versions = {tls::ProtocolVersion::tls_1_3}};
    edge.in_mesh = row.in_mesh;
    assess::AddressAssessment by_name = at;
    for (probe::PeerChain& chain : by_name.peer_chains) {
      chain.by_trust = {{.trust = "", .verification = chain.verification}};
    }
    assess::HeldKeyFacts key{.chain = identity->chain(), .encoding = pki::KeyEncoding::pkcs8};
    const assess::Holding holding{
        .evidence = fleet::Evidence::keystore, .keys = {key}, .origin = "ci's identity"};
    const assess::EdgeAssessment made =
        assess::predict(edge, target, by_name, std::span(&holding, 1), seen.looked_at.civil);
    REQUIRE(made.strict);
    CAPTURE(made.detail);
    CAPTURE(made.strict->detail);
    CHECK(made.strict->verdict == row.verdict);
    CHECK(made.strict->reason == row.reason);
    CHECK(made.strict->rehearsed == (row.verdict == Verdict::survives && !row.in_mesh));
  }
}

TEST_CASE(
    "mesh: a caller with the fleet's trust -> judged by that and the name, not by the mesh's") {
  const Workload workload(FilterChains::strict);
  const fleet::Target target = meshed_target(workload, {.mode = MeshMode::strict, .spiffe = {}});
  probe::LookRequest request = meshed_request(target);
  request.fleet_trust = lab().trust;
  request.calls = std::make_shared<const probe::CallRequest>();
  const Observation seen = Looker().look(std::move(request));
  REQUIRE(seen.peer_chains.size() == 1);
  CHECK(seen.peer_chains[0].verification.trusted);
  CHECK(seen.peer_chains[0].verification.name == orcas_id);
  CHECK(seen.peer_chains[0].verification.name_matches);
  REQUIRE(seen.peer_chains[0].by_trust.size() == 1);
  CHECK(seen.peer_chains[0].by_trust[0].trust.empty());
  CHECK_FALSE(seen.peer_chains[0].by_trust[0].verification.trusted);
  CHECK_FALSE(seen.peer_chains[0].by_trust[0].verification.name_matches);
}

TEST_SUITE_END();

}  // namespace telltale::net
