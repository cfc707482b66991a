// The page's parts about calls and about what has changed.

#include <algorithm>
#include <iterator>

#include "render/edge_text.hpp"
#include "render/page_parts.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

constexpr std::size_t most_events = 20;

void write_matrix(Markup& html, const Matrix& matrix) {
  const auto frame = html.in("div", {{"class", "scroll"}});
  const auto table = html.in("table", {{"class", "matrix"}});
  html.element("caption", "Who calls whom, and what becomes of it at the flip of the callee");
  {
    const auto head = html.in("thead");
    const auto row = html.in("tr");
    html.element("th", "Caller", {{"scope", "col"}});
    for (const std::string_view callee : matrix.callees) {
      html.element("th", callee, {{"scope", "col"}});
    }
  }
  const auto body = html.in("tbody", {{"class", "rows"}});
  for (const std::string_view caller : matrix.callers) {
    const auto row = html.in("tr");
    html.element("th", caller, {{"scope", "row"}});
    for (const std::string_view callee : matrix.callees) {
      const auto cell = matrix.cells.find({caller, callee});
      if (cell == matrix.cells.end()) {
        html.element("td", "-", {{"class", "faint"}});
        continue;
      }
      const std::string_view verdict = name_of(cell->second);
      html.element("td", verdict, {{"class", "verdict-" + std::string(verdict)}});
    }
  }
}

/// Writes each address on a line of its own.
void write_addresses(Markup& html, const std::vector<std::string>& addresses) {
  const auto cell = html.in("td", {{"class", "code fixed"}});
  html.text(addresses.empty() ? "-" : addresses.front());
  for (std::size_t i = 1; i < std::min(addresses.size(), most_addresses); ++i) {
    html.empty_element("br");
    html.text(addresses[i]);
  }
  if (addresses.size() > most_addresses) {
    html.empty_element("br");
    html.text("and " + std::to_string(addresses.size() - most_addresses) + " more");
  }
}

void write_story(Markup& html, const CallStory& told, bool is_first) {
  const fleet::Edge& edge = *told.edge;
  const assess::EdgeAssessment& row = *told.story.row;
  const std::string verdict(name_of(row.verdict));
  const auto line = html.in("tr");
  {
    const auto heading = html.in("th", {{"scope", "row"}});
    html.text(edge.caller + " to ");
    html.element("a", edge.callee, {{"href", "#target-" + edge.callee}});
    if (!edge.path.empty()) {
      html.empty_element("br");
      html.element("span", edge.path, {{"class", "faint code"}});
    }
  }
  write_addresses(html, told.story.addresses);
  html.element("td", verdict, {{"class", "fixed verdict-" + verdict}});
  html.element("td", name_of(row.reason), {{"class", "code fixed"}});
  html.element("td", evidence_text(row));
  html.element("td", is_first ? row.detail : "Likewise.");
  html.element("td", is_first ? row.hint : "", {{"class", "hint"}});
}

void write_stories(Markup& html, const gate::Snapshot& snapshot) {
  const bool all_survive = std::ranges::all_of(snapshot.edges, [](const gate::EdgeEntryPtr& entry) {
    return entry->verdict == assess::Verdict::survives;
  });
  if (all_survive) {
    return;
  }
  html.element("h3", "Calls that would not survive, or of which that is not known");
  const auto frame = html.in("div", {{"class", "scroll"}});
  const auto table = html.in("table");
  write_headings(html, {"Call", "Address", "Verdict", "Reason", "Evidence", "What is the matter",
                        "What to do"});
  const auto body = html.in("tbody", {{"class", "rows"}});
  for (const std::vector<CallStory>& alike : stories_by_tenor(snapshot)) {
    for (const CallStory& told : alike) {
      write_story(html, told, &told == &alike.front());
    }
  }
}

void write_event(Markup& html, const gate::Event& event, CivilTime now) {
  const auto row = html.in("tr");
  {
    const auto cell = html.in("td", {{"class", "fixed"}});
    write_time(html, event.at, now);
  }
  html.element("th", subject_of(event), {{"scope", "row"}});
  html.element("td", event.from.empty() ? "-" : event.from);
  html.element("td", event.to);
  html.element("td", event.reason ? name_of(*event.reason) : "-", {{"class", "code fixed"}});
  html.element("td", event.detail);
}

}  // namespace

void write_edges(Markup& html, const gate::Snapshot& snapshot) {
  if (snapshot.edges.empty()) {
    return;
  }
  const Matrix matrix = matrix_of(snapshot);
  const auto section = html.in("section", {{"aria-labelledby", "calls"}});
  html.element("h2", "Calls", {{"id", "calls"}});
  html.element("p", survivors_text(snapshot));
  if (matrix.is_readable()) {
    write_matrix(html, matrix);
  }
  write_stories(html, snapshot);
}

void write_events(Markup& html, const gate::Snapshot& snapshot, CivilTime now) {
  const std::vector<gate::Event>& events = *snapshot.events;
  if (events.empty()) {
    return;
  }
  const auto section = html.in("section", {{"aria-labelledby", "events"}});
  html.element("h2", "What has changed", {{"id", "events"}});
  const auto frame = html.in("div", {{"class", "scroll"}});
  const auto table = html.in("table");
  write_headings(html, {"When", "What", "From", "To", "Reason", "Why"});
  const auto body = html.in("tbody", {{"class", "rows"}});
  const auto shown = static_cast<std::ptrdiff_t>(std::min(most_events, events.size()));
  std::for_each(events.rbegin(), std::next(events.rbegin(), shown),
                [&](const gate::Event& event) { write_event(html, event, now); });
}

}  // namespace telltale::render
