// Every rule of lint is shown to fire, not to fire, and not to apply, by files in
// tests/testdata/lint/RULE: `fires.yml` has `# <- here` on the lines that the rule names.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "telltale/fleet/lint.hpp"

namespace telltale::fleet {
namespace {

namespace fs = std::filesystem;

const fs::path fixtures = TELLTALE_SOURCE_DIR "/tests/testdata/lint";

fs::path fixture_of(const LintRule& rule, const std::string& name) {
  return fixtures / rule.id / (name + ".yml");
}

LintReport read(const fs::path& file) {
  const std::vector<std::string> paths{file.string()};
  Result<LintReport> report = lint(paths);
  REQUIRE_MESSAGE(report.has_value(), report.error().detail());
  return *std::move(report);
}

/// `file:line` of each marked line.
std::set<std::string> marked(const fs::path& file) {
  std::ifstream text(file);
  std::set<std::string> places;
  int number = 1;
  for (std::string line; std::getline(text, line); ++number) {
    if (line.find("# <- here") != std::string::npos) {
      places.insert(file.string() + ':' + std::to_string(number));
    }
  }
  return places;
}

}  // namespace

TEST_SUITE("fleet") {
  TEST_CASE("lint: fires.yml of each rule -> that rule, on the marked lines, and no other") {
    for (const LintRule& rule : lint_rules()) {
      const fs::path file = fixture_of(rule, "fires");
      CAPTURE(file.string());
      REQUIRE(fs::exists(file));
      std::set<std::string> found;
      for (const LintFinding& finding : read(file).findings) {
        CAPTURE(finding.source);
        CAPTURE(finding.detail);
        CHECK(finding.rule->id == rule.id);
        CHECK(finding.severity <= LintSeverity::info);
        found.insert(finding.source);
      }
      CHECK(found == marked(file));
      CHECK_FALSE(found.empty());
    }
  }

  TEST_CASE("lint: quiet.yml and not-applicable.yml of each rule -> not that rule") {
    for (const LintRule& rule : lint_rules()) {
      for (const std::string name : {"quiet", "not-applicable"}) {
        const fs::path file = fixture_of(rule, name);
        CAPTURE(file.string());
        REQUIRE(fs::exists(file));
        for (const LintFinding& finding : read(file).findings) {
          CAPTURE(finding.source);
          CAPTURE(finding.detail);
          CHECK(finding.rule->id != rule.id);
        }
      }
    }
  }

  TEST_CASE("lint: tests/testdata/lint -> a directory for each rule, and no other") {
    std::set<std::string> directories;
    for (const fs::directory_entry& entry : fs::directory_iterator(fixtures)) {
      directories.insert(entry.path().filename().string());
    }
    std::set<std::string> ids;
    for (const LintRule& rule : lint_rules()) {
      CHECK_MESSAGE(ids.emplace(rule.id).second, rule.id);
    }
    CHECK(directories == ids);
  }

  TEST_CASE("lint: every rule -> whole sentences, fit for a table") {
    for (const LintRule& rule : lint_rules()) {
      CAPTURE(rule.id);
      for (const std::string_view sentence : {rule.summary, rule.why, rule.remedy}) {
        CHECK(sentence.ends_with('.'));
        CHECK(sentence.find('|') == std::string_view::npos);
      }
      CHECK_FALSE(rule.source.empty());
      CHECK(find_lint_rule(rule.id) == &rule);
    }
    CHECK(find_lint_rule("no-such-rule") == nullptr);
  }
}

}  // namespace telltale::fleet
