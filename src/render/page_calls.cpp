// The pages' part about calls: the matrix, and the story of each call.

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "render/edge_text.hpp"
#include "render/link.hpp"
#include "render/page_parts.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

// Of the calls that have the same trouble, and of those that have none, no more are named.
constexpr std::size_t most_alike = 50;
constexpr std::size_t most_stories = 100;
constexpr std::size_t most_survivors = 400;
constexpr std::size_t most_named_in_summary = 3;

constexpr std::array worst_first = {assess::Verdict::broken, assess::Verdict::breaks,
                                    assess::Verdict::unknown};

/// Gives each pair of caller and callee its anchor, once on a page.
class Anchors {
 public:
  /// The id for the next thing told of a call; empty if something else has it.
  [[nodiscard]] std::string next(const fleet::Edge& edge) {
    return given_.emplace(edge.caller, edge.callee).second ? call_id(edge.caller, edge.callee)
                                                           : std::string();
  }

 private:
  std::set<Matrix::Pair> given_;
};

/// Opens an element that has an id, unless that is empty.
Markup::Element begin_anchored(Markup& html, std::string_view tag, std::string_view id,
                               std::string_view css_class) {
  if (id.empty()) {
    return html.in(tag, {{"class", css_class}});
  }
  return html.in(tag, {{"id", id}, {"class", css_class}});
}

void write_cell(Markup& html, const Matrix& matrix, const Matrix::Pair& pair) {
  const auto cell = matrix.cells.find(pair);
  if (cell == matrix.cells.end()) {
    html.element("td", "-", {{"class", "none"}});
    return;
  }
  const auto [caller, callee] = pair;
  const std::string verdict(name_of(cell->second));
  const std::string told = std::string(caller) + " to " + std::string(callee) + ": " + verdict;
  const auto box = html.in("td", {{"class", "cell " + verdict}, {"data-verdict", verdict}});
  const auto link = html.in(
      "a", {{"href", "#" + call_id(caller, callee)}, {"aria-label", told}, {"title", told}});
  write_verdict(html, cell->second);
}

void write_matrix(Markup& html, const Scene& scene, const Matrix& matrix) {
  const auto frame = begin_scroll_box(html, "Callers and callees");
  const auto table = html.in("table", {{"class", "matrix"}});
  html.element("caption",
               "Who calls whom, and what becomes of it at the flip of the callee. A row is a "
               "caller, a column is a callee; each verdict leads to its story.");
  {
    const auto head = html.in("thead");
    const auto row = html.in("tr");
    html.element("th", "Caller", {{"scope", "col"}});
    for (const std::string_view callee : matrix.callees) {
      const auto heading = html.in("th", {{"scope", "col"}});
      write_name(html, scene, callee);
    }
  }
  const auto body = html.in("tbody", {{"class", "rows"}});
  for (const std::string_view caller : matrix.callers) {
    const auto row = html.in("tr");
    {
      const auto heading = html.in("th", {{"scope", "row"}});
      write_name(html, scene, caller);
    }
    for (const std::string_view callee : matrix.callees) {
      write_cell(html, matrix, {caller, callee});
    }
  }
}

void write_legend(Markup& html) {
  constexpr std::pair<assess::Verdict, std::string_view> meanings[] = {
      {assess::Verdict::survives, "works today, works after"},
      {assess::Verdict::breaks, "works today, fails after"},
      {assess::Verdict::broken, "fails today already"},
      {assess::Verdict::unknown, "cannot be told"},
  };
  const auto list = html.in("ul", {{"class", "legend"}});
  for (const auto& [verdict, meaning] : meanings) {
    const auto item = html.in("li");
    write_verdict(html, verdict);
    html.text(" " + std::string(meaning));
  }
}

/// Writes who calls whom and where, `ci to clouddriver /health 10.0.0.7:7002`.
void write_subject(Markup& html, const Scene& scene, const CallStory& told) {
  {
    const auto who = html.in("strong", {{"class", "who"}});
    write_call(html, scene, told.edge->caller, told.edge->callee);
  }
  if (!told.edge->path.empty()) {
    html.text(" ");
    html.element("bdi", told.edge->path, {{"class", "code faint"}});
  }
  if (!told.story.addresses.empty()) {
    html.text(" ");
    html.element("span", addresses_text(told.story.addresses), {{"class", "code faint"}});
  }
}

std::string likewise_text(const std::vector<CallStory>& alike) {
  std::string text = "Likewise " + std::to_string(alike.size() - 1) + " more: ";
  const std::size_t end = std::min(alike.size(), most_named_in_summary + 1);
  for (std::size_t i = 1; i < end; ++i) {
    text += (i == 1 ? "" : ", ") + alike[i].edge->caller + " to " + alike[i].edge->callee;
  }
  return end < alike.size() ? text + ", \xE2\x80\xA6" : text;
}

void write_likewise(Markup& html, const Scene& scene, const std::vector<CallStory>& alike,
                    std::string_view id, Anchors& anchors) {
  if (alike.size() < 2) {
    return;
  }
  const auto fold = html.in("details", {{"id", id}});
  html.element("summary", likewise_text(alike));
  const auto list = html.in("ul");
  for (std::size_t i = 1; i < std::min(alike.size(), most_alike + 1); ++i) {
    const auto item = begin_anchored(html, "li", anchors.next(*alike[i].edge), "anchor");
    write_subject(html, scene, alike[i]);
    html.element("p", evidence_text(*alike[i].story.row), {{"class", "faint"}});
  }
  if (alike.size() > most_alike + 1) {
    html.element("li", "and " + std::to_string(alike.size() - most_alike - 1) + " more");
  }
}

/// Writes calls of one tenor: the first with its sentence, the others by name. `id` is for the fold
/// of those.
void write_story(Markup& html, const Scene& scene, const std::vector<CallStory>& alike,
                 std::string_view id, Anchors& anchors) {
  const CallStory& told = alike.front();
  const assess::EdgeAssessment& row = *told.story.row;
  const std::string verdict(name_of(row.verdict));
  const auto item = begin_anchored(html, "li", anchors.next(*told.edge), "story anchor " + verdict);
  {
    const auto line = html.in("p");
    write_verdict(html, row.verdict);
    html.text(" ");
    write_subject(html, scene, told);
    html.text(" ");
    html.element("code", name_of(row.reason));
  }
  {
    const auto line = html.in("p");
    write_prose(html, row.detail);
  }
  write_hint(html, row.hint);
  html.element("p", "Evidence: " + evidence_text(row) + ".", {{"class", "faint"}});
  write_likewise(html, scene, alike, id, anchors);
}

/// An id for the fold of those that are like `first`, which no other fold of the page has.
std::string fold_id(const CallStory& first, std::set<std::string>& given) {
  std::string id = "like-" + call_id(first.edge->caller, first.edge->callee) + ":" +
                   std::string(name_of(first.story.row->reason));
  while (!given.insert(id).second) {
    id += "+";
  }
  return id;
}

void write_failing(Markup& html, const Scene& scene, const std::vector<gate::EdgeEntryPtr>& edges,
                   Anchors& anchors) {
  const std::vector<std::vector<CallStory>> groups = stories_by_tenor(edges);
  if (groups.empty()) {
    return;
  }
  html.element("h3", "Calls that would not survive, or of which that is not known");
  const auto list = html.in("ol", {{"class", "stories"}});
  std::set<std::string> folds;
  std::size_t left = groups.size();
  for (const assess::Verdict verdict : worst_first) {
    for (const std::vector<CallStory>& alike : groups) {
      if (alike.front().story.row->verdict != verdict || groups.size() - left == most_stories) {
        continue;
      }
      --left;
      html.verbatim("\n");
      write_story(html, scene, alike, fold_id(alike.front(), folds), anchors);
    }
  }
  if (left > 0) {
    html.element("li", "and " + std::to_string(left) + " more kinds of trouble");
  }
}

void write_survivor(Markup& html, const Scene& scene, const gate::EdgeEntry& entry,
                    Anchors& anchors) {
  const assess::EdgeAssessment& row = *gate::worst_row(entry);
  const auto line = begin_anchored(html, "tr", anchors.next(entry.edge), "anchor");
  {
    const auto heading = html.in("th", {{"scope", "row"}});
    write_call(html, scene, entry.edge.caller, entry.edge.callee);
  }
  html.element("td", entry.edge.path.empty() ? "-" : entry.edge.path, {{"class", "code"}});
  html.element("td", count_of(entry.rows.size(), "address", "addresses"), {{"class", "fixed"}});
  html.element("td", evidence_text(row));
  const auto why = html.in("td", {{"class", "wide"}});
  write_prose(html, row.detail);
}

void write_survivors(Markup& html, const Scene& scene, const std::vector<gate::EdgeEntryPtr>& edges,
                     Anchors& anchors) {
  std::vector<const gate::EdgeEntry*> survivors;
  for (const gate::EdgeEntryPtr& entry : edges) {
    if (entry->verdict == assess::Verdict::survives && !entry->rows.empty()) {
      survivors.push_back(entry.get());
    }
  }
  if (survivors.empty()) {
    return;
  }
  const auto fold = html.in("details", {{"id", "survivors"}});
  html.element("summary", count_of(survivors.size(), "call survives", "calls survive"));
  {
    const auto frame = begin_scroll_box(html, "Calls that survive");
    const auto table = html.in("table");
    write_headings(html, {"Call", "Path", "At", "Evidence", "Why"});
    const auto body = html.in("tbody", {{"class", "rows"}});
    for (std::size_t i = 0; i < std::min(survivors.size(), most_survivors); ++i) {
      write_survivor(html, scene, *survivors[i], anchors);
    }
  }
  if (survivors.size() > most_survivors) {
    const auto line = html.in("p");
    html.text("And " + std::to_string(survivors.size() - most_survivors) + " more, in ");
    html.element("a", "JSON", {{"href", std::string(scene.up) + "api/v1/edges"}});
    html.text(".");
  }
}

/// One call at one address, about the step to STRICT.
struct StrictRow {
  const fleet::Edge* edge = nullptr;
  const assess::EdgeAssessment* at = nullptr;
};

void write_strict_row(Markup& html, const Scene& scene, const StrictRow& row) {
  const assess::StrictAssessment& strict = *row.at->strict;
  const auto item = html.in("li", {{"class", "story " + std::string(name_of(strict.verdict))}});
  {
    const auto line = html.in("p");
    write_verdict(html, strict.verdict);
    html.text(" ");
    write_subject(html, scene,
                  {.edge = row.edge,
                   .story = {.row = row.at, .addresses = {fleet::to_text(row.at->address)}}});
    html.text(" ");
    html.element("code", name_of(strict.reason));
  }
  {
    const auto line = html.in("p");
    write_prose(html, strict.detail);
  }
  write_hint(html, strict.hint);
}

/// Writes what becomes of calls when the callee's sidecar goes to STRICT; nothing without a mesh.
void write_strict(Markup& html, const Scene& scene, const std::vector<gate::EdgeEntryPtr>& edges) {
  std::size_t judged = 0;
  std::map<assess::Verdict, std::vector<StrictRow>, std::greater<>> by_verdict;
  for (const gate::EdgeEntryPtr& entry : edges) {
    for (const assess::EdgeAssessment& row : entry->rows) {
      judged += row.strict ? 1 : 0;
      if (row.strict && row.strict->verdict != assess::Verdict::survives) {
        by_verdict[row.strict->verdict].push_back({.edge = &entry->edge, .at = &row});
      }
    }
  }
  if (judged == 0) {
    return;
  }
  std::vector<StrictRow> failing;
  for (const auto& [verdict, rows] : by_verdict) {
    failing.insert(failing.end(), rows.begin(), rows.end());
  }
  html.element("h3", "At the flip of a sidecar to STRICT");
  html.element("p", "Of " + count_of(judged, "call at an address", "calls at an address each") +
                        ", " + std::to_string(judged - failing.size()) + " survive.");
  if (failing.empty()) {
    return;
  }
  const auto list = html.in("ol", {{"class", "stories"}});
  for (std::size_t i = 0; i < std::min(failing.size(), most_alike); ++i) {
    write_strict_row(html, scene, failing[i]);
  }
  if (failing.size() > most_alike) {
    html.element("li", "and " + std::to_string(failing.size() - most_alike) + " more");
  }
}

}  // namespace

void write_call_stories(Markup& html, const Scene& scene,
                        const std::vector<gate::EdgeEntryPtr>& edges) {
  Anchors anchors;
  write_failing(html, scene, edges, anchors);
  write_strict(html, scene, edges);
  write_survivors(html, scene, edges, anchors);
}

void write_calls(Markup& html, const Scene& scene) {
  const gate::Snapshot& snapshot = scene.snapshot;
  if (snapshot.edges.empty()) {
    return;
  }
  const Matrix matrix = matrix_of(snapshot);
  const Section section(html, "calls", "Calls");
  {
    const auto line = html.in("p");
    write_prose(html, survivors_text(snapshot));
  }
  if (matrix.is_readable()) {
    write_matrix(html, scene, matrix);
    write_legend(html);
  }
  write_call_stories(html, scene, snapshot.edges);
}

}  // namespace telltale::render
