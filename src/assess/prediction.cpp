#include "telltale/assess/prediction.hpp"

namespace telltale::assess {

Holding holding_of(const fleet::Edge& /*edge*/, const IdentityFacts* /*identity*/) {
  return {};
}

std::vector<Holding> observed_holdings(const fleet::Edge& /*edge*/,
                                       std::span<const AddressAssessmentPtr> /*endpoints*/) {
  return {};
}

EdgeAssessment predict(const fleet::Edge& /*edge*/, const fleet::Target& /*callee*/,
                       const AddressAssessment& at, std::span<const Holding> /*holdings*/,
                       CivilTime /*now*/) {
  return {.address = at.address};
}

}  // namespace telltale::assess
