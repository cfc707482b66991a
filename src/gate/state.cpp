#include "telltale/gate/state.hpp"

#include <algorithm>
#include <chrono>

#include "telltale/gate/snapshot.hpp"

#include "gate/evidence.hpp"

namespace telltale::gate {

namespace {

using std::chrono::seconds;

unsigned rounds_required(const fleet::GateRules& rules) {
  return std::max(1U, rules.rounds);
}

/// The streak is over, or has not begun. While evidence has only been absent since the start, the
/// looks made so far still count for the first round; after that none does that came before.
Progress reset(Progress progress, const Weight& weight, Now now) {
  progress.clean_since.reset();
  progress.clean_rounds = 0;
  const bool is_the_start = !progress.round_began && !weight.blocked && weight.only_absent;
  if (!is_the_start) {
    progress.round_began = now.steady;
  }
  return progress;
}

/// Begins a streak at `now`, or goes on with the one there is. An address that appeared in its
/// midst has no rounds yet, so the streak begins anew.
Progress extend(Progress progress, const Weight& weight, Now now) {
  const bool has_newcomer =
      progress.clean_since && weight.newest_appearance > progress.clean_since->steady;
  if (has_newcomer) {
    progress.clean_rounds = 0;
    progress.round_began = now.steady;
  }
  if (!progress.clean_since || has_newcomer) {
    progress.clean_since = now;
  }
  const bool all_looked_at_anew =
      !progress.round_began || weight.oldest_look > progress.round_began;
  if (all_looked_at_anew) {
    ++progress.clean_rounds;
    progress.round_began = now.steady;
  }
  return progress;
}

bool may_open(const Progress& progress, const fleet::GateRules& rules, Now now) {
  return progress.clean_since && progress.clean_rounds >= rounds_required(rules) &&
         now.steady - progress.clean_since->steady >= rules.minimum_time;
}

Status status_of(const Weight& weight, bool is_open_otherwise) {
  if (weight.blocked) {
    return Status::closed;
  }
  return weight.clean() && is_open_otherwise ? Status::open : Status::unknown;
}

/// Evidence that is only outdated holds the streak where it is: a renewal of our own certificate is
/// no fault of the fleet's, and the gate is not open until all was looked at anew.
Progress carry_on(const Progress& before, const Weight& weight, Now now) {
  if (weight.clean()) {
    return extend(before, weight, now);
  }
  return weight.blocked || weight.missing ? reset(before, weight, now) : before;
}

Progress advance(const Progress& before, const Weight& weight, const fleet::GateRules& rules,
                 Now now) {
  Progress after = carry_on(before, weight, now);
  after.status = status_of(weight, may_open(after, rules, now));
  if (after.status != before.status) {
    after.last_transition = now.civil;
  }
  return after;
}

/// What the evidence at `now` leaves of the status at the last step. Only a step can open.
Status present_status(const Progress& progress, const Weight& weight) {
  return status_of(weight, progress.status == Status::open);
}

/// Where a target starts that has no progress yet.
Progress beginning(const GateState& state) {
  Progress start;
  start.last_transition = state.whole.last_transition;
  return start;
}

CivilTime civil_of(SteadyTime instant, Now now) {
  return now.civil - std::chrono::ceil<seconds>(now.steady - instant);
}

/// When the status became what it is. After a step that is the step's; a status that time alone has
/// changed since then began when evidence went stale or a date was reached.
CivilTime present_since(const Progress& progress, const Weight& weight, Status status, Now now) {
  if (status == progress.status) {
    return progress.last_transition;
  }
  if (status == Status::closed) {
    return std::max(progress.last_transition, weight.first_run_out.value_or(now.civil));
  }
  const auto& stale = progress.status == Status::open ? weight.first_stale : weight.last_stale;
  return std::max(progress.last_transition, stale ? civil_of(*stale, now) : now.civil);
}

std::string describe_waiting(const Progress& progress, const fleet::GateRules& rules, Now now) {
  const unsigned required = rounds_required(rules);
  const unsigned rounds = std::min(progress.clean_rounds, required);
  std::string text = std::to_string(rounds) + " of " + std::to_string(required) +
                     (required == 1 ? " round" : " rounds");
  if (rules.minimum_time > Duration::zero()) {
    const Duration elapsed =
        progress.clean_since ? now.steady - progress.clean_since->steady : Duration::zero();
    const Duration shown =
        std::min<Duration>(std::chrono::floor<seconds>(elapsed), rules.minimum_time);
    text += ", " + to_text(shown) + " of " + to_text(rules.minimum_time);
  }
  return text;
}

TargetStanding stand(const TargetEntry& entry, const Progress& progress, const Weight& weight,
                     const fleet::GateRules& rules, Now now) {
  TargetStanding standing;
  standing.target = entry.target.name;
  standing.addresses = weight.addresses;
  standing.status = present_status(progress, weight);
  standing.since = present_since(progress, weight, standing.status, now);
  if (standing.status == Status::unknown && weight.clean()) {
    standing.waiting = describe_waiting(progress, rules, now);
  }
  return standing;
}

std::vector<Blocker> about(const std::vector<Blocker>& blockers, std::string_view target) {
  std::vector<Blocker> chosen;
  std::ranges::copy_if(blockers, std::back_inserter(chosen),
                       [&](const Blocker& blocker) { return blocker.target == target; });
  return chosen;
}

/// Keeps the earliest instant that is still to come.
class NextInstant {
 public:
  explicit NextInstant(Now now) : now_(now) {}

  void consider(SteadyTime instant) {
    if (instant > now_.steady && (!next_ || instant < *next_)) {
      next_ = instant;
    }
  }

  void consider(CivilTime instant) {
    const seconds remaining = instant - now_.civil;
    // Beyond a day something else will have changed; and the steady clock counts nanoseconds, which
    // do not reach the dates of long-lived certificates.
    if (remaining > seconds::zero() && remaining <= std::chrono::days(1)) {
      consider(now_.steady + remaining);
    }
  }

  [[nodiscard]] std::optional<SteadyTime> value() const { return next_; }

 private:
  Now now_;
  std::optional<SteadyTime> next_;
};

void consider_certificate(NextInstant& next, const std::optional<assess::CertificateEnd>& first,
                          const fleet::GateRules& rules) {
  if (first) {
    // It blocks from the second after the margin has begun.
    next.consider(margin_begins(first->not_after, rules) + seconds(1));
  }
}

void consider_gate(NextInstant& next, const Snapshot& snapshot, const fleet::GateRules& rules) {
  for (const fleet::Acceptance& acceptance : rules.accept) {
    next.consider(acceptance.until);
  }
  for (const TargetEntry* entry : scope_of(snapshot, rules)) {
    for (const AddressEntry& address : entry->addresses) {
      if (address.assessment) {
        consider_certificate(next, address.assessment->first_to_end, rules);
      }
    }
  }
  for (const EdgeEntryPtr& edge : snapshot.edges) {
    for (const assess::EdgeAssessment& row : edge->rows) {
      consider_certificate(next, row.first_to_end, rules);
    }
  }
}

}  // namespace

Evidence gather(const Snapshot& snapshot, const fleet::GateRules& rules, Now now) {
  return weigh(snapshot, rules, now).evidence;
}

GateState step(const GateState& state, const Snapshot& snapshot, const fleet::GateRules& rules,
               Now now) {
  const Weighed weighed = weigh(snapshot, rules, now);
  GateState next;
  next.whole = advance(state.whole, weighed.whole, rules, now);
  next.targets.reserve(weighed.targets.size());
  // While a gate's state lives, its targets keep their places (see Board::reconfigure); another
  // number of them means that this is the first step.
  const bool is_first = state.targets.size() != weighed.targets.size();
  const Progress start = beginning(state);
  for (std::size_t i = 0; i < weighed.targets.size(); ++i) {
    const Progress& before = is_first ? start : state.targets[i];
    next.targets.push_back(advance(before, weighed.by_target[i], rules, now));
  }
  return next;
}

Answer answer(const Snapshot& snapshot, const GateEntry& gate, Now now) {
  Weighed weighed = weigh(snapshot, gate.rules, now);
  Answer answer;
  answer.gate = gate.rules.name;
  answer.step = gate.rules.step;
  answer.targets = weighed.targets.size();
  answer.addresses = weighed.whole.addresses;
  answer.status = present_status(gate.state.whole, weighed.whole);
  answer.since = present_since(gate.state.whole, weighed.whole, answer.status, now);
  if (answer.status == Status::unknown && weighed.whole.clean()) {
    answer.waiting = describe_waiting(gate.state.whole, gate.rules, now);
  }
  const Progress start = beginning(gate.state);
  for (std::size_t i = 0; i < weighed.targets.size(); ++i) {
    const Progress& progress = i < gate.state.targets.size() ? gate.state.targets[i] : start;
    answer.standings.push_back(
        stand(*weighed.targets[i], progress, weighed.by_target[i], gate.rules, now));
  }
  answer.evidence = std::move(weighed.evidence);
  return answer;
}

Answer answer_for_target(const Answer& whole, std::string_view target) {
  Answer part;
  part.gate = whole.gate;
  part.target = target;
  part.step = whole.step;
  part.since = whole.since;
  part.evidence = {.blockers = about(whole.evidence.blockers, target),
                   .missing = about(whole.evidence.missing, target),
                   .accepted = about(whole.evidence.accepted, target)};
  const auto standing = std::ranges::find(whole.standings, target, &TargetStanding::target);
  if (standing == whole.standings.end()) {
    return part;
  }
  part.status = standing->status;
  part.since = standing->since;
  part.waiting = standing->waiting;
  part.targets = 1;
  part.addresses = standing->addresses;
  part.standings = {*standing};
  return part;
}

Status overall(const std::vector<Answer>& answers) {
  const auto has = [&](Status status) {
    return std::ranges::find(answers, status, &Answer::status) != answers.end();
  };
  if (has(Status::closed)) {
    return Status::closed;
  }
  return answers.empty() || has(Status::unknown) ? Status::unknown : Status::open;
}

bool is_fresh(SteadyTime looked_at, Duration stale_after, SteadyTime now) {
  return now - looked_at < stale_after;
}

std::optional<SteadyTime> next_change(const Snapshot& snapshot, Now now) {
  NextInstant next(now);
  for (const TargetEntryPtr& entry : snapshot.targets) {
    const std::optional<probe::Resolution>& resolution = entry->resolution;
    if (resolution && is_from_a_resolver(*resolution)) {
      next.consider(resolution->resolved_at.steady + snapshot.probe.stale_after);
    }
    for (const AddressEntry& address : entry->addresses) {
      if (address.assessment) {
        next.consider(address.assessment->looked_at.steady + snapshot.probe.stale_after);
      }
    }
  }
  for (const GateEntry& gate : snapshot.gates) {
    consider_gate(next, snapshot, gate.rules);
  }
  return next.value();
}

}  // namespace telltale::gate
