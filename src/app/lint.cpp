// `telltale lint`.

#include "telltale/fleet/lint.hpp"

#include <algorithm>
#include <iostream>

#include "telltale/app/commands.hpp"
#include "telltale/render/inspection.hpp"
#include "telltale/render/lint.hpp"

#include "app/terminal.hpp"

namespace telltale::app {

namespace {

constexpr int exit_errors = 1;
constexpr int exit_bad_input = 2;

int print_rules(bool as_json) {
  const auto rules = fleet::lint_rules();
  std::cout << (as_json ? render::lint_rules_json(rules) : render::lint_rules_markdown(rules));
  return 0;
}

}  // namespace

int run_lint(const Options& options) {
  const bool as_json = options.output == Output::json;
  if (options.lint.prints_rules) {
    return print_rules(as_json);
  }
  const Result<fleet::LintReport> report = fleet::lint(options.lint.paths);
  if (!report) {
    std::cerr << render::complaint_text(report.error().detail());
    return exit_bad_input;
  }
  std::cout << (as_json ? render::lint_json(*report) : render::lint_text(*report, wants_color()));
  const bool has_errors = std::ranges::any_of(report->findings, [](const auto& finding) {
    return finding.severity == fleet::LintSeverity::error;
  });
  return has_errors ? exit_errors : 0;
}

}  // namespace telltale::app
