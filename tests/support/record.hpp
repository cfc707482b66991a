// Where the connections of a test peer write down what they see.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "support/test_peer.hpp"

namespace telltale::support {

/// Record guards one Seen. Safe from any thread.
class Record {
 public:
  /// Applies `change` to what was seen and wakes those who wait.
  template <class Change>
  void update(Change change) {
    {
      const std::scoped_lock lock(mutex_);
      change(seen_);
    }
    changed_.notify_all();
  }

  [[nodiscard]] Seen copy() const {
    const std::scoped_lock lock(mutex_);
    return seen_;
  }

  [[nodiscard]] bool wait_until(const std::function<bool(const Seen&)>& holds,
                                std::chrono::milliseconds at_most) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, at_most, [&] { return holds(seen_); });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Seen seen_;
};

}  // namespace telltale::support
