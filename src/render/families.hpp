#pragma once
// The metric families: each is one row that says its name, its type, its help and how it is filled.

#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

#include "telltale/gate/snapshot.hpp"

namespace telltale::render {

/// One address of one target, with the texts that label its series.
struct LabelledAddress {
  std::string_view target;
  std::string address;
  const assess::AddressAssessment* assessment;  ///< null: not looked at yet
};

/// What families are filled from, worked out once for all of them.
struct Facts {
  Facts(const gate::Snapshot& snapshot, Now now);

  const gate::Snapshot& snapshot;
  std::vector<LabelledAddress> addresses;  ///< in the order of the targets
  std::vector<gate::Answer> answers;       ///< at `now`, in the order of snapshot.gates
};

struct FamilyRow {
  std::string_view name;
  prometheus::MetricType type;
  std::string_view help;  ///< one line without backslashes: TextSerializer writes it as it is
  void (*fill)(prometheus::MetricFamily& family, const Facts& facts);
};

/// The rows, in the order of exposition.
[[nodiscard]] std::span<const FamilyRow> probe_families();
[[nodiscard]] std::span<const FamilyRow> tls_families();
[[nodiscard]] std::span<const FamilyRow> credential_families();
[[nodiscard]] std::span<const FamilyRow> edge_families();
[[nodiscard]] std::span<const FamilyRow> gate_families();
[[nodiscard]] std::span<const FamilyRow> daemon_families();

/// Fills one family.
[[nodiscard]] prometheus::MetricFamily make_family(const FamilyRow& row, const Facts& facts);

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Adds a series to a counter or a gauge. Label values are made valid UTF-8.
void add(prometheus::MetricFamily& family, Labels labels, double value);

/// Adds a series to a histogram.
void add(prometheus::MetricFamily& family, Labels labels, const gate::Histogram& histogram);

/// Seconds since the epoch.
[[nodiscard]] double timestamp_of(CivilTime time);

/// Visits (labelled address, assessment) for each address that was looked at.
template <class Visit>
void for_each_look(const Facts& facts, Visit visit) {
  for (const LabelledAddress& address : facts.addresses) {
    if (address.assessment != nullptr) {
      visit(address, *address.assessment);
    }
  }
}

/// Visits (reason, severity, value) of a finding's series: 1 for each that stands, and 0, with its
/// usual severity, for each reason seen before.
template <class Visit>
void for_each_finding(std::span<const assess::Finding> findings,
                      std::span<const assess::Reason> reasons_seen, Visit visit) {
  std::set<std::pair<assess::Reason, assess::Severity>> present;
  for (const assess::Finding& finding : findings) {
    if (present.emplace(finding.reason, finding.severity).second) {
      visit(finding.reason, finding.severity, 1);
    }
  }
  for (const assess::Reason reason : reasons_seen) {
    const assess::Severity severity = assess::row_of(reason).severity;
    if (!present.contains({reason, severity})) {
      visit(reason, severity, 0);
    }
  }
}

}  // namespace telltale::render
