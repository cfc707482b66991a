#pragma once
// EventLog: the newest events, in a ring that snapshots share.

#include <cstdint>
#include <vector>

#include "telltale/gate/snapshot.hpp"

namespace telltale::gate {

class EventLog {
 public:
  void note(Event event) { fresh_.push_back(std::move(event)); }

  /// The newest events, those noted since the last call included: at most max_events. The same as
  /// before if nothing was noted.
  [[nodiscard]] EventsPtr share();

  /// How many were shared since the start.
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  EventsPtr shared_ = std::make_shared<const std::vector<Event>>();
  std::vector<Event> fresh_;
  std::uint64_t total_ = 0;
};

}  // namespace telltale::gate
