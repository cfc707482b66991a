#include <algorithm>

#include "telltale/enum_names.hpp"
#include "telltale/render/lint.hpp"

#include "render/paper.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

using fleet::LintFinding;
using fleet::LintReport;
using fleet::LintRule;
using fleet::LintSeverity;

constexpr std::size_t line_width = 100;
constexpr std::size_t detail_indent = 4;
constexpr std::size_t most_services = 3;

Style style_of(LintSeverity severity) {
  switch (severity) {
    case LintSeverity::error:
      return Style::red;
    case LintSeverity::warning:
      return Style::yellow;
    case LintSeverity::info:
      break;
  }
  return Style::dim;
}

/// `orca, gate`, or `orca, gate, echo and 4 more`.
std::string services_text(const std::vector<std::string>& services) {
  std::string text;
  const std::size_t shown = services.size() <= most_services + 1 ? services.size() : most_services;
  for (std::size_t i = 0; i < shown; ++i) {
    text += (i == 0 ? "" : ", ") + services[i];
  }
  const std::size_t left = services.size() - shown;
  return left == 0 ? text : text + " and " + std::to_string(left) + " more";
}

void write_finding(Paper& paper, const LintFinding& finding) {
  paper.write(to_one_line(finding.source), Style::bold);
  paper.write("  ");
  paper.write(name_of(finding.severity), style_of(finding.severity));
  paper.write("  " + std::string(finding.rule->id));
  const std::string services = services_text(finding.services);
  paper.write(services.empty() ? "" : "  " + to_one_line(services));
  paper.end_line();
  paper.write_wrapped(to_one_line(finding.detail), detail_indent);
}

/// Each rule once, as its first finding comes.
std::vector<const LintRule*> rules_of(const LintReport& report) {
  std::vector<const LintRule*> rules;
  for (const LintFinding& finding : report.findings) {
    if (std::ranges::find(rules, finding.rule) == rules.end()) {
      rules.push_back(finding.rule);
    }
  }
  return rules;
}

void write_remedies(Paper& paper, const LintReport& report) {
  paper.end_line();
  paper.write("What to do", Style::bold);
  paper.end_line();
  for (const LintRule* const rule : rules_of(report)) {
    paper.write("  " + std::string(rule->id), Style::bold);
    paper.end_line();
    paper.write_wrapped(rule->why, detail_indent, Style::dim);
    paper.write_wrapped(rule->remedy, detail_indent);
  }
  paper.end_line();
}

std::string tally(const LintReport& report) {
  const auto count = [&](LintSeverity severity) {
    return static_cast<std::size_t>(
        std::ranges::count(report.findings, severity, &LintFinding::severity));
  };
  return count_of(report.files.size(), "file", "files") + ", " +
         count_of(report.services, "service", "services") + ": " +
         count_of(count(LintSeverity::error), "error", "errors") + ", " +
         count_of(count(LintSeverity::warning), "warning", "warnings") + ", " +
         count_of(count(LintSeverity::info), "note", "notes");
}

/// The file in `spinnakerservice.yml:12`.
std::string_view file_of(const LintFinding& finding) {
  return std::string_view(finding.source).substr(0, finding.source.rfind(':'));
}

}  // namespace

std::string lint_text(const fleet::LintReport& report, bool color) {
  Paper paper(line_width, color);
  std::string_view file;
  for (const LintFinding& finding : report.findings) {
    if (file_of(finding) != file && !file.empty()) {
      paper.end_line();
    }
    file = file_of(finding);
    write_finding(paper, finding);
  }
  if (!report.findings.empty()) {
    write_remedies(paper, report);
  }
  paper.write(tally(report));
  paper.end_line();
  return std::move(paper).take();
}

std::string lint_rules_markdown(std::span<const fleet::LintRule> rules) {
  std::string text =
      "| rule | severity | what is wrong | what comes of it | what to do | source |\n"
      "|---|---|---|---|---|---|\n";
  for (const LintRule& rule : rules) {
    text.append("| `").append(rule.id).append("` | ").append(name_of(rule.severity)).append(" | ");
    text.append(rule.summary).append(" | ").append(rule.why).append(" | ");
    text.append(rule.remedy).append(" | ").append(rule.source).append(" |\n");
  }
  return text;
}

}  // namespace telltale::render
