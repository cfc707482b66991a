#pragma once
// Points in time. Certificates, `until` dates and what people read go by the system clock;
// freshness, rounds and deadlines by the steady clock. Nothing pure reads either: Now is always a
// parameter.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace telltale {

/// Civil time in whole seconds, UTC: certificates reach the year 9999, which nanoseconds cannot.
using CivilTime = std::chrono::sys_seconds;
using SteadyTime = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

/// The two clocks, read together.
struct Now {
  CivilTime civil;
  SteadyTime steady;
};

/// Reads both clocks. Only probe, http and app may call it.
[[nodiscard]] Now read_clocks();

/// Spells a time as RFC 3339 in UTC, e.g. `2026-11-22T01:02:03Z`.
[[nodiscard]] std::string to_rfc3339(CivilTime time);

/// Spells a span for people by its largest unit of `d h m s ms` and the one below it, e.g. `7d`,
/// `1m30s`, `250ms`; `0s` for less than a millisecond.
[[nodiscard]] std::string to_text(Duration span);

/// Reads a span written as Prometheus writes them: one or more of `ms s m h d w y`, largest first
/// (`1h30m`, `500ms`, `0`). Nothing if the text is not one, or does not fit.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

/// Reads an RFC 3339 full-date (`2027-01-31`) as the instant that day ends in UTC, so that a day
/// named by `until:` is still included. Nothing if the text is not a date.
[[nodiscard]] std::optional<CivilTime> parse_end_of_day(std::string_view text);

}  // namespace telltale
