#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <doctest/doctest.h>

#include "telltale/render/render.hpp"
#include "telltale/version.hpp"

#include "unit/render/exposition.hpp"
#include "unit/render/fixture.hpp"

namespace telltale::render {

namespace {

using fixture::Exported;

Exported export_text(const gate::Snapshot& snapshot, Now now = fixture::now()) {
  return fixture::parse_exposition(metrics(snapshot, now, Exposition::text_0_0_4));
}

/// The sample's value; empty where there is no such series.
std::string value_of(const Exported& exported, const std::string& series) {
  const auto found = exported.samples.find("telltale_" + series);
  return found == exported.samples.end() ? "" : found->second;
}

/// The lines of one family, as they are exported.
std::string family_text(const std::string& whole, const std::string& family) {
  const std::size_t begin = whole.find("# HELP telltale_" + family + " ");
  return begin == std::string::npos ? ""
                                    : whole.substr(begin, whole.find("# HELP", begin + 1) - begin);
}

struct DocumentedMetric {
  std::string type;
  std::set<std::string> labels;
  std::string meaning;
};

/// Reads the rows "| `name` | type | `label` … | meaning |" of docs/metrics.md, by name.
std::map<std::string, DocumentedMetric> read_documented_metrics() {
  std::map<std::string, DocumentedMetric> documented;
  std::ifstream file(TELLTALE_SOURCE_DIR "/docs/metrics.md");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `telltale_")) {
      continue;
    }
    std::istringstream cells(line.substr(1));
    std::string name;
    std::string labels;
    DocumentedMetric row;
    cells >> name >> std::ws;
    cells.ignore(2, '|') >> row.type;
    std::getline(cells.ignore(3, '|'), labels, '|');
    std::getline(cells, row.meaning, '|');
    std::istringstream words(labels);
    for (std::string label; words >> label;) {
      row.labels.insert(label.substr(1, label.size() - 2));
    }
    documented.emplace(name.substr(1, name.size() - 2), row);
  }
  return documented;
}

}  // namespace

TEST_SUITE_BEGIN("render");

TEST_CASE("metrics: a family in format 0.0.4 -> HELP, TYPE and its series") {
  const std::string text = metrics(fixture::ready_fleet(), fixture::now(), Exposition::text_0_0_4);
  CHECK(family_text(text, "client_auth_mode") ==
        "# HELP telltale_client_auth_mode 1 for the mode of client authentication that this "
        "address showed at the last look, 0 for the others.\n"
        "# TYPE telltale_client_auth_mode gauge\n"
        "telltale_client_auth_mode{target=\"gate\",address=\"127.0.0.1:8084\",mode=\"none\"} 0\n"
        "telltale_client_auth_mode{target=\"gate\",address=\"127.0.0.1:8084\",mode=\"want\"} 1\n"
        "telltale_client_auth_mode{target=\"gate\",address=\"127.0.0.1:8084\",mode=\"need\"} 0\n"
        "telltale_client_auth_mode{target=\"gate\",address=\"127.0.0.1:8084\",mode=\"unknown\"} "
        "0\n");
  CHECK(family_text(text, "certificate_info") ==
        "# HELP telltale_certificate_info Always 1: the leaf certificate that this address sent at "
        "the last look.\n"
        "# TYPE telltale_certificate_info gauge\n"
        "telltale_certificate_info{target=\"gate\",address=\"127.0.0.1:8084\",position=\"0\","
        "fingerprint_sha256=\"00000000000000000000000000000000000000000000000000000000000000f1\","
        "subject=\"CN=gate\",issuer=\"CN=Lab Root\",serial_number=\"2a\"} 1\n");
}

TEST_CASE("metrics: each fact of a clean fleet -> its value") {
  const Exported exported = export_text(fixture::ready_fleet());
  const std::string at = "{target=\"gate\",address=\"127.0.0.1:8084\"";
  CHECK(value_of(exported, "probe_success" + at + "}") == "1");
  CHECK(value_of(exported, "probe_last_run_timestamp_seconds" + at + "}") == "1795348790");
  CHECK(value_of(exported, "probe_attempts_total{target=\"gate\"}") == "7");
  CHECK(value_of(exported, "findings{target=\"gate\",severity=\"error\"}") == "0");
  CHECK(value_of(exported, "client_auth_mode_expected{target=\"gate\",mode=\"want\"}") == "1");
  CHECK(value_of(exported, "client_auth_mode_expected{target=\"gate\",mode=\"need\"}") == "0");
  CHECK(value_of(exported, "client_certificates_verified" + at + "}") == "1");
  CHECK(value_of(exported, "authorities" + at + ",tls_version=\"TLSv1.3\"}") == "2");
  CHECK(value_of(exported, "authorities_bytes" + at + ",tls_version=\"TLSv1.2\"}") == "214");
  CHECK(value_of(exported, "certificate_not_after_timestamp_seconds" + at + ",position=\"0\"}") ==
        "1798761600");
  CHECK(value_of(exported, "certificate_not_before_timestamp_seconds" + at + ",position=\"1\"}") ==
        "1767225600");
  CHECK(value_of(exported, "chain_verified" + at + "}") == "1");
  CHECK(value_of(exported, "hostname_verified" + at + "}") == "1");
  CHECK(value_of(exported, "tls_version_info" + at + ",tls_version=\"TLSv1.3\"}") == "1");
  CHECK(value_of(exported, "tls_cipher_info" + at + ",cipher=\"TLS_AES_256_GCM_SHA384\"}") == "1");
  CHECK(value_of(exported, "target_addresses{target=\"gate\"}") == "1");
  CHECK(value_of(exported, "target_distinct_certificates{target=\"gate\"}") == "1");
  CHECK(value_of(exported, "target_replicas_agree{target=\"gate\"}") == "1");
  CHECK(value_of(exported, "identity_readable{identity=\"telltale\"}") == "1");
  CHECK(value_of(exported,
                 "identity_accepted{identity=\"telltale\",target=\"gate\","
                 "address=\"127.0.0.1:8084\"}") == "1");
  CHECK(value_of(exported, "identity_not_after_timestamp_seconds{identity=\"telltale\"}") ==
        "1811808000");
  CHECK(value_of(exported, "identity_not_before_timestamp_seconds{identity=\"telltale\"}") ==
        "1767225600");
  CHECK(value_of(exported,
                 "identity_info{identity=\"telltale\",fingerprint_sha256="
                 "\"00000000000000000000000000000000000000000000000000000000000000f1\","
                 "subject=\"CN=telltale\",issuer=\"CN=Lab Root\",serial_number=\"2a\"}") == "1");
  CHECK(value_of(exported, "trust_readable") == "1");
  CHECK(value_of(exported, "gate_open{gate=\"need\"}") == "1");
  CHECK(value_of(exported, "gate_status{gate=\"need\",status=\"open\"}") == "1");
  CHECK(value_of(exported, "gate_status{gate=\"need\",status=\"closed\"}") == "0");
  CHECK(value_of(exported, "gate_status{gate=\"need\",status=\"unknown\"}") == "0");
  CHECK(value_of(exported, "gate_target_open{gate=\"need\",target=\"gate\"}") == "1");
  CHECK(value_of(exported, "gate_blockers{gate=\"need\",reason=\"stale\"}") == "0");
  CHECK(value_of(exported, "probe_stale_after_seconds") == "65");
  CHECK(value_of(exported, "gate_last_transition_timestamp_seconds{gate=\"need\"}") ==
        "1795345200");
  CHECK(value_of(exported, "config_last_reload_successful") == "1");
  CHECK(value_of(exported, "config_last_reload_success_timestamp_seconds") == "1795338000");
  CHECK(value_of(exported, "internal_errors_total") == "0");
  CHECK(value_of(exported, "build_info{version=\"" + std::string(program_version) +
                               "\",revision=\"" + std::string(program_revision) + "\",compiler=\"" +
                               std::string(program_compiler) + "\"}") == "1");
}

TEST_CASE("metrics: a finding that stands -> 1, one seen before -> 0, one never seen -> absent") {
  const Exported exported = export_text(fixture::mixed_fleet());
  CHECK(value_of(exported,
                 "finding{target=\"clouddriver\",address=\"127.0.0.1:7002\","
                 "reason=\"authorities_missing\",severity=\"error\"}") == "1");
  CHECK(value_of(exported,
                 "finding{target=\"gate\",address=\"127.0.0.1:8084\","
                 "reason=\"app_unhealthy\",severity=\"warning\"}") == "0");
  CHECK(value_of(exported,
                 "finding{target=\"gate\",address=\"127.0.0.1:8084\","
                 "reason=\"authorities_missing\",severity=\"error\"}") == "");
  CHECK(value_of(exported,
                 "finding{target=\"deck\",address=\"\",reason=\"resolve_failed\","
                 "severity=\"error\"}") == "1");
  CHECK(value_of(exported, "findings{target=\"clouddriver\",severity=\"error\"}") == "1");
  CHECK(value_of(exported, "findings{target=\"clouddriver\",severity=\"warning\"}") == "1");
  CHECK(value_of(exported, "findings{target=\"clouddriver\",severity=\"info\"}") == "0");
}

TEST_CASE("metrics: our own credentials -> readable or not, and their findings by name") {
  const Exported exported = export_text(fixture::mixed_fleet());
  CHECK(value_of(exported, "identity_readable{identity=\"orca\"}") == "1");
  CHECK(value_of(exported, "identity_readable{identity=\"gate\"}") == "0");
  CHECK(value_of(exported, "identity_not_after_timestamp_seconds{identity=\"gate\"}") == "");
  CHECK(value_of(exported, "password_readable{target=\"redis\"}") == "1");
  const auto finding = [&](const std::string& credential, const std::string& name,
                           const std::string& reason) {
    return value_of(exported, "credential_finding{credential=\"" + credential + "\",name=\"" +
                                  name + "\",reason=\"" + reason + "\",severity=\"warning\"}");
  };
  CHECK(finding("identity", "orca", "identity_expiring") == "1");
  CHECK(finding("identity", "orca", "identity_unreadable") == "0");  // mended
  CHECK(finding("identity", "orca", "identity_expired") == "");
  CHECK(finding("identity", "gate", "identity_unreadable") == "1");
  CHECK(finding("trust", "", "truststore_empty") == "1");
  CHECK(finding("trust", "orca-trust.p12", "trust_unreadable") == "1");
  CHECK(finding("password", "redis", "password_unreadable") == "0");
}

TEST_CASE("metrics: one reason twice at one address -> one series") {
  assess::AddressAssessment look = fixture::good_look({"127.0.0.1", 1});
  const auto weak =
      fixture::finding(assess::Reason::certificate_weak, assess::Severity::warning, "");
  look.findings = {weak, weak};
  const Exported exported = export_text(
      fixture::snapshot({fixture::target("a", {fixture::entry_of(std::move(look))})}, {}));
  CHECK(value_of(exported,
                 "finding{target=\"a\",address=\"127.0.0.1:1\","
                 "reason=\"certificate_weak\",severity=\"warning\"}") == "1");
  CHECK(value_of(exported, "findings{target=\"a\",severity=\"warning\"}") == "2");
}

TEST_CASE("metrics: an address that did not answer, or was not looked at -> no success, unknown") {
  const Exported exported = export_text(fixture::mixed_fleet());
  const std::string refused = "{target=\"redis\",address=\"127.0.0.1:6379\"";
  const std::string unseen = "{target=\"dinghy\",address=\"10.0.0.9:8081\"";
  for (const std::string& at : {refused, unseen}) {
    CAPTURE(at);
    CHECK(value_of(exported, "probe_success" + at + "}") == "0");
    CHECK(value_of(exported, "client_auth_mode" + at + ",mode=\"unknown\"}") == "1");
    CHECK(value_of(exported, "client_auth_mode" + at + ",mode=\"want\"}") == "0");
    CHECK(value_of(exported, "client_certificates_verified" + at + "}") == "");
    CHECK(value_of(exported, "chain_verified" + at + "}") == "");
  }
  CHECK(value_of(exported, "probe_last_run_timestamp_seconds" + refused + "}") == "1795348788");
  CHECK(value_of(exported, "probe_last_run_timestamp_seconds" + unseen + "}") == "");
  CHECK(value_of(exported, "probe_failures_total{target=\"redis\",reason=\"connect_refused\"}") ==
        "3");
  CHECK(value_of(exported, "client_auth_mode_expected{target=\"redis\",mode=\"want\"}") == "0");
  CHECK(value_of(exported, "target_addresses{target=\"deck\"}") == "0");
}

TEST_CASE("metrics: what holds a gate -> counted by reason; what is accepted -> apart") {
  const Exported exported = export_text(fixture::mixed_fleet());
  CHECK(value_of(exported, "gate_open{gate=\"need\"}") == "0");
  CHECK(value_of(exported, "gate_status{gate=\"need\",status=\"closed\"}") == "1");
  CHECK(value_of(exported, "gate_open{gate=\"canary\"}") == "1");
  CHECK(value_of(exported, "gate_blockers{gate=\"need\",reason=\"authorities_missing\"}") == "1");
  CHECK(value_of(exported, "gate_blockers{gate=\"need\",reason=\"connect_refused\"}") == "0");
  CHECK(value_of(exported, "gate_blockers{gate=\"canary\",reason=\"authorities_missing\"}") == "0");
  CHECK(value_of(exported, "gate_accepted{gate=\"need\",reason=\"connect_refused\"}") == "1");
  CHECK(value_of(exported, "gate_target_open{gate=\"need\",target=\"clouddriver\"}") == "0");
  CHECK(value_of(exported, "gate_target_open{gate=\"canary\",target=\"gate\"}") == "1");
  CHECK(value_of(exported, "gate_target_open{gate=\"canary\",target=\"clouddriver\"}") == "");
}

TEST_CASE("metrics: calls -> one verdict of four, and why, also when it is over") {
  gate::Snapshot snapshot = fixture::mixed_fleet();
  const std::string from_ci = "{caller=\"ci\",callee=\"gate\"";
  const std::string from_gate = "{caller=\"gate\",callee=\"clouddriver\"";
  const Exported exported = export_text(snapshot);
  CHECK(value_of(exported, "edge_verdict" + from_ci + ",verdict=\"survives\"}") == "1");
  CHECK(value_of(exported, "edge_verdict" + from_gate + ",verdict=\"survives\"}") == "0");
  CHECK(value_of(exported, "edge_verdict" + from_gate + ",verdict=\"breaks\"}") == "1");
  CHECK(value_of(exported, "edge_verdict" + from_gate + ",verdict=\"broken\"}") == "0");
  CHECK(value_of(exported, "edge_verdict" + from_gate + ",verdict=\"unknown\"}") == "0");
  CHECK(value_of(exported, "edge_blocked" + from_gate + ",reason=\"issuer_not_advertised\"}") ==
        "1");
  CHECK(value_of(exported, "edge_blocked" + from_ci + ",reason=\"identity_expired\"}") == "0");
  CHECK(value_of(exported, "gate_blockers{gate=\"need\",reason=\"issuer_not_advertised\"}") == "1");
  CHECK(value_of(exported, "gate_blockers{gate=\"canary\",reason=\"identity_expired\"}") == "0");

  // The same two again, on another path.
  snapshot.edges.push_back(
      fixture::edge("ci", "gate",
                    {fixture::row({"127.0.0.1", 8084}, assess::Verdict::unknown,
                                  assess::Reason::caller_unknown, "Nobody knows.")}));
  const Exported worst = export_text(snapshot);
  CHECK(value_of(worst, "edge_verdict" + from_ci + ",verdict=\"survives\"}") == "0");
  CHECK(value_of(worst, "edge_verdict" + from_ci + ",verdict=\"unknown\"}") == "1");
}

TEST_CASE("metrics: nothing new comes in -> the gate leaves 1 by itself, and says stale") {
  const gate::Snapshot snapshot = fixture::ready_fleet();
  // The look is 10 s old at now(), and counts for 65 s.
  const Exported fresh = export_text(snapshot, fixture::later(std::chrono::seconds(54)));
  CHECK(value_of(fresh, "gate_open{gate=\"need\"}") == "1");
  const Exported stale = export_text(snapshot, fixture::later(std::chrono::seconds(56)));
  CHECK(value_of(stale, "gate_open{gate=\"need\"}") == "0");
  CHECK(value_of(stale, "gate_status{gate=\"need\",status=\"unknown\"}") == "1");
  CHECK(value_of(stale, "gate_target_open{gate=\"need\",target=\"gate\"}") == "0");
  // The look, and the resolution of the target's name.
  CHECK(value_of(stale, "gate_blockers{gate=\"need\",reason=\"stale\"}") == "2");
}

TEST_CASE("metrics: a histogram -> cumulative buckets up to +Inf, which is the count") {
  const Exported exported = export_text(fixture::mixed_fleet());
  for (const probe::Phase phase : enumerators<probe::Phase>()) {
    const std::string label = "{phase=\"" + std::string(name_of(phase)) + "\"";
    CAPTURE(label);
    CHECK(value_of(exported, "probe_duration_seconds_bucket" + label + ",le=\"0.001\"}") == "0");
    CHECK(value_of(exported, "probe_duration_seconds_bucket" + label + ",le=\"0.005\"}") == "4");
    CHECK(value_of(exported, "probe_duration_seconds_bucket" + label + ",le=\"5\"}") == "9");
    CHECK(value_of(exported, "probe_duration_seconds_bucket" + label + ",le=\"+Inf\"}") == "10");
    CHECK(value_of(exported, "probe_duration_seconds_count" + label + "}") == "10");
    CHECK(value_of(exported, "probe_duration_seconds_sum" + label + "}") == "6.5");
  }
}

TEST_CASE("metrics: texts that peers choose -> escaped, valid UTF-8, one line") {
  for (const Exposition exposition : {Exposition::text_0_0_4, Exposition::openmetrics_1_0_0}) {
    const std::string text = metrics(fixture::hostile_fleet(), fixture::now(), exposition);
    CHECK_NOTHROW(fixture::parse_exposition(text));
    CHECK(text.find("subject=\"<b x=\\\"'\\\">&\\\\ \r\\n") != std::string::npos);
    CHECK(text.find('\xff') == std::string::npos);
    CHECK(text.find("\xc0\xaf") == std::string::npos);
  }
}

TEST_CASE("openmetrics: a counter -> family without _total; bounds are floats; no family twice") {
  const std::string text =
      metrics(fixture::mixed_fleet(), fixture::now(), Exposition::openmetrics_1_0_0);
  const Exported exported = fixture::parse_exposition(text);
  CHECK_FALSE(exported.ended);  // what belongs to one scrape comes before # EOF
  CHECK(exported.families.at("telltale_probe_attempts").type == "counter");
  CHECK_FALSE(exported.families.contains("telltale_probe_attempts_total"));
  CHECK(value_of(exported, "probe_attempts_total{target=\"gate\"}") == "7");
  CHECK(value_of(exported, "probe_duration_seconds_bucket{phase=\"connect\",le=\"1.0\"}") == "9");
  CHECK(value_of(exported, "probe_duration_seconds_bucket{phase=\"connect\",le=\"0.0025\"}") ==
        "1");
  CHECK(value_of(exported, "probe_duration_seconds_bucket{phase=\"connect\",le=\"+Inf\"}") == "10");
  CHECK(value_of(exported, "probe_duration_seconds_sum{phase=\"connect\"}") == "6.5");
  CHECK(value_of(exported, "config_last_reload_successful") == "1");
  CHECK(value_of(exported, "gate_last_transition_timestamp_seconds{gate=\"canary\"}") ==
        "1795345200");
}

TEST_CASE("openmetrics: every series of 0.0.4 -> is there, with the same number") {
  const gate::Snapshot snapshot = fixture::mixed_fleet();
  const Exported text = export_text(snapshot);
  const Exported open =
      fixture::parse_exposition(metrics(snapshot, fixture::now(), Exposition::openmetrics_1_0_0));
  CHECK(text.samples.size() == open.samples.size());
  for (const auto& [series, value] : text.samples) {
    if (series.find(",le=") == std::string::npos) {
      CAPTURE(series);
      REQUIRE(open.samples.contains(series));
      CHECK(std::stod(open.samples.at(series)) == std::stod(value));
    }
  }
}

/// The same with a sidecar in front of every target that was looked at, and of all calls.
gate::Snapshot with_sidecars(gate::Snapshot snapshot) {
  for (gate::TargetEntryPtr& shared : snapshot.targets) {
    gate::TargetEntry entry = *shared;
    entry.target.mesh = fleet::Mesh{};
    for (gate::AddressEntry& address : entry.addresses) {
      if (address.assessment) {
        assess::AddressAssessment look = *address.assessment;
        look.mesh = assess::MeshReading{.mode = fleet::MeshMode::strict};
        address.assessment = std::make_shared<const assess::AddressAssessment>(std::move(look));
      }
    }
    shared = std::make_shared<const gate::TargetEntry>(std::move(entry));
  }
  for (gate::EdgeEntryPtr& shared : snapshot.edges) {
    gate::EdgeEntry entry = *shared;
    for (assess::EdgeAssessment& row : entry.rows) {
      row.strict = assess::StrictAssessment{};
    }
    shared = std::make_shared<const gate::EdgeEntry>(std::move(entry));
  }
  return snapshot;
}

TEST_CASE("docs/metrics.md: every metric -> has a row with its type and labels, and no other has") {
  const std::map<std::string, DocumentedMetric> documented = read_documented_metrics();
  const Exported exported = export_text(with_sidecars(fixture::mixed_fleet()));
  for (const auto& [name, family] : exported.families) {
    CAPTURE(name);
    REQUIRE(documented.contains(name));
    std::set<std::string> labels = family.label_names;
    labels.erase("le");
    CHECK(documented.at(name).type == family.type);
    CHECK(documented.at(name).labels == labels);
    CHECK_FALSE(documented.at(name).meaning.empty());
  }
  for (const auto& [name, row] : documented) {
    CAPTURE(name);
    CHECK(exported.families.contains(name));
  }
}

TEST_SUITE_END();

}  // namespace telltale::render
