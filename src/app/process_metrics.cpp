#include "telltale/app/process_metrics.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <unistd.h>

#include "app/process_figures.hpp"

namespace telltale::app {
namespace {

std::string read_text(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The descriptors open in this process, without the one that looking costs.
std::optional<std::uint64_t> count_open_fds() {
  std::error_code error;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end;
       !error && entry != end; entry.increment(error)) {
    ++count;
  }
  return !error && count > 0 ? std::optional(count - 1) : std::nullopt;
}

double to_seconds(std::uint64_t ticks) {
  return static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

render::ProcessFigures read_process_figures() {
  render::ProcessFigures figures;
  figures.open_fds = count_open_fds();
  const std::string limits = read_text("/proc/self/limits");
  figures.max_fds = parse_soft_limit(limits, "Max open files");
  figures.virtual_memory_max_bytes = parse_soft_limit(limits, "Max address space");
  const auto stat = parse_stat(read_text("/proc/self/stat"));
  if (!stat) {
    return figures;
  }
  figures.cpu_seconds = to_seconds(stat->user_ticks + stat->system_ticks);
  figures.threads = stat->threads;
  figures.virtual_memory_bytes = stat->virtual_memory_bytes;
  figures.resident_memory_bytes =
      stat->resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  if (const auto boot_time = parse_boot_time(read_text("/proc/stat"))) {
    figures.start_time_seconds = static_cast<double>(*boot_time) + to_seconds(stat->start_ticks);
  }
  return figures;
}

}  // namespace telltale::app
