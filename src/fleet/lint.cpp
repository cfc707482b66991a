#include "telltale/fleet/lint.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "fleet/lint/subject.hpp"

namespace telltale::fleet {
namespace {

/// A whole SpinnakerService or halconfig names a version; Spinnaker's own kustomize files have
/// `services` in spinnaker.yml, with what is deployed.
bool is_whole(const Installation& installation) {
  if (installation.layout != Layout::profiles) {
    return linting::at_path(&installation.config, "version") != nullptr ||
           linting::at_path(&installation.config, "deploymentEnvironment") != nullptr ||
           linting::at_path(&installation.config, "persistentStorage.persistentStoreType") !=
               nullptr;
  }
  const auto common = installation.profiles.find("spinnaker");
  return common != installation.profiles.end() &&
         std::ranges::any_of(common->second, [](const YamlNode& layer) {
           return layer.find("services") != nullptr;
         });
}

/// Where a finding stands: the file's place among those read, and the line.
std::tuple<std::size_t, std::string, int> place_of(const LintFinding& finding,
                                                   const std::vector<std::string>& files) {
  const std::size_t colon = finding.source.rfind(':');
  const std::string file = finding.source.substr(0, colon);
  int line = 0;
  if (colon != std::string::npos) {
    std::from_chars(finding.source.data() + colon + 1,
                    finding.source.data() + finding.source.size(), line);
  }
  const auto at = static_cast<std::size_t>(std::ranges::find(files, file) - files.begin());
  return {at, file, line};
}

void sort(std::vector<LintFinding>& findings, const std::vector<std::string>& files) {
  std::ranges::sort(findings, {}, [&](const LintFinding& finding) {
    return std::tuple(place_of(finding, files), finding.severity, finding.rule->id,
                      finding.services, finding.detail);
  });
}

}  // namespace

const LintRule* find_lint_rule(std::string_view id) {
  const auto rules = lint_rules();
  const auto found = std::ranges::find(rules, id, &LintRule::id);
  return found == rules.end() ? nullptr : &*found;
}

Result<LintReport> lint(std::span<const std::string> paths) {
  try {
    const Installation installation = read_paths(paths);
    const linting::Subject subject{.installation = &installation,
                                   .views = views_of(installation),
                                   .is_whole = is_whole(installation)};
    linting::Findings findings;
    for (const auto check :
         {linting::check_defects, linting::check_profiles, linting::check_server_tls,
          linting::check_go, linting::check_client_tls, linting::check_calls, linting::check_probes,
          linting::check_redis, linting::check_jvm, linting::check_secrets, linting::check_mesh}) {
      check(subject, findings);
    }
    LintReport report{.findings = std::move(findings).take(),
                      .files = installation.files,
                      .services = subject.concerned().size()};
    sort(report.findings, report.files);
    return report;
  } catch (const BadConfig& bad) {
    return bad.error();
  }
}

}  // namespace telltale::fleet
