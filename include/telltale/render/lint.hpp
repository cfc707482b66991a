#pragma once
// Renderers of `telltale lint`. Pure.

#include <span>
#include <string>

#include "telltale/fleet/lint.hpp"

namespace telltale::render {

/// `lint -o table`: the findings by file and line, then what to do about each rule among them.
[[nodiscard]] std::string lint_text(const fleet::LintReport& report, bool color);

/// `lint -o json`: see docs/lint.md for its members.
[[nodiscard]] std::string lint_json(const fleet::LintReport& report);

/// `lint --rules`: the table of docs/lint.md, in Markdown.
[[nodiscard]] std::string lint_rules_markdown(std::span<const fleet::LintRule> rules);

/// `lint --rules -o json`.
[[nodiscard]] std::string lint_rules_json(std::span<const fleet::LintRule> rules);

}  // namespace telltale::render
