#include <sstream>

#include <prometheus/text_serializer.h>

#include "telltale/render/render.hpp"

#include "render/families.hpp"
#include "render/openmetrics.hpp"

namespace telltale::render {

namespace {

/// Hands over each family that has a series, one at a time: a large fleet costs the memory of its
/// largest family, not of all.
template <class Take>
void for_each_family(const Facts& facts, Take take) {
  for (const auto rows : {probe_families(), tls_families(), credential_families(), edge_families(),
                          gate_families(), daemon_families()}) {
    for (const FamilyRow& row : rows) {
      prometheus::MetricFamily family = make_family(row, facts);
      if (!family.metric.empty()) {
        take(std::move(family));
      }
    }
  }
}

std::string serialize_0_0_4(const Facts& facts) {
  const prometheus::TextSerializer serializer;
  std::ostringstream out;
  std::vector<prometheus::MetricFamily> one(1);
  for_each_family(facts, [&](prometheus::MetricFamily&& family) {
    one.front() = std::move(family);
    serializer.Serialize(out, one);
  });
  return std::move(out).str();
}

std::string serialize_openmetrics(const Facts& facts) {
  std::string out;
  for_each_family(facts,
                  [&](const prometheus::MetricFamily& family) { append_openmetrics(out, family); });
  return out;
}

}  // namespace

std::string metrics(const gate::Snapshot& snapshot, Now now, Exposition exposition) {
  const Facts facts(snapshot, now);
  return exposition == Exposition::openmetrics_1_0_0 ? serialize_openmetrics(facts)
                                                     : serialize_0_0_4(facts);
}

}  // namespace telltale::render
