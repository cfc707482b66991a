#include <algorithm>
#include <chrono>
#include <numeric>

#include "telltale/gate/snapshot.hpp"

namespace telltale::gate {

void Histogram::observe(Duration value) {
  const double seconds = std::chrono::duration<double>(value).count();
  const auto bucket = std::ranges::lower_bound(bounds, seconds) - bounds.begin();
  ++counts.at(static_cast<std::size_t>(bucket));
  sum += seconds;
}

std::uint64_t Histogram::count() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

}  // namespace telltale::gate
