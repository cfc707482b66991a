#pragma once
// The gate: whether the next step, to `need` or to STRICT, is safe, and what blocks it otherwise.
// Pure; fails closed.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/enum.hpp>

#include "telltale/assess/reason.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/time.hpp"

namespace telltale::gate {

enum class Status { open, closed, unknown };
BOOST_DESCRIBE_ENUM(Status, open, closed, unknown)

/// One thing that keeps a gate from opening, or would if it were not accepted.
struct Blocker {
  std::string target;
  std::string address;  ///< ip:port; empty where the whole target is meant
  std::string caller;   ///< empty where no caller is concerned
  assess::Reason reason = assess::Reason::unknown;
  std::string detail;
  std::string hint;

  friend bool operator==(const Blocker&, const Blocker&) = default;
};

/// What the evidence says of a gate at one instant, before rounds and time are asked for.
struct Evidence {
  std::vector<Blocker> blockers;  ///< fresh, not accepted: the gate is closed
  std::vector<Blocker> missing;   ///< stale, absent or unknown: the gate is unknown
  std::vector<Blocker> accepted;  ///< fresh, and accepted until a date

  [[nodiscard]] bool clean() const { return blockers.empty() && missing.empty(); }
};

/// How far a gate, or one target under its rules, has come. Nothing of it is persisted: a start
/// begins at `unknown`.
struct Progress {
  Status status = Status::unknown;  ///< at the last step
  CivilTime last_transition;        ///< when `status` last changed
  std::optional<Now> clean_since;   ///< start of the present clean streak
  unsigned clean_rounds = 0;        ///< rounds completed in it
  /// When the present round began: a look that ended later counts for it. Nothing until the first
  /// round is over or evidence spoke against the gate, so that the looks of the start count.
  std::optional<SteadyTime> round_began;
};

/// A gate's memory.
struct GateState {
  Progress whole;
  std::vector<Progress> targets;  ///< of every target in scope, in the fleet's order
};

/// How one target stands under a gate's rules.
struct TargetStanding {
  std::string target;
  Status status = Status::unknown;
  CivilTime since;
  std::optional<std::string> waiting;
  std::size_t addresses = 0;
};

/// What a gate answers, whoever asks.
struct Answer {
  std::string gate;
  std::string target;  ///< the only one that it is about; empty: all that the gate judges
  fleet::Step step = fleet::Step::need;
  Status status = Status::unknown;
  CivilTime since;
  std::optional<std::string>
      waiting;  ///< what remains until it opens: `2 of 3 rounds, 4m30s of 10m`
  Evidence evidence;
  std::size_t targets = 0;                ///< that are judged
  std::size_t addresses = 0;              ///< of those targets
  std::vector<TargetStanding> standings;  ///< of those targets, in the fleet's order

  [[nodiscard]] bool ready() const { return status == Status::open; }
};

struct GateEntry;
struct Snapshot;
struct TargetEntry;

/// Gathers what speaks against opening: error findings of fresh looks, mode none where the goal is
/// need, certificates that end within the gate's margin, addresses that are stale or missing, modes
/// that are unknown. Accepted blockers are set apart until their date. A gate whose rules name a
/// target that does not exist, or that judges no target at all, misses evidence. Where the goal is
/// none, what harms nobody today (assess::concerns_flip_only) does not count.
///
/// The calls to a target count for it, each at every address that was looked at: those that break
/// or are broken, and certificates of callers that end within the margin, block; what is not known,
/// or known by less evidence than the gate asks for, is missing, unless the address itself lacks or
/// shows the same. A call whose caller's own endpoint shows what it holds needs fresh looks at
/// that, too. An acceptance with a caller covers that caller's blockers, one without the target's
/// own; what is not known of a call cannot be accepted.
///
/// A gate for the step to STRICT judges the targets that have `mesh`, whatever their goal, by what
/// stands in front of them and by EdgeAssessment::strict: what the application behind the sidecar
/// asks, and how it ends TLS, does not count, nor does plaintext that a PERMISSIVE sidecar lets in,
/// since the flip ends that. A mode of the sidecar that is not known is missing, and cannot be
/// accepted.
[[nodiscard]] Evidence gather(const Snapshot& snapshot, const fleet::GateRules& rules, Now now);

/// Moves a gate on after new evidence. The only place in which a gate can become open.
[[nodiscard]] GateState step(const GateState& state, const Snapshot& snapshot,
                             const fleet::GateRules& rules, Now now);

/// Answers for a gate at `now`. Between steps an answer can only get worse: evidence that has gone
/// stale, or an acceptance that has run out, takes "open" away without anybody's help.
[[nodiscard]] Answer answer(const Snapshot& snapshot, const GateEntry& gate, Now now);

/// The part of an answer that concerns one target: `/gate/<name>/<target>`. A target opens by its
/// own rounds and time, whatever holds others back. Unknown for a target that the gate does not
/// judge.
[[nodiscard]] Answer answer_for_target(const Answer& whole, std::string_view target);

/// `open` if all gates are, `closed` if any is, else `unknown`.
[[nodiscard]] Status overall(const std::vector<Answer>& answers);

/// The look is younger than `stale_after`.
[[nodiscard]] bool is_fresh(SteadyTime looked_at, Duration stale_after, SteadyTime now);

/// The first instant after `now` at which something in the snapshot goes stale or runs out, so that
/// a rendering of it must be made anew. Nothing if there is none.
[[nodiscard]] std::optional<SteadyTime> next_change(const Snapshot& snapshot, Now now);

}  // namespace telltale::gate
