#include "telltale/app/scheduler.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/look_request.hpp"
#include "app/same_content.hpp"

namespace telltale::app {

using std::chrono::steady_clock;

namespace {

// A cycle may begin up to a tenth of an interval early, so that targets drift apart and never
// become older than an interval by it.
constexpr int jitter_divisor = 10;

/// A look at an unchanged target is made with the same credentials under either plan.
bool looks_the_same(const probe::LookRequest& before, const probe::LookRequest& after) {
  return is_same(before.trust, after.trust) && is_same(before.fleet_trust, after.fleet_trust) &&
         is_same(before.identity, after.identity) &&
         is_same(before.redis_password, after.redis_password) && is_same(before.calls, after.calls);
}

}  // namespace

struct Scheduler::Cycle {
  Cycle(boost::asio::io_context& context, const fleet::Target& which, std::size_t place)
      : target(std::make_shared<const fleet::Target>(which)), index(place), timer(context) {}

  std::shared_ptr<const fleet::Target> target;
  std::size_t index;
  boost::asio::steady_timer timer;
  SteadyTime begun_at;
  std::vector<fleet::Endpoint> addresses;  // those of the newest resolution that gave any
  std::size_t unfinished_looks = 0;
  bool is_first = true;
  bool is_resting = false;  // until its timer expires
};

Scheduler::Scheduler(boost::asio::io_context& context, Plan plan, gate::Board& board,
                     Listener listener)
    : context_(context),
      plan_(std::move(plan)),
      calls_(*plan_.fleet, *plan_.credentials),
      board_(board),
      listener_(std::move(listener)),
      prober_(context, read_clocks().civil, listener_.on_internal_error),
      resolver_(context),
      random_(std::random_device{}()),
      alive_(std::make_shared<int>()) {
  for (const fleet::Target& target : plan_.fleet->targets) {
    cycles_.push_back(make_cycle(target, cycles_.size()));
  }
}

Scheduler::~Scheduler() = default;

void Scheduler::start() {
  for (const CyclePtr& cycle : cycles_) {
    begin(cycle);
  }
}

void Scheduler::run_once(std::function<void()> done) {
  when_finished_ = std::move(done);
  unfinished_ = cycles_.size();
  start();
}

void Scheduler::reconfigure(const Plan& plan) {
  CallRequests calls(*plan.fleet, *plan.credentials);
  std::map<std::string, CyclePtr> before;
  for (const CyclePtr& cycle : cycles_) {
    before.emplace(cycle->target->name, cycle);
  }
  std::vector<CyclePtr> cycles;
  std::vector<CyclePtr> newcomers;
  for (const fleet::Target& target : plan.fleet->targets) {
    const auto found = before.find(target.name);
    if (found == before.end() || !gate::is_unchanged(*found->second->target, target)) {
      newcomers.push_back(cycles.emplace_back(make_cycle(target, cycles.size())));
      continue;
    }
    const CyclePtr& known = found->second;
    if (!looks_the_same(look_request(plan_, calls_, known->target, {}),
                        look_request(plan, calls, known->target, {}))) {
      board_.outdate(target.name);
      newcomers.push_back(cycles.emplace_back(make_cycle(target, cycles.size())));
      newcomers.back()->addresses = known->addresses;
      continue;
    }
    known->index = cycles.size();
    cycles.push_back(known);
    before.erase(found);
  }
  for (const auto& [name, cycle] : before) {
    std::erase_if(waiting_, [&](const WaitingLook& look) { return look.cycle == cycle; });
  }
  cycles_ = std::move(cycles);
  const Plan old = std::exchange(plan_, plan);
  calls_ = std::move(calls);
  forget_old_identities();
  if (old.fleet->probe.interval != plan_.fleet->probe.interval) {
    take_interval();
  }
  for (const CyclePtr& cycle : newcomers) {
    begin(cycle);
  }
  look_at_next();
}

void Scheduler::set_credentials(std::shared_ptr<const fleet::Credentials> credentials) {
  Plan plan = plan_;
  plan.credentials = std::move(credentials);
  reconfigure(plan);
}

void Scheduler::forget_old_identities() {
  std::set<pki::IdentityPtr> in_use = calls_.identities();
  for (const auto& [name, identity] : plan_.credentials->identities) {
    in_use.insert(identity);
  }
  prober_.keep_only(in_use);
}

void Scheduler::stop() {
  stopped_ = true;
  waiting_.clear();
  for (const CyclePtr& cycle : cycles_) {
    cycle->timer.cancel();
  }
}

Scheduler::CyclePtr Scheduler::make_cycle(const fleet::Target& target, std::size_t place) {
  return std::make_shared<Cycle>(context_, target, place);
}

void Scheduler::begin(const CyclePtr& cycle) {
  cycle->is_resting = false;
  cycle->begun_at = steady_clock::now();
  resolver_.resolve(*cycle->target, plan_.fleet->probe.timeout,
                    [this, weak = WeakCycle(cycle),
                     alive = std::weak_ptr(alive_)](const probe::Resolution& found) {
                      const CyclePtr cycle = weak.lock();
                      if (cycle && !alive.expired() && !stopped_) {
                        take(cycle, found);
                      }
                    });
}

void Scheduler::take(const CyclePtr& cycle, const probe::Resolution& resolution) {
  board_.apply(resolution);
  listener_.on_change();
  // While a name does not resolve, its last known addresses go on being looked at.
  if (!resolution.failure) {
    cycle->addresses = resolution.addresses;
  }
  cycle->unfinished_looks = cycle->addresses.size();
  if (cycle->addresses.empty()) {
    finish(cycle);
    return;
  }
  for (const fleet::Endpoint& address : cycle->addresses) {
    waiting_.push_back({cycle, address});
  }
  look_at_next();
}

void Scheduler::look_at_next() {
  while (!waiting_.empty() && in_flight_ < plan_.fleet->probe.concurrency) {
    const WaitingLook next = std::move(waiting_.front());
    waiting_.pop_front();
    ++in_flight_;
    prober_.look(look_request(plan_, calls_, next.cycle->target, next.address),
                 [this, weak = WeakCycle(next.cycle),
                  alive = std::weak_ptr(alive_)](const probe::Observation& seen) {
                   if (alive.expired() || stopped_) {
                     return;
                   }
                   --in_flight_;
                   if (const CyclePtr cycle = weak.lock()) {
                     take(cycle, seen);
                   }
                   look_at_next();
                 });
  }
}

void Scheduler::take(const CyclePtr& cycle, const probe::Observation& observation) {
  board_.apply(observation);
  listener_.on_look(observation);
  listener_.on_change();
  if (--cycle->unfinished_looks == 0) {
    finish(cycle);
  }
}

void Scheduler::finish(const CyclePtr& cycle) {
  if (when_finished_) {
    if (--unfinished_ == 0) {
      std::exchange(when_finished_, nullptr)();
    }
    return;
  }
  rest(cycle);
}

void Scheduler::rest(const CyclePtr& cycle) {
  cycle->is_resting = true;
  cycle->timer.expires_after(time_to_next(*cycle));
  cycle->timer.async_wait(
      [this, weak = WeakCycle(cycle), alive = std::weak_ptr(alive_)](const auto& error) {
        const CyclePtr cycle = weak.lock();
        // One that came too late to be cancelled finds a cycle that does not rest any more.
        if (!error && cycle && cycle->is_resting && !alive.expired() && !stopped_) {
          begin(cycle);
        }
      });
}

/// Those that rest for the old interval rest for the new one; the cycles after that are laid evenly
/// over it.
void Scheduler::take_interval() {
  for (const CyclePtr& cycle : cycles_) {
    if (cycle->is_resting) {
      cycle->is_first = false;
      rest(cycle);
      cycle->is_first = true;
    }
  }
}

Duration Scheduler::time_to_next(Cycle& cycle) {
  const Duration interval = plan_.fleet->probe.interval;
  Duration gap = interval;
  if (cycle.is_first) {
    // The first cycles all began together; the second ones are laid evenly over one interval.
    cycle.is_first = false;
    gap = interval * static_cast<long>(cycle.index + 1) / static_cast<long>(cycles_.size());
  } else {
    std::uniform_int_distribution<Duration::rep> jitter(0, interval.count() / jitter_divisor);
    gap -= Duration(jitter(random_));
  }
  return std::max(Duration::zero(), cycle.begun_at + gap - steady_clock::now());
}

}  // namespace telltale::app
