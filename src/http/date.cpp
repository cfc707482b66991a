#include "http/date.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace telltale::http {
namespace {

constexpr std::array<std::string_view, 7> day_names = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string zero_padded(long long value, std::size_t width) {
  std::string digits = std::to_string(value);
  if (digits.size() < width) {
    digits.insert(0, width - digits.size(), '0');
  }
  return digits;
}

}  // namespace

std::string to_http_date(CivilTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text(day_names[std::chrono::weekday(day).c_encoding()]);
  text += ", " + zero_padded(static_cast<unsigned>(date.day()), 2) + ' ';
  text += month_names[static_cast<unsigned>(date.month()) - 1];
  text += ' ' + zero_padded(static_cast<int>(date.year()), 4);
  text += ' ' + zero_padded(clock.hours().count(), 2);
  text += ':' + zero_padded(clock.minutes().count(), 2);
  text += ':' + zero_padded(clock.seconds().count(), 2);
  return text + " GMT";
}

}  // namespace telltale::http
