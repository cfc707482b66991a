#include "telltale/http/metrics_cache.hpp"

#include <utility>

#include "telltale/gate/state.hpp"

namespace telltale::http {

std::string_view MetricsCache::text(const gate::SnapshotPtr& snapshot, Now now,
                                    render::Exposition exposition) {
  return entry(snapshot, now, exposition).text;
}

const render::Deflated& MetricsCache::deflated(const gate::SnapshotPtr& snapshot, Now now,
                                               render::Exposition exposition) {
  Entry& kept = entry(snapshot, now, exposition);
  if (!kept.deflated) {
    kept.deflated = render::deflate(kept.text);
  }
  return *kept.deflated;
}

MetricsCache::Entry& MetricsCache::entry(const gate::SnapshotPtr& snapshot, Now now,
                                         render::Exposition exposition) {
  Entry& kept = entries_[exposition == render::Exposition::text_0_0_4 ? 0 : 1];
  const bool is_current =
      kept.snapshot == snapshot && (!kept.valid_until || now.steady < *kept.valid_until);
  if (is_current) {
    return kept;
  }
  Entry made;
  made.snapshot = snapshot;
  made.valid_until = gate::next_change(*snapshot, now);
  made.text = render::metrics(*snapshot, now, exposition);
  kept = std::move(made);
  return kept;
}

}  // namespace telltale::http
