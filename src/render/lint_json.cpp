#include <charconv>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "telltale/enum_names.hpp"
#include "telltale/render/lint.hpp"

#include "render/certificate_json.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

namespace json = boost::json;

/// `spinnakerservice.yml:12` in two.
struct Place {
  std::string file;
  int line = 0;
};

Place place_of(const std::string& source) {
  const std::size_t colon = source.rfind(':');
  Place place{.file = source.substr(0, colon)};
  if (colon != std::string::npos) {
    std::from_chars(source.data() + colon + 1, source.data() + source.size(), place.line);
  }
  return place;
}

json::object finding_json(const fleet::LintFinding& finding) {
  const Place place = place_of(finding.source);
  return {
      {"file", to_valid_utf8(place.file)},
      {"line", place.line},
      {"severity", name_of(finding.severity)},
      {"rule", finding.rule->id},
      {"services", array_of(finding.services, to_valid_utf8)},
      {"detail", to_valid_utf8(finding.detail)},
      {"remedy", finding.rule->remedy},
  };
}

json::object rule_json(const fleet::LintRule& rule) {
  return {
      {"id", rule.id},           {"severity", name_of(rule.severity)},
      {"summary", rule.summary}, {"why", rule.why},
      {"remedy", rule.remedy},   {"source", rule.source},
  };
}

}  // namespace

std::string lint_json(const fleet::LintReport& report) {
  json::object object;
  object["files"] = array_of(report.files, to_valid_utf8);
  object["services"] = report.services;
  object["findings"] = array_of(report.findings, finding_json);
  return json::serialize(object) + "\n";
}

std::string lint_rules_json(std::span<const fleet::LintRule> rules) {
  json::object object;
  object["rules"] = array_of(rules, rule_json);
  return json::serialize(object) + "\n";
}

}  // namespace telltale::render
