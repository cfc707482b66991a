// The page's part about targets: those with something to tell whole, of a large fleet the others in
// a line each.

#include <algorithm>

#include "render/facts_text.hpp"
#include "render/link.hpp"
#include "render/page_parts.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

// Of a larger fleet no more targets are told whole, and those only that have something to tell.
constexpr std::size_t most_told_whole = 50;

struct FindingCounts {
  std::size_t errors = 0;
  std::size_t warnings = 0;

  void add(const std::vector<assess::Finding>& findings) {
    for (const assess::Finding& finding : findings) {
      errors += finding.severity == assess::Severity::error ? 1 : 0;
      warnings += finding.severity == assess::Severity::warning ? 1 : 0;
    }
  }
};

FindingCounts counts_of(const gate::TargetEntry& entry) {
  FindingCounts counts;
  counts.add(entry.assessment.findings);
  for (const gate::AddressEntry& at : entry.addresses) {
    if (at.assessment != nullptr) {
      counts.add(at.assessment->findings);
    }
  }
  return counts;
}

std::string findings_text(const FindingCounts& counts) {
  std::string text;
  text += counts.errors == 0 ? "" : count_of(counts.errors, "error", "errors");
  text += counts.errors == 0 || counts.warnings == 0 ? "" : ", ";
  text += counts.warnings == 0 ? "" : count_of(counts.warnings, "warning", "warnings");
  return text.empty() ? "-" : text;
}

std::string expected_text(const fleet::Target& target) {
  return target.expect.client_auth ? std::string(name_of(*target.expect.client_auth)) : "-";
}

std::string_view mode_class(const fleet::Target& target, tls::ClientAuthMode mode) {
  if (mode == tls::ClientAuthMode::unknown) {
    return "doubt";
  }
  if (!target.expect.client_auth) {
    return "";
  }
  if (mode == *target.expect.client_auth) {
    return "good";
  }
  // Stricter than expected is how a rollout goes; weaker is a hole.
  return mode > *target.expect.client_auth ? "doubt" : "bad";
}

/// `as expected`, `want is expected`; empty where nothing is.
std::string agreement_text(const fleet::Target& target, tls::ClientAuthMode mode) {
  if (!target.expect.client_auth) {
    return "";
  }
  return mode == *target.expect.client_auth ? ", as expected"
                                            : ", expected " + expected_text(target);
}

void write_certificate_end(Markup& html, const assess::AddressAssessment& look, CivilTime now) {
  if (!look.first_to_end) {
    return;
  }
  const CivilTime end = look.first_to_end->not_after;
  const auto fact = html.in("div");
  html.element("dt", "Certificate ends");
  html.element("dd", date_text(end) + " (" + distance_text(end, now) + ")",
               {{"class", end < now ? "past" : ""}, {"title", to_rfc3339(end)}});
}

void write_facts(Markup& html, const Scene& scene, const fleet::Target& target,
                 const assess::AddressAssessment& look) {
  const auto list = html.in("dl", {{"class", "facts"}});
  write_fact(html, "Mode", mode_text(look) + agreement_text(target, look.mode),
             mode_class(target, look.mode));
  write_fact(html, "Verifies clients", claim_text(look.client_certificates_verified));
  write_fact(html, "Accepts us", claim_text(look.identity_accepted));
  write_fact(html, "TLS", versions_text(look));
  write_certificate_end(html, look, scene.now.civil);
  const auto fact = html.in("div");
  html.element("dt", "Looked at");
  html.element("dd", distance_text(look.looked_at.civil, scene.now.civil),
               {{"title", to_rfc3339(look.looked_at.civil)}});
}

void write_target(Markup& html, const Scene& scene, const gate::TargetEntry& entry) {
  const fleet::Target& target = entry.target;
  const auto card =
      html.in("article",
              {{"class", "target"}, {"id", target_id(target.name)}, {"data-target", target.name}});
  {
    const auto heading = html.in("h3");
    write_name(html, scene, target.name);
    html.text(" ");
    html.element("bdi", target.url.text, {{"class", "code faint"}});
  }
  write_findings(html, entry.assessment.findings);
  if (entry.addresses.empty()) {
    html.element("p", "no address", {{"class", "doubt"}});
  }
  for (const gate::AddressEntry& at : entry.addresses) {
    write_address(html, scene, target, at, Depth::overview);
  }
}

void write_row(Markup& html, const Scene& scene, const gate::TargetEntry& entry,
               const FindingCounts& counts) {
  const auto row = html.in("tr", {{"id", target_id(entry.target.name)}});
  {
    const auto heading = html.in("th", {{"scope", "row"}});
    write_name(html, scene, entry.target.name);
  }
  html.element("td", name_of(entry.assessment.mode),
               {{"class", mode_class(entry.target, entry.assessment.mode)}});
  html.element("td", expected_text(entry.target));
  html.element("td", std::to_string(entry.addresses.size()), {{"class", "number"}});
  html.element("td", findings_text(counts), {{"class", counts.errors == 0 ? "" : "bad"}});
}

struct Told {
  const gate::TargetEntry* entry = nullptr;
  FindingCounts counts;
};

/// Writes those that are told whole; gives the others.
std::vector<Told> write_whole(Markup& html, const Scene& scene,
                              const std::vector<gate::TargetEntryPtr>& all) {
  const auto cards = html.in("div", {{"class", "targets"}});
  const bool is_large = all.size() > most_told_whole;
  std::size_t told_whole = 0;
  std::vector<Told> others;
  for (const gate::TargetEntryPtr& entry : all) {
    const FindingCounts counts = counts_of(*entry);
    const bool is_quiet = counts.errors == 0 && counts.warnings == 0;
    if (is_large && (is_quiet || told_whole == most_told_whole)) {
      others.push_back({.entry = entry.get(), .counts = counts});
      continue;
    }
    ++told_whole;
    html.verbatim("\n");
    write_target(html, scene, *entry);
  }
  return others;
}

void write_in_lines(Markup& html, const Scene& scene, const std::vector<Told>& targets) {
  if (targets.empty()) {
    return;
  }
  html.element("h3", count_of(targets.size(), "more target", "more targets"));
  html.element("p", "Each is told whole on its own page.", {{"class", "faint"}});
  const auto frame = begin_scroll_box(html, "More targets");
  const auto table = html.in("table");
  write_headings(html, {"Target", "Mode", "Expected", "Addresses", "Findings"});
  const auto body = html.in("tbody", {{"class", "rows"}});
  for (const Told& told : targets) {
    html.verbatim("\n");
    write_row(html, scene, *told.entry, told.counts);
  }
}

}  // namespace

void write_address(Markup& html, const Scene& scene, const fleet::Target& target,
                   const gate::AddressEntry& at, Depth depth) {
  const std::string address = fleet::to_text(at.address);
  const auto part = html.in(
      "div", {{"class", "address"},
              {"id", "address:" + percent_encoded(target.name) + ":" + percent_encoded(address)}});
  html.element(depth == Depth::whole ? "h3" : "h4", address, {{"class", "code"}});
  if (at.assessment == nullptr) {
    html.element("p", "not looked at yet", {{"class", "faint"}});
    return;
  }
  if (at.is_outdated) {
    html.element("p",
                 "Seen with credentials of ours that others have replaced; looked at anew soon.",
                 {{"class", "doubt"}});
  }
  write_facts(html, scene, target, *at.assessment);
  write_strip(html, *at.glances);
  write_findings(html, at.assessment->findings);
  write_handshakes(html, scene, target, *at.assessment, depth);
}

void write_targets(Markup& html, const Scene& scene) {
  const std::vector<gate::TargetEntryPtr>& all = scene.snapshot.targets;
  const Section section(html, "targets", "Targets");
  if (all.empty()) {
    html.element("p", "There is none.");
    return;
  }
  write_in_lines(html, scene, write_whole(html, scene, all));
}

}  // namespace telltale::render
