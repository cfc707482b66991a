#pragma once
// What one look needs, put together from a plan.

#include <memory>

#include "telltale/app/call_requests.hpp"
#include "telltale/app/plan.hpp"
#include "telltale/probe/prober.hpp"

namespace telltale::app {

/// A look at one address of a target of `plan`, with `probe.timeout` for its timeout.
[[nodiscard]] probe::LookRequest look_request(const Plan& plan, const CallRequests& calls,
                                              const std::shared_ptr<const fleet::Target>& target,
                                              const fleet::Endpoint& address);

}  // namespace telltale::app
