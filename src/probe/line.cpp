#include "probe/line.hpp"

#include <algorithm>

namespace telltale::probe {

namespace {

constexpr std::size_t line_limit = 200;
// Enough to recognise a secret that was cut short, and what it may at most give away.
constexpr std::size_t beginning_bytes = 8;

bool is_printable(char c) {
  return c >= 0x20 && c <= 0x7e;
}

}  // namespace

std::string first_line_of(std::string_view text) {
  std::string line(text.substr(0, std::min(text.find_first_of("\r\n"), line_limit)));
  std::ranges::replace_if(line, [](char c) { return !is_printable(c); }, '?');
  return line;
}

std::string first_line_without(std::string_view error, std::string_view secret) {
  const auto repeats_secret = [&](std::string_view text) {
    return !secret.empty() &&
           text.find(secret.substr(0, beginning_bytes)) != std::string_view::npos;
  };
  if (!repeats_secret(error)) {
    return first_line_of(error);
  }
  const std::string_view code = error.substr(0, error.find(' '));
  constexpr std::string_view withheld =
      "(the error's text is withheld: it may repeat the password)";
  const bool code_tells = repeats_secret(code) || secret.starts_with(code);
  return code_tells ? std::string(withheld) : first_line_of(code) + " " + std::string(withheld);
}

}  // namespace telltale::probe
