#include "render/table_rollout.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "render/rollout_text.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

using gate::RolloutService;
using gate::Stage;

constexpr std::array<std::string_view, 5> headings = {"#", "SERVICE", "STAGE", "NEXT", "MAY GO"};
constexpr std::string_view last_heading = "WHY";
constexpr std::size_t least_why_width = 30;
using Row = std::array<std::string, headings.size()>;
using Widths = std::array<std::size_t, headings.size()>;

Row row_of(const RolloutService& service) {
  return {std::to_string(service.position), to_one_line(service.name),
          std::string(name_of(service.stage)), next_text(service), may_go_text(service)};
}

Widths widths_of(const gate::Rollout& rollout) {
  Widths widths{};
  std::ranges::transform(headings, widths.begin(), width_of);
  for (const RolloutService& service : rollout.services) {
    const Row row = row_of(service);
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], width_of(row[column]));
    }
  }
  return widths;
}

/// Where the last column begins: behind all others, or on lines of its own if names are long.
std::size_t why_column(const Widths& widths, std::size_t line_width) {
  const std::size_t column = std::accumulate(widths.begin(), widths.end(), 2 * widths.size());
  return column + least_why_width <= line_width ? column : widths[0] + 2;
}

Style style_of(Stage stage) {
  switch (stage) {
    case Stage::plaintext:
      return Style::red;
    case Stage::none:
    case Stage::unknown:
      return Style::yellow;
    case Stage::want:
      return Style::plain;
    case Stage::need:
      return Style::green;
  }
  return Style::plain;
}

Style style_of_answer(const RolloutService& service) {
  if (!service.next) {
    return Style::dim;
  }
  return service.may_go ? Style::green : Style::red;
}

void write_headings(Paper& paper, const Widths& widths, std::size_t column) {
  std::string line(widths[0] - headings[0].size(), ' ');
  line += headings[0];
  for (std::size_t i = 1; i < headings.size(); ++i) {
    line.append("  ").append(headings[i]);
    line.append(i + 1 < headings.size() ? widths[i] - headings[i].size() : 0, ' ');
  }
  if (column > line.size()) {
    line.append(column - line.size(), ' ').append(last_heading);
  }
  paper.write(line, Style::dim);
  paper.end_line();
}

/// Writes the last cell behind what stands in the line at `written`.
void write_why(Paper& paper, const std::string& why, std::size_t written, std::size_t column) {
  if (column < written && !why.empty()) {
    paper.end_line();
    written = 0;
  }
  for (const std::string& line : wrap(why, paper.width() - column)) {
    paper.write(std::string(column - written, ' '));
    paper.write(line);
    paper.end_line();
    written = 0;
  }
  if (why.empty()) {
    paper.end_line();
  }
}

void write_service(Paper& paper, const RolloutService& service, const Widths& widths,
                   std::size_t column) {
  const Row row = row_of(service);
  const std::array<Style, headings.size()> styles = {
      Style::dim, Style::bold, style_of(service.stage), Style::plain, style_of_answer(service)};
  std::size_t written = 0;
  std::size_t blanks = widths[0] - row[0].size();
  for (std::size_t i = 0; i < row.size(); ++i) {
    paper.write(std::string(blanks, ' '));
    paper.write(row[i], styles[i]);
    written += blanks + width_of(row[i]);
    blanks = (i == 0 ? 0 : widths[i] - width_of(row[i])) + 2;
  }
  write_why(paper, to_one_line(why_text(service)), written, column);
  if (!service.note.empty()) {
    paper.write_wrapped(to_one_line(service.note), widths[0] + 2, Style::dim);
  }
}

bool is_done(const gate::Rollout& rollout) {
  return std::ranges::all_of(rollout.services, [](const RolloutService& service) {
    return service.stage == Stage::need && service.blockers == 0 && service.note.empty();
  });
}

}  // namespace

void write_rollout(Paper& paper, const gate::Rollout& rollout) {
  if (rollout.services.empty()) {
    return;
  }
  paper.end_line();
  paper.write_wrapped(to_one_line(rollout.summary), 0);
  if (is_done(rollout)) {
    return;
  }
  const Widths widths = widths_of(rollout);
  const std::size_t column = why_column(widths, paper.width());
  write_headings(paper, widths, column);
  for (const RolloutService& service : rollout.services) {
    write_service(paper, service, widths, column);
  }
}

}  // namespace telltale::render
