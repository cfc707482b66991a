#include "telltale/gate/event_log.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace telltale::gate {

EventsPtr EventLog::share() {
  if (fresh_.empty()) {
    return shared_;
  }
  total_ += fresh_.size();
  const std::size_t kept = max_events - std::min(max_events, fresh_.size());
  std::vector<Event> events;
  const auto old = static_cast<std::ptrdiff_t>(std::min(kept, shared_->size()));
  events.assign(shared_->end() - old, shared_->end());
  const auto fresh = static_cast<std::ptrdiff_t>(std::min(max_events, fresh_.size()));
  std::move(fresh_.end() - fresh, fresh_.end(), std::back_inserter(events));
  fresh_.clear();
  shared_ = std::make_shared<const std::vector<Event>>(std::move(events));
  return shared_;
}

}  // namespace telltale::gate
