#pragma once
// What `telltale targets` tells of a fleet, before it is a table or JSON.

#include <string>
#include <vector>

#include "telltale/fleet/fleet.hpp"

namespace telltale::render {

/// One thing that is known of a target, or that could not be told.
struct TargetFact {
  std::string name;    ///< `client_auth`
  std::string value;   ///< empty: only the note says something
  std::string source;  ///< `spinnakerservice.yml:12`, or `catalog`
  std::string note;    ///< one sentence; may be empty
};

/// One call, and what it presents.
struct CallFact {
  std::string callee;
  std::string path;      ///< where it is not the callee's health path
  std::string presents;  ///< `identity orca`
  std::string trust;     ///< a file; empty: the fleet's trust
  bool skips_verification = false;
  std::string source;
  std::string note;
};

[[nodiscard]] std::vector<TargetFact> facts_of(const fleet::Fleet& fleet,
                                               const fleet::Target& target);

/// The calls of a target or caller.
[[nodiscard]] std::vector<CallFact> calls_of(const fleet::Fleet& fleet,
                                             const std::vector<fleet::Edge>& edges,
                                             const std::string& caller);

}  // namespace telltale::render
