#pragma once
// Rules: a rule is one function that reads a look and reports what is the matter, and the row of
// the reasons table that says what it means.

#include <span>
#include <string>
#include <vector>

#include "telltale/assess/assessment.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/probe/observation.hpp"

#include "assess/mode.hpp"

namespace telltale::assess {

/// What a rule may read: one look, what was inferred from it, and what ought to be.
struct Look {
  const fleet::Target& target;
  const probe::Observation& observation;
  std::span<const VersionEvidence> versions;
  const AddressAssessment& facts;        ///< everything but the findings
  std::span<const fleet::Edge> callers;  ///< of the target
  Duration validity_margin;
  CivilTime now;
};

/// Collects findings. There is at most one of each reason: what is said of a reason a second time
/// is added to its detail, and the worse severity stays.
class Report {
 public:
  /// Adds a finding with the severity of the reason's row.
  void add(Reason reason, const std::string& detail);
  void add(Reason reason, Severity severity, const std::string& detail);

  [[nodiscard]] const std::vector<Finding>& findings() const noexcept { return findings_; }

 private:
  std::vector<Finding> findings_;
};

using Rule = void (*)(const Look&, Report&);

// The rules by subject, in the order in which they are asked.
[[nodiscard]] std::span<const Rule> transport_rules();
[[nodiscard]] std::span<const Rule> mesh_rules();
[[nodiscard]] std::span<const Rule> chain_rules();
[[nodiscard]] std::span<const Rule> client_auth_rules();
[[nodiscard]] std::span<const Rule> authorities_rules();
[[nodiscard]] std::span<const Rule> identity_rules();
[[nodiscard]] std::span<const Rule> application_rules();
[[nodiscard]] std::span<const Rule> login_rules();
[[nodiscard]] std::span<const Rule> ingress_rules();

}  // namespace telltale::assess
