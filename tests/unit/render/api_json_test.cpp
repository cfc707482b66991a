// Holds the JSON of /api/v1/* against its description in docs/api.md, member by member.

#include <fstream>
#include <map>
#include <set>
#include <string>

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include "telltale/render/render.hpp"

#include "unit/render/fixture.hpp"

namespace telltale::render {
namespace {

namespace json = boost::json;

using Members = std::set<std::string>;

/// What the objects under a key are called in the documentation.
const std::map<std::string, std::string, std::less<>> kinds = {
    {"targets", "Target"},
    {"addresses", "Address"},
    {"tls", "Version"},
    {"certificate_request", "Request"},
    {"certificates", "Certificate"},
    {"findings", "Finding"},
    {"login", "Login"},
    {"mesh", "Mesh"},
    {"ingress", "Ingress"},
    {"redirect", "Reply"},
    {"routes", "Reply"},
    {"edges", "Edge"},
    {"strict", "Strict"},
    {"gates", "Gate"},
    {"blockers", "Blocker"},
    {"accepted", "Blocker"},
    {"first_blocker", "Blocker"},
    {"first_accepted", "Blocker"},
    {"identities", "Identity"},
    {"trust", "Trust"},
    {"caller_trusts", "CallerTrust"},
    {"passwords", "Password"},
    {"rollout", "Rollout"},
    {"stages", "Stages"},
    {"services", "Service"},
    {"events", "Event"},
};

/// Adds `Kind.member` for each member of every object in a value of `kind`.
void collect(const json::value& value, const std::string& kind, Members& members) {
  if (value.is_array()) {
    for (const json::value& element : value.as_array()) {
      collect(element, kind, members);
    }
    return;
  }
  if (!value.is_object()) {
    return;
  }
  for (const auto& [key, member] : value.as_object()) {
    const std::string name(key);
    members.insert(kind + "." + name);
    const auto known = kinds.find(name);
    collect(member, known == kinds.end() ? kind + "." + name : known->second, members);
  }
}

/// A fleet in whose JSON no object is missing.
gate::Snapshot complete_fleet() {
  gate::Snapshot snapshot = fixture::mixed_fleet();
  gate::TargetEntry entry = *snapshot.targets.front();
  entry.target.mesh = fleet::Mesh{};
  assess::AddressAssessment look = *entry.addresses.front().assessment;
  look.mesh = assess::MeshReading{.mode = fleet::MeshMode::strict};
  look.login = probe::LoginAttempt{.status = 200, .principal = "ci@lab", .roles = {}};
  look.ingress.emplace();
  look.ingress->redirect.emplace();
  look.ingress->routes.resize(1);
  entry.addresses.front().assessment =
      std::make_shared<const assess::AddressAssessment>(std::move(look));
  snapshot.targets.front() = std::make_shared<const gate::TargetEntry>(std::move(entry));
  gate::EdgeEntry edge = *snapshot.edges.front();
  edge.rows.front().strict = assess::StrictAssessment{};
  snapshot.edges.front() = std::make_shared<const gate::EdgeEntry>(std::move(edge));
  return snapshot;
}

/// The rows `| `Kind.member` | meaning |` of docs/api.md.
Members documented_members() {
  std::ifstream file(TELLTALE_SOURCE_DIR "/docs/api.md");
  REQUIRE(file.is_open());
  Members members;
  for (std::string line; std::getline(file, line);) {
    const auto end = line.find('`', 3);
    if (line.starts_with("| `") && line[3] >= 'A' && line[3] <= 'Z' && end != std::string::npos) {
      const std::string name = line.substr(3, end - 3);
      CHECK_MESSAGE(members.insert(name).second, name, " is documented twice");
    }
  }
  return members;
}

TEST_SUITE("render") {
  TEST_CASE("docs/api.md: every member of every JSON object -> has a row, and no other has") {
    const gate::Snapshot snapshot = complete_fleet();
    const Now now = fixture::now();
    Members told;
    collect(json::parse(status_json(snapshot, now)), "Status", told);
    collect(json::parse(targets_json(snapshot)), "Status", told);
    collect(json::parse(edges_json(snapshot)), "Status", told);
    collect(json::parse(gates_json(snapshot, now)), "Status", told);
    collect(json::parse(rollout_json(snapshot, now)), "Rollout", told);
    collect(json::parse(events_json(snapshot)), "Events", told);
    for (const gate::GateEntry& gate : snapshot.gates) {
      collect(json::parse(gate_json(gate::answer(snapshot, gate, now))), "Gate", told);
    }
    const Members documented = documented_members();
    for (const std::string& member : told) {
      CHECK_MESSAGE(documented.contains(member), member, " is not documented");
    }
    for (const std::string& member : documented) {
      CHECK_MESSAGE(told.contains(member), member, " is documented, but is in no answer");
    }
  }
}

}  // namespace
}  // namespace telltale::render
