#pragma once
// Snapshot: everything that is known at one moment, immutable and shared. Metrics, JSON, page,
// table, gate answers and exit codes are functions of a Snapshot and of now.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "telltale/assess/assessment.hpp"
#include "telltale/assess/credentials.hpp"
#include "telltale/assess/prediction.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/gate/history.hpp"
#include "telltale/gate/state.hpp"

namespace telltale::gate {

/// Cumulative counts of one target since the start.
struct TargetCounters {
  std::uint64_t looks = 0;  ///< telltale_probe_attempts_total
  std::map<assess::Reason, std::uint64_t>
      failures;  ///< looks that did not succeed, by first reason
};

/// A cumulative histogram in seconds, as Prometheus has them.
struct Histogram {
  static constexpr std::array<double, 12> bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                    0.1,   0.25,   0.5,   1.0,  2.5,   5.0};
  std::array<std::uint64_t, bounds.size() + 1> counts{};  ///< per bucket, the last is +Inf's own
  double sum = 0;

  void observe(Duration value);
  [[nodiscard]] std::uint64_t count() const;
};

/// One address of a target. Without an assessment it has not been looked at yet.
struct AddressEntry {
  fleet::Endpoint address;
  assess::AddressAssessmentPtr assessment;
  std::uint64_t looks = 0;   ///< finished looks at this address since it appeared
  SteadyTime appeared_at;    ///< when a resolution first listed it
  bool is_outdated = false;  ///< assessed with credentials of ours that others have replaced
  GlancesPtr glances = std::make_shared<const Glances>();  ///< never null
  assess::StoryPtr story;  ///< of the newest look; null: not looked at yet
};

struct TargetEntry {
  fleet::Target target;
  std::optional<probe::Resolution> resolution;  ///< nothing: not resolved yet
  std::vector<AddressEntry> addresses;          ///< those of the newest resolution that gave any
  assess::TargetAssessment assessment;
  TargetCounters counters;
  std::vector<assess::Reason> reasons_seen;  ///< sorted; their series stay at 0 afterwards
};

using TargetEntryPtr = std::shared_ptr<const TargetEntry>;

/// One edge, as predicted from the newest looks.
struct EdgeEntry {
  fleet::Edge edge;
  /// One for each address of the callee, in the order of its entry; a single one without an
  /// address where the callee has none that was looked at.
  std::vector<assess::EdgeAssessment> rows;
  assess::Verdict verdict = assess::Verdict::unknown;  ///< the worst of its rows
  std::vector<assess::Reason> reasons_seen;            ///< of rows that break or are broken, sorted
};

using EdgeEntryPtr = std::shared_ptr<const EdgeEntry>;

/// The row that an edge is judged by: of the worst ones the one whose reason comes first, so that
/// it is the same in whatever order addresses are resolved. Null while the edge has no row.
[[nodiscard]] const assess::EdgeAssessment* worst_row(const EdgeEntry& entry);

/// What an event tells of.
enum class EventKind { edge, gate };
BOOST_DESCRIBE_ENUM(EventKind, edge, gate)

/// One change of a verdict or of a gate's status.
struct Event {
  CivilTime at;
  EventKind kind = EventKind::edge;
  std::string caller;  ///< of an edge; of a gate: of its first blocker
  std::string callee;  ///< of an edge; of a gate: the target of its first blocker
  std::string gate;    ///< of a gate
  std::string from;    ///< a name of assess::Verdict or gate::Status; empty: it was not there
  std::string to;      ///< likewise
  /// Of what it is now; nothing for a gate that opened.
  std::optional<assess::Reason> reason;
  std::string detail;  ///< why

  friend bool operator==(const Event&, const Event&) = default;
};

/// The newest events, oldest first, at most max_events. Shared while nothing happens.
inline constexpr std::size_t max_events = 1000;
using EventsPtr = std::shared_ptr<const std::vector<Event>>;

struct GateEntry {
  fleet::GateRules rules;
  GateState state;
};

/// What we know of our own credentials, and what is the matter with them.
struct IdentityEntry {
  assess::IdentityFacts facts;
  std::vector<assess::Finding> findings;
  std::vector<assess::Reason> reasons_seen;  ///< sorted; their series stay at 0 afterwards
};

struct TrustEntry {
  assess::TrustFacts facts;
  std::vector<assess::Finding> findings;
  std::vector<assess::Reason> reasons_seen;  ///< sorted; their series stay at 0 afterwards
};

struct PasswordEntry {
  assess::PasswordFacts facts;
  std::vector<assess::Finding> findings;
  std::vector<assess::Reason> reasons_seen;  ///< sorted; their series stay at 0 afterwards
};

struct CredentialEntries {
  std::vector<IdentityEntry> identities;
  TrustEntry trust;
  std::vector<PasswordEntry> passwords;
  std::vector<TrustEntry> caller_trusts;
};

/// About the daemon itself.
struct Health {
  bool last_reload_successful = true;
  CivilTime last_reload_success;
  std::uint64_t internal_errors = 0;
};

struct Snapshot {
  fleet::ProbeRules probe;
  std::vector<TargetEntryPtr> targets;  ///< in the fleet's order
  std::vector<EdgeEntryPtr> edges;      ///< as fleet::edges_of() has them
  EventsPtr events = std::make_shared<const std::vector<Event>>();  ///< never null
  std::uint64_t events_total = 0;  ///< since the start; the last of them are in `events`
  /// The newest looks at all targets, at most Board's history_limit, and apart from them the newest
  /// ones that failed, as many.
  LookRecordsPtr looks = std::make_shared<const LookRecords>();
  LookRecordsPtr failed_looks = std::make_shared<const LookRecords>();
  std::vector<GateEntry> gates;
  CredentialEntries credentials;
  std::array<Histogram, enumerators<probe::Phase>().size()> phase_durations;
  Health health;
  bool first_round_done = false;  ///< every target was resolved and every address looked at once
  Now made_at;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace telltale::gate
