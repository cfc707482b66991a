// What stands in front of an address, and what follows from it: looks made by hand, a rule each.

#include <doctest/doctest.h>

#include "telltale/assess/assess.hpp"
#include "telltale/assess/sidecar.hpp"

#include "unit/assess/prediction_cases.hpp"

namespace telltale::assess {
namespace {

using namespace build;  // NOLINT(google-build-using-namespace)
using fleet::Goal;
using fleet::MeshMode;
using probe::Observation;

const std::string orcas_id = "spiffe://cluster.local/ns/spinnaker/sa/orca";

pki::CertificatePtr workload() {
  pki::Certificate made = certificate("", "O=cluster.local");
  made.dns_names.clear();
  made.uris = {orcas_id};
  // As istiod issues them: a day.
  made.validity.not_after = noon + std::chrono::hours(20);
  return share(made);
}

pki::CertificatePtr own() {
  return share(certificate("CN=orca", root_a));
}

enum class Tls { workload, application, reset };
enum class Plain { served, told_to_use_tls, refused, silent, untried };

/// A look at orca in which every TLS shows this, and plaintext comes to that.
Observation look(Tls tls, Plain plain) {
  std::vector<probe::Attempt> attempts;
  for (const ProtocolVersion version : {tls_1_3, tls_1_2}) {
    const Phase refusal = version == tls_1_3 ? Phase::first_read : Phase::handshake;
    Try made(nothing, version);
    switch (tls) {
      case Tls::workload:
        made.asked().alert(refusal, 116);
        made.attempt().handshake.peer_certificates = {workload()};
        break;
      case Tls::application:
        made.asked().http(200);
        made.attempt().handshake.peer_certificates = {own()};
        break;
      case Tls::reset:
        made.failed(Phase::handshake, FailureKind::reset);
        break;
    }
    attempts.push_back(made);
  }
  Observation seen = observation(std::move(attempts));
  seen.peer_chains.clear();
  if (tls == Tls::workload) {
    seen.peer_chains = {peer_chain({workload()})};
    seen.peer_chains[0].verification.name = orcas_id;
  } else if (tls == Tls::application) {
    seen.peer_chains = {peer_chain({own()})};
  }
  probe::PlaintextAttempt attempt{.port = seen.address.port};
  switch (plain) {
    case Plain::served:
      attempt.http = probe::HttpReply{.status = 200};
      break;
    case Plain::told_to_use_tls:
      attempt.http = probe::HttpReply{.status = 400};
      break;
    case Plain::refused:
      attempt.failure = probe::Failure{Phase::application, FailureKind::reset, ""};
      break;
    case Plain::silent:
      attempt.failure = probe::Failure{Phase::application, FailureKind::timed_out, ""};
      break;
    case Plain::untried:
      return seen;
  }
  seen.plaintext = {attempt};
  return seen;
}

/// The same with ALPN istio, without which TLS shows `bare`.
Observation with_alpn(Observation seen, Tls bare) {
  seen.without_alpn = look(bare, Plain::untried).attempts.front();
  return seen;
}

fleet::Target meshed(MeshMode mode = MeshMode::permissive, bool alpn = false,
                     Goal goal = Goal::need) {
  fleet::Target made = target();
  made.mesh = fleet::Mesh{.mode = mode, .spiffe = orcas_id, .offers_istio_alpn = alpn};
  made.goal = goal;
  return made;
}

std::string mode_of(const fleet::Target& target, const Observation& seen) {
  const AddressAssessment made = assessed(target, seen);
  REQUIRE(made.mesh);
  return made.mesh->mode ? std::string(name_of(*made.mesh->mode)) : "unknown";
}

TEST_SUITE("assess") {
  TEST_CASE("mesh: what TLS and plaintext come to -> the mode, and unknown where in doubt") {
    struct Row {
      Tls tls;
      Plain plain;
      std::string mode;
    };

    const Row rows[] = {
        {Tls::workload, Plain::served, "permissive"},
        {Tls::workload, Plain::told_to_use_tls, "permissive"},
        {Tls::workload, Plain::refused, "strict"},
        {Tls::workload, Plain::silent, "unknown"},
        {Tls::workload, Plain::untried, "unknown"},
        {Tls::application, Plain::served, "permissive"},
        // Redis with TLS hangs up on plaintext by itself.
        {Tls::application, Plain::refused, "permissive"},
        {Tls::application, Plain::silent, "permissive"},
        {Tls::reset, Plain::served, "permissive"},
        {Tls::reset, Plain::refused, "unknown"},
        {Tls::reset, Plain::silent, "unknown"},
    };
    for (const Row& row : rows) {
      CAPTURE(static_cast<int>(row.tls));
      CAPTURE(static_cast<int>(row.plain));
      CHECK(mode_of(meshed(), look(row.tls, row.plain)) == row.mode);
    }
  }

  TEST_CASE("mesh: with ALPN istio -> STRICT only if TLS without it ends at the sidecar, too") {
    const Observation refused = look(Tls::workload, Plain::refused);
    const fleet::Target target = meshed(MeshMode::permissive, true);
    CHECK(mode_of(target, with_alpn(refused, Tls::workload)) == "strict");
    CHECK(mode_of(target, with_alpn(refused, Tls::application)) == "permissive");
    CHECK(mode_of(target, with_alpn(refused, Tls::reset)) == "unknown");
    CHECK(mode_of(target, refused) == "unknown");
  }

  TEST_CASE("mesh: one version whose client without certificate gets in -> not STRICT") {
    Observation seen = look(Tls::workload, Plain::refused);
    seen.attempts[1] = Try(nothing, tls_1_2).asked().http(200);
    seen.attempts[1].handshake.peer_certificates = {workload()};
    CHECK(mode_of(meshed(), seen) == "unknown");
  }

  TEST_CASE("mesh: a target without mesh -> nothing is read") {
    CHECK_FALSE(assessed(target(), look(Tls::workload, Plain::refused)).mesh);
  }

  TEST_CASE("mesh: expected and seen -> laxer is an error, stricter is told, equal is nothing") {
    const Observation permissive = look(Tls::application, Plain::told_to_use_tls);
    const Observation strict = look(Tls::workload, Plain::refused);
    const auto finding = [](MeshMode mode, const Observation& seen) {
      const AddressAssessment made = assessed(meshed(mode), seen);
      const Finding* found = find(made.findings, Reason::mesh_mode_mismatch);
      return found == nullptr ? "" : std::string(name_of(found->severity)) + ": " + found->detail;
    };
    CHECK(finding(MeshMode::permissive, permissive).empty());
    CHECK(finding(MeshMode::strict, strict).empty());
    CHECK(
        finding(MeshMode::strict, permissive) ==
        "error: Expected strict, seen permissive at 10.0.0.7:8083: plaintext is answered, and TLS "
        "shows a certificate that is no workload's.");
    CHECK(finding(MeshMode::permissive, strict) ==
          "info: Expected permissive, seen strict at 10.0.0.7:8083: plaintext is refused, and TLS "
          "ends at a workload of the mesh.");
  }

  TEST_CASE("mesh: a mode that cannot be told -> mesh_mode_unknown, once there was a connection") {
    CHECK(detail(meshed(), look(Tls::workload, Plain::silent), Reason::mesh_mode_unknown) ==
          "At 10.0.0.7:8083 what becomes of plaintext was not seen, and TLS ends at a workload of "
          "the mesh: that is neither PERMISSIVE nor STRICT.");
    const Observation refused =
        observation({Try(nothing, tls_1_3).failed(Phase::connect, FailureKind::refused)});
    CHECK(detail(meshed(), refused, Reason::mesh_mode_unknown).empty());
  }

  TEST_CASE("mesh: plaintext behind PERMISSIVE -> a hole for need, expected where STRICT is next") {
    const Observation served = look(Tls::workload, Plain::served);
    const auto severity = [&](const fleet::Target& target, const Observation& seen, Reason reason) {
      const AddressAssessment made = assessed(target, seen);
      const Finding* found = find(made.findings, reason);
      return found == nullptr ? "none" : std::string(name_of(found->severity));
    };
    const fleet::Target for_strict = meshed(MeshMode::permissive, false, Goal::none);
    CHECK(severity(meshed(), served, Reason::plaintext_open) == "error");
    CHECK(severity(for_strict, served, Reason::plaintext_open) == "warning");
    CHECK(severity(meshed(MeshMode::strict, false, Goal::none), served, Reason::plaintext_open) ==
          "error");
    const Observation declared_http = look(Tls::reset, Plain::served);
    CHECK(severity(meshed(), declared_http, Reason::connection_reset) == "error");
    CHECK(severity(for_strict, declared_http, Reason::connection_reset) == "warning");
    // Another port is no sidecar's to answer for.
    Observation elsewhere = served;
    elsewhere.plaintext.front().port = 7101;
    elsewhere.plaintext.push_back(served.plaintext.front());
    CHECK(severity(for_strict, elsewhere, Reason::plaintext_open) == "error");
  }

  TEST_CASE(
      "mesh: a workload's certificate -> its SPIFFE ID counts, and that it ends soon does not") {
    Observation seen = look(Tls::workload, Plain::refused);
    const fleet::Target target = meshed(MeshMode::strict);
    const AddressAssessment good = assessed(target, seen);
    CHECK(find(good.findings, Reason::hostname_mismatch) == nullptr);
    CHECK(find(good.findings, Reason::certificate_expiring) == nullptr);
    CHECK_FALSE(good.first_to_end);
    seen.peer_chains[0].verification.name = "spiffe://cluster.local/ns/spinnaker/sa/gate";
    seen.peer_chains[0].verification.name_matches = false;
    CHECK(detail(target, seen, Reason::spiffe_mismatch) ==
          "The sidecar shows " + orcas_id +
              " instead of spiffe://cluster.local/ns/spinnaker/sa/gate.");
    CHECK(detail(target, seen, Reason::hostname_mismatch).empty());
  }

  TEST_CASE("mesh: TLS that ends at the sidecar -> the application is hidden, unless passed on") {
    const auto hides = [](const fleet::Target& target, const Observation& seen) {
      return hides_application(target, assessed(target, seen));
    };
    fleet::Target with_alpn = meshed();
    with_alpn.mesh->offers_istio_alpn = true;
    CHECK(hides(meshed(MeshMode::strict), look(Tls::workload, Plain::refused)));
    CHECK(hides(with_alpn, look(Tls::workload, Plain::served)));
    CHECK(hides(meshed(), look(Tls::workload, Plain::silent)));
    // Without Istio's ALPN, PERMISSIVE ends no TLS: the SPIFFE ID is the application's own.
    CHECK_FALSE(hides(meshed(), look(Tls::workload, Plain::served)));
    CHECK_FALSE(hides(meshed(), look(Tls::application, Plain::served)));
    CHECK_FALSE(hides(with_alpn, look(Tls::reset, Plain::served)));
  }

  TEST_CASE("holdings: an endpoint that shows its sidecar -> what it holds is not known") {
    const fleet::Target target = meshed();
    const auto shown = [&](const Observation& seen) {
      const AddressAssessmentPtr at =
          std::make_shared<const AddressAssessment>(assessed(target, seen));
      return observed_holdings(edge(), std::span(&at, 1));
    };
    Observation seen = look(Tls::workload, Plain::refused);
    std::vector<Holding> holdings = shown(seen);
    REQUIRE(holdings.size() == 1);
    CHECK(holdings[0].keys.empty());
    CHECK_FALSE(holdings[0].is_known_to_be_nothing);
    seen.peer_chains.push_back(peer_chain({own()}));
    holdings = shown(seen);
    REQUIRE(holdings.size() == 2);  // the worst counts
    CHECK(holdings[0].keys.empty());
    CHECK(holdings[1].keys.size() == 1);
  }

  TEST_CASE("mesh: several addresses -> the laxest mode, and replicas_disagree where they differ") {
    const auto judged = [](std::vector<Observation> looks) {
      const fleet::Target target = meshed();
      std::vector<AddressAssessmentPtr> addresses;
      probe::Resolution resolution{.target = "orca", .name = "orca"};
      for (const Observation& seen : looks) {
        addresses.push_back(std::make_shared<const AddressAssessment>(assessed(target, seen)));
        resolution.addresses.push_back(seen.address);
      }
      return assess_target(target, resolution, addresses);
    };
    const Observation strict = look(Tls::workload, Plain::refused);
    const Observation permissive = look(Tls::workload, Plain::served);
    const Observation unknown = look(Tls::workload, Plain::silent);
    CHECK(judged({strict, strict}).mesh_mode == MeshMode::strict);
    CHECK(judged({strict, permissive}).mesh_mode == MeshMode::permissive);
    CHECK(judged({unknown, permissive}).mesh_mode == MeshMode::permissive);
    CHECK_FALSE(judged({strict, unknown}).mesh_mode);
    CHECK_FALSE(judged({unknown, strict}).mesh_mode);
    CHECK_FALSE(judged({}).mesh_mode);
    CHECK_FALSE(judged({strict, permissive}).replicas_agree);
    CHECK(judged({strict, strict}).replicas_agree);
  }
}

/// clouddriver at an address, with a sidecar that shows this.
AddressAssessment sidecar_at(std::optional<MeshMode> mode, bool ends_tls) {
  AddressAssessment at = address(ClientAuthMode::need);
  at.client_certificates_verified = true;
  at.mesh = MeshReading{.mode = mode, .sidecar_ends_tls = ends_tls};
  return at;
}

EdgeAssessment about_need(Verdict verdict, bool rehearsed) {
  EdgeAssessment made;
  made.verdict = verdict;
  made.presents = true;
  made.rehearsed = rehearsed;
  return made;
}

TEST_SUITE("assess") {
  TEST_CASE("strict: who calls, and what stands in front of the callee -> the verdict") {
    struct Row {
      bool in_mesh;
      AddressAssessment at;
      EdgeAssessment need;
      Verdict verdict;
      Reason reason;
    };

    const EdgeAssessment accepted = about_need(Verdict::survives, true);
    const EdgeAssessment reasoned = about_need(Verdict::survives, false);
    const EdgeAssessment refused = about_need(Verdict::broken, true);
    AddressAssessment unverified = sidecar_at(MeshMode::permissive, true);
    unverified.client_certificates_verified.reset();
    AddressAssessment unread = sidecar_at(std::nullopt, true);
    unread.mesh.reset();
    const AddressAssessment permissive = sidecar_at(MeshMode::permissive, true);
    const AddressAssessment passing_on = sidecar_at(MeshMode::permissive, false);
    const AddressAssessment strict = sidecar_at(MeshMode::strict, true);
    const AddressAssessment unknown = sidecar_at(std::nullopt, true);
    const Row rows[] = {
        {true, permissive, refused, Verdict::survives, Reason::caller_accepted},
        {true, passing_on, refused, Verdict::survives, Reason::caller_accepted},
        {true, strict, refused, Verdict::survives, Reason::caller_accepted},
        {true, unknown, accepted, Verdict::unknown, Reason::mesh_mode_unknown},
        {true, unread, accepted, Verdict::unknown, Reason::mesh_mode_unknown},
        {false, unknown, accepted, Verdict::unknown, Reason::mesh_mode_unknown},
        {false, permissive, accepted, Verdict::survives, Reason::caller_accepted},
        {false, strict, accepted, Verdict::survives, Reason::caller_accepted},
        {false, permissive, reasoned, Verdict::breaks, Reason::caller_outside_mesh},
        {false, permissive, refused, Verdict::breaks, Reason::caller_outside_mesh},
        // The application accepted it, not the sidecar.
        {false, passing_on, accepted, Verdict::breaks, Reason::caller_outside_mesh},
        {false, strict, reasoned, Verdict::broken, Reason::caller_outside_mesh},
        {false, unverified, accepted, Verdict::unknown, Reason::identity_unconfirmed},
    };
    fleet::Target called = callee();
    called.mesh = fleet::Mesh{};
    for (const Row& row : rows) {
      fleet::Edge calling = edge();
      calling.in_mesh = row.in_mesh;
      const auto made = predict_strict(calling, called, row.at, row.need);
      REQUIRE(made);
      CAPTURE(made->detail);
      CHECK(made->verdict == row.verdict);
      CHECK(made->reason == row.reason);
      CHECK_FALSE(made->hint.empty());
    }
  }

  TEST_CASE("strict: a callee without mesh -> no verdict") {
    const EdgeAssessment need = about_need(Verdict::survives, true);
    const AddressAssessment at = sidecar_at(MeshMode::strict, true);
    CHECK_FALSE(predict_strict(edge(), callee(), at, need));
    CHECK_FALSE(predicted(at, {holding(by_root())}).strict);
  }

  TEST_CASE("prediction: both sides behind sidecars that end TLS -> need is unknown, not broken") {
    fleet::Target called = callee();
    called.mesh = fleet::Mesh{};
    fleet::Edge calling = edge();
    calling.in_mesh = true;
    const AddressAssessment at = sidecar_at(MeshMode::strict, true);
    const EdgeAssessment made = predicted(at, {nothing_held()}, calling, called);
    CHECK(made.verdict == Verdict::unknown);
    CHECK(made.reason == Reason::client_auth_unknown);
    REQUIRE(made.strict);
    CHECK(made.strict->verdict == Verdict::survives);
    calling.in_mesh = false;
    CHECK(predicted(at, {nothing_held()}, calling, called).verdict == Verdict::broken);
  }

  TEST_CASE(
      "prediction: TLS ended at the callee's sidecar -> what the application does is unknown") {
    fleet::Target called = callee();
    called.mesh = fleet::Mesh{};
    fleet::Target with_alpn = called;
    with_alpn.mesh->offers_istio_alpn = true;

    struct Row {
      const fleet::Target& callee;
      MeshMode mode;
      Holding held;
      Verdict verdict;
    };

    const Row rows[] = {
        {with_alpn, MeshMode::permissive, holding(verified(by_root())), Verdict::unknown},
        // It offers no ALPN of Istio's: PERMISSIVE passes it on.
        {with_alpn, MeshMode::permissive, nothing_held(), Verdict::unknown},
        {called, MeshMode::strict, holding(verified(by_root())), Verdict::unknown},
        {with_alpn, MeshMode::strict, holding(verified(by_root())), Verdict::unknown},
        {called, MeshMode::strict, nothing_held(), Verdict::broken},
        // The SPIFFE ID is the application's own.
        {called, MeshMode::permissive, holding(verified(by_root())), Verdict::survives},
        {with_alpn, MeshMode::strict, nothing_held(), Verdict::broken},
    };
    for (const Row& row : rows) {
      const AddressAssessment at = sidecar_at(row.mode, true);
      const EdgeAssessment made = predicted(at, {row.held}, edge(), row.callee);
      CAPTURE(made.detail);
      CHECK(made.verdict == row.verdict);
      CHECK(made.strict);
    }
  }

  TEST_CASE("prediction: a server of a trust of its own -> what the fleet's makes of it counts") {
    fleet::Target called = callee();
    called.server_trust = pki::TrustFiles{.file = "public.pem"};
    AddressAssessment at = address(ClientAuthMode::want);
    CHECK(predicted(at, {holding(verified(by_root()))}, edge(), called).verdict ==
          Verdict::unknown);
    at.peer_chains[0].by_trust = {{.trust = "", .verification = at.peer_chains[0].verification}};
    CHECK(predicted(at, {holding(verified(by_root()))}, edge(), called).verdict ==
          Verdict::survives);
    at.peer_chains[0].by_trust[0].verification.trusted = false;
    CHECK(predicted(at, {holding(verified(by_root()))}, edge(), called).verdict == Verdict::broken);
  }
}

}  // namespace
}  // namespace telltale::assess
