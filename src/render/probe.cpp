#include "telltale/render/probe.hpp"

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

#include <prometheus/text_serializer.h>

#include "render/facts_text.hpp"
#include "render/families.hpp"
#include "render/looks_text.hpp"
#include "render/openmetrics.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

const gate::TargetEntry& target_of(const ProbeReport& report) {
  return *report.snapshot->targets.front();
}

double seconds_of(Duration span) {
  return std::chrono::duration<double>(span).count();
}

/// When the first certificate of a chain ends.
CivilTime first_end(const pki::Chain& chain) {
  CivilTime first = CivilTime::max();
  for (const pki::CertificatePtr& certificate : chain) {
    first = std::min(first, certificate->validity.not_after);
  }
  return first;
}

/// The address that series without an address speak of: the one whose chain ends first, else the
/// first that was looked at, else the first.
const gate::AddressEntry* spokesman(const ProbeReport& report) {
  const auto& addresses = target_of(report).addresses;
  const auto rank = [](const gate::AddressEntry& address) {
    const bool was_looked_at = address.assessment != nullptr;
    return std::pair(was_looked_at ? first_end(address.assessment->certificates) : CivilTime::max(),
                     !was_looked_at);
  };
  const auto found = std::ranges::min_element(addresses, {}, rank);
  return found == addresses.end() ? nullptr : &*found;
}

/// The attempt that tells of HTTP: at the highest version that answered, with our identity rather
/// than without.
const probe::Attempt* attempt_that_tells(const ProbeReport& report,
                                         const fleet::Endpoint& address) {
  const auto seen = std::ranges::find(report.observations, address, &probe::Observation::address);
  if (seen == report.observations.end()) {
    return nullptr;
  }
  const probe::Attempt* best = nullptr;
  for (const probe::Attempt& attempt : seen->attempts) {
    const bool is_candidate = attempt.http && attempt.presentation != probe::Presentation::stranger;
    if (!is_candidate || (best != nullptr && attempt.version < best->version)) {
      continue;
    }
    best = &attempt;  // the identity is presented after nothing
  }
  return best;
}

/// Collects families, each as it is filled.
class Families {
 public:
  MetricFamily& add_gauge(const char* name, const char* help) {
    return all_.emplace_back(MetricFamily{name, help, MetricType::Gauge, {}});
  }

  void add_value(const char* name, const char* help, double value) {
    add(add_gauge(name, help), {}, value);
  }

  void push(MetricFamily family) { all_.push_back(std::move(family)); }

  [[nodiscard]] const std::vector<MetricFamily>& all() const { return all_; }

 private:
  std::vector<MetricFamily> all_;
};

void add_outcome(Families& families, const ProbeReport& report) {
  families.add_value("probe_success", "Displays whether or not the probe was a success",
                     succeeded(report) ? 1 : 0);
  families.add_value("probe_duration_seconds",
                     "Returns how long the probe took to complete in seconds",
                     seconds_of(report.duration));
  families.add_value("probe_dns_lookup_time_seconds",
                     "Returns the time taken for probe dns lookup in seconds",
                     seconds_of(target_of(report).resolution->duration));
}

void add_protocol(Families& families, const gate::AddressEntry* address) {
  const bool is_v6 = address != nullptr && address->address.host.find(':') != std::string::npos;
  const double protocol = address == nullptr ? 0 : is_v6 ? 6 : 4;
  families.add_value("probe_ip_protocol", "Specifies whether probe ip protocol is IP4 or IP6",
                     protocol);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text.append(text.empty() ? "" : ",").append(word);
  }
  return text;
}

/// When the first of the chains that verified ends; nothing: none did.
std::optional<CivilTime> first_verified_end(const ProbeReport& report) {
  std::optional<CivilTime> first;
  for (const gate::AddressEntry& address : target_of(report).addresses) {
    if (address.assessment == nullptr || !address.assessment->verification ||
        !address.assessment->verification->trusted) {
      continue;
    }
    const CivilTime end = first_end(address.assessment->verification->path);
    first = first ? std::min(*first, end) : end;
  }
  return first;
}

void add_chain(Families& families, const ProbeReport& report,
               const assess::AddressAssessment& look) {
  if (look.certificates.empty()) {
    return;
  }
  families.add_value("probe_ssl_earliest_cert_expiry", "Returns last SSL chain expiry in unixtime",
                     timestamp_of(first_end(look.certificates)));
  if (const auto end = first_verified_end(report)) {
    families.add_value("probe_ssl_last_chain_expiry_timestamp_seconds",
                       "Returns last SSL chain expiry in timestamp", timestamp_of(*end));
  }
  const pki::Certificate& leaf = *look.certificates.front();
  add(families.add_gauge("probe_ssl_last_chain_info", "Contains SSL leaf certificate information"),
      {{"fingerprint_sha256", leaf.fingerprint_sha256},
       {"subject", leaf.subject.rfc4514},
       {"issuer", leaf.issuer.rfc4514},
       {"subjectalternative", joined(leaf.dns_names)},
       {"serialnumber", leaf.serial_number}},
      1);
}

void add_tls(Families& families, const assess::AddressAssessment& look) {
  if (look.versions.empty()) {
    return;
  }
  const assess::VersionAssessment& highest = look.versions.front();
  const bool is_1_3 = highest.version == tls::ProtocolVersion::tls_1_3;
  add(families.add_gauge("probe_tls_version_info",
                         "Returns the TLS version used or NaN when unknown"),
      {{"version", is_1_3 ? "TLS 1.3" : "TLS 1.2"}}, 1);
  if (!highest.cipher_suite.empty()) {
    add(families.add_gauge("probe_tls_cipher_info",
                           "Returns the TLS cipher negotiated during handshake"),
        {{"cipher", highest.cipher_suite}}, 1);
  }
}

void add_http(Families& families, const ProbeReport& report, const probe::Attempt& attempt) {
  using probe::Phase;

  families.add_value("probe_http_status_code", "Response HTTP status code", attempt.http->status);
  families.add_value("probe_http_ssl", "Indicates if SSL was used for the final redirect", 1);
  MetricFamily& durations =
      families.add_gauge("probe_http_duration_seconds",
                         "Duration of http request by phase, summed over all redirects");
  const auto spent = [&](Phase phase) {
    return seconds_of(attempt.durations[phase].value_or(Duration::zero()));
  };
  add(durations, {{"phase", "resolve"}}, seconds_of(target_of(report).resolution->duration));
  add(durations, {{"phase", "connect"}}, spent(Phase::connect));
  add(durations, {{"phase", "tls"}}, spent(Phase::handshake));
  add(durations, {{"phase", "processing"}}, spent(Phase::first_read) + spent(Phase::application));
}

/// Our own, but for what counts since the start.
void add_ours(Families& families, const ProbeReport& report) {
  const Facts facts(*report.snapshot, report.now);
  for (const auto rows : {probe_families(), tls_families()}) {
    for (const FamilyRow& row : rows) {
      if (row.type != MetricType::Gauge) {
        continue;
      }
      MetricFamily family = make_family(row, facts);
      if (!family.metric.empty()) {
        families.push(std::move(family));
      }
    }
  }
}

Families families_of(const ProbeReport& report) {
  Families families;
  add_outcome(families, report);
  const gate::AddressEntry* address = spokesman(report);
  add_protocol(families, address);
  if (address != nullptr && address->assessment != nullptr) {
    add_chain(families, report, *address->assessment);
    add_tls(families, *address->assessment);
    if (const probe::Attempt* attempt = attempt_that_tells(report, address->address)) {
      add_http(families, report, *attempt);
    }
  }
  add_ours(families, report);
  return families;
}

std::string resolution_text(const probe::Resolution& resolution) {
  std::string text = resolution.name.empty()
                         ? "addresses as configured"
                         : resolution.name + " resolved in " + to_text(resolution.duration);
  if (resolution.failure) {
    return text + ": " + resolution.failure->detail;
  }
  std::string_view separator = ": ";
  for (const fleet::Endpoint& address : resolution.addresses) {
    text.append(separator).append(fleet::to_text(address));
    separator = ", ";
  }
  return text;
}

void append_findings(std::string& text, std::string_view address,
                     const std::vector<assess::Finding>& findings) {
  for (const assess::Finding& finding : findings) {
    text.append("  ").append(name_of(finding.severity)).append(" ");
    text.append(address).append(address.empty() ? "" : " ");
    text.append(name_of(finding.reason)).append(": ");
    text.append(to_one_line(finding.detail)).append(" ");
    text.append(to_one_line(finding.hint)).append("\n");
  }
}

std::string findings_text(const gate::TargetEntry& entry) {
  std::string text;
  for (const gate::AddressEntry& address : entry.addresses) {
    if (address.assessment != nullptr) {
      append_findings(text, fleet::to_text(address.address), address.assessment->findings);
    }
  }
  append_findings(text, "", entry.assessment.findings);
  return text.empty() ? "  none\n" : text;
}

}  // namespace

bool succeeded(const ProbeReport& report) {
  const auto& addresses = target_of(report).addresses;
  return !addresses.empty() && std::ranges::all_of(addresses, [](const auto& address) {
    return address.assessment != nullptr && address.assessment->reachable;
  });
}

std::string probe_metrics(const ProbeReport& report, Exposition exposition) {
  const Families families = families_of(report);
  if (exposition == Exposition::text_0_0_4) {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families.all());
    return std::move(out).str();
  }
  std::string out;
  for (const MetricFamily& family : families.all()) {
    append_openmetrics(out, family);
  }
  return out.append("# EOF\n");
}

std::string probe_text(const ProbeReport& report) {
  const gate::TargetEntry& entry = target_of(report);
  std::string text = "Looked at " + entry.target.name + " (" + to_one_line(entry.target.url.text) +
                     ") in " + to_text(report.duration) + ": " +
                     (succeeded(report) ? "success" : "failure") + "\n";
  text += to_one_line(resolution_text(*entry.resolution)) + "\n";
  for (const gate::AddressEntry& address : entry.addresses) {
    text += "\n" + fleet::to_text(address.address);
    if (address.assessment == nullptr) {
      text += ": not looked at, the time was over\n";
      continue;
    }
    text.append(", mode ").append(name_of(address.assessment->mode)).append(":\n");
    if (address.story != nullptr) {
      append_story(text, *address.story);
    }
  }
  text += "\nFindings:\n" + findings_text(entry);
  text += "\nMetrics that would have been returned:\n\n";
  return text + probe_metrics(report, Exposition::text_0_0_4);
}

}  // namespace telltale::render
