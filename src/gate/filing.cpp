#include "gate/filing.hpp"

#include <algorithm>

namespace telltale::gate {

using assess::Reason;

void Weight::merge(const Weight& other) {
  addresses += other.addresses;
  blocked = blocked || other.blocked;
  missing = missing || other.missing;
  outdated = outdated || other.outdated;
  only_absent = only_absent && other.only_absent;
  keep_earlier(oldest_look, other.oldest_look);
  keep_later(newest_appearance, other.newest_appearance);
  keep_earlier(first_stale, other.first_stale);
  keep_later(last_stale, other.last_stale);
  keep_earlier(first_run_out, other.first_run_out);
}

void Filing::block(const Matter& matter, std::optional<CivilTime> began) {
  const Acceptance accepted = look_up(matter.reason, matter.caller);
  if (accepted.now) {
    accept(matter);
    return;
  }
  keep_later(began, accepted.until);
  weight_.blocked = true;
  keep_earlier(weight_.first_run_out, began);
  evidence_.blockers.push_back(describe(matter));
  if (matter.address != nullptr && matter.caller.empty()) {
    blocked_.emplace_back(*matter.address, matter.reason);
  }
}

void Filing::accept(const Matter& matter) {
  evidence_.accepted.push_back(describe(matter));
}

void Filing::miss_absent(const Matter& matter) {
  miss(matter, true);
}

void Filing::miss_present(const Matter& matter) {
  weight_.only_absent = false;
  miss(matter, false);
}

void Filing::miss_stale(Matter matter, const std::string& what, SteadyTime since) {
  const SteadyTime went_stale = since + stale_after_;
  keep_earlier(weight_.first_stale, std::optional(went_stale));
  keep_later(weight_.last_stale, std::optional(went_stale));
  weight_.only_absent = false;
  matter.reason = Reason::stale;
  matter.detail = what + " is " + to_text(now_.steady - since) + " old; evidence counts for " +
                  to_text(stale_after_) + ".";
  miss(matter, true);
}

void Filing::miss_outdated(Matter matter, const std::string& what) {
  weight_.outdated = true;
  matter.reason = Reason::stale;
  matter.detail = what + " was made before credentials or callers changed.";
  evidence_.missing.push_back(describe(matter));
  doubt(matter, false);
}

void Filing::miss(const Matter& matter, bool is_unseen) {
  weight_.missing = true;
  evidence_.missing.push_back(describe(matter));
  doubt(matter, is_unseen);
}

void Filing::doubt(const Matter& matter, bool is_unseen) {
  if (matter.address == nullptr || !matter.caller.empty()) {
    return;
  }
  doubtful_.push_back(*matter.address);
  if (is_unseen) {
    unseen_.push_back(*matter.address);
  }
}

bool Filing::is_accepted(Reason reason) const {
  return look_up(reason, {}).now;
}

bool Filing::is_unseen(const fleet::Endpoint& address) const {
  return std::ranges::find(unseen_, address) != unseen_.end();
}

bool Filing::is_doubtful(const fleet::Endpoint& address) const {
  return std::ranges::find(doubtful_, address) != doubtful_.end();
}

bool Filing::is_blocked(const fleet::Endpoint& address, Reason reason) const {
  return std::ranges::find(blocked_, std::pair(address, reason)) != blocked_.end();
}

bool Filing::is_fresh(const Now& then) const {
  return gate::is_fresh(then.steady, stale_after_, now_.steady);
}

Filing::Acceptance Filing::look_up(Reason reason, const std::string& caller) const {
  Acceptance accepted;
  for (const fleet::Acceptance& acceptance : rules_.accept) {
    if (acceptance.target == target_.name && acceptance.caller == caller &&
        acceptance.reason == name_of(reason)) {
      accepted.now = accepted.now || now_.civil < acceptance.until;
      keep_later(accepted.until, std::optional(acceptance.until));
    }
  }
  return accepted;
}

Blocker Filing::describe(const Matter& matter) const {
  return {
      .target = target_.name,
      .address = matter.address == nullptr ? "" : fleet::to_text(*matter.address),
      .caller = matter.caller,
      .reason = matter.reason,
      .detail = matter.detail,
      .hint = matter.hint.empty() ? std::string(assess::row_of(matter.reason).hint) : matter.hint};
}

}  // namespace telltale::gate
