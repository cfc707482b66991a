#include "telltale/render/process.hpp"

#include <sstream>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "render/families.hpp"
#include "render/openmetrics.hpp"

namespace telltale::render {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

std::optional<double> as_value(std::optional<std::uint64_t> figure) {
  return figure ? std::optional(static_cast<double>(*figure)) : std::nullopt;
}

std::vector<MetricFamily> process_families(const ProcessFigures& figures) {
  struct Row {
    const char* name = "";
    MetricType type = MetricType::Gauge;
    const char* help = "";
    std::optional<double> value;
  };

  // Names and help texts are those of the official client libraries.
  const Row rows[] = {
      {"process_cpu_seconds_total", MetricType::Counter,
       "Total user and system CPU time spent in seconds.", figures.cpu_seconds},
      {"process_open_fds", MetricType::Gauge, "Number of open file descriptors.",
       as_value(figures.open_fds)},
      {"process_max_fds", MetricType::Gauge, "Maximum number of open file descriptors.",
       as_value(figures.max_fds)},
      {"process_virtual_memory_bytes", MetricType::Gauge, "Virtual memory size in bytes.",
       as_value(figures.virtual_memory_bytes)},
      {"process_virtual_memory_max_bytes", MetricType::Gauge,
       "Maximum amount of virtual memory available in bytes.",
       as_value(figures.virtual_memory_max_bytes)},
      {"process_resident_memory_bytes", MetricType::Gauge, "Resident memory size in bytes.",
       as_value(figures.resident_memory_bytes)},
      {"process_start_time_seconds", MetricType::Gauge,
       "Start time of the process since unix epoch in seconds.", figures.start_time_seconds},
      {"process_threads", MetricType::Gauge, "Number of OS threads in the process.",
       as_value(figures.threads)},
  };
  std::vector<MetricFamily> families;
  for (const Row& row : rows) {
    if (!row.value) {
      continue;
    }
    MetricFamily family{row.name, row.help, row.type, {}};
    add(family, {}, *row.value);
    families.push_back(std::move(family));
  }
  return families;
}

}  // namespace

std::string process_metrics(const ProcessFigures& figures, Exposition exposition) {
  const std::vector<MetricFamily> families = process_families(figures);
  if (exposition == Exposition::text_0_0_4) {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families);
    return std::move(out).str();
  }
  std::string out;
  for (const MetricFamily& family : families) {
    append_openmetrics(out, family);
  }
  return out;
}

}  // namespace telltale::render
