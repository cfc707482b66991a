#include "render/families.hpp"

#include <limits>

#include "render/text.hpp"

namespace telltale::render {

namespace {

prometheus::ClientMetric& add_series(prometheus::MetricFamily& family, Labels labels) {
  prometheus::ClientMetric& series = family.metric.emplace_back();
  series.label.reserve(labels.size());
  for (const auto& [name, value] : labels) {
    series.label.push_back({std::string(name), to_valid_utf8(value)});
  }
  return series;
}

}  // namespace

Facts::Facts(const gate::Snapshot& of, Now now) : snapshot(of) {
  for (const gate::TargetEntryPtr& entry : snapshot.targets) {
    for (const gate::AddressEntry& address : entry->addresses) {
      addresses.push_back(
          {entry->target.name, fleet::to_text(address.address), address.assessment.get()});
    }
  }
  for (const gate::GateEntry& gate : snapshot.gates) {
    answers.push_back(gate::answer(snapshot, gate, now));
  }
}

prometheus::MetricFamily make_family(const FamilyRow& row, const Facts& facts) {
  prometheus::MetricFamily family;
  family.name = row.name;
  family.help = row.help;
  family.type = row.type;
  row.fill(family, facts);
  return family;
}

void add(prometheus::MetricFamily& family, Labels labels, double value) {
  prometheus::ClientMetric& series = add_series(family, labels);
  if (family.type == prometheus::MetricType::Counter) {
    series.counter.value = value;
    return;
  }
  series.gauge.value = value;
}

void add(prometheus::MetricFamily& family, Labels labels, const gate::Histogram& histogram) {
  prometheus::ClientMetric::Histogram& values = add_series(family, labels).histogram;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < gate::Histogram::bounds.size(); ++i) {
    cumulative += histogram.counts[i];
    values.bucket.push_back({cumulative, gate::Histogram::bounds[i]});
  }
  cumulative += histogram.counts.back();
  values.bucket.push_back({cumulative, std::numeric_limits<double>::infinity()});
  values.sample_count = cumulative;
  values.sample_sum = histogram.sum;
}

double timestamp_of(CivilTime time) {
  return static_cast<double>(time.time_since_epoch().count());
}

}  // namespace telltale::render
