#pragma once
// Board: the latest evidence per address, from which Snapshots are made. The one mutable thing in
// the data path; it belongs to the probing thread.

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "telltale/gate/edge_book.hpp"
#include "telltale/gate/event_log.hpp"
#include "telltale/gate/look_log.hpp"
#include "telltale/gate/snapshot.hpp"

namespace telltale::gate {

/// The two differ at most in where they are configured, and in what the target calls and trusts as
/// a client: looks at the one tell of the other too. What its calls come to is the edges' matter.
[[nodiscard]] bool is_unchanged(const fleet::Target& before, const fleet::Target& after);

class Board {
 public:
  /// Knows every target, and nothing about any of them. All gates are `unknown` since `now`.
  /// Certificates are judged by the largest certificate_validity of the gates; each gate applies
  /// its own on top. Calls are judged by `predict`. Of all looks the newest `history_limit` are
  /// told in snapshots, and as many that failed.
  Board(const fleet::Fleet& fleet, assess::CredentialFacts credentials, Now now,
        Predict predict = &assess::predict, std::size_t history_limit = 0);

  /// Takes another fleet, after a reload. Targets that have not changed keep their evidence and
  /// counters. A gate whose rules have not changed keeps its progress with each of those that no
  /// new edge leads to, and as a whole if it judges the same as before and nothing of that has
  /// changed. All else starts as if new. What was seen of a target to which a new edge leads is
  /// outdated: that caller's certificate was not rehearsed there.
  void reconfigure(const fleet::Fleet& fleet, Now now);

  /// What was seen of a target was seen with credentials that others have replaced, or before
  /// something that calls it now: it keeps no gate open any more, until every address was looked at
  /// anew.
  void outdate(std::string_view target);

  /// Takes what is now known of our own credentials.
  void set_credentials(assess::CredentialFacts credentials);

  /// Notes how a reload ended.
  void note_reload(bool successful, CivilTime now);

  /// Takes the addresses of a target. One that vanished is dropped with its evidence; a resolution
  /// that failed keeps the addresses known before, and is a finding.
  void apply(const probe::Resolution& resolution);

  /// Takes one look and judges it. A look at an address that is no longer listed is dropped.
  void apply(const probe::Observation& observation);

  void note_internal_error();

  /// Steps every gate and makes a Snapshot of the present state. What has not changed since the
  /// last one is shared with it.
  /// A gate's first round is complete at the first step at which everything required has been
  /// looked at; so a one-shot check looks at everything and then steps.
  [[nodiscard]] SnapshotPtr snapshot(Now now);

 private:
  /// A target's entry as it grows, and as it was last shared; null after a change.
  struct Work {
    TargetEntry entry;
    TargetEntryPtr shared;
    std::vector<fleet::Edge> callers;  ///< the edges into it
  };

  void take_targets(const fleet::Fleet& fleet);
  EdgeBook::Newcomers take_edges(const fleet::Fleet& fleet);
  void note_look(AddressEntry& address, const fleet::Target& target,
                 const probe::Observation& observation);
  [[nodiscard]] Work* find(std::string_view target);
  [[nodiscard]] bool has_seen_everything() const;
  [[nodiscard]] static TargetEntryPtr share(Work& work);
  void note_gate_events(const Snapshot& snapshot, CivilTime now);

  fleet::ProbeRules probe_;
  Duration margin_{};
  std::vector<Work> targets_;
  std::map<std::string, std::size_t, std::less<>> index_;
  EdgeBook edges_;
  EventLog events_;
  LookLog looks_;
  std::vector<GateEntry> gates_;
  std::map<std::string, Status> told_statuses_;  ///< of gates, at the last snapshot
  assess::CredentialFacts credentials_;
  CredentialEntries credential_entries_;  // of the last snapshot
  std::array<Histogram, enumerators<probe::Phase>().size()> phase_durations_;
  Health health_;
  bool first_round_done_ = false;
};

}  // namespace telltale::gate
