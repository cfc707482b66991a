#pragma once
// Story: one look told for people, presentation after presentation, as the recorder saw it.

#include <memory>
#include <string>
#include <vector>

#include "telltale/fleet/fleet.hpp"
#include "telltale/probe/observation.hpp"

namespace telltale::assess {

/// What one connection of a look met.
struct StoryLine {
  std::string subject;      ///< `nothing presented, TLSv1.3`, `plaintext to port 7002`
  std::string outcome;      ///< `handshake done, ticket after 2ms, GET /health 200`
  bool is_failure = false;  ///< it ended before the application answered
};

using Story = std::vector<StoryLine>;
using StoryPtr = std::shared_ptr<const Story>;

/// Tells a look at `target` in the order in which its connections were made, each in one line
/// without control characters. What the peer said stands in it as it was recorded: nobody may take
/// it for markup. Holds no secret: no key, no password, no header that carries one.
[[nodiscard]] Story tell(const fleet::Target& target, const probe::Observation& seen);

}  // namespace telltale::assess
