#pragma once
// The order of services by who calls whom: whom all others call comes first.

#include <cstddef>
#include <vector>

namespace telltale::gate {

/// By place: the places that it calls. A call to itself may be among them.
using Calls = std::vector<std::vector<std::size_t>>;

/// Services that call each other in a circle: a strongly connected component; most have one member.
struct Circle {
  std::vector<std::size_t> members;
  std::size_t level = 0;  ///< 0: calls nobody else; else one more than the highest that it calls
};

/// Every place is in one circle; those that are called come before those that call them.
[[nodiscard]] std::vector<Circle> circles_of(const Calls& calls);

}  // namespace telltale::gate
