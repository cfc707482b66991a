#include <array>

#include "render/families.hpp"

namespace telltale::render {

namespace {

using assess::Reason;
using prometheus::MetricFamily;
using prometheus::MetricType;

using ReasonCounts = std::array<unsigned, enumerators<Reason>().size()>;

/// Reasons that a gate gives beside those of findings; their series exist from the start.
constexpr Reason reasons_of_gates[] = {Reason::certificate_expiring, Reason::client_auth_unknown,
                                       Reason::stale, Reason::unknown};

void count(ReasonCounts& counts, const std::vector<gate::Blocker>& blockers) {
  for (const gate::Blocker& blocker : blockers) {
    ++counts[static_cast<std::size_t>(blocker.reason)];
  }
}

void add_counts(MetricFamily& family, std::string_view gate, const ReasonCounts& counts,
                const ReasonCounts& exported) {
  for (const Reason reason : enumerators<Reason>()) {
    const auto index = static_cast<std::size_t>(reason);
    if (counts[index] != 0 || exported[index] != 0) {
      add(family, {{"gate", gate}, {"reason", name_of(reason)}}, counts[index]);
    }
  }
}

void fill_open(MetricFamily& family, const Facts& facts) {
  for (const gate::Answer& answer : facts.answers) {
    add(family, {{"gate", answer.gate}}, answer.ready() ? 1 : 0);
  }
}

void fill_status(MetricFamily& family, const Facts& facts) {
  for (const gate::Answer& answer : facts.answers) {
    for (const gate::Status status : enumerators<gate::Status>()) {
      add(family, {{"gate", answer.gate}, {"status", name_of(status)}},
          status == answer.status ? 1 : 0);
    }
  }
}

void fill_target_open(MetricFamily& family, const Facts& facts) {
  for (const gate::Answer& answer : facts.answers) {
    for (const gate::TargetStanding& standing : answer.standings) {
      add(family, {{"gate", answer.gate}, {"target", standing.target}},
          standing.status == gate::Status::open ? 1 : 0);
    }
  }
}

void fill_blockers(MetricFamily& family, const Facts& facts) {
  ReasonCounts exported{};
  for (const Reason reason : reasons_of_gates) {
    exported[static_cast<std::size_t>(reason)] = 1;
  }
  for (const gate::TargetEntryPtr& entry : facts.snapshot.targets) {
    for (const Reason reason : entry->reasons_seen) {
      exported[static_cast<std::size_t>(reason)] = 1;
    }
  }
  for (const gate::EdgeEntryPtr& entry : facts.snapshot.edges) {
    for (const Reason reason : entry->reasons_seen) {
      exported[static_cast<std::size_t>(reason)] = 1;
    }
  }
  for (const gate::Answer& answer : facts.answers) {
    ReasonCounts counts{};
    count(counts, answer.evidence.blockers);
    count(counts, answer.evidence.missing);
    add_counts(family, answer.gate, counts, exported);
  }
}

void fill_accepted(MetricFamily& family, const Facts& facts) {
  for (std::size_t i = 0; i < facts.answers.size(); ++i) {
    ReasonCounts exported{};
    for (const fleet::Acceptance& acceptance : facts.snapshot.gates[i].rules.accept) {
      const auto reason = from_name<Reason>(acceptance.reason).value_or(Reason::unknown);
      exported[static_cast<std::size_t>(reason)] = 1;
    }
    ReasonCounts counts{};
    count(counts, facts.answers[i].evidence.accepted);
    add_counts(family, facts.answers[i].gate, counts, exported);
  }
}

void fill_last_transition(MetricFamily& family, const Facts& facts) {
  for (const gate::Answer& answer : facts.answers) {
    add(family, {{"gate", answer.gate}}, timestamp_of(answer.since));
  }
}

constexpr FamilyRow rows[] = {
    {"telltale_gate_open", MetricType::Gauge,
     "1 if the gate is open, judged at the time of this answer; 0 if it is closed or unknown.",
     fill_open},
    {"telltale_gate_status", MetricType::Gauge,
     "1 for what the gate is, judged at the time of this answer, 0 for the others.", fill_status},
    {"telltale_gate_target_open", MetricType::Gauge,
     "1 if the gate is open as far as this target is concerned.", fill_target_open},
    {"telltale_gate_blockers", MetricType::Gauge,
     "What keeps the gate from being open, stale and missing evidence included, by reason.",
     fill_blockers},
    {"telltale_gate_accepted", MetricType::Gauge,
     "What would keep the gate from being open, had it not been accepted until a date, by reason.",
     fill_accepted},
    {"telltale_gate_last_transition_timestamp_seconds", MetricType::Gauge,
     "When the gate last changed between open, closed and unknown, in seconds since the epoch.",
     fill_last_transition},
};

}  // namespace

std::span<const FamilyRow> gate_families() {
  return rows;
}

}  // namespace telltale::render
