#pragma once
// EdgeBook: what is predicted of every call, made anew only where what it rests on has changed.

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "telltale/gate/event_log.hpp"
#include "telltale/gate/snapshot.hpp"

namespace telltale::gate {

/// Judges one edge at one address; assess::predict() but in tests.
using Predict = std::function<assess::EdgeAssessment(
    const fleet::Edge& edge, const fleet::Target& callee, const assess::AddressAssessment& at,
    std::span<const assess::Holding> holdings, CivilTime now)>;

/// The two differ at most in where they are configured.
[[nodiscard]] bool is_unchanged(const fleet::Edge& before, const fleet::Edge& after);

class EdgeBook {
 public:
  /// Names of callees.
  using Newcomers = std::set<std::string, std::less<>>;

  explicit EdgeBook(Predict predict) : predict_(std::move(predict)) {}

  /// Takes the edges of another fleet. Those that have not changed keep the reasons seen and the
  /// verdict that was told last. Gives the callees to which an edge leads that was not there.
  Newcomers take(const fleet::Fleet& fleet, const std::vector<fleet::Edge>& edges);

  /// What the named identities or trusts hold has changed, or whether their files still read.
  void forget_credentials();

  /// Predicts what has to be predicted anew, and notes each change of a verdict. `targets` are
  /// those of the fleet, in its order.
  [[nodiscard]] std::vector<EdgeEntryPtr> share(std::span<const TargetEntryPtr> targets,
                                                const assess::CredentialFacts& credentials,
                                                CivilTime now, EventLog& events);

 private:
  /// What the last event of an edge told.
  struct Told {
    assess::Verdict verdict = assess::Verdict::unknown;
    assess::Reason reason = assess::Reason::unknown;
  };

  /// An edge's entry, and what it was predicted from: null where that must be done anew.
  struct Work {
    EdgeEntryPtr entry;
    std::size_t callee_place = 0;
    std::optional<std::size_t> caller_place;  ///< of a caller whose endpoint shows what it holds
    TargetEntryPtr callee;
    TargetEntryPtr caller;
    std::optional<Told> told;
  };

  void predict(Work& work, const assess::CredentialFacts& credentials, CivilTime now) const;
  static void note_change(Work& work, CivilTime now, EventLog& events);

  Predict predict_;
  std::vector<Work> works_;
};

}  // namespace telltale::gate
