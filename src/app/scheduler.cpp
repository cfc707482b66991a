#include "telltale/app/scheduler.hpp"

#include <algorithm>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace telltale::app {

using std::chrono::steady_clock;

namespace {

// A cycle may begin up to a tenth of an interval early, so that targets drift apart and never
// become older than an interval by it.
constexpr int jitter_divisor = 10;

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
};

Scheduler::Scheduler(boost::asio::io_context& context, Plan plan, gate::Board& board,
                     Listener listener)
    : plan_(std::move(plan)),
      board_(board),
      listener_(std::move(listener)),
      prober_(context, read_clocks().civil, listener_.on_internal_error),
      resolver_(context),
      random_(std::random_device{}()),
      alive_(std::make_shared<int>()) {
  for (const fleet::Target& target : plan_.fleet->targets) {
    cycles_.push_back(std::make_unique<Cycle>(context, target, cycles_.size()));
  }
}

Scheduler::~Scheduler() = default;

void Scheduler::start() {
  for (const auto& cycle : cycles_) {
    begin(*cycle);
  }
}

void Scheduler::run_once(std::function<void()> done) {
  when_finished_ = std::move(done);
  unfinished_ = cycles_.size();
  start();
}

void Scheduler::stop() {
  stopped_ = true;
  waiting_.clear();
  for (const auto& cycle : cycles_) {
    cycle->timer.cancel();
  }
}

void Scheduler::begin(Cycle& cycle) {
  cycle.begun_at = steady_clock::now();
  resolver_.resolve(*cycle.target, plan_.fleet->probe.timeout,
                    [this, &cycle, alive = std::weak_ptr(alive_)](const probe::Resolution& found) {
                      if (!alive.expired() && !stopped_) {
                        take(cycle, found);
                      }
                    });
}

void Scheduler::take(Cycle& cycle, const probe::Resolution& resolution) {
  board_.apply(resolution);
  listener_.on_change();
  // While a name does not resolve, its last known addresses go on being looked at.
  if (!resolution.failure) {
    cycle.addresses = resolution.addresses;
  }
  cycle.unfinished_looks = cycle.addresses.size();
  if (cycle.addresses.empty()) {
    finish(cycle);
    return;
  }
  for (const fleet::Endpoint& address : cycle.addresses) {
    waiting_.push_back({&cycle, address});
  }
  look_at_next();
}

void Scheduler::look_at_next() {
  while (!waiting_.empty() && in_flight_ < plan_.fleet->probe.concurrency) {
    const WaitingLook next = std::move(waiting_.front());
    waiting_.pop_front();
    ++in_flight_;
    prober_.look(
        request_for(*next.cycle, next.address),
        [this, cycle = next.cycle, alive = std::weak_ptr(alive_)](const probe::Observation& seen) {
          if (!alive.expired() && !stopped_) {
            take(*cycle, seen);
          }
        });
  }
}

void Scheduler::take(Cycle& cycle, const probe::Observation& observation) {
  --in_flight_;
  board_.apply(observation);
  listener_.on_look(observation);
  listener_.on_change();
  if (--cycle.unfinished_looks == 0) {
    finish(cycle);
  }
  look_at_next();
}

void Scheduler::finish(Cycle& cycle) {
  if (when_finished_) {
    if (--unfinished_ == 0) {
      std::exchange(when_finished_, nullptr)();
    }
    return;
  }
  cycle.timer.expires_after(time_to_next(cycle));
  cycle.timer.async_wait([this, &cycle, alive = std::weak_ptr(alive_)](const auto& error) {
    if (!error && !alive.expired() && !stopped_) {
      begin(cycle);
    }
  });
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

probe::LookRequest Scheduler::request_for(const Cycle& cycle,
                                          const fleet::Endpoint& address) const {
  const fleet::Fleet& fleet = *plan_.fleet;
  const fleet::Credentials& credentials = *plan_.credentials;
  probe::LookRequest request{
      .target = cycle.target,
      .address = address,
      .timeout = fleet.probe.timeout,
      .presents_stranger = fleet.probe.stranger == fleet::Stranger::every_round,
      .trust = credentials.trust,
  };
  const std::string* name = fleet::identity_for(fleet, credentials.identities, *cycle.target);
  if (name != nullptr) {
    request.identity_name = *name;
    request.identity = credentials.identities.at(*name);
  }
  const auto password = credentials.redis_passwords.find(cycle.target->name);
  if (password != credentials.redis_passwords.end()) {
    request.redis_password = password->second;
  }
  return request;
}

}  // namespace telltale::app
