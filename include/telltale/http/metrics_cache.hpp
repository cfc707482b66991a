#pragma once
// MetricsCache: /metrics rendered once per Snapshot, and again when something in it goes stale.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "telltale/gate/snapshot.hpp"
#include "telltale/render/gzip.hpp"
#include "telltale/render/render.hpp"

namespace telltale::http {

/// Keeps the body of /metrics, per exposition, until another Snapshot is asked for or the instant
/// of gate::next_change() has come. Not for several threads.
class MetricsCache {
 public:
  /// The rendered snapshot, without what is added per scrape. Valid until the next call.
  [[nodiscard]] std::string_view text(const gate::SnapshotPtr& snapshot, Now now,
                                      render::Exposition exposition);

  /// The same, compressed; what is added per scrape goes into render::gzip() as the rest.
  [[nodiscard]] const render::Deflated& deflated(const gate::SnapshotPtr& snapshot, Now now,
                                                 render::Exposition exposition);

 private:
  struct Entry {
    gate::SnapshotPtr snapshot;  ///< held, so that no other Snapshot can have its address
    std::optional<SteadyTime> valid_until;
    std::string text;
    std::optional<render::Deflated> deflated;
  };

  Entry& entry(const gate::SnapshotPtr& snapshot, Now now, render::Exposition exposition);

  std::array<Entry, 2> entries_;
};

}  // namespace telltale::http
