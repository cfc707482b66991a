#pragma once
// Scheduler: which address is looked at when. Resolves, looks and hands what was seen to the board.

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "telltale/app/call_requests.hpp"
#include "telltale/app/plan.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/gate/board.hpp"
#include "telltale/probe/prober.hpp"
#include "telltale/probe/resolver.hpp"

namespace telltale::app {

/// Runs on the probing thread's io_context. Each target has a cycle: resolve its name, look at
/// every address, wait for the rest of the interval. At most `concurrency` looks are under way; a
/// cycle that is not through is not begun again, so that at most one look per address is ever
/// waiting.
class Scheduler {
 public:
  /// What the scheduler tells: every look that ended, and that the board has changed.
  struct Listener {
    std::function<void(const probe::Observation&)> on_look;
    std::function<void()> on_change;
    std::function<void(std::string)> on_internal_error;
  };

  /// `board` and `context` must outlive it.
  Scheduler(boost::asio::io_context& context, Plan plan, gate::Board& board, Listener listener);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Begins a cycle for every target at once. Afterwards the cycles are spread over the interval.
  void start();

  /// Looks at every target once, then calls `done`.
  void run_once(std::function<void()> done);

  /// Takes another plan, after a reload; the board has its fleet already. Cycles of targets that
  /// have not changed, and are looked at with the same credentials as before, go on. Those of
  /// others end and begin anew at once; what was seen with other credentials, the board is told,
  /// is outdated. Looks under way at what has changed or gone are dropped.
  void reconfigure(const Plan& plan);

  /// The same, with what was read of the same plan's credentials.
  void set_credentials(std::shared_ptr<const fleet::Credentials> credentials);

  /// Begins nothing any more. Looks under way end on their own and are dropped.
  void stop();

 private:
  struct Cycle;  // one target's
  using CyclePtr = std::shared_ptr<Cycle>;
  using WeakCycle = std::weak_ptr<Cycle>;  // what comes for one that has ended is dropped

  struct WaitingLook {
    CyclePtr cycle;
    fleet::Endpoint address;
  };

  [[nodiscard]] CyclePtr make_cycle(const fleet::Target& target, std::size_t place);
  void begin(const CyclePtr& cycle);
  void take(const CyclePtr& cycle, const probe::Resolution& resolution);
  void look_at_next();
  void take(const CyclePtr& cycle, const probe::Observation& observation);
  void finish(const CyclePtr& cycle);
  void rest(const CyclePtr& cycle);
  void take_interval();
  void forget_old_identities();
  [[nodiscard]] Duration time_to_next(Cycle& cycle);

  boost::asio::io_context& context_;
  Plan plan_;
  CallRequests calls_;  // of plan_
  gate::Board& board_;
  Listener listener_;
  probe::Prober prober_;
  probe::Resolver resolver_;
  std::vector<CyclePtr> cycles_;
  std::deque<WaitingLook> waiting_;
  std::size_t in_flight_ = 0;
  std::size_t unfinished_ = 0;           // cycles of run_once() that are not through
  std::function<void()> when_finished_;  // set by run_once()
  bool stopped_ = false;
  std::minstd_rand random_;
  std::shared_ptr<void> alive_;  // callbacks hold it weakly: they may come after us
};

}  // namespace telltale::app
