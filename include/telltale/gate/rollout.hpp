#pragma once
// Rollout: where each service stands between plaintext and `need`, whether that is what was
// declared, and which may take its next step. Pure; fails closed.

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/describe/enum.hpp>

#include "telltale/enum_names.hpp"
#include "telltale/gate/state.hpp"

namespace telltale::gate {

/// Where a service stands: the laxest of its addresses, by fresh looks only.
enum class Stage {
  plaintext,  ///< answers a TLS handshake without TLS
  none,
  want,
  need,
  unknown,  ///< no look, a stale one, or one that does not tell
};
BOOST_DESCRIBE_ENUM(Stage, plaintext, none, want, need, unknown)

/// What comes next for a service.
enum class NextStep {
  tls,   ///< from plaintext
  want,  ///< from none
  need,  ///< from want
};
BOOST_DESCRIBE_ENUM(NextStep, tls, want, need)

/// A target that is to be flipped (goal need), and how far it has come.
struct RolloutService {
  std::string name;
  std::size_t position = 0;  ///< in the order, from 1
  Stage stage = Stage::unknown;
  std::optional<tls::ClientAuthMode> declared;  ///< expect.client_auth
  std::optional<bool> agrees;            ///< seen as declared; nothing: not declared, or not known
  std::string note;                      ///< what it means that they do not agree; empty: they do
  std::optional<NextStep> next;          ///< nothing: at `need`, or not known where it stands
  bool may_go = false;                   ///< the next step is safe now
  std::optional<std::string> waiting;    ///< what remains, where nothing else is in the way
  std::size_t blockers = 0;              ///< what keeps it from the next step; a call counts once
  std::optional<Blocker> first_blocker;  ///< of these
  std::size_t accepted = 0;  ///< what would keep it from `need`, and was accepted until a date
  std::optional<Blocker> first_accepted;  ///< of these
  std::vector<std::string> callers;       ///< sorted, without itself
  /// Services with the same number call each other in a circle: among them calls give no order.
  std::optional<std::size_t> circle;
};

struct Rollout {
  std::vector<RolloutService> services;  ///< in the order in which they are best flipped
  std::vector<std::string> next;         ///< those that may go now, in that order
  std::vector<std::string> not_flipped;  ///< targets with goal none, in the fleet's order
  std::array<std::size_t, enumerators<Stage>().size()> stages{};  ///< how many are at each
  std::string summary;                                            ///< one or two sentences

  [[nodiscard]] std::size_t at(Stage stage) const {
    return stages[static_cast<std::size_t>(stage)];
  }
};

/// Tells where the rollout stands.
///
/// The order is leaves first: services that call no other come first, then those that call only
/// these, and so on. Services that call each other in a circle (echo and orca, front50 and fiat)
/// stand together. Ties go to who has fewer callers, then by name. A call to itself is none.
///
/// When the next step may be taken:
/// - from `want` to `need` when the service's own part of every gate of step `need` that judges it
///   is open (answer_for_target()), and there is one;
/// - from `none` to `want` when of every caller it is known that it would present nothing, or
///   nothing that is known to be bad (assess::find_fault_when_asked): what is absent is tolerated
///   under `want`, what is bad is not. By fresh looks, where a caller's endpoint shows what it
///   holds;
/// - to TLS never by telltale's word: who still calls in plaintext is not to be seen from outside,
///   and has to be moved with the server.
[[nodiscard]] Rollout rollout(const Snapshot& snapshot, Now now);

/// The same from answers that were made already: of all gates, in the snapshot's order, at `now`.
[[nodiscard]] Rollout rollout(const Snapshot& snapshot, std::span<const Answer> answers, Now now);

}  // namespace telltale::gate
