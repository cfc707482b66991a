#include "telltale/render/lint.hpp"

#include <fstream>
#include <iterator>
#include <sstream>

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

namespace telltale::render {

namespace {

using fleet::LintFinding;
using fleet::LintReport;
using fleet::LintRule;
using fleet::LintSeverity;

constexpr LintRule wall{.id = "hole-in-wall",
                        .severity = LintSeverity::error,
                        .summary = "The wall has a hole.",
                        .why = "Somebody may come in.",
                        .remedy = "Mend the wall.",
                        .source = "bricks/bricks:wall.c"};

LintReport report_of(std::vector<LintFinding> findings) {
  return {.findings = std::move(findings), .files = {"a.yml", "b.yml"}, .services = 11};
}

LintFinding finding_at(std::string source, std::vector<std::string> services = {}) {
  return {.rule = &wall,
          .severity = LintSeverity::error,
          .services = std::move(services),
          .source = std::move(source),
          .detail = "there is a hole"};
}

}  // namespace

TEST_SUITE("render") {
  TEST_CASE("lint_text: nothing found -> how much was read, and that nothing was found") {
    CHECK(lint_text(report_of({}), false) ==
          "2 files, 11 services: 0 errors, 0 warnings, 0 notes\n");
  }

  TEST_CASE("lint_text: findings -> place, severity, rule, services and detail, then the remedy") {
    const std::string text =
        lint_text(report_of({finding_at("a.yml:3", {"orca"}), finding_at("b.yml:12")}), false);
    CHECK(text ==
          "a.yml:3  error  hole-in-wall  orca\n"
          "    there is a hole\n"
          "\n"
          "b.yml:12  error  hole-in-wall\n"
          "    there is a hole\n"
          "\n"
          "What to do\n"
          "  hole-in-wall\n"
          "    Somebody may come in.\n"
          "    Mend the wall.\n"
          "\n"
          "2 files, 11 services: 2 errors, 0 warnings, 0 notes\n");
  }

  TEST_CASE("lint_text: many services -> the first of them and how many more") {
    const std::string four =
        lint_text(report_of({finding_at("a.yml:3", {"a", "b", "c", "d"})}), false);
    CHECK(four.find("  a, b, c, d\n") != std::string::npos);
    const std::string five =
        lint_text(report_of({finding_at("a.yml:3", {"a", "b", "c", "d", "e"})}), false);
    CHECK(five.find("  a, b, c and 2 more\n") != std::string::npos);
  }

  TEST_CASE("lint_text: control characters in a file's name -> none in the text") {
    const std::string text = lint_text(report_of({finding_at("a\x1b[31m.yml:3")}), false);
    CHECK(text.find('\x1b') == std::string::npos);
  }

  TEST_CASE("lint_json: a finding -> every member that docs/lint.md names") {
    const auto json = boost::json::parse(lint_json(report_of({finding_at("a.yml:3", {"orca"})})));
    CHECK(json.at("files").as_array().size() == 2);
    CHECK(json.at("services") == 11);
    const auto& finding = json.at("findings").at(0);
    CHECK(finding.at("file") == "a.yml");
    CHECK(finding.at("line") == 3);
    CHECK(finding.at("severity") == "error");
    CHECK(finding.at("rule") == "hole-in-wall");
    CHECK(finding.at("services").at(0) == "orca");
    CHECK(finding.at("detail") == "there is a hole");
    CHECK(finding.at("remedy") == "Mend the wall.");

    std::ifstream file(TELLTALE_SOURCE_DIR "/docs/lint.md");
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    for (const auto& member : finding.as_object()) {
      CHECK_MESSAGE(page.find("| `" + std::string(member.key()) + "` |") != std::string::npos,
                    std::string(member.key()));
    }
  }

  TEST_CASE("lint_rules_json: a rule -> all that the table has") {
    const std::vector<LintRule> rules{wall};
    const auto json = boost::json::parse(lint_rules_json(rules));
    CHECK(json.at("rules").at(0).at("id") == "hole-in-wall");
    CHECK(json.at("rules").at(0).at("source") == "bricks/bricks:wall.c");
  }

  TEST_CASE("docs/lint.md: its end -> what `telltale lint --rules` prints") {
    std::ifstream file(TELLTALE_SOURCE_DIR "/docs/lint.md");
    REQUIRE(file.is_open());
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    const std::string table = lint_rules_markdown(fleet::lint_rules());
    CHECK(table.starts_with("| rule | severity |"));
    CHECK_MESSAGE(page.ends_with("\n\n" + table), "run tools/lint_docs");
  }
}

}  // namespace telltale::render
