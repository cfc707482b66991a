#include <array>

#include "render/families.hpp"

namespace telltale::render {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

void fill_success(MetricFamily& family, const Facts& facts) {
  for (const LabelledAddress& at : facts.addresses) {
    const bool succeeded = at.assessment != nullptr && at.assessment->reachable;
    add(family, {{"target", at.target}, {"address", at.address}}, succeeded ? 1 : 0);
  }
}

void fill_last_run(MetricFamily& family, const Facts& facts) {
  for_each_look(facts, [&](const LabelledAddress& at, const assess::AddressAssessment& look) {
    add(family, {{"target", at.target}, {"address", at.address}},
        timestamp_of(look.looked_at.civil));
  });
}

void fill_attempts(MetricFamily& family, const Facts& facts) {
  for (const gate::TargetEntryPtr& entry : facts.snapshot.targets) {
    add(family, {{"target", entry->target.name}}, static_cast<double>(entry->counters.looks));
  }
}

void fill_failures(MetricFamily& family, const Facts& facts) {
  for (const gate::TargetEntryPtr& entry : facts.snapshot.targets) {
    for (const auto& [reason, count] : entry->counters.failures) {
      add(family, {{"target", entry->target.name}, {"reason", name_of(reason)}},
          static_cast<double>(count));
    }
  }
}

void fill_durations(MetricFamily& family, const Facts& facts) {
  for (const probe::Phase phase : enumerators<probe::Phase>()) {
    add(family, {{"phase", name_of(phase)}},
        facts.snapshot.phase_durations[static_cast<std::size_t>(phase)]);
  }
}

/// The findings of one address, or of a target as a whole, and 0 for the reasons seen before.
void add_findings(MetricFamily& family, const gate::TargetEntry& entry, std::string_view address,
                  std::span<const assess::Finding> findings) {
  for_each_finding(findings, entry.reasons_seen,
                   [&](assess::Reason reason, assess::Severity severity, double value) {
                     add(family,
                         {{"target", entry.target.name},
                          {"address", address},
                          {"reason", name_of(reason)},
                          {"severity", name_of(severity)}},
                         value);
                   });
}

void fill_finding(MetricFamily& family, const Facts& facts) {
  for (const gate::TargetEntryPtr& entry : facts.snapshot.targets) {
    add_findings(family, *entry, "", entry->assessment.findings);
    for (const gate::AddressEntry& at : entry->addresses) {
      if (at.assessment != nullptr) {
        add_findings(family, *entry, fleet::to_text(at.address), at.assessment->findings);
      }
    }
  }
}

void fill_findings(MetricFamily& family, const Facts& facts) {
  for (const gate::TargetEntryPtr& entry : facts.snapshot.targets) {
    std::array<unsigned, enumerators<assess::Severity>().size()> counts{};
    const auto count = [&](const std::vector<assess::Finding>& findings) {
      for (const assess::Finding& finding : findings) {
        ++counts[static_cast<std::size_t>(finding.severity)];
      }
    };
    count(entry->assessment.findings);
    for (const gate::AddressEntry& at : entry->addresses) {
      if (at.assessment != nullptr) {
        count(at.assessment->findings);
      }
    }
    for (const assess::Severity severity : enumerators<assess::Severity>()) {
      add(family, {{"target", entry->target.name}, {"severity", name_of(severity)}},
          counts[static_cast<std::size_t>(severity)]);
    }
  }
}

void fill_addresses(MetricFamily& family, const Facts& facts) {
  for (const gate::TargetEntryPtr& entry : facts.snapshot.targets) {
    add(family, {{"target", entry->target.name}}, static_cast<double>(entry->addresses.size()));
  }
}

void fill_distinct_certificates(MetricFamily& family, const Facts& facts) {
  for (const gate::TargetEntryPtr& entry : facts.snapshot.targets) {
    add(family, {{"target", entry->target.name}},
        static_cast<double>(entry->assessment.distinct_certificates));
  }
}

void fill_replicas_agree(MetricFamily& family, const Facts& facts) {
  for (const gate::TargetEntryPtr& entry : facts.snapshot.targets) {
    add(family, {{"target", entry->target.name}}, entry->assessment.replicas_agree ? 1 : 0);
  }
}

constexpr FamilyRow rows[] = {
    {"telltale_probe_success", MetricType::Gauge,
     "1 if the last look at this address was answered. Under /metrics telltale looks on its own "
     "timer (see telltale_probe_last_run_timestamp_seconds), under /probe when it is scraped.",
     fill_success},
    {"telltale_probe_last_run_timestamp_seconds", MetricType::Gauge,
     "When the last look at this address ended, in seconds since the epoch.", fill_last_run},
    {"telltale_probe_attempts_total", MetricType::Counter,
     "Looks at the addresses of this target since telltale started.", fill_attempts},
    {"telltale_probe_failures_total", MetricType::Counter,
     "Looks that were not answered, by their first reason, since telltale started.", fill_failures},
    {"telltale_probe_duration_seconds", MetricType::Histogram,
     "How long each phase of a connection took, over all targets since telltale started.",
     fill_durations},
    {"telltale_finding", MetricType::Gauge,
     "1 while the finding stands as of the last look, 0 once it has been seen and is gone. An "
     "empty address means the target as a whole.",
     fill_finding},
    {"telltale_findings", MetricType::Gauge,
     "Findings that stand as of the last look, over all addresses of the target.", fill_findings},
    {"telltale_target_addresses", MetricType::Gauge,
     "Addresses of the target, from the newest resolution that gave any.", fill_addresses},
    {"telltale_target_distinct_certificates", MetricType::Gauge,
     "Different leaf certificates that the target's addresses showed at their last look.",
     fill_distinct_certificates},
    {"telltale_target_replicas_agree", MetricType::Gauge,
     "1 unless addresses of the target differ in mode, verification or DN list as of the last "
     "look.",
     fill_replicas_agree},
};

}  // namespace

std::span<const FamilyRow> probe_families() {
  return rows;
}

}  // namespace telltale::render
