#include "http/probe_query.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/query.hpp"

namespace telltale::http {
namespace {

/// blackbox_exporter's modules say how to probe; here the configuration does, so that any name will
/// do: existing scrape configurations and Probe resources go on as they are.
bool is_module_name(std::string_view text) {
  constexpr std::size_t most_bytes = 64;
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || c == '.';
  };
  return text.size() <= most_bytes && std::ranges::all_of(text, fits);
}

/// Reads X-Prometheus-Scrape-Timeout-Seconds. One that is not positive is none, as
/// blackbox_exporter has it (prober/handler.go, getTimeout).
Result<std::optional<Duration>> read_scrape_timeout(std::string_view header) {
  constexpr double longest_seconds = 86'400;
  if (header.empty()) {
    return std::optional<Duration>();
  }
  double seconds = 0;
  const auto [stop, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (error != std::errc() || stop != header.data() + header.size() || !std::isfinite(seconds)) {
    return Error(Errc::malformed,
                 "X-Prometheus-Scrape-Timeout-Seconds is no number of seconds, such as 10");
  }
  if (seconds <= 0) {
    return std::optional<Duration>();
  }
  return std::optional(std::chrono::round<Duration>(
      std::chrono::duration<double>(std::min(seconds, longest_seconds))));
}

}  // namespace

Result<ProbeRequest> read_probe(const Request& request) {
  ProbeRequest asked;
  const Result<Query> query = Query::parse(request.target);
  if (!query) {
    return query.error();
  }
  for (const auto& [name, value] :
       {std::pair("target", &asked.target), std::pair("module", &asked.module)}) {
    Result<std::string> found = query->find(name);
    if (!found) {
      return found.error();
    }
    *value = *std::move(found);
  }
  if (!is_module_name(asked.module)) {
    return Error(Errc::invalid_value,
                 "`module` is a name of letters, digits, `_`, `-` and `.`, or left out");
  }
  const Result<std::string> debug = query->find("debug");
  if (!debug) {
    return debug.error();
  }
  asked.tells_story = *debug == "true";
  const auto timeout = read_scrape_timeout(request.scrape_timeout);
  if (!timeout) {
    return timeout.error();
  }
  asked.scrape_timeout = *timeout;
  return asked;
}

}  // namespace telltale::http
