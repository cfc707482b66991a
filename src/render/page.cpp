#include <algorithm>
#include <set>

#include "telltale/render/render.hpp"
#include "telltale/version.hpp"

#include "render/edge_text.hpp"
#include "render/facts_text.hpp"
#include "render/gate_text.hpp"
#include "render/page_parts.hpp"
#include "render/page_style.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

void write_blocker(Markup& html, const gate::Blocker& blocker) {
  const auto row = html.in("tr");
  {
    const auto heading = html.in("th", {{"scope", "row"}});
    html.text(blocker.caller.empty() ? "" : blocker.caller + " to ");
    html.element("a", blocker.target, {{"href", "#target-" + blocker.target}});
  }
  html.element("td", blocker.address.empty() ? "-" : blocker.address, {{"class", "code fixed"}});
  html.element("td", name_of(blocker.reason), {{"class", "code fixed"}});
  if (blocker.detail.empty()) {
    const auto cell = html.in("td");
    html.element("a", "told below, under Calls", {{"href", "#calls"}});
  } else {
    html.element("td", blocker.detail);
  }
  html.element("td", blocker.hint, {{"class", "hint"}});
}

void write_blockers(Markup& html, const std::vector<gate::Blocker>& blockers) {
  if (blockers.empty()) {
    return;
  }
  const auto frame = html.in("div", {{"class", "scroll"}});
  const auto table = html.in("table");
  write_headings(html, {"Target", "Address", "Reason", "What is the matter", "What to do"});
  const auto body = html.in("tbody", {{"class", "rows"}});
  for (const gate::Blocker& blocker : blockers) {
    write_blocker(html, blocker);
  }
}

void write_accepted(Markup& html, const std::vector<gate::Blocker>& accepted,
                    const fleet::GateRules& rules) {
  if (accepted.empty()) {
    return;
  }
  html.element("h4", "Accepted until a date");
  const auto frame = html.in("div", {{"class", "scroll"}});
  const auto table = html.in("table");
  write_headings(html, {"Target", "Address", "Reason", "What is the matter", "Accepted"});
  const auto body = html.in("tbody", {{"class", "rows"}});
  for (const gate::Blocker& blocker : accepted) {
    const auto acceptance =
        std::find_if(rules.accept.begin(), rules.accept.end(), [&](const fleet::Acceptance& each) {
          return each.target == blocker.target && each.caller == blocker.caller &&
                 each.reason == name_of(blocker.reason);
        });
    gate::Blocker told = blocker;
    told.hint = acceptance == rules.accept.end()
                    ? ""
                    : "before " + to_rfc3339(acceptance->until) + ": " + acceptance->why;
    write_blocker(html, told);
  }
}

void write_gate(Markup& html, const gate::Answer& answer, const fleet::GateRules& rules,
                const std::set<std::string_view>& told, CivilTime now) {
  const std::string status(name_of(answer.status));
  const auto card = html.in("article", {{"class", "gate is-" + status}});
  {
    const auto heading = html.in("h3");
    html.text(answer.gate);
    html.element("span", status, {{"class", "status " + status}});
  }
  {
    const auto line = html.in("p", {{"class", "faint"}});
    html.text("since ");
    write_time(html, answer.since, now);
    html.text(answer.targets == 0
                  ? ""
                  : ", judging " + count_of(answer.targets, "target", "targets") + " at " +
                        count_of(answer.addresses, "address", "addresses"));
    html.text(". Opens after " + count_of(rules.rounds, "clean round", "clean rounds") + " and " +
              to_text(rules.minimum_time) + " without a blocker.");
  }
  if (answer.waiting) {
    html.element("p", "Waiting: " + *answer.waiting + ".");
  }
  write_blockers(html, brief_of(what_blocks(answer), told));
  write_accepted(html, answer.evidence.accepted, rules);
}

void write_gates(Markup& html, const gate::Snapshot& snapshot,
                 const std::vector<gate::Answer>& answers, CivilTime now) {
  const auto section = html.in("section", {{"aria-labelledby", "gates"}});
  html.element("h2", "Gates", {{"id", "gates"}});
  if (!snapshot.first_round_done) {
    html.element("p", "The first round is not done: some addresses have not been looked at yet.",
                 {{"class", "note"}});
  }
  const std::set<std::string_view> told = told_of_edges(snapshot);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    html.verbatim("\n");
    write_gate(html, answers[i], snapshot.gates[i].rules, told, now);
  }
}

/// The upper bound of the bucket in which the given share of the durations is reached.
std::string bound_of_share(const gate::Histogram& histogram, double share) {
  const double wanted = share * static_cast<double>(histogram.count());
  double reached = 0;
  for (std::size_t i = 0; i < gate::Histogram::bounds.size(); ++i) {
    reached += static_cast<double>(histogram.counts[i]);
    if (reached >= wanted) {
      const auto bound = std::chrono::duration<double>(gate::Histogram::bounds[i]);
      const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(bound);
      return "within " + to_text(milliseconds);
    }
  }
  return "longer than " + to_text(std::chrono::duration_cast<Duration>(
                              std::chrono::duration<double>(gate::Histogram::bounds.back())));
}

void write_timing(Markup& html, const gate::Snapshot& snapshot) {
  const auto section = html.in("section", {{"aria-labelledby", "timing"}});
  html.element("h2", "Timing", {{"id", "timing"}});
  const auto frame = html.in("div", {{"class", "scroll"}});
  const auto table = html.in("table");
  write_headings(html, {"Phase", "Times", "Half of them", "95 % of them"});
  const auto body = html.in("tbody", {{"class", "rows"}});
  for (const probe::Phase phase : enumerators<probe::Phase>()) {
    const gate::Histogram& histogram = snapshot.phase_durations[static_cast<std::size_t>(phase)];
    const bool is_empty = histogram.count() == 0;
    std::string name(name_of(phase));
    std::replace(name.begin(), name.end(), '_', ' ');
    const auto row = html.in("tr");
    html.element("th", name, {{"scope", "row"}});
    html.element("td", std::to_string(histogram.count()));
    html.element("td", is_empty ? "-" : bound_of_share(histogram, 0.5));
    html.element("td", is_empty ? "-" : bound_of_share(histogram, 0.95));
  }
}

void write_head(Markup& html, gate::Status status, const fleet::ProbeRules& rules) {
  const auto head = html.in("head");
  html.empty_element("meta", {{"charset", "utf-8"}});
  html.empty_element("meta", {{"name", "viewport"}, {"content", "width=device-width"}});
  // Not oftener than every 30 s: who reads in an open <details> wants to finish the sentence.
  const auto interval = std::chrono::ceil<std::chrono::seconds>(rules.interval);
  const auto period = std::max<std::chrono::seconds>(interval, std::chrono::seconds(30));
  html.empty_element("meta",
                     {{"http-equiv", "refresh"}, {"content", std::to_string(period.count())}});
  html.element("title", "telltale: " + std::string(name_of(status)));
  const auto style = html.in("style");
  html.verbatim(page_style);
}

void write_header(Markup& html, gate::Status status, CivilTime now) {
  const std::string word(name_of(status));
  const auto header = html.in("header");
  html.element("h1", "telltale");
  html.element("span", word, {{"class", "status " + word}});
  html.element("span", "as of " + to_rfc3339(now), {{"class", "faint"}});
  const auto links = html.in("nav", {{"aria-label", "Other forms"}});
  html.element("a", "metrics", {{"href", "metrics"}});
  html.element("a", "JSON", {{"href", "api/v1/status"}});
}

void write_footer(Markup& html) {
  const auto footer = html.in("footer");
  html.text("telltale " + std::string(program_version));
}

}  // namespace

void write_headings(Markup& html, std::initializer_list<std::string_view> headings) {
  const auto head = html.in("thead");
  const auto row = html.in("tr");
  for (const std::string_view heading : headings) {
    html.element("th", heading, {{"scope", "col"}});
  }
}

void write_time(Markup& html, CivilTime time, CivilTime now) {
  const std::string text = to_rfc3339(time);
  html.element("time", text, {{"datetime", text}});
  html.text(" (" + distance_text(time, now) + ")");
}

std::string page(const gate::Snapshot& snapshot, Now now) {
  const std::vector<gate::Answer> answers = answers_of(snapshot, now);
  const gate::Status status = gate::overall(answers);
  Markup html;
  html.verbatim("<!DOCTYPE html>\n");
  {
    const auto root = html.in("html", {{"lang", "en"}});
    write_head(html, status, snapshot.probe);
    const auto body = html.in("body");
    write_header(html, status, now.civil);
    {
      const auto main = html.in("main");
      write_gates(html, snapshot, answers, now.civil);
      html.element("p",
                   "Every handshake here is fresh; sessions resumed from before a flip can hide a "
                   "failure: restart clients, then believe.",
                   {{"class", "note"}});
      write_rollout(html, gate::rollout(snapshot, answers, now));
      write_edges(html, snapshot);
      write_targets(html, snapshot, now.civil);
      write_credentials(html, snapshot.credentials, now.civil);
      write_events(html, snapshot, now.civil);
      write_timing(html, snapshot);
    }
    write_footer(html);
  }
  html.verbatim("\n");
  return std::move(html).take();
}

}  // namespace telltale::render
