#include "telltale/gate/single_look.hpp"

#include <algorithm>

#include "telltale/assess/assess.hpp"

#include "gate/certificate_margin.hpp"

namespace telltale::gate {

namespace {

std::vector<fleet::Edge> edges_into(const fleet::Fleet& fleet, const fleet::Target& target) {
  std::vector<fleet::Edge> edges = fleet::edges_of(fleet);
  std::erase_if(edges, [&](const fleet::Edge& edge) { return edge.callee != target.name; });
  return edges;
}

}  // namespace

SnapshotPtr judge_alone(const fleet::Fleet& fleet, const fleet::Target& target,
                        const probe::Resolution& resolution,
                        std::span<const probe::Observation> seen, Now now) {
  const std::vector<fleet::Edge> callers = edges_into(fleet, target);
  const Duration margin = largest_margin(fleet);
  TargetEntry entry;
  entry.target = target;
  entry.resolution = resolution;
  std::vector<assess::AddressAssessmentPtr> assessments;
  for (const fleet::Endpoint& endpoint : resolution.addresses) {
    AddressEntry& address = entry.addresses.emplace_back();
    address.address = endpoint;
    address.appeared_at = resolution.resolved_at.steady;
    const auto look = std::ranges::find(seen, endpoint, &probe::Observation::address);
    if (look == seen.end()) {
      continue;
    }
    address.assessment = std::make_shared<const assess::AddressAssessment>(
        assess::assess_address(target, *look, margin, look->looked_at.civil, callers));
    address.looks = 1;
    address.story = std::make_shared<const assess::Story>(assess::tell(target, *look));
    assessments.push_back(address.assessment);
  }
  entry.assessment = assess::assess_target(target, resolution, assessments);
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->probe = fleet.probe;
  snapshot->targets = {std::make_shared<const TargetEntry>(std::move(entry))};
  snapshot->made_at = now;
  return snapshot;
}

}  // namespace telltale::gate
