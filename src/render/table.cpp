#include <algorithm>
#include <array>
#include <numeric>
#include <ranges>
#include <set>

#include "telltale/render/render.hpp"

#include "render/credentials.hpp"
#include "render/edge_text.hpp"
#include "render/facts_text.hpp"
#include "render/gate_text.hpp"
#include "render/paper.hpp"
#include "render/table_edges.hpp"
#include "render/table_rollout.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

/// Sentences are broken at this column.
constexpr std::size_t line_width = 100;

struct Cell {
  std::string text;
  Style style = Style::plain;
};

constexpr std::array<std::string_view, 8> headings = {
    "TARGET", "ADDRESS", "MODE", "EXPECTED", "VERIFIED", "TLS", "CERTIFICATE ENDS", "LOOKED AT"};
constexpr std::size_t ends_column = 6;
using Row = std::array<Cell, headings.size()>;

Row heading_row() {
  Row row;
  std::ranges::transform(headings, row.begin(),
                         [](std::string_view word) { return Cell{std::string(word), Style::dim}; });
  return row;
}

Style style_of(gate::Status status) {
  constexpr std::array<Style, 3> styles = {Style::green, Style::red, Style::yellow};
  return styles[static_cast<std::size_t>(status)];
}

Style style_of(assess::Severity severity) {
  constexpr std::array<Style, 3> styles = {Style::red, Style::yellow, Style::dim};
  return styles[static_cast<std::size_t>(severity)];
}

Row row_of(const gate::TargetEntry& entry, std::string_view address,
           const assess::AddressAssessment* look, CivilTime now) {
  Row row;
  row.fill({"-", Style::dim});
  row[0] = {to_one_line(entry.target.name), Style::bold};
  if (!address.empty()) {
    row[1] = {std::string(address)};
  }
  if (const auto expected = entry.target.expect.client_auth) {
    row[3] = {std::string(name_of(*expected))};
  }
  if (look == nullptr) {
    return row;
  }
  row[2] = {mode_text(*look)};
  row[4] = {claim_text(look->client_certificates_verified)};
  row[5] = {versions_text(*look)};
  if (look->first_to_end) {
    const CivilTime end = look->first_to_end->not_after;
    row[ends_column] = {date_text(end) + " (" + distance_text(end, now) + ")",
                        end < now ? Style::red : Style::plain};
  }
  row[7] = {distance_text(look->looked_at.civil, now)};
  return row;
}

/// The rows of a target: one for each address, or one that says that there is none.
std::vector<Row> rows_of(const gate::TargetEntry& entry, CivilTime now) {
  std::vector<Row> rows;
  for (const gate::AddressEntry& at : entry.addresses) {
    rows.push_back(row_of(entry, fleet::to_text(at.address), at.assessment.get(), now));
  }
  if (rows.empty()) {
    rows.push_back(row_of(entry, "", nullptr, now));
  }
  return rows;
}

/// What is given up, one after the other, where names and addresses are too long for a line.
enum class Squeeze { nothing, no_looked_at, no_distances, names_on_their_own_lines };

struct Layout {
  Squeeze squeeze = Squeeze::nothing;
  std::array<std::size_t, headings.size()> widths{};

  [[nodiscard]] std::size_t first_column() const {
    return squeeze == Squeeze::names_on_their_own_lines ? 1 : 0;
  }

  [[nodiscard]] std::size_t end_column() const {
    return widths.size() - (squeeze == Squeeze::nothing ? 0 : 1);
  }

  [[nodiscard]] std::string_view text_of(const Row& row, std::size_t column) const {
    const std::string_view text = row[column].text;
    return squeeze >= Squeeze::no_distances && column == ends_column
               ? text.substr(0, text.find(" ("))
               : text;
  }

  void make_room_for(const Row& row) {
    for (std::size_t column = first_column(); column < end_column(); ++column) {
      widths[column] = std::max(widths[column], width_of(text_of(row, column)));
    }
  }

  /// Of a line, with two blanks between columns and before a line that has no name.
  [[nodiscard]] std::size_t width() const {
    return std::accumulate(widths.begin(), widths.end(), 2 * (end_column() - 1));
  }
};

/// The rows of one target, or the headings.
using Block = std::vector<Row>;

Layout layout_for(const std::vector<Block>& blocks, std::size_t width) {
  Layout layout;
  for (const Squeeze squeeze : {Squeeze::nothing, Squeeze::no_looked_at, Squeeze::no_distances,
                                Squeeze::names_on_their_own_lines}) {
    layout = Layout{.squeeze = squeeze};
    for (const Row& row : blocks | std::views::join) {
      layout.make_room_for(row);
    }
    if (layout.width() <= width) {
      break;
    }
  }
  return layout;
}

void write_block(Paper& paper, const Block& block, const Layout& layout) {
  const std::size_t first = layout.first_column();
  if (first != 0) {
    paper.write(block.front()[0].text, block.front()[0].style);
    paper.end_line();
  }
  for (const Row& row : block) {
    std::size_t blanks = 2 * first;
    for (std::size_t column = first; column < layout.end_column(); ++column) {
      const std::string_view text = layout.text_of(row, column);
      paper.write(std::string(blanks, ' '));
      paper.write(text, row[column].style);
      blanks = layout.widths[column] - width_of(text) + 2;
    }
    paper.end_line();
  }
}

void write_findings(Paper& paper, std::string_view address,
                    const std::vector<assess::Finding>& findings) {
  for (const assess::Finding& finding : findings) {
    const std::string severity(name_of(finding.severity));
    paper.write("  ");
    paper.write(severity, style_of(finding.severity));
    paper.write(std::string(8 - severity.size(), ' '));
    paper.write(name_of(finding.reason), Style::bold);
    paper.write(address.empty() ? "" : " at ");
    paper.write(address);
    paper.end_line();
    paper.write_wrapped(to_one_line(finding.detail), 10);
  }
}

void write_login(Paper& paper, std::string_view address, const assess::AddressAssessment& look) {
  if (const auto login = login_text(look)) {
    paper.write("  login");
    paper.write(address.empty() ? "" : " at ");
    paper.write(address);
    paper.end_line();
    paper.write_wrapped(to_one_line(*login), 10);
  }
}

void write_targets(Paper& paper, const gate::Snapshot& snapshot, CivilTime now) {
  std::vector<Block> blocks = {{heading_row()}};
  for (const gate::TargetEntryPtr& entry : snapshot.targets) {
    blocks.push_back(rows_of(*entry, now));
  }
  const Layout layout = layout_for(blocks, paper.width());
  write_block(paper, blocks.front(), layout);
  for (std::size_t i = 0; i < snapshot.targets.size(); ++i) {
    const gate::TargetEntry& entry = *snapshot.targets[i];
    write_block(paper, blocks[i + 1], layout);
    write_findings(paper, "", entry.assessment.findings);
    for (const gate::AddressEntry& at : entry.addresses) {
      if (at.assessment != nullptr) {
        const std::string where = entry.addresses.size() > 1 ? fleet::to_text(at.address) : "";
        write_login(paper, where, *at.assessment);
        write_findings(paper, where, at.assessment->findings);
      }
    }
  }
}

/// Writes what is the matter with our own credentials; of those that are sound nothing is said.
void write_credentials(Paper& paper, const gate::CredentialEntries& credentials) {
  for_each_credential(credentials, [&](const std::string& name, const auto& entry) {
    if (!entry.findings.empty()) {
      paper.end_line();
      paper.write(to_one_line(name), Style::bold);
      paper.end_line();
      write_findings(paper, "", entry.findings);
    }
  });
}

/// Writes the blockers of one gate: of calls that were told of before only which they are.
void write_blockers(Paper& paper, const std::vector<const gate::Blocker*>& blockers,
                    std::string_view prefix, const std::set<std::string_view>& told) {
  std::set<std::string_view> hints;
  const std::vector<gate::Blocker> brief = brief_of(blockers, told);
  for (const gate::Blocker& blocker : brief) {
    paper.write("  ");
    paper.write(prefix);
    paper.write(to_one_line(place_of(blocker)));
    paper.write(" ");
    paper.write(name_of(blocker.reason), Style::bold);
    paper.end_line();
    if (!blocker.detail.empty()) {
      paper.write_wrapped(to_one_line(blocker.detail), 4);
    }
    if (!blocker.hint.empty() && hints.insert(blocker.hint).second) {
      paper.write_wrapped(to_one_line(blocker.hint), 4, Style::dim);
    }
  }
}

void write_gate(Paper& paper, const gate::Answer& answer, const std::set<std::string_view>& told) {
  paper.end_line();
  paper.write("gate " + to_one_line(answer.gate) + " ");
  paper.write(name_of(answer.status), style_of(answer.status));
  paper.write(" since " + to_rfc3339(answer.since));
  paper.write(answer.waiting ? ", waiting: " + to_one_line(*answer.waiting) : "");
  paper.end_line();
  std::vector<const gate::Blocker*> accepted;
  for (const gate::Blocker& blocker : answer.evidence.accepted) {
    accepted.push_back(&blocker);
  }
  write_blockers(paper, what_blocks(answer), "", told);
  write_blockers(paper, accepted, "accepted: ", told);
}

}  // namespace

std::string table(const gate::Snapshot& snapshot, Now now, bool color) {
  Paper paper(line_width, color);
  write_targets(paper, snapshot, now.civil);
  write_edges(paper, snapshot);
  const std::vector<gate::Answer> answers = answers_of(snapshot, now);
  write_rollout(paper, gate::rollout(snapshot, answers, now));
  write_credentials(paper, snapshot.credentials);
  const std::set<std::string_view> told = told_of_edges(snapshot);
  for (const gate::Answer& answer : answers) {
    write_gate(paper, answer, told);
  }
  return std::move(paper).take();
}

std::string brief(const gate::Snapshot& snapshot, Now now) {
  std::string text;
  for (const gate::Answer& answer : answers_of(snapshot, now)) {
    const std::string gate = to_one_line(answer.gate);
    text.append(gate).append(" ").append(name_of(answer.status));
    text.append(" since ").append(to_rfc3339(answer.since));
    text.append(answer.waiting ? ", waiting: " + to_one_line(*answer.waiting) : "").append("\n");
    for (const gate::Blocker* blocker : what_blocks(answer)) {
      text.append(gate).append(" ").append(to_one_line(place_of(*blocker))).append(" ");
      text.append(name_of(blocker->reason)).append(": ").append(to_one_line(blocker->detail));
      text.append("\n");
    }
  }
  for_each_credential(snapshot.credentials, [&](const std::string& name, const auto& entry) {
    for (const assess::Finding& finding : entry.findings) {
      text.append(to_one_line(name)).append(" ").append(name_of(finding.reason)).append(": ");
      text.append(to_one_line(finding.detail)).append("\n");
    }
  });
  return text;
}

}  // namespace telltale::render
