#include "gate/call_order.hpp"

#include <algorithm>
#include <ranges>

namespace telltale::gate {

namespace {

/// Places in the order in which a walk along the calls is done with them (Kosaraju and Sharir's
/// first pass), without recursion: chains of calls may be long.
std::vector<std::size_t> finish_order(const Calls& calls) {
  struct Visit {
    std::size_t place;
    std::size_t next = 0;  // of its calls
  };

  std::vector<std::size_t> finished;
  std::vector<bool> seen(calls.size(), false);
  std::vector<Visit> path;
  const auto enter = [&](std::size_t place) {
    if (!seen[place]) {
      seen[place] = true;
      path.push_back({place});
    }
  };
  for (std::size_t start = 0; start < calls.size(); ++start) {
    enter(start);
    while (!path.empty()) {
      Visit& visit = path.back();
      if (visit.next < calls[visit.place].size()) {
        enter(calls[visit.place][visit.next++]);
      } else {
        finished.push_back(visit.place);
        path.pop_back();
      }
    }
  }
  return finished;
}

Calls reversed(const Calls& calls) {
  Calls callers(calls.size());
  for (std::size_t caller = 0; caller < calls.size(); ++caller) {
    for (const std::size_t callee : calls[caller]) {
      callers[callee].push_back(caller);
    }
  }
  return callers;
}

/// The second pass: whoever still reaches `start` is in its circle.
Circle collect(std::size_t start, const Calls& callers, std::vector<bool>& taken) {
  Circle circle{.members = {start}};
  taken[start] = true;
  for (std::size_t i = 0; i < circle.members.size(); ++i) {
    for (const std::size_t caller : callers[circle.members[i]]) {
      if (!taken[caller]) {
        taken[caller] = true;
        circle.members.push_back(caller);
      }
    }
  }
  return circle;
}

/// `circles` begin with those that are called.
void set_levels(std::vector<Circle>& circles, const Calls& calls) {
  std::vector<std::size_t> circle_of(calls.size());
  for (std::size_t i = 0; i < circles.size(); ++i) {
    for (const std::size_t member : circles[i].members) {
      circle_of[member] = i;
    }
  }
  for (std::size_t i = 0; i < circles.size(); ++i) {
    for (const std::size_t member : circles[i].members) {
      for (const std::size_t callee : calls[member]) {
        if (circle_of[callee] != i) {
          circles[i].level = std::max(circles[i].level, circles[circle_of[callee]].level + 1);
        }
      }
    }
  }
}

}  // namespace

std::vector<Circle> circles_of(const Calls& calls) {
  const std::vector<std::size_t> finished = finish_order(calls);
  const Calls callers = reversed(calls);
  std::vector<bool> taken(calls.size(), false);
  std::vector<Circle> circles;
  for (const std::size_t place : finished | std::views::reverse) {
    if (!taken[place]) {
      circles.push_back(collect(place, callers, taken));
    }
  }
  std::ranges::reverse(circles);
  set_levels(circles, calls);
  return circles;
}

}  // namespace telltale::gate
