#pragma once
// Calls in words and as a matrix, as several renderings tell them.

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telltale/gate/snapshot.hpp"

namespace telltale::render {

/// With more callees than this nobody reads a matrix.
inline constexpr std::size_t most_columns = 24;

/// Of a story's addresses no more than these are named.
inline constexpr std::size_t most_addresses = 4;

/// Who calls whom, with the worst verdict where the same caller calls the same callee several
/// times. Only those that call, or are called, have a row or a column. Names are borrowed.
struct Matrix {
  using Pair = std::pair<std::string_view, std::string_view>;  ///< caller, callee

  std::vector<std::string_view> callers;  ///< in the order of the edges
  std::vector<std::string_view> callees;  ///< in the order of the targets
  std::map<Pair, assess::Verdict> cells;

  [[nodiscard]] bool is_readable() const { return callees.size() <= most_columns; }
};

[[nodiscard]] Matrix matrix_of(const gate::Snapshot& snapshot);

/// `37 of 40 calls survive the flip to need.`
[[nodiscard]] std::string survivors_text(const gate::Snapshot& snapshot);

/// What an edge shows at one or more addresses alike.
struct EdgeStory {
  const assess::EdgeAssessment* row = nullptr;
  std::vector<std::string> addresses;  ///< empty where the callee has none
};

/// A text without the names it speaks of, so that two that differ by them alone compare equal.
[[nodiscard]] std::string without_names(std::string text, std::string_view address,
                                        std::string_view caller, std::string_view callee);

/// What a row says, whoever calls whom and where: its sentences without the names of caller and
/// callee and without the address. For comparing, not for showing.
[[nodiscard]] std::string tenor_of(const fleet::Edge& edge, const assess::EdgeAssessment& row);

/// The rows of an edge that do not survive, the worst first; those of one tenor are one story, told
/// with the first one's sentence.
[[nodiscard]] std::vector<EdgeStory> stories_of(const gate::EdgeEntry& entry);

/// A story and whose it is; both are borrowed from the snapshot.
struct CallStory {
  const fleet::Edge* edge = nullptr;
  EdgeStory story;
};

/// All stories in the order of the calls, but those of one tenor together, where the first stands:
/// for the others it is enough to say "likewise".
[[nodiscard]] std::vector<std::vector<CallStory>> stories_by_tenor(
    std::span<const gate::EdgeEntryPtr> edges);

/// The sentences of all these stories, borrowed from the snapshot.
[[nodiscard]] std::set<std::string_view> told_of_edges(const gate::Snapshot& snapshot);

/// `10.0.0.7:7002, 10.0.0.8:7002 and 3 more`; empty for none.
[[nodiscard]] std::string addresses_text(const std::vector<std::string>& addresses);

/// `orca to clouddriver`, or for a gate `gate need`.
[[nodiscard]] std::string subject_of(const gate::Event& event);

/// `keystore, rehearsed; presents a certificate`, or `none` where nothing more is known.
[[nodiscard]] std::string evidence_text(const assess::EdgeAssessment& row);

}  // namespace telltale::render
