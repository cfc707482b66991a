#include <algorithm>
#include <array>

#include "telltale/render/render.hpp"

#include "render/credentials.hpp"
#include "render/facts_text.hpp"
#include "render/gate_text.hpp"
#include "render/paper.hpp"
#include "render/table_edges.hpp"
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
using Row = std::array<Cell, headings.size()>;

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
    row[6] = {date_text(end) + " (" + distance_text(end, now) + ")",
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

using Widths = std::array<std::size_t, headings.size()>;

void write_row(Paper& paper, const Row& row, const Widths& widths) {
  std::size_t blanks = 0;
  for (std::size_t column = 0; column < row.size(); ++column) {
    paper.write(std::string(blanks, ' '));
    paper.write(row[column].text, row[column].style);
    blanks = widths[column] - width_of(row[column].text) + 2;
  }
  paper.end_line();
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
  Row heading;
  Widths widths{};
  for (std::size_t column = 0; column < headings.size(); ++column) {
    heading[column] = {std::string(headings[column]), Style::dim};
    widths[column] = headings[column].size();
  }
  std::vector<std::vector<Row>> rows;
  for (const gate::TargetEntryPtr& entry : snapshot.targets) {
    for (const Row& row : rows.emplace_back(rows_of(*entry, now))) {
      for (std::size_t column = 0; column < row.size(); ++column) {
        widths[column] = std::max(widths[column], width_of(row[column].text));
      }
    }
  }
  write_row(paper, heading, widths);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const gate::TargetEntry& entry = *snapshot.targets[i];
    for (const Row& row : rows[i]) {
      write_row(paper, row, widths);
    }
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

void write_blocker(Paper& paper, const gate::Blocker& blocker, std::string_view prefix) {
  paper.write("  ");
  paper.write(prefix);
  paper.write(to_one_line(place_of(blocker)));
  paper.write(" ");
  paper.write(name_of(blocker.reason), Style::bold);
  paper.end_line();
  paper.write_wrapped(to_one_line(blocker.detail), 4);
  if (!blocker.hint.empty()) {
    paper.write_wrapped(to_one_line(blocker.hint), 4, Style::dim);
  }
}

void write_gate(Paper& paper, const gate::Answer& answer) {
  paper.end_line();
  paper.write("gate " + to_one_line(answer.gate) + " ");
  paper.write(name_of(answer.status), style_of(answer.status));
  paper.write(" since " + to_rfc3339(answer.since));
  paper.write(answer.waiting ? ", waiting: " + to_one_line(*answer.waiting) : "");
  paper.end_line();
  for (const gate::Blocker* blocker : what_blocks(answer)) {
    write_blocker(paper, *blocker, "");
  }
  for (const gate::Blocker& blocker : answer.evidence.accepted) {
    write_blocker(paper, blocker, "accepted: ");
  }
}

}  // namespace

std::string table(const gate::Snapshot& snapshot, Now now, bool color) {
  Paper paper(line_width, color);
  write_targets(paper, snapshot, now.civil);
  write_edges(paper, snapshot);
  write_credentials(paper, snapshot.credentials);
  for (const gate::Answer& answer : answers_of(snapshot, now)) {
    write_gate(paper, answer);
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
