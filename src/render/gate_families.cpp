#include <array>
#include <map>

#include "render/families.hpp"

namespace telltale::render {

namespace {

using assess::Reason;
using prometheus::MetricFamily;
using prometheus::MetricType;

using ReasonCounts = std::array<unsigned, enumerators<Reason>().size()>;

/// Reasons that a gate gives beside the findings it takes over, so that their series always exist.
constexpr Reason reasons_of_gates[] = {Reason::certificate_expiring,
                                       Reason::client_auth_none,
                                       Reason::client_auth_unknown,
                                       Reason::addresses_missing,
                                       Reason::resolve_failed,
                                       Reason::stale,
                                       Reason::unknown};

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

/// Sorts an answer's evidence by target, so that asking for every target takes linear time.
std::map<std::string_view, gate::Answer> split_by_target(const gate::Answer& whole) {
  gate::Answer without_evidence = whole;
  without_evidence.evidence = {};
  std::map<std::string_view, gate::Answer> parts;
  const auto split = [&](std::vector<gate::Blocker> gate::Evidence::* kind) {
    for (const gate::Blocker& blocker : whole.evidence.*kind) {
      auto& part = parts.try_emplace(blocker.target, without_evidence).first->second;
      (part.evidence.*kind).push_back(blocker);
    }
  };
  split(&gate::Evidence::blockers);
  split(&gate::Evidence::missing);
  split(&gate::Evidence::accepted);
  return parts;
}

/// The names of the targets that a gate judges.
std::vector<std::string_view> names_judged(const gate::Snapshot& snapshot,
                                           const fleet::GateRules& rules) {
  if (!rules.targets.empty()) {
    return {rules.targets.begin(), rules.targets.end()};
  }
  std::vector<std::string_view> names;
  for (const gate::TargetEntryPtr& entry : snapshot.targets) {
    names.push_back(entry->target.name);
  }
  return names;
}

void fill_target_open(MetricFamily& family, const Facts& facts) {
  for (std::size_t i = 0; i < facts.answers.size(); ++i) {
    const gate::Answer& whole = facts.answers[i];
    const auto parts = split_by_target(whole);
    gate::Answer untouched = whole;
    untouched.evidence = {};
    for (const std::string_view target :
         names_judged(facts.snapshot, facts.snapshot.gates[i].rules)) {
      const auto part = parts.find(target);
      const gate::Answer& concerned = part == parts.end() ? untouched : part->second;
      add(family, {{"gate", whole.gate}, {"target", target}},
          gate::answer_for_target(concerned, target).ready() ? 1 : 0);
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
