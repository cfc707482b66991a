#pragma once
// Board: the latest evidence per address, from which Snapshots are made. The one mutable thing in
// the data path; it belongs to the probing thread.

#include <span>

#include "telltale/gate/snapshot.hpp"

namespace telltale::gate {

class Board {
 public:
  /// `margin` is the largest certificate_validity of the gates, for `certificate_expiring`.
  Board(const fleet::Fleet& fleet, std::vector<IdentityEntry> identities, Now now);

  /// Takes the addresses of a target. One that vanished is dropped with its evidence; a resolution
  /// that failed keeps the addresses known before, and is a finding.
  void apply(const probe::Resolution& resolution);

  /// Takes one look and judges it. A look at an address that is no longer listed is dropped.
  void apply(const probe::Observation& observation);

  void note_internal_error();

  /// Steps every gate and makes a Snapshot of the present state.
  [[nodiscard]] SnapshotPtr snapshot(Now now);
};

}  // namespace telltale::gate
