#pragma once
// Filing: what speaks against opening a gate as far as one target is concerned, in words and in
// weight.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gate/evidence.hpp"

namespace telltale::gate {

template <class T>
void keep_earlier(std::optional<T>& kept, const std::optional<T>& value) {
  if (value && (!kept || *value < *kept)) {
    kept = value;
  }
}

template <class T>
void keep_later(std::optional<T>& kept, const std::optional<T>& value) {
  if (value && (!kept || *value > *kept)) {
    kept = value;
  }
}

/// Something that is the matter with the target, or with a call to it.
struct Matter {
  const fleet::Endpoint* address = nullptr;  ///< null: the whole target is meant
  std::string caller;                        ///< empty: the target itself is meant
  assess::Reason reason = assess::Reason::unknown;
  std::string detail;
  std::string hint;  ///< empty: the reason's own
};

class Filing {
 public:
  /// Files into `evidence`, which outlives it, and so do `target` and `rules`.
  Filing(const fleet::Target& target, Duration stale_after, const fleet::GateRules& rules, Now now,
         Evidence& evidence)
      : target_(target), stale_after_(stale_after), rules_(rules), now_(now), evidence_(evidence) {}

  /// Files a blocker, or sets it apart if somebody has accepted it. `began` is when the calendar
  /// alone made it one.
  void block(const Matter& matter, std::optional<CivilTime> began = std::nullopt);

  void accept(const Matter& matter);

  /// It has never been there.
  void miss_absent(const Matter& matter);

  void miss_present(const Matter& matter);

  /// `what` was last seen at `since`. Says the reason and the sentence itself.
  void miss_stale(Matter matter, const std::string& what, SteadyTime since);

  /// What it shows still blocks, and cannot clear.
  void miss_outdated(Matter matter, const std::string& what);

  /// The target's own reason is accepted at present.
  [[nodiscard]] bool is_accepted(assess::Reason reason) const;

  /// No fresh look at the address is there to judge a call by.
  [[nodiscard]] bool is_unseen(const fleet::Endpoint& address) const;

  /// Something about the address itself is missing: absent, stale, outdated, of unknown mode.
  [[nodiscard]] bool is_doubtful(const fleet::Endpoint& address) const;

  /// The address itself keeps the gate closed by this reason, and nobody has accepted it.
  [[nodiscard]] bool is_blocked(const fleet::Endpoint& address, assess::Reason reason) const;

  [[nodiscard]] bool is_fresh(const Now& then) const;

  [[nodiscard]] Weight& weight() { return weight_; }

  [[nodiscard]] const fleet::GateRules& rules() const { return rules_; }

  [[nodiscard]] Now now() const { return now_; }

 private:
  /// Whether a reason is accepted at present, and until when it last was.
  struct Acceptance {
    bool now = false;
    std::optional<CivilTime> until;
  };

  [[nodiscard]] Acceptance look_up(assess::Reason reason, const std::string& caller) const;
  [[nodiscard]] Blocker describe(const Matter& matter) const;
  void miss(const Matter& matter, bool is_unseen);
  void doubt(const Matter& matter, bool is_unseen);

  const fleet::Target& target_;
  Duration stale_after_;
  const fleet::GateRules& rules_;
  Now now_;
  Evidence& evidence_;
  Weight weight_;
  /// Of the target itself, whatever its callers may be.
  std::vector<std::pair<fleet::Endpoint, assess::Reason>> blocked_;
  std::vector<fleet::Endpoint> doubtful_;
  std::vector<fleet::Endpoint> unseen_;
};

}  // namespace telltale::gate
