#pragma once
// LookOnDemand: looks that somebody asks for, apart from the probing loop, which they cannot make
// late.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "telltale/app/plan.hpp"
#include "telltale/render/probe.hpp"

namespace telltale::app {

/// How long a look may take for a scraper that waits `scrape_timeout`: `offset` less, but half of
/// it at least; never more than 55 s, which is also what one gets that names no timeout.
[[nodiscard]] Duration time_for_look(std::optional<Duration> scrape_timeout, Duration offset);

/// Has a thread, a Prober and a Resolver of its own, made at the first look. What it finds goes to
/// whoever asked and nowhere else. Between looks it holds no plan and no key.
class LookOnDemand {
 public:
  /// At most so many looks, each at one target, at once.
  static constexpr std::size_t most_targets = 4;

  /// Called once, on the thread of this; null if too many targets are being looked at, or the plan
  /// has no target of that name.
  using Done = std::function<void(const render::ProbeReportPtr&)>;

  /// `on_internal_error` is called on the thread of this.
  explicit LookOnDemand(std::function<void(std::string)> on_internal_error);

  /// Ends the thread. Who waits for a look is not told.
  ~LookOnDemand();
  LookOnDemand(const LookOnDemand&) = delete;
  LookOnDemand& operator=(const LookOnDemand&) = delete;

  /// Resolves the target of that name and looks at all of its addresses within `time`: each for
  /// `probe.timeout` at most, without rehearsing calls. Who asks for a target that is being looked
  /// at under the same plan shares that look, unless it has markedly less time. When the time is
  /// over, what was seen until then is told, and the rest is not looked at. Not for several
  /// threads.
  void look(PlanPtr plan, std::string target, Duration time, Done done);

 private:
  class Engine;

  std::function<void(std::string)> on_internal_error_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace telltale::app
