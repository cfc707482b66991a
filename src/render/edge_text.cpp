#include "render/edge_text.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <tuple>

#include "telltale/assess/reason.hpp"

#include "render/text.hpp"

namespace telltale::render {

namespace {

void replace_all(std::string& text, std::string_view what, char by) {
  if (what.empty()) {
    return;
  }
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    text.replace(at, what.size(), 1, by);
  }
}

}  // namespace

Matrix matrix_of(const gate::Snapshot& snapshot) {
  Matrix matrix;
  std::set<std::string_view> callers;
  std::set<std::string_view> callees;
  for (const gate::EdgeEntryPtr& entry : snapshot.edges) {
    const fleet::Edge& edge = entry->edge;
    if (callers.insert(edge.caller).second) {
      matrix.callers.emplace_back(edge.caller);
    }
    callees.insert(edge.callee);
    const auto [cell, is_new] =
        matrix.cells.try_emplace(Matrix::Pair(edge.caller, edge.callee), entry->verdict);
    cell->second = std::max(cell->second, entry->verdict);
  }
  for (const gate::TargetEntryPtr& target : snapshot.targets) {
    if (callees.contains(target->target.name)) {
      matrix.callees.emplace_back(target->target.name);
    }
  }
  return matrix;
}

std::string survivors_text(const gate::Snapshot& snapshot) {
  const auto survivors =
      std::ranges::count(snapshot.edges, assess::Verdict::survives,
                         [](const gate::EdgeEntryPtr& entry) { return entry->verdict; });
  return std::to_string(survivors) + " of " +
         count_of(snapshot.edges.size(), "call survives", "calls survive") + " the flip to `need`.";
}

std::string without_names(std::string text, std::string_view address, std::string_view caller,
                          std::string_view callee) {
  std::array<std::pair<std::string_view, char>, 3> names = {{
      {address, '\1'},
      {caller, '\2'},
      {callee, '\3'},
  }};
  // The longest first: one name may be part of another.
  std::ranges::sort(names, std::greater(), [](const auto& name) { return name.first.size(); });
  for (const auto& [name, mark] : names) {
    replace_all(text, name, mark);
  }
  return text;
}

std::string tenor_of(const fleet::Edge& edge, const assess::EdgeAssessment& row) {
  std::string text(name_of(row.verdict));
  text.append(" ").append(name_of(row.reason)).append("\n");
  text.append(row.detail).append("\n");
  text.append(row.hint == assess::row_of(row.reason).hint ? ""
                                                          : row.hint);  // its words name nobody
  return without_names(std::move(text), fleet::to_text(row.address), edge.caller, edge.callee);
}

std::vector<EdgeStory> stories_of(const gate::EdgeEntry& entry) {
  std::vector<EdgeStory> stories;
  std::map<std::string, std::size_t> by_tenor;
  for (const assess::EdgeAssessment& row : entry.rows) {
    if (row.verdict == assess::Verdict::survives) {
      continue;
    }
    const auto [at, is_new] = by_tenor.try_emplace(tenor_of(entry.edge, row), stories.size());
    if (is_new) {
      stories.push_back({.row = &row, .addresses = {}});
    }
    if (row.address.port != 0) {
      stories[at->second].addresses.push_back(fleet::to_text(row.address));
    }
  }
  std::ranges::sort(stories, [](const EdgeStory& story, const EdgeStory& other) {
    return std::tuple(other.row->verdict, story.row) < std::tuple(story.row->verdict, other.row);
  });
  return stories;
}

std::vector<std::vector<CallStory>> stories_by_tenor(std::span<const gate::EdgeEntryPtr> edges) {
  std::vector<std::vector<CallStory>> groups;
  std::map<std::string, std::size_t> by_tenor;
  for (const gate::EdgeEntryPtr& entry : edges) {
    for (EdgeStory& story : stories_of(*entry)) {
      const auto [at, is_new] =
          by_tenor.try_emplace(tenor_of(entry->edge, *story.row), groups.size());
      if (is_new) {
        groups.emplace_back();
      }
      groups[at->second].push_back({.edge = &entry->edge, .story = std::move(story)});
    }
  }
  return groups;
}

std::set<std::string_view> told_of_edges(const gate::Snapshot& snapshot) {
  std::set<std::string_view> told;
  for (const gate::EdgeEntryPtr& entry : snapshot.edges) {
    for (const assess::EdgeAssessment& row : entry->rows) {
      if (row.verdict != assess::Verdict::survives) {
        told.insert(row.detail);
      }
    }
  }
  return told;
}

std::string addresses_text(const std::vector<std::string>& addresses) {
  std::string text;
  for (std::size_t i = 0; i < std::min(addresses.size(), most_addresses); ++i) {
    text.append(text.empty() ? "" : ", ").append(addresses[i]);
  }
  if (addresses.size() > most_addresses) {
    text += " and " + std::to_string(addresses.size() - most_addresses) + " more";
  }
  return text;
}

std::string subject_of(const gate::Event& event) {
  return event.kind == gate::EventKind::gate ? "gate " + event.gate
                                             : event.caller + " to " + event.callee;
}

std::string evidence_text(const assess::EdgeAssessment& row) {
  std::string text(name_of(row.evidence));
  text += row.rehearsed ? ", rehearsed" : "";
  if (!row.presents) {
    return text;
  }
  return text + (*row.presents ? "; presents a certificate" : "; presents nothing");
}

}  // namespace telltale::render
