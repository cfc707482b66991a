#include "app/process_figures.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace telltale::app {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

std::vector<std::string_view> split(std::string_view text) {
  constexpr std::string_view space = " \t\n";
  std::vector<std::string_view> words;
  for (auto at = text.find_first_not_of(space); at != std::string_view::npos;
       at = text.find_first_not_of(space)) {
    text.remove_prefix(at);
    const auto end = std::min(text.find_first_of(space), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

/// What follows `key` on the line that begins with it.
std::optional<std::string_view> line_after(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.starts_with(key)) {
      return line.substr(key.size());
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

}  // namespace

std::optional<ProcessStat> parse_stat(std::string_view text) {
  // Field 2 is the command in parentheses and may hold anything, spaces and parentheses included.
  const auto command_end = text.rfind(')');
  if (command_end == std::string_view::npos) {
    return std::nullopt;
  }
  const auto words = split(text.substr(command_end + 1));
  // proc(5) counts fields from 1, and the first word here is field 3.
  const auto field = [&](std::size_t number) -> std::optional<std::uint64_t> {
    return number - 3 < words.size() ? parse_number(words[number - 3]) : std::nullopt;
  };
  const auto user = field(14);
  const auto system = field(15);
  const auto threads = field(20);
  const auto start = field(22);
  const auto virtual_memory = field(23);
  const auto resident = field(24);
  if (!user || !system || !threads || !start || !virtual_memory || !resident) {
    return std::nullopt;
  }
  return ProcessStat{*user, *system, *threads, *start, *virtual_memory, *resident};
}

std::optional<std::uint64_t> parse_soft_limit(std::string_view limits, std::string_view row) {
  const auto rest = line_after(limits, row);
  if (!rest) {
    return std::nullopt;
  }
  const auto words = split(*rest);
  return words.empty() ? std::nullopt : parse_number(words.front());
}

std::optional<std::uint64_t> parse_boot_time(std::string_view text) {
  const auto rest = line_after(text, "btime ");
  return rest ? parse_number(*rest) : std::nullopt;
}

}  // namespace telltale::app
