#include "render/edge_text.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "render/text.hpp"

namespace telltale::render {

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

std::vector<EdgeStory> stories_of(const gate::EdgeEntry& entry) {
  std::vector<EdgeStory> stories;
  for (const assess::EdgeAssessment& row : entry.rows) {
    if (row.verdict == assess::Verdict::survives) {
      continue;
    }
    auto story = std::ranges::find_if(stories, [&](const EdgeStory& other) {
      return other.row->verdict == row.verdict && other.row->reason == row.reason &&
             other.row->detail == row.detail && other.row->hint == row.hint;
    });
    if (story == stories.end()) {
      story = stories.insert(stories.end(), EdgeStory{.row = &row, .addresses = {}});
    }
    if (row.address.port != 0) {
      story->addresses.push_back(fleet::to_text(row.address));
    }
  }
  std::ranges::sort(stories, [](const EdgeStory& story, const EdgeStory& other) {
    return std::tuple(other.row->verdict, story.row) < std::tuple(story.row->verdict, other.row);
  });
  return stories;
}

std::string addresses_text(const EdgeStory& story) {
  constexpr std::size_t most_told = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(story.addresses.size(), most_told); ++i) {
    text.append(text.empty() ? "" : ", ").append(story.addresses[i]);
  }
  if (story.addresses.size() > most_told) {
    text += " and " + std::to_string(story.addresses.size() - most_told) + " more";
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
