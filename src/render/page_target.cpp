// The page of one target, `/targets/<name>`: everything that is known of it.

#include <algorithm>
#include <iterator>

#include "telltale/render/render.hpp"

#include "render/edge_text.hpp"
#include "render/facts_text.hpp"
#include "render/gate_text.hpp"
#include "render/link.hpp"
#include "render/page_parts.hpp"
#include "render/rollout_text.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

/// What a gate says of one target.
struct OwnPart {
  gate::Answer answer;
  const fleet::GateRules* rules = nullptr;
};

/// The parts of all gates that judge the target.
std::vector<OwnPart> parts_of(const Scene& scene, std::string_view target) {
  std::vector<OwnPart> parts;
  for (std::size_t i = 0; i < scene.answers.size(); ++i) {
    const gate::Answer& whole = scene.answers[i];
    if (std::ranges::count(whole.standings, target, &gate::TargetStanding::target) != 0) {
      parts.push_back({.answer = gate::answer_for_target(whole, target),
                       .rules = &scene.snapshot.gates[i].rules});
    }
  }
  return parts;
}

std::optional<gate::Status> status_of(const std::vector<OwnPart>& parts) {
  if (parts.empty()) {
    return std::nullopt;
  }
  std::vector<gate::Answer> answers;
  answers.reserve(parts.size());
  for (const OwnPart& part : parts) {
    answers.push_back(part.answer);
  }
  return gate::overall(answers);
}

void write_gate_parts(Markup& html, const Scene& scene, const std::vector<OwnPart>& parts) {
  const Section section(html, "gates", "Gates");
  if (parts.empty()) {
    html.element("p", "No gate judges it.");
  }
  for (const OwnPart& part : parts) {
    write_gate(html, scene, part.answer, *part.rules);
  }
}

std::string authorities_text(const fleet::ExpectedAuthorities& expected) {
  if (expected.rule != fleet::AuthoritiesRule::listed) {
    return std::string(name_of(expected.rule));
  }
  std::string text;
  for (const fleet::ExpectedAuthority& each : expected.names) {
    text.append(text.empty() ? "" : "; ").append(each.text);
  }
  return text;
}

std::string ports_text(const std::vector<std::uint16_t>& ports) {
  std::string text;
  for (const std::uint16_t port : ports) {
    text.append(text.empty() ? "" : ", ").append(std::to_string(port));
  }
  return text;
}

std::string roles_text(const std::optional<std::vector<std::string>>& roles) {
  if (!roles) {
    return "";
  }
  std::string text;
  for (const std::string& role : *roles) {
    text.append(text.empty() ? "" : ", ").append(role);
  }
  return text.empty() ? "none" : text;
}

void write_expectations(Markup& html, const fleet::Target& target) {
  const fleet::Expectation& expect = target.expect;
  write_fact(html, "Goal", name_of(target.goal));
  write_fact(html, "Expected mode",
             expect.client_auth ? name_of(*expect.client_auth) : std::string_view());
  write_fact(html, "Expected DN list", authorities_text(expect.authorities));
  write_fact(html, "Expected addresses", "at least " + std::to_string(expect.addresses));
  write_fact(html, "Expected principal", expect.principal.value_or(""), "code");
  write_fact(html, "Expected roles", roles_text(expect.roles), "code");
  if (target.url.scheme == fleet::Scheme::rediss) {
    write_fact(html, "Expected Redis", ">=" + expect.minimum_redis_version);
  }
}

void write_configured(Markup& html, const gate::TargetEntry& entry) {
  const fleet::Target& target = entry.target;
  const Section section(html, "configured", "As configured");
  const auto list = html.in("dl", {{"class", "facts"}});
  write_fact(html, "URL", target.url.text, "code");
  write_fact(html, "Name to resolve", target.discover.value_or(""), "code");
  write_fact(html, "Name in its certificate", target.expected_name(), "code");
  if (target.url.scheme == fleet::Scheme::https) {
    write_fact(html, "Asked for", target.health, "code");
  }
  write_fact(html, "Runtime", target.runtime ? fleet::label(*target.runtime) : std::string_view());
  write_fact(html, "Identity as a client", target.identity.value_or(""), "code");
  write_fact(html, "No plaintext on", ports_text(target.plaintext_ports));
  write_fact(html, "Mesh", target.mesh ? name_of(target.mesh->mode) : std::string_view());
  write_expectations(html, target);
  write_fact(html, "From", target.source, "code");
}

void write_place(Markup& html, const Scene& scene, const gate::Rollout& rollout,
                 const std::string& name) {
  const auto service = std::ranges::find(rollout.services, name, &gate::RolloutService::name);
  if (service == rollout.services.end()) {
    return;
  }
  const Section section(html, "rollout", "Rollout");
  const auto list = html.in("dl", {{"class", "facts"}});
  write_fact(html, "Place in the order",
             std::to_string(service->position) + " of " + std::to_string(rollout.services.size()));
  write_fact(html, "Stage", name_of(service->stage));
  write_fact(html, "Declared", service->declared ? name_of(*service->declared) : "-");
  write_fact(html, "Next step", next_text(*service));
  write_fact(html, "May go", may_go_text(*service), service->may_go ? "may-go good" : "");
  write_fact(html, "Why", why_text(*service));
  write_fact(html, "Declared and seen", service->note);
  if (service->callers.empty()) {
    return;
  }
  const auto fact = html.in("div");
  html.element("dt", "Called by");
  const auto is = html.in("dd");
  std::string_view separator;
  for (const std::string& caller : service->callers) {
    html.text(separator);
    write_name(html, scene, caller);
    separator = ", ";
  }
}

void write_story(Markup& html, const gate::AddressEntry& at) {
  html.element("h4", "The newest look, as it went");
  if (at.story == nullptr || at.story->empty()) {
    html.element("p", "Nothing is told of it yet.", {{"class", "faint"}});
    return;
  }
  const auto list = html.in("ol", {{"class", "raw"}});
  for (const assess::StoryLine& line : *at.story) {
    const auto item = html.in("li", {{"class", line.is_failure ? "bad" : ""}});
    html.element("bdi", line.subject, {{"class", "subject"}});
    html.text(": ");
    html.element("bdi", line.outcome);
    html.text(line.is_failure ? " (it ended there)" : "");
  }
}

std::string rehearsed_chain(const assess::RehearsalAssessment& rehearsal) {
  return rehearsal.chain.empty() ? "nothing" : rehearsal.chain.front()->subject.rfc4514;
}

void write_rehearsals(Markup& html, const assess::AddressAssessment& look) {
  if (look.rehearsals.empty()) {
    return;
  }
  html.element("h4", "Rehearsed for callers");
  const auto list = html.in("ul", {{"class", "raw"}});
  for (const assess::RehearsalAssessment& rehearsal : look.rehearsals) {
    const auto item = html.in("li");
    html.element("bdi", rehearsed_chain(rehearsal), {{"class", "subject"}});
    html.text(rehearsal.path.empty() ? "" : " on " + rehearsal.path);
    html.text(" over " + std::string(tls::label(rehearsal.version)) + ": ");
    html.element("bdi", rehearsal.what_happened);
    html.text(rehearsal.accepted ? (*rehearsal.accepted ? " (let in)" : " (turned away)") : "");
  }
}

void write_glances(Markup& html, const gate::AddressEntry& at) {
  const gate::Glances& glances = *at.glances;
  if (glances.empty()) {
    return;
  }
  const std::string address = fleet::to_text(at.address);
  const auto fold = html.in("details", {{"id", "looks:" + percent_encoded(address)}});
  html.element("summary", "The last " + count_of(glances.size(), "look", "looks") + " of " +
                              std::to_string(at.looks));
  const auto frame = html.in("div", {{"class", "scroll"},
                                     {"role", "group"},
                                     {"aria-label", "The last looks at " + address},
                                     {"tabindex", "0"}});
  const auto table = html.in("table");
  write_headings(html, {"Ended", "Mode", "Succeeded", "Reason"});
  const auto body = html.in("tbody", {{"class", "rows"}});
  for (auto glance = glances.rbegin(); glance != glances.rend(); ++glance) {
    const auto row = html.in("tr");
    html.element("th", to_rfc3339(glance->at), {{"scope", "row"}});
    html.element("td", name_of(glance->mode));
    html.element("td", glance->succeeded ? "yes" : "no");
    html.element("td", glance->reason ? name_of(*glance->reason) : "-", {{"class", "code"}});
  }
}

void write_whole_address(Markup& html, const Scene& scene, const fleet::Target& target,
                         const gate::AddressEntry& at) {
  const auto part =
      html.in("article", {{"class", "target"}, {"data-address", fleet::to_text(at.address)}});
  write_address(html, scene, target, at, Depth::whole);
  if (at.assessment != nullptr) {
    write_story(html, at);
    write_rehearsals(html, *at.assessment);
  }
  write_glances(html, at);
}

std::string failures_text(const gate::TargetCounters& counters) {
  std::string text;
  for (const auto& [reason, count] : counters.failures) {
    text.append(text.empty() ? "; not successful: " : ", ").append(std::to_string(count));
    text.append(" by ").append(name_of(reason));
  }
  return text;
}

void write_addresses(Markup& html, const Scene& scene, const gate::TargetEntry& entry) {
  const Section section(html, "addresses", "Addresses");
  html.element("p",
               count_of(entry.counters.looks, "look", "looks") + " in all" +
                   failures_text(entry.counters) + ".",
               {{"class", "faint"}});
  write_findings(html, entry.assessment.findings);
  if (entry.addresses.empty()) {
    html.element("p", "no address", {{"class", "doubt"}});
  }
  for (const gate::AddressEntry& at : entry.addresses) {
    write_whole_address(html, scene, entry.target, at);
  }
}

std::vector<gate::EdgeEntryPtr> calls_of(const gate::Snapshot& snapshot, std::string_view target) {
  std::vector<gate::EdgeEntryPtr> calls;
  std::ranges::copy_if(snapshot.edges, std::back_inserter(calls),
                       [&](const gate::EdgeEntryPtr& entry) {
                         return entry->edge.caller == target || entry->edge.callee == target;
                       });
  return calls;
}

void write_own_calls(Markup& html, const Scene& scene, const std::vector<gate::EdgeEntryPtr>& calls,
                     std::string_view target) {
  if (calls.empty()) {
    return;
  }
  const auto into = static_cast<std::size_t>(std::ranges::count_if(
      calls, [&](const auto& entry) { return entry->edge.callee == target; }));
  const Section section(html, "calls", "Calls");
  html.element("p", count_of(into, "call", "calls") + " into it, " +
                        std::to_string(calls.size() - into) + " out of it.");
  write_call_stories(html, scene, calls);
}

void write_elsewhere(Markup& html, const std::string& name) {
  const std::string query = percent_encoded(name);
  const auto line = html.in("p", {{"class", "elsewhere"}});
  html.element("a", "The last looks as text", {{"href", "../logs?target=" + query}});
  html.text(" ");
  html.element("a", "Look at it now", {{"href", "../probe?target=" + query + "&debug=true"}});
  html.text(" ");
  html.element("a", "All targets as JSON", {{"href", "../api/v1/targets"}});
}

bool concerns(const gate::Event& event, std::string_view target) {
  return event.caller == target || event.callee == target;
}

}  // namespace

std::optional<std::string> target_page(const gate::Snapshot& snapshot, std::string_view name,
                                       Now now) {
  const auto found = std::ranges::find_if(snapshot.targets, [&](const gate::TargetEntryPtr& each) {
    return each->target.name == name;
  });
  if (found == snapshot.targets.end()) {
    return std::nullopt;
  }
  const gate::TargetEntry& entry = **found;
  const std::vector<gate::Answer> answers = answers_of(snapshot, now);
  const Scene scene = scene_of(snapshot, answers, now, "../");
  const std::vector<OwnPart> parts = parts_of(scene, name);
  const std::vector<gate::EdgeEntryPtr> calls = calls_of(snapshot, name);
  const gate::Rollout rollout = gate::rollout(snapshot, answers, now);

  const bool is_flipped =
      std::ranges::count(rollout.services, entry.target.name, &gate::RolloutService::name) != 0;

  const PageHead head{.heading = entry.target.name,
                      .title = entry.target.name,
                      .status = status_of(parts),
                      .sections = those_there({{"gates", true},
                                               {"addresses", true},
                                               {"calls", !calls.empty()},
                                               {"rollout", is_flipped},
                                               {"events", true},
                                               {"configured", true}})};
  return whole_page(scene, head, [&](Markup& html) {
    write_elsewhere(html, entry.target.name);
    write_gate_parts(html, scene, parts);
    write_addresses(html, scene, entry);
    write_own_calls(html, scene, calls, name);
    write_place(html, scene, rollout, entry.target.name);
    write_events(html, scene, [&](const gate::Event& event) { return concerns(event, name); });
    write_configured(html, entry);
  });
}

}  // namespace telltale::render
