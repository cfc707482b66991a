#pragma once
// process_*: what Prometheus' client libraries tell of the process they live in.

#include <cstdint>
#include <optional>
#include <string>

#include "telltale/render/render.hpp"

namespace telltale::render {

/// Figures of one process. What could not be read is left out of the exposition.
struct ProcessFigures {
  std::optional<double> cpu_seconds;  ///< user and system, since the start
  std::optional<std::uint64_t> open_fds;
  std::optional<std::uint64_t> max_fds;
  std::optional<std::uint64_t> virtual_memory_bytes;
  std::optional<std::uint64_t> virtual_memory_max_bytes;  ///< nothing: unlimited
  std::optional<std::uint64_t> resident_memory_bytes;
  std::optional<double> start_time_seconds;  ///< since the epoch
  std::optional<std::uint64_t> threads;

  friend bool operator==(const ProcessFigures&, const ProcessFigures&) = default;
};

/// Renders the process_* families, without `# EOF`.
/// https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
[[nodiscard]] std::string process_metrics(const ProcessFigures& figures, Exposition exposition);

}  // namespace telltale::render
