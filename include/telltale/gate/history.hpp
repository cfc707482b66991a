#pragma once
// History: what the looks before the newest one showed, in little. Evidence for people; no gate is
// judged by it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "telltale/assess/reason.hpp"
#include "telltale/assess/story.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/time.hpp"
#include "telltale/tls/handshake.hpp"

namespace telltale::gate {

/// One look at one address, at a glance.
struct Glance {
  CivilTime at;                                             ///< when it ended
  tls::ClientAuthMode mode = tls::ClientAuthMode::unknown;  ///< as inferred then
  bool succeeded = false;                                   ///< telltale_probe_success of it
  /// Of the worst finding, an error before a warning; nothing: there was neither.
  std::optional<assess::Reason> reason;

  friend bool operator==(const Glance&, const Glance&) = default;
};

/// The newest glances at one address, oldest first, at most max_glances.
inline constexpr std::size_t max_glances = 30;
using Glances = std::vector<Glance>;
using GlancesPtr = std::shared_ptr<const Glances>;

/// One look, told whole.
struct LookRecord {
  std::uint64_t id = 0;  ///< counts the looks of all targets since the start, from 1
  std::string target;
  fleet::Endpoint address;
  Glance glance;
  assess::StoryPtr story;  ///< never null
};

using LookRecordPtr = std::shared_ptr<const LookRecord>;

/// Oldest first. Shared while nothing happens; never null in a Snapshot.
using LookRecords = std::vector<LookRecordPtr>;
using LookRecordsPtr = std::shared_ptr<const LookRecords>;

}  // namespace telltale::gate
