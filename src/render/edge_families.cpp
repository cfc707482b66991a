#include <algorithm>
#include <map>
#include <set>

#include "render/edge_text.hpp"
#include "render/families.hpp"

namespace telltale::render {

namespace {

using assess::Verdict;
using prometheus::MetricFamily;
using prometheus::MetricType;

void fill_verdict(MetricFamily& family, const Facts& facts) {
  const Matrix matrix = matrix_of(facts.snapshot);
  for (const auto& [pair, worst] : matrix.cells) {
    for (const Verdict verdict : enumerators<Verdict>()) {
      add(family, {{"caller", pair.first}, {"callee", pair.second}, {"verdict", name_of(verdict)}},
          verdict == worst ? 1 : 0);
    }
  }
}

/// Only of calls to targets that have `mesh`.
void fill_strict_verdict(MetricFamily& family, const Facts& facts) {
  std::map<Matrix::Pair, Verdict> worst;
  for (const gate::EdgeEntryPtr& entry : facts.snapshot.edges) {
    for (const assess::EdgeAssessment& row : entry->rows) {
      if (row.strict) {
        const Matrix::Pair pair{entry->edge.caller, entry->edge.callee};
        Verdict& kept = worst.try_emplace(pair, row.strict->verdict).first->second;
        kept = std::max(kept, row.strict->verdict);
      }
    }
  }
  for (const auto& [pair, verdict_of_pair] : worst) {
    for (const Verdict verdict : enumerators<Verdict>()) {
      add(family, {{"caller", pair.first}, {"callee", pair.second}, {"verdict", name_of(verdict)}},
          verdict == verdict_of_pair ? 1 : 0);
    }
  }
}

void fill_blocked(MetricFamily& family, const Facts& facts) {
  std::map<Matrix::Pair, std::map<assess::Reason, bool>> blocked;
  for (const gate::EdgeEntryPtr& entry : facts.snapshot.edges) {
    auto& reasons = blocked[{entry->edge.caller, entry->edge.callee}];
    for (const assess::Reason reason : entry->reasons_seen) {
      reasons.try_emplace(reason, false);
    }
    for (const assess::EdgeAssessment& row : entry->rows) {
      if (row.verdict == Verdict::breaks || row.verdict == Verdict::broken) {
        reasons[row.reason] = true;
      }
    }
  }
  for (const auto& [pair, reasons] : blocked) {
    for (const auto& [reason, stands] : reasons) {
      add(family, {{"caller", pair.first}, {"callee", pair.second}, {"reason", name_of(reason)}},
          stands ? 1 : 0);
    }
  }
}

constexpr FamilyRow rows[] = {
    {"telltale_edge_verdict", MetricType::Gauge,
     "1 for what becomes of this call when the callee is flipped to need, at its worst address.",
     fill_verdict},
    {"telltale_edge_strict_verdict", MetricType::Gauge,
     "1 for what becomes of this call when the callee's sidecar is flipped to STRICT, at its worst "
     "address.",
     fill_strict_verdict},
    {"telltale_edge_blocked", MetricType::Gauge,
     "1 while the call breaks at the flip, or is broken already, for this reason.", fill_blocked},
};

}  // namespace

std::span<const FamilyRow> edge_families() {
  return rows;
}

}  // namespace telltale::render
