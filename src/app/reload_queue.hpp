#pragma once
// ReloadQueue: what is to be read when, and who is told of it. Pure.

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "telltale/error.hpp"
#include "telltale/time.hpp"

namespace telltale::app {

/// Not empty. Is told when the reload that somebody asked for was done, or why it was not.
using ReloadListener = std::function<void(const Result<CivilTime>&)>;

/// One task runs at a time. Requests for a reload that come while something runs share the one that
/// begins next, so that each is answered by a reload that began after it and a storm makes few.
class ReloadQueue {
 public:
  enum class Task { reload, reload_if_changed, reread_changed, reread_changed_and_unreadable };

  void ask_for_reload(ReloadListener listener) {
    wants_reload_ = true;
    waiting_.push_back(std::move(listener));
  }

  /// Of nobody's asking: nobody is told.
  void ask_for_reload_if_changed() { wants_reload_if_changed_ = true; }

  void ask_for_reread(bool also_unreadable) {
    wants_reread_ = true;
    also_unreadable_ = also_unreadable_ || also_unreadable;
  }

  /// What is to be begun now. Nothing while a task runs, or if none is asked for.
  [[nodiscard]] std::optional<Task> begin() {
    if (is_running_ || (!wants_reload_ && !wants_reload_if_changed_ && !wants_reread_)) {
      return std::nullopt;
    }
    is_running_ = true;
    if (std::exchange(wants_reload_, false)) {
      wants_reload_if_changed_ = false;
      served_ = std::exchange(waiting_, {});
      return Task::reload;
    }
    if (std::exchange(wants_reload_if_changed_, false)) {
      return Task::reload_if_changed;
    }
    wants_reread_ = false;
    return std::exchange(also_unreadable_, false) ? Task::reread_changed_and_unreadable
                                                  : Task::reread_changed;
  }

  /// The task that was begun is over. Returns those who have waited for it.
  [[nodiscard]] std::vector<ReloadListener> end() {
    is_running_ = false;
    return std::exchange(served_, {});
  }

  /// Forgets what was asked for. Returns all who wait.
  [[nodiscard]] std::vector<ReloadListener> abandon() {
    std::vector<ReloadListener> all = std::exchange(served_, {});
    all.insert(all.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
    wants_reload_ = wants_reload_if_changed_ = wants_reread_ = also_unreadable_ = false;
    return all;
  }

 private:
  bool is_running_ = false;
  bool wants_reload_ = false;
  bool wants_reload_if_changed_ = false;
  bool wants_reread_ = false;
  bool also_unreadable_ = false;
  std::vector<ReloadListener> waiting_;  // for the reload after the task that runs
  std::vector<ReloadListener> served_;   // by the reload that runs
};

}  // namespace telltale::app
