#include "telltale/time.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace telltale {

namespace {

using namespace std::chrono_literals;

struct Unit {
  std::string_view name;
  Duration span;
};

// Largest first: the order in which Prometheus (model.ParseDuration) demands them.
constexpr std::array units_read = {Unit{"y", 24h * 365}, Unit{"w", 24h * 7}, Unit{"d", 24h},
                                   Unit{"h", 1h},        Unit{"m", 1min},    Unit{"s", 1s},
                                   Unit{"ms", 1ms}};
constexpr std::array units_written = {Unit{"d", 24h}, Unit{"h", 1h}, Unit{"m", 1min}, Unit{"s", 1s},
                                      Unit{"ms", 1ms}};

/// Takes a decimal number off the front of `text`.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || text.front() == '-') {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// Takes the letters of a unit off the front of `text`.
std::string_view take_letters(std::string_view& text) {
  const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
  const std::string_view letters = text.substr(0, end);
  text.remove_prefix(letters.size());
  return letters;
}

/// Reads a field of digits only, which the caller has made sure of.
template <class Number>
Number number_in(std::string_view digits) {
  Number number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace

Now read_clocks() {
  return {.civil = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
          .steady = std::chrono::steady_clock::now()};
}

std::string to_rfc3339(CivilTime time) {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  std::array<char, 40> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string to_text(Duration span) {
  const bool is_negative = span < Duration::zero();
  // Unsigned, because the most negative span has no positive counterpart.
  const auto count = static_cast<std::uint64_t>(span.count());
  std::uint64_t rest = is_negative ? 0 - count : count;

  std::string text;
  for (const Unit& unit : units_written) {
    const auto size = static_cast<std::uint64_t>(unit.span.count());
    const std::uint64_t whole = rest / size;
    const bool is_second = !text.empty();
    if (whole > 0) {
      text += std::to_string(whole);
      text += unit.name;
      rest %= size;
    }
    if (is_second) {
      break;
    }
  }
  if (text.empty()) {
    return "0s";
  }
  return is_negative ? "-" + text : text;
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text == "0") {
    return Duration::zero();
  }
  if (text.empty()) {
    return std::nullopt;
  }
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    const std::optional<std::int64_t> number = take_number(text);
    if (!number) {
      return std::nullopt;
    }
    const std::string_view letters = take_letters(text);
    while (next_unit < units_read.size() && units_read[next_unit].name != letters) {
      ++next_unit;
    }
    if (next_unit == units_read.size()) {
      return std::nullopt;
    }
    const std::int64_t unit = units_read[next_unit++].span.count();
    std::int64_t part = 0;
    if (__builtin_mul_overflow(*number, unit, &part) ||
        __builtin_add_overflow(total, part, &total)) {
      return std::nullopt;
    }
  }
  return Duration(total);
}

std::optional<CivilTime> parse_end_of_day(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-dd";
  if (text.size() != shape.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == 'd' ? !is_digit : text[i] != '-') {
      return std::nullopt;
    }
  }
  const std::chrono::year_month_day date(std::chrono::year(number_in<int>(text.substr(0, 4))),
                                         std::chrono::month(number_in<unsigned>(text.substr(5, 2))),
                                         std::chrono::day(number_in<unsigned>(text.substr(8, 2))));
  if (!date.ok()) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + std::chrono::days(1);
}

}  // namespace telltale
