#include "telltale/render/probe.hpp"

#include <doctest/doctest.h>

#include "unit/render/fixture.hpp"

namespace telltale::render {
namespace {

using namespace std::chrono_literals;

/// A report on target `gate` with these addresses, made in 250 ms.
ProbeReport report_on(std::vector<gate::AddressEntry> addresses) {
  gate::TargetEntry entry = fixture::target("gate", std::move(addresses));
  entry.resolution->duration = 5ms;
  gate::Snapshot snapshot;
  snapshot.targets = {std::make_shared<const gate::TargetEntry>(std::move(entry))};
  ProbeReport report;
  report.snapshot = std::make_shared<const gate::Snapshot>(std::move(snapshot));
  report.now = fixture::now();
  report.duration = 250ms;
  return report;
}

gate::AddressEntry good_address(const std::string& host, CivilTime not_after) {
  assess::AddressAssessment look = fixture::good_look({host, 8084});
  look.certificates = {fixture::certificate("CN=of " + host, "CN=Lab Root", not_after),
                       fixture::chain().back()};
  look.verification->path = look.certificates;
  return fixture::entry_of(std::move(look));
}

bool has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::string text_of(const ProbeReport& report) {
  return probe_metrics(report, Exposition::text_0_0_4);
}

TEST_SUITE("render") {
  TEST_CASE("probe: a good target -> blackbox_exporter's series beside ours") {
    ProbeReport report = report_on({good_address("127.0.0.1", fixture::civil(2027, 1, 1, 0))});
    probe::Attempt nothing;
    nothing.http = probe::HttpReply{.status = 403, .first_line = ""};
    probe::Attempt identity = nothing;
    identity.presentation = probe::Presentation::identity;
    identity.http->status = 200;
    identity.durations[probe::Phase::connect] = 1ms;
    identity.durations[probe::Phase::handshake] = 20ms;
    identity.durations[probe::Phase::first_read] = 2ms;
    identity.durations[probe::Phase::application] = 3ms;
    probe::Attempt stranger = nothing;
    stranger.presentation = probe::Presentation::stranger;
    probe::Attempt older = identity;
    older.version = tls::ProtocolVersion::tls_1_2;
    older.http->status = 500;
    report.observations.resize(1);
    report.observations.front().address = {"127.0.0.1", 8084};
    report.observations.front().attempts = {nothing, identity, stranger, older};
    const std::string text = text_of(report);
    CAPTURE(text);
    for (const char* const line : {
             "# TYPE probe_success gauge",
             "# HELP probe_success Displays whether or not the probe was a success",
             "probe_success 1",
             "probe_duration_seconds 0.25",
             "probe_dns_lookup_time_seconds 0.005",
             "probe_ip_protocol 4",
             "probe_ssl_earliest_cert_expiry 1798761600",
             "probe_ssl_last_chain_expiry_timestamp_seconds 1798761600",
             "probe_tls_version_info{version=\"TLS 1.3\"} 1",
             "probe_tls_cipher_info{cipher=\"TLS_AES_256_GCM_SHA384\"} 1",
             "probe_http_status_code 200",
             "probe_http_ssl 1",
             "probe_http_duration_seconds{phase=\"resolve\"} 0.005",
             "probe_http_duration_seconds{phase=\"connect\"} 0.001",
             "probe_http_duration_seconds{phase=\"tls\"} 0.02",
             "probe_http_duration_seconds{phase=\"processing\"} 0.005",
             "telltale_probe_success{target=\"gate\",address=\"127.0.0.1:8084\"} 1",
             "telltale_client_auth_mode{target=\"gate\",address=\"127.0.0.1:8084\",mode=\"want\"} "
             "1",
         }) {
      CHECK_MESSAGE(has(text, line), line);
    }
    CHECK(has(text, "probe_ssl_last_chain_info{fingerprint_sha256=\"" + std::string(62, '0') +
                        "f1\",subject=\"CN=of 127.0.0.1\",issuer=\"CN=Lab Root\","
                        "subjectalternative=\"gate.lab,localhost\",serialnumber=\"2a\"} 1"));
    // What counts since the start has no place here, nor has what is not about this target.
    for (const char* const name : {"_total", "telltale_probe_duration_seconds", "telltale_gate",
                                   "telltale_identity", "telltale_build_info"}) {
      CHECK_MESSAGE(text.find(name) == std::string::npos, name);
    }
  }

  TEST_CASE("probe: several addresses -> success is that of all, the rest of who ends first") {
    ProbeReport report = report_on({good_address("127.0.0.1", fixture::civil(2027, 6, 1, 0)),
                                    good_address("::1", fixture::civil(2027, 1, 1, 0)),
                                    good_address("127.0.0.2", fixture::civil(2027, 3, 1, 0))});
    std::string text = text_of(report);
    CHECK(has(text, "probe_success 1"));
    CHECK(has(text, "probe_ip_protocol 6"));
    CHECK(has(text, "probe_ssl_earliest_cert_expiry 1798761600"));
    CHECK(text.find("subject=\"CN=of ::1\"") != std::string::npos);

    assess::AddressAssessment refused;
    refused.address = {"127.0.0.3", 8084};
    report = report_on({good_address("::1", fixture::civil(2027, 1, 1, 0)),
                        fixture::entry_of(std::move(refused))});
    text = text_of(report);
    CHECK(has(text, "probe_success 0"));
    CHECK(has(text, "probe_ssl_earliest_cert_expiry 1798761600"));
    CHECK(has(text, "telltale_probe_success{target=\"gate\",address=\"[::1]:8084\"} 1"));
    CHECK(has(text, "telltale_probe_success{target=\"gate\",address=\"127.0.0.3:8084\"} 0"));
  }

  TEST_CASE("probe: nothing was seen -> a failure without what only a handshake shows") {
    gate::AddressEntry unseen;
    unseen.address = {"127.0.0.1", 8084};
    for (const auto& addresses :
         {std::vector<gate::AddressEntry>{}, std::vector<gate::AddressEntry>{unseen}}) {
      const std::string text = text_of(report_on(addresses));
      CHECK(has(text, "probe_success 0"));
      CHECK(has(text, "probe_ip_protocol " + std::string(addresses.empty() ? "0" : "4")));
      for (const char* const name : {"probe_ssl", "probe_tls", "probe_http"}) {
        CHECK_MESSAGE(text.find(name) == std::string::npos, name);
      }
    }
  }

  TEST_CASE("probe: a chain that nobody trusts -> no end of a verified chain") {
    assess::AddressAssessment look = fixture::good_look({"127.0.0.1", 8084});
    look.verification->trusted = false;
    const std::string text = text_of(report_on({fixture::entry_of(std::move(look))}));
    CHECK(text.find("probe_ssl_earliest_cert_expiry ") != std::string::npos);
    CHECK(text.find("probe_ssl_last_chain_expiry") == std::string::npos);
  }

  TEST_CASE("probe: OpenMetrics -> ends with EOF, once") {
    const std::string text =
        probe_metrics(report_on({good_address("127.0.0.1", fixture::civil(2027, 1, 1, 0))}),
                      Exposition::openmetrics_1_0_0);
    CHECK(text.find("\nprobe_success 1\n") != std::string::npos);
    CHECK(text.find("# EOF\n") == text.size() - 6);
  }

  TEST_CASE("probe_text: stories, findings, then the metrics that would have been returned") {
    gate::AddressEntry good = good_address("127.0.0.1", fixture::civil(2027, 1, 1, 0));
    assess::AddressAssessment look = *good.assessment;
    look.findings = {fixture::finding(assess::Reason::certificate_weak, assess::Severity::warning,
                                      "It is\nweak.")};
    good.assessment = std::make_shared<const assess::AddressAssessment>(look);
    good.story = std::make_shared<const assess::Story>(
        assess::Story{{"nothing presented, TLSv1.3", "handshake done", false}});
    gate::AddressEntry unseen;
    unseen.address = {"127.0.0.2", 8084};
    const ProbeReport report = report_on({good, unseen});
    CHECK(probe_text(report) ==
          "Looked at gate (https://gate.lab:8084) in 250ms: failure\n"
          "gate.lab resolved in 5ms: 127.0.0.1:8084, 127.0.0.2:8084\n"
          "\n"
          "127.0.0.1:8084, mode want:\n"
          "  nothing presented, TLSv1.3: handshake done\n"
          "\n"
          "127.0.0.2:8084: not looked at, the time was over\n"
          "\n"
          "Findings:\n"
          "  warning 127.0.0.1:8084 certificate_weak: It is weak. Do something about it.\n"
          "\n"
          "Metrics that would have been returned:\n"
          "\n" +
              text_of(report));
  }
}

}  // namespace
}  // namespace telltale::render
