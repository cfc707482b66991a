#include "app/look_on_demand.hpp"

#include <algorithm>
#include <deque>
#include <list>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "telltale/app/call_requests.hpp"
#include "telltale/gate/single_look.hpp"
#include "telltale/probe/prober.hpp"
#include "telltale/probe/resolver.hpp"

#include "app/look_request.hpp"

namespace telltale::app {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

constexpr Duration longest_look = std::chrono::seconds(55);  // http answers 503 after a minute
// A look under way ends by itself a little before its time is over, so that it says why.
constexpr Duration longest_reserve = std::chrono::milliseconds(100);
constexpr int reserves_per_look = 10;
constexpr std::size_t looks_in_flight = 16;
// Who shares a look that others have cut short gives up at most this part of the time that is his.
constexpr int parts_given_up = 10;

/// What is left for a connection until `deadline`.
Duration time_left(SteadyTime deadline) {
  const Duration left = deadline - steady_clock::now();
  return std::max<Duration>(left - std::min(longest_reserve, left / reserves_per_look),
                            Duration::zero());
}

}  // namespace

Duration time_for_look(std::optional<Duration> scrape_timeout, Duration offset) {
  if (!scrape_timeout) {
    return longest_look;
  }
  return std::min(longest_look, std::max(*scrape_timeout - offset, *scrape_timeout / 2));
}

/// Everything but construction, destruction and look() happens on its thread.
class LookOnDemand::Engine {
 public:
  explicit Engine(const std::function<void(std::string)>& on_internal_error)
      : on_internal_error_(on_internal_error),
        work_(asio::make_work_guard(context_)),
        thread_([this] { run(); }) {}

  ~Engine() {
    context_.stop();
    thread_.join();
  }

  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void look(PlanPtr plan, std::string target, Duration time, Done done) {
    const SteadyTime now = steady_clock::now();
    asio::post(context_, [this, plan = std::move(plan), target = std::move(target), asked_at = now,
                          deadline = now + time, done = std::move(done)]() mutable {
      begin(std::move(plan), target, asked_at, deadline, std::move(done));
    });
  }

 private:
  /// Somebody who waits for a look.
  struct Waiter {
    Waiter(asio::io_context& context, SteadyTime asked, Done told)
        : asked_at(asked), done(std::move(told)), timer(context) {}

    SteadyTime asked_at;
    Done done;
    asio::steady_timer timer;  // expires when its time is over
  };

  /// A look at all addresses of one target.
  struct Work {
    PlanPtr plan;
    std::shared_ptr<const fleet::Target> target;
    SteadyTime deadline;
    bool is_cut_short = false;  // by the deadline: with more time more might be seen
    probe::Resolution resolution;
    std::deque<fleet::Endpoint> waiting;  // addresses
    std::size_t in_flight = 0;
    std::vector<probe::Observation> seen;
    std::list<Waiter> waiters;
  };

  using WorkPtr = std::shared_ptr<Work>;
  using WeakWork = std::weak_ptr<Work>;  // what comes for one that nobody waits for is dropped

  void run() {
    while (!context_.stopped()) {
      try {
        context_.run();
      } catch (const std::exception& exception) {
        on_internal_error_(exception.what());
      }
    }
  }

  void begin(PlanPtr plan, const std::string& name, SteadyTime asked_at, SteadyTime deadline,
             Done done) {
    if (const WorkPtr known = find(plan, name, deadline)) {
      known->deadline = std::max(known->deadline, deadline);
      add_waiter(known, asked_at, deadline, std::move(done));
      return;
    }
    const auto& targets = plan->fleet->targets;
    const auto target = std::ranges::find(targets, name, &fleet::Target::name);
    if (target == targets.end() || works_.size() >= most_targets) {
      done(nullptr);
      return;
    }
    if (!prober_) {
      prober_.emplace(context_, read_clocks().civil, on_internal_error_);
      resolver_.emplace(context_);
    }
    auto work = std::make_shared<Work>();
    work->plan = std::move(plan);
    work->target = std::make_shared<const fleet::Target>(*target);
    work->deadline = deadline;
    work->resolution.target = name;
    work->resolution.failure = probe::Failure{.phase = probe::Phase::resolve,
                                              .kind = probe::FailureKind::timed_out,
                                              .detail = "the name was not resolved in time"};
    works_.push_back(work);
    add_waiter(work, asked_at, deadline, std::move(done));
    resolve(work);
  }

  /// A look that somebody with until `deadline` may share without being told of failures that are
  /// others' hurry alone; null: there is none.
  [[nodiscard]] WorkPtr find(const PlanPtr& plan, const std::string& name,
                             SteadyTime deadline) const {
    const Duration given_up = (deadline - steady_clock::now()) / parts_given_up;
    const auto found = std::ranges::find_if(works_, [&](const WorkPtr& work) {
      return work->plan == plan && work->target->name == name &&
             (!work->is_cut_short || work->deadline >= deadline - given_up);
    });
    return found == works_.end() ? nullptr : *found;
  }

  /// How much of `wanted` is left for a part of the look.
  static Duration share_of_time(Work& work, Duration wanted) {
    const Duration left = time_left(work.deadline);
    work.is_cut_short = work.is_cut_short || left < wanted;
    return std::min(wanted, left);
  }

  void add_waiter(const WorkPtr& work, SteadyTime asked_at, SteadyTime deadline, Done done) {
    const auto waiter =
        work->waiters.emplace(work->waiters.end(), context_, asked_at, std::move(done));
    waiter->timer.expires_at(deadline);
    waiter->timer.async_wait([this, weak = WeakWork(work), waiter](const auto& error) {
      const WorkPtr work = weak.lock();
      // One that came too late to be cancelled finds that all were told.
      if (error || !work || work->waiters.empty()) {
        return;
      }
      std::list<Waiter> told;
      told.splice(told.end(), work->waiters, waiter);
      if (work->waiters.empty()) {
        forget(*work);
      }
      tell(*work, told);
    });
  }

  void resolve(const WorkPtr& work) {
    const Duration time = share_of_time(*work, work->plan->fleet->probe.timeout);
    resolver_->resolve(*work->target, time,
                       [this, weak = WeakWork(work)](probe::Resolution resolution) {
                         if (const WorkPtr work = weak.lock()) {
                           take(work, std::move(resolution));
                         }
                       });
  }

  void take(const WorkPtr& work, probe::Resolution resolution) {
    work->resolution = std::move(resolution);
    const auto& addresses = work->resolution.addresses;
    work->waiting.assign(addresses.begin(), addresses.end());
    look_at_next(work);
  }

  void look_at_next(const WorkPtr& work) {
    while (!work->waiting.empty() && work->in_flight < looks_in_flight &&
           time_left(work->deadline) > Duration::zero()) {
      probe::LookRequest request =
          look_request(*work->plan, CallRequests(), work->target, work->waiting.front());
      request.timeout = share_of_time(*work, request.timeout);
      work->waiting.pop_front();
      ++work->in_flight;
      prober_->look(std::move(request), [this, weak = WeakWork(work)](probe::Observation seen) {
        if (const WorkPtr work = weak.lock()) {
          --work->in_flight;
          work->seen.push_back(std::move(seen));
          look_at_next(work);
        }
      });
    }
    if (work->in_flight == 0) {
      finish(work);
    }
  }

  void finish(const WorkPtr& work) {
    const std::list<Waiter> told = std::exchange(work->waiters, {});
    forget(*work);
    tell(*work, told);
  }

  /// Last of all: what is thrown there costs no more than these their answer.
  static void tell(const Work& work, const std::list<Waiter>& waiters) {
    for (const Waiter& waiter : waiters) {
      auto report = std::make_shared<render::ProbeReport>();
      report->now = read_clocks();
      report->duration = report->now.steady - waiter.asked_at;
      report->observations = work.seen;
      report->snapshot = gate::judge_alone(*work.plan->fleet, *work.target, work.resolution,
                                           work.seen, report->now);
      waiter.done(report);
    }
  }

  void forget(const Work& work) {
    std::erase_if(works_, [&](const WorkPtr& each) { return each.get() == &work; });
    drop_keys();
  }

  /// But those of plans under which somebody looks: a reload may have dropped any other.
  void drop_keys() {
    std::set<pki::IdentityPtr> in_use;
    for (const WorkPtr& work : works_) {
      for (const auto& [name, identity] : work->plan->credentials->identities) {
        in_use.insert(identity);
      }
    }
    prober_->keep_only(in_use);
  }

  std::function<void(std::string)> on_internal_error_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::optional<probe::Prober> prober_;  // made on the thread: strangers' keys take a while
  std::optional<probe::Resolver> resolver_;
  std::vector<WorkPtr> works_;
  std::thread thread_;  // last: it uses all of these
};

LookOnDemand::LookOnDemand(std::function<void(std::string)> on_internal_error)
    : on_internal_error_(std::move(on_internal_error)) {}

LookOnDemand::~LookOnDemand() = default;

void LookOnDemand::look(PlanPtr plan, std::string target, Duration time, Done done) {
  if (!engine_) {
    engine_ = std::make_unique<Engine>(on_internal_error_);
  }
  engine_->look(std::move(plan), std::move(target), time, std::move(done));
}

}  // namespace telltale::app
