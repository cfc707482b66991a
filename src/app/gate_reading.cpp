#include "telltale/app/gate_reading.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "telltale/enum_names.hpp"

namespace telltale::app {

namespace {

constexpr unsigned http_ok = 200;
constexpr unsigned http_forbidden = 403;
constexpr unsigned http_not_found = 404;
constexpr std::size_t longest_line = 1000;

/// The body's first line, as far as a terminal may show it.
std::string first_line(std::string_view body) {
  std::string line(body.substr(0, std::min(body.find('\n'), longest_line)));
  for (char& c : line) {
    c = static_cast<unsigned char>(c) < ' ' || c == 0x7f ? '?' : c;
  }
  return line;
}

/// The status that a line begins with, as `render::gate_line` writes it.
std::optional<gate::Status> status_in(std::string_view line) {
  const std::size_t colon = line.find(':');
  return colon == std::string_view::npos ? std::nullopt
                                         : from_name<gate::Status>(line.substr(0, colon));
}

GateReading unknown(const std::string& why, bool is_final) {
  return {.status = gate::Status::unknown, .line = "unknown: " + why, .is_final = is_final};
}

}  // namespace

GateReading read_gate_answer(const Result<http::Response>& answer) {
  if (!answer) {
    return unknown(answer.error().detail(), false);
  }
  std::string line = first_line(answer->body);
  if (answer->status == http_not_found) {
    return unknown(line, true);
  }
  const std::optional<gate::Status> status = status_in(line);
  const bool says_open = status == gate::Status::open;
  const bool agrees = status && answer->status == (says_open ? http_ok : http_forbidden);
  if (!agrees) {
    return unknown("HTTP " + std::to_string(answer->status) + " is no gate's answer: " + line,
                   false);
  }
  return {.status = *status, .line = std::move(line), .is_final = false};
}

int exit_code_of(gate::Status status) {
  switch (status) {
    case gate::Status::open:
      return 0;
    case gate::Status::closed:
      return 1;
    case gate::Status::unknown:
      return 2;
  }
  return 2;
}

}  // namespace telltale::app
