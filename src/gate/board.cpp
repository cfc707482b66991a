#include "telltale/gate/board.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "telltale/assess/assess.hpp"

#include "gate/certificate_margin.hpp"
#include "gate/evidence.hpp"

namespace telltale::gate {

namespace {

using assess::Finding;
using assess::Reason;
using assess::Severity;

/// The first error names the failure: rules are asked in the order in which a look proceeds.
Reason reason_of_failure(const assess::AddressAssessment& assessment) {
  const auto error = std::ranges::find(assessment.findings, Severity::error, &Finding::severity);
  return error == assessment.findings.end() ? Reason::unknown : error->reason;
}

void note_reasons(std::vector<Reason>& seen, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    const auto place = std::ranges::lower_bound(seen, finding.reason);
    if (place == seen.end() || *place != finding.reason) {
      seen.insert(place, finding.reason);
    }
  }
}

AddressEntry take_over(const std::vector<AddressEntry>& known, const fleet::Endpoint& address,
                       SteadyTime now) {
  const auto found = std::ranges::find(known, address, &AddressEntry::address);
  if (found != known.end()) {
    return *found;
  }
  AddressEntry entry;
  entry.address = address;
  entry.appeared_at = now;
  return entry;
}

/// Notes the reasons seen of one credential, now and in the entry before that has the same name.
template <class Entry, class Name>
void remember(Entry& entry, const std::vector<Entry>& before, Name name) {
  const auto found = std::ranges::find_if(
      before, [&](const Entry& each) { return each.facts.*name == entry.facts.*name; });
  if (found != before.end()) {
    entry.reasons_seen = found->reasons_seen;
  }
  note_reasons(entry.reasons_seen, entry.findings);
}

/// Judges our own credentials; `before` remembers the reasons seen.
CredentialEntries entries_of(const assess::CredentialFacts& facts, const CredentialEntries& before,
                             Duration margin, CivilTime now) {
  CredentialEntries entries;
  for (const assess::IdentityFacts& identity : facts.identities) {
    entries.identities.push_back({identity, assess::assess_identity(identity, margin, now), {}});
    remember(entries.identities.back(), before.identities, &assess::IdentityFacts::name);
  }
  entries.trust = {facts.trust, assess::assess_trust(facts.trust), before.trust.reasons_seen};
  note_reasons(entries.trust.reasons_seen, entries.trust.findings);
  for (const assess::TrustFacts& trust : facts.caller_trusts) {
    entries.caller_trusts.push_back({trust, assess::assess_trust(trust), {}});
    remember(entries.caller_trusts.back(), before.caller_trusts, &assess::TrustFacts::name);
  }
  for (const assess::PasswordFacts& password : facts.passwords) {
    entries.passwords.push_back({password, assess::assess_password(password), {}});
    remember(entries.passwords.back(), before.passwords, &assess::PasswordFacts::target);
  }
  return entries;
}

GateEntry begin_gate(const fleet::GateRules& rules, Now now) {
  GateEntry gate;
  gate.rules = rules;
  gate.state.whole.last_transition = now.civil;
  return gate;
}

/// A gate whose rules stay, in another fleet. What it judges is known by name: its place may be
/// another one now. A target to which a new edge leads begins anew.
GateEntry carry_over(const GateEntry& gate, const Snapshot& before, const fleet::Fleet& after,
                     const EdgeBook::Newcomers& newly_called, Now now) {
  std::map<std::string_view, std::pair<const fleet::Target*, const Progress*>> known;
  const std::vector<const TargetEntry*> scope = scope_of(before, gate.rules);
  for (std::size_t i = 0; i < scope.size(); ++i) {
    known.emplace(scope[i]->target.name, std::pair(&scope[i]->target, &gate.state.targets.at(i)));
  }
  GateEntry carried = begin_gate(gate.rules, now);
  const std::vector<const fleet::Target*> targets = fleet::targets_of(after, gate.rules);
  bool is_same = targets.size() == scope.size();
  for (const fleet::Target* target : targets) {
    const auto found = known.find(target->name);
    const bool stays = found != known.end() && is_unchanged(*found->second.first, *target) &&
                       !newly_called.contains(target->name);
    carried.state.targets.push_back(stays ? *found->second.second : carried.state.whole);
    is_same = is_same && stays;
  }
  if (is_same) {
    carried.state.whole = gate.state.whole;
  }
  return carried;
}

/// Says by its first blocker why a gate has become what it is.
Event event_of(const Answer& answer, Status from, CivilTime now) {
  Event event{.at = now, .kind = EventKind::gate, .gate = answer.gate};
  event.from = name_of(from);
  event.to = name_of(answer.status);
  const std::vector<Blocker>& why =
      answer.evidence.blockers.empty() ? answer.evidence.missing : answer.evidence.blockers;
  if (!why.empty()) {
    event.reason = why.front().reason;
    event.caller = why.front().caller;
    event.callee = why.front().target;
    event.detail = why.front().detail;
  } else if (answer.waiting) {
    event.reason = Reason::waiting;
    event.detail = *answer.waiting;
  }
  return event;
}

}  // namespace

bool is_unchanged(const fleet::Target& before, const fleet::Target& after) {
  fleet::Target moved = before;
  moved.source = after.source;
  moved.calls = after.calls;
  moved.trust = after.trust;
  return moved == after;
}

Board::Board(const fleet::Fleet& fleet, assess::CredentialFacts credentials, Now now,
             Predict predict, std::size_t history_limit)
    : probe_(fleet.probe),
      margin_(largest_margin(fleet)),
      edges_(std::move(predict)),
      looks_(history_limit),
      credentials_(std::move(credentials)) {
  take_targets(fleet);
  take_edges(fleet);
  for (const fleet::GateRules& rules : fleet.gates) {
    gates_.push_back(begin_gate(rules, now));
  }
  health_.last_reload_success = now.civil;
}

void Board::apply(const probe::Resolution& resolution) {
  Work* work = find(resolution.target);
  if (work == nullptr) {
    return;
  }
  TargetEntry& entry = work->entry;
  entry.resolution = resolution;
  work->shared = nullptr;
  phase_durations_[static_cast<std::size_t>(probe::Phase::resolve)].observe(resolution.duration);
  if (resolution.failure || resolution.addresses.empty()) {
    return;
  }
  std::vector<AddressEntry> addresses;
  addresses.reserve(resolution.addresses.size());
  for (const fleet::Endpoint& address : resolution.addresses) {
    addresses.push_back(take_over(entry.addresses, address, resolution.resolved_at.steady));
  }
  entry.addresses = std::move(addresses);
}

void Board::apply(const probe::Observation& observation) {
  Work* work = find(observation.target);
  if (work == nullptr) {
    return;
  }
  TargetEntry& entry = work->entry;
  const auto address =
      std::ranges::find(entry.addresses, observation.address, &AddressEntry::address);
  if (address == entry.addresses.end()) {
    return;
  }
  address->assessment = std::make_shared<const assess::AddressAssessment>(assess::assess_address(
      entry.target, observation, margin_, observation.looked_at.civil, work->callers));
  address->is_outdated = false;
  ++address->looks;
  note_look(*address, entry.target, observation);
  ++entry.counters.looks;
  if (!address->assessment->reachable) {
    ++entry.counters.failures[reason_of_failure(*address->assessment)];
  }
  note_reasons(entry.reasons_seen, address->assessment->findings);
  for (const probe::Attempt& attempt : observation.attempts) {
    for (std::size_t phase = 0; phase < phase_durations_.size(); ++phase) {
      if (const auto& duration = attempt.durations.by_phase.at(phase)) {
        phase_durations_.at(phase).observe(*duration);
      }
    }
  }
  work->shared = nullptr;
}

void Board::note_look(AddressEntry& address, const fleet::Target& target,
                      const probe::Observation& observation) {
  const Glance glance = glance_at(*address.assessment);
  address.glances = with(*address.glances, glance);
  address.story = std::make_shared<const assess::Story>(assess::tell(target, observation));
  looks_.note({.target = target.name,
               .address = address.address,
               .glance = glance,
               .story = address.story});
}

void Board::reconfigure(const fleet::Fleet& fleet, Now now) {
  // A last step under the old rules: what has gone stale since the one before counts.
  const SnapshotPtr before = snapshot(now);
  probe_ = fleet.probe;
  margin_ = largest_margin(fleet);
  take_targets(fleet);
  const EdgeBook::Newcomers newly_called = take_edges(fleet);
  for (const std::string& target : newly_called) {
    outdate(target);
  }
  std::vector<GateEntry> gates;
  for (const fleet::GateRules& rules : fleet.gates) {
    const auto same = std::ranges::find(gates_, rules, &GateEntry::rules);
    gates.push_back(same == gates_.end() ? begin_gate(rules, now)
                                         : carry_over(*same, *before, fleet, newly_called, now));
  }
  gates_ = std::move(gates);
}

void Board::take_targets(const fleet::Fleet& fleet) {
  std::vector<Work> before = std::exchange(targets_, {});
  const auto places = std::exchange(index_, {});
  std::set<std::string> unchanged;
  targets_.reserve(fleet.targets.size());
  for (const fleet::Target& target : fleet.targets) {
    index_.emplace(target.name, targets_.size());
    Work& work = targets_.emplace_back();
    const auto place = places.find(target.name);
    if (place != places.end() && is_unchanged(before[place->second].entry.target, target)) {
      work = std::move(before[place->second]);
      work.shared = work.entry.target == target ? work.shared : nullptr;
      unchanged.insert(target.name);
    }
    work.entry.target = target;
  }
  looks_.keep_only(unchanged);
}

EdgeBook::Newcomers Board::take_edges(const fleet::Fleet& fleet) {
  for (Work& work : targets_) {
    work.callers.clear();
  }
  const std::vector<fleet::Edge> edges = fleet::edges_of(fleet);
  for (const fleet::Edge& edge : edges) {
    find(edge.callee)->callers.push_back(edge);
  }
  return edges_.take(fleet, edges);
}

void Board::outdate(std::string_view target) {
  Work* work = find(target);
  if (work == nullptr) {
    return;
  }
  for (AddressEntry& address : work->entry.addresses) {
    address.is_outdated = address.assessment != nullptr;
  }
  work->shared = nullptr;
}

void Board::set_credentials(assess::CredentialFacts credentials) {
  credentials_ = std::move(credentials);
  edges_.forget_credentials();
}

void Board::note_reload(bool successful, CivilTime now) {
  health_.last_reload_successful = successful;
  if (successful) {
    health_.last_reload_success = now;
  }
}

void Board::note_internal_error() {
  ++health_.internal_errors;
}

SnapshotPtr Board::snapshot(Now now) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->probe = probe_;
  snapshot->targets.reserve(targets_.size());
  for (Work& work : targets_) {
    snapshot->targets.push_back(share(work));
  }
  snapshot->edges = edges_.share(snapshot->targets, credentials_, now.civil, events_);
  first_round_done_ = first_round_done_ || has_seen_everything();
  snapshot->first_round_done = first_round_done_;
  credential_entries_ = entries_of(credentials_, credential_entries_, margin_, now.civil);
  snapshot->credentials = credential_entries_;
  snapshot->phase_durations = phase_durations_;
  snapshot->health = health_;
  snapshot->made_at = now;
  for (GateEntry& gate : gates_) {
    gate.state = step(gate.state, *snapshot, gate.rules, now);
  }
  snapshot->gates = gates_;
  note_gate_events(*snapshot, now.civil);
  snapshot->events = events_.share();
  snapshot->events_total = events_.total();
  snapshot->looks = looks_.share();
  snapshot->failed_looks = looks_.share_failed();
  return snapshot;
}

/// A gate is known by its name, also after a reload; at first it is unknown.
void Board::note_gate_events(const Snapshot& snapshot, CivilTime now) {
  std::map<std::string, Status> before = std::exchange(told_statuses_, {});
  for (const GateEntry& gate : snapshot.gates) {
    const Status status = gate.state.whole.status;
    const auto known = before.find(gate.rules.name);
    const Status told = known == before.end() ? Status::unknown : known->second;
    if (status != told) {
      events_.note(event_of(answer(snapshot, gate, snapshot.made_at), told, now));
    }
    told_statuses_.emplace(gate.rules.name, status);
  }
}

Board::Work* Board::find(std::string_view target) {
  const auto found = index_.find(target);
  return found == index_.end() ? nullptr : &targets_[found->second];
}

bool Board::has_seen_everything() const {
  return std::ranges::all_of(targets_, [](const Work& work) {
    return work.entry.resolution &&
           std::ranges::all_of(work.entry.addresses, [](const AddressEntry& address) {
             return address.assessment != nullptr;
           });
  });
}

TargetEntryPtr Board::share(Work& work) {
  if (work.shared) {
    return work.shared;
  }
  TargetEntry& entry = work.entry;
  if (entry.resolution) {
    std::vector<assess::AddressAssessmentPtr> assessments;
    for (const AddressEntry& address : entry.addresses) {
      if (address.assessment) {
        assessments.push_back(address.assessment);
      }
    }
    entry.assessment = assess::assess_target(entry.target, *entry.resolution, assessments);
    note_reasons(entry.reasons_seen, entry.assessment.findings);
  }
  work.shared = std::make_shared<const TargetEntry>(entry);
  return work.shared;
}

}  // namespace telltale::gate
