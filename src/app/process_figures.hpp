#pragma once
// Reading the texts of /proc/<pid>, apart from the files themselves.

#include <cstdint>
#include <optional>
#include <string_view>

namespace telltale::app {

/// The fields of /proc/<pid>/stat that are told. Times are in clock ticks.
struct ProcessStat {
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  std::uint64_t threads = 0;
  std::uint64_t start_ticks = 0;  ///< since the machine started
  std::uint64_t virtual_memory_bytes = 0;
  std::uint64_t resident_pages = 0;

  friend bool operator==(const ProcessStat&, const ProcessStat&) = default;
};

/// Reads /proc/<pid>/stat. Nothing if it is not one.
[[nodiscard]] std::optional<ProcessStat> parse_stat(std::string_view text);

/// Finds the soft limit of a row in /proc/<pid>/limits. Nothing if it is absent or unlimited.
[[nodiscard]] std::optional<std::uint64_t> parse_soft_limit(std::string_view limits,
                                                            std::string_view row);

/// Finds the second at which the machine started in /proc/stat.
[[nodiscard]] std::optional<std::uint64_t> parse_boot_time(std::string_view text);

}  // namespace telltale::app
