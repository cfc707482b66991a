#include "render/table_edges.hpp"

#include <algorithm>
#include <array>
#include <ranges>

#include "render/edge_text.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

using assess::Verdict;

constexpr std::size_t column_width = 3;
constexpr std::size_t indent = 11;  // of sentences: behind the longest verdict

Style style_of(Verdict verdict) {
  constexpr std::array<Style, 4> styles = {Style::green, Style::yellow, Style::red, Style::red};
  return styles[static_cast<std::size_t>(verdict)];
}

std::string_view mark_of(Verdict verdict) {
  constexpr std::array<std::string_view, 4> marks = {"+", "?", "!", "x"};
  return marks[static_cast<std::size_t>(verdict)];
}

void write_right(Paper& paper, std::string_view text, Style style) {
  paper.write(std::string(column_width - text.size(), ' '));
  paper.write(text, style);
}

void write_legend(Paper& paper) {
  for (const Verdict verdict : enumerators<Verdict>()) {
    paper.write(mark_of(verdict), style_of(verdict));
    paper.write(" ");
    paper.write(name_of(verdict));
    paper.write("  ");
  }
  paper.write(". does not call");
  paper.end_line();
}

/// Writes `1 clouddriver  2 echo …`, in as many lines as it takes.
void write_columns(Paper& paper, const Matrix& matrix) {
  std::string line;
  for (std::size_t i = 0; i < matrix.callees.size(); ++i) {
    const std::string name = std::to_string(i + 1) + " " + to_one_line(matrix.callees[i]);
    if (!line.empty() && width_of(line) + 2 + width_of(name) > paper.width()) {
      paper.write(line);
      paper.end_line();
      line.clear();
    }
    line.append(line.empty() ? "" : "  ").append(name);
  }
  paper.write(line);
  paper.end_line();
}

void write_matrix(Paper& paper, const Matrix& matrix, std::size_t name_width) {
  write_legend(paper);
  write_columns(paper, matrix);
  paper.write("CALLER", Style::dim);
  paper.write(std::string(name_width - std::string_view("CALLER").size(), ' '));
  for (std::size_t i = 0; i < matrix.callees.size(); ++i) {
    write_right(paper, std::to_string(i + 1), Style::dim);
  }
  paper.end_line();
  for (const std::string_view caller : matrix.callers) {
    const std::string name = to_one_line(caller);
    paper.write(name, Style::bold);
    paper.write(std::string(name_width - width_of(name), ' '));
    for (const std::string_view callee : matrix.callees) {
      const auto cell = matrix.cells.find({caller, callee});
      const bool calls = cell != matrix.cells.end();
      write_right(paper, calls ? mark_of(cell->second) : ".",
                  calls ? style_of(cell->second) : Style::dim);
    }
    paper.end_line();
  }
}

/// Writes `  breaks   orca to front50 at 10.0.0.7:8080: issuer_not_advertised`.
void write_head(Paper& paper, const CallStory& told, std::string_view ending) {
  const assess::EdgeAssessment& row = *told.story.row;
  const std::string_view verdict = name_of(row.verdict);
  const std::string addresses = addresses_text(told.story.addresses);
  std::string head = to_one_line(told.edge->caller) + " to " + to_one_line(told.edge->callee);
  head.append(addresses.empty() ? "" : " at ").append(addresses);
  head.append(": ").append(name_of(row.reason)).append(ending);
  paper.write("  ");
  paper.write(verdict, style_of(row.verdict));
  std::size_t written = 2 + verdict.size();
  for (const std::string& line : wrap(head, paper.width() - indent)) {
    paper.write(std::string(indent - written, ' '));
    paper.write(line, Style::bold);
    paper.end_line();
    written = 0;
  }
}

/// Writes the first with its sentence and hint; of the others, that it is the same with them.
void write_stories(Paper& paper, const std::vector<CallStory>& alike) {
  write_head(paper, alike.front(), "");
  paper.write_wrapped(to_one_line(alike.front().story.row->detail), indent);
  paper.write_wrapped(to_one_line(alike.front().story.row->hint), indent, Style::dim);
  for (const CallStory& other : alike | std::views::drop(1)) {
    write_head(paper, other, ", likewise");
  }
}

}  // namespace

void write_edges(Paper& paper, const gate::Snapshot& snapshot) {
  if (snapshot.edges.empty()) {
    return;
  }
  const Matrix matrix = matrix_of(snapshot);
  std::size_t name_width = std::string_view("CALLER").size();
  for (const std::string_view caller : matrix.callers) {
    name_width = std::max(name_width, width_of(to_one_line(caller)));
  }
  paper.end_line();
  paper.write(survivors_text(snapshot));
  paper.end_line();
  if (matrix.is_readable() && name_width + column_width * matrix.callees.size() <= paper.width()) {
    write_matrix(paper, matrix, name_width);
  }
  for (const std::vector<CallStory>& alike : stories_by_tenor(snapshot.edges)) {
    write_stories(paper, alike);
  }
}

}  // namespace telltale::render
