#pragma once
// Lint: what is wrong on paper already, in SpinnakerService manifests, Halyard directories and
// profile files. No network, no credentials.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/enum.hpp>

#include "telltale/error.hpp"

namespace telltale::fleet {

enum class LintSeverity { error, warning, info };
BOOST_DESCRIBE_ENUM(LintSeverity, error, warning, info)

/// A row of the table that docs/lint.md is made of.
struct LintRule {
  std::string_view id;  ///< `base-url-http`
  LintSeverity severity = LintSeverity::warning;
  std::string_view summary;  ///< what is wrong, in one sentence
  std::string_view why;      ///< what comes of it
  std::string_view remedy;   ///< what to write instead
  std::string_view source;   ///< where the rule is from, repository:path or a specification
};

/// Every rule, in the order of the documentation: by subject.
[[nodiscard]] std::span<const LintRule> lint_rules();

/// By its id; null if there is none.
[[nodiscard]] const LintRule* find_lint_rule(std::string_view id);

struct LintFinding {
  const LintRule* rule = nullptr;  ///< never null
  /// The rule's own, but where it says less: a caller that breaks at `need` only, while the server
  /// has `want`.
  LintSeverity severity = LintSeverity::warning;
  std::vector<std::string> services;  ///< whom it concerns; empty where it is nobody in particular
  std::string source;                 ///< `spinnakerservice.yml:12`
  std::string detail;                 ///< one sentence, without any secret
};

struct LintReport {
  std::vector<LintFinding> findings;  ///< in the order of `files`, then by line
  std::vector<std::string> files;     ///< that were read
  std::size_t services = 0;           ///< that were found in them
};

/// Reads files and directories and applies every rule. Errors: what cannot be read at all, one
/// line.
[[nodiscard]] Result<LintReport> lint(std::span<const std::string> paths);

}  // namespace telltale::fleet
