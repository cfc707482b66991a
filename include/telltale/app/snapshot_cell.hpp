#pragma once
// SnapshotCell: where the probing thread leaves the newest Snapshot for the serving thread.

#include <mutex>

#include "telltale/gate/snapshot.hpp"

namespace telltale::app {

/// Holds one Snapshot. A lock and not std::atomic<std::shared_ptr>, whose own lock in libstdc++ 12
/// ThreadSanitizer does not understand; it is held for the copy of a pointer.
class SnapshotCell {
 public:
  explicit SnapshotCell(gate::SnapshotPtr snapshot) : snapshot_(std::move(snapshot)) {}

  [[nodiscard]] gate::SnapshotPtr load() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
  }

  /// Returns the one that was there.
  gate::SnapshotPtr exchange(gate::SnapshotPtr snapshot) {
    const std::lock_guard lock(mutex_);
    snapshot_.swap(snapshot);
    return snapshot;
  }

 private:
  mutable std::mutex mutex_;
  gate::SnapshotPtr snapshot_;
};

}  // namespace telltale::app
