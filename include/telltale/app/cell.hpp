#pragma once
// Cell: where one thread leaves the newest of something immutable for the others.

#include <memory>
#include <mutex>
#include <utility>

namespace telltale::app {

/// Holds one shared pointer. A lock and not std::atomic<std::shared_ptr>, whose own lock in
/// libstdc++ 12 ThreadSanitizer does not understand; it is held for the copy of a pointer.
template <class T>
class Cell {
 public:
  explicit Cell(std::shared_ptr<T> content) : content_(std::move(content)) {}

  [[nodiscard]] std::shared_ptr<T> load() const {
    const std::lock_guard lock(mutex_);
    return content_;
  }

  /// Returns the one that was there.
  std::shared_ptr<T> exchange(std::shared_ptr<T> content) {
    const std::lock_guard lock(mutex_);
    content_.swap(content);
    return content;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<T> content_;
};

}  // namespace telltale::app
