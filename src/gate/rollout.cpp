#include "telltale/gate/rollout.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "telltale/assess/sidecar.hpp"
#include "telltale/gate/snapshot.hpp"

#include "gate/call_order.hpp"
#include "gate/want_step.hpp"

namespace telltale::gate {

namespace {

using assess::Reason;
using tls::ClientAuthMode;

/// So many names a sentence lists.
constexpr std::size_t most_names = 12;

Stage stage_of(ClientAuthMode mode) {
  constexpr std::array stages = {Stage::none, Stage::want, Stage::need, Stage::unknown};
  return stages[static_cast<std::size_t>(mode)];
}

Stage stage_of(const fleet::Target& target, const AddressEntry& address, Duration stale_after,
               Now now) {
  const assess::AddressAssessmentPtr& look = address.assessment;
  if (!look || !is_fresh(look->looked_at.steady, stale_after, now.steady)) {
    return Stage::unknown;
  }
  if (assess::hides_application(target, *look)) {
    return Stage::unknown;
  }
  const bool is_plaintext = std::ranges::find(look->findings, Reason::plaintext_answer,
                                              &assess::Finding::reason) != look->findings.end();
  return is_plaintext ? Stage::plaintext : stage_of(look->mode);
}

/// The laxest: as assess::laxest() has it, and below all of that plaintext.
Stage stage_of(const TargetEntry& entry, Duration stale_after, Now now) {
  std::set<Stage> seen;
  for (const AddressEntry& address : entry.addresses) {
    seen.insert(stage_of(entry.target, address, stale_after, now));
  }
  for (const Stage stage : {Stage::plaintext, Stage::none, Stage::unknown}) {
    if (seen.contains(stage)) {
      return stage;
    }
  }
  return seen.empty() ? Stage::unknown : *seen.begin();
}

std::optional<NextStep> step_after(Stage stage) {
  switch (stage) {
    case Stage::plaintext:
      return NextStep::tls;
    case Stage::none:
      return NextStep::want;
    case Stage::want:
      return NextStep::need;
    case Stage::need:
    case Stage::unknown:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string quoted(std::string_view word) {
  return "`" + std::string(word) + "`";
}

void compare(RolloutService& service) {
  if (!service.declared || service.stage == Stage::unknown) {
    return;
  }
  const Stage declared = stage_of(*service.declared);
  service.agrees = service.stage == declared;
  if (*service.agrees) {
    return;
  }
  const std::string wanted = quoted(name_of(declared));
  const std::string seen = quoted(name_of(service.stage));
  if (service.stage == Stage::plaintext) {
    service.note = "Declared " + wanted + ", and it answers in plaintext: TLS is not on yet.";
  } else if (service.stage < declared) {
    service.note = "Declared " + wanted + " and seen " + seen +
                   ": not rolled out yet, or a restart is pending.";
  } else {
    service.note = "Seen " + seen + " and declared " + wanted +
                   ": ahead of what is declared, and the next deployment takes it back.";
  }
}

void block(RolloutService& service, Reason reason, const std::string& detail) {
  service.blockers = 1;
  service.first_blocker = Blocker{.target = service.name,
                                  .address = {},
                                  .caller = {},
                                  .reason = reason,
                                  .detail = detail,
                                  .hint = std::string(assess::row_of(reason).hint)};
}

/// What the gates of step `need` say of each target that they judge.
class GateWords {
 public:
  GateWords(const Snapshot& snapshot, std::span<const Answer> answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (snapshot.gates[i].rules.step == fleet::Step::need) {
        take(answers[i]);
      }
    }
  }

  /// Fills in whether the flip is safe, and what is in its way.
  void tell(RolloutService& service) const {
    const auto found = words_.find(service.name);
    if (found == words_.end() && service.stage == Stage::need) {
      return;
    }
    if (found == words_.end()) {
      block(service, Reason::unknown, "No gate of step `need` judges it.");
      return;
    }
    const Words& words = found->second;
    service.may_go = words.all_open && service.next == NextStep::need;
    service.blockers = words.blockers.blockers.size();
    service.first_blocker = words.blockers.first();
    service.accepted = words.accepted.blockers.size();
    service.first_accepted = words.accepted.first();
    service.waiting = service.first_blocker ? std::nullopt : words.waiting;
  }

 private:
  /// What several gates say alike is there once, and so is a call, for all its addresses.
  struct Pile {
    std::vector<const Blocker*> blockers;
    std::set<std::tuple<std::string_view, std::string_view, Reason>> known;

    void add(const Blocker& blocker) {
      const std::string_view where = blocker.caller.empty() ? blocker.address : std::string_view();
      if (known.emplace(blocker.caller, where, blocker.reason).second) {
        blockers.push_back(&blocker);
      }
    }

    [[nodiscard]] std::optional<Blocker> first() const {
      return blockers.empty() ? std::nullopt : std::optional(*blockers.front());
    }
  };

  struct Words {
    bool all_open = true;
    std::optional<std::string> waiting;
    Pile blockers;
    Pile accepted;
  };

  void take(const Answer& answer) {
    for (const TargetStanding& standing : answer.standings) {
      Words& words = words_[standing.target];
      words.all_open = words.all_open && standing.status == Status::open;
      words.waiting = words.waiting ? words.waiting : standing.waiting;
    }
    take(answer.evidence.blockers, &Words::blockers);
    take(answer.evidence.missing, &Words::blockers);
    take(answer.evidence.accepted, &Words::accepted);
  }

  void take(const std::vector<Blocker>& blockers, Pile Words::* pile) {
    for (const Blocker& blocker : blockers) {
      if (const auto found = words_.find(blocker.target); found != words_.end()) {
        (found->second.*pile).add(blocker);
      }
    }
  }

  std::unordered_map<std::string_view, Words> words_;
};

/// The targets of a snapshot, and the calls between them.
class Graph {
 public:
  explicit Graph(const Snapshot& snapshot) {
    for (const TargetEntryPtr& entry : snapshot.targets) {
      nodes_[entry->target.name].entry = entry.get();
    }
    for (const EdgeEntryPtr& edge : snapshot.edges) {
      nodes_[edge->edge.callee].edges.push_back(edge.get());
    }
  }

  [[nodiscard]] const std::vector<const EdgeEntry*>& into(std::string_view callee) const {
    return nodes_.at(callee).edges;
  }

  /// Null for a caller that is no target.
  [[nodiscard]] const TargetEntry* entry_of(std::string_view name) const {
    const auto found = nodes_.find(name);
    return found == nodes_.end() ? nullptr : found->second.entry;
  }

  [[nodiscard]] std::vector<std::string> callers_of(std::string_view callee) const {
    std::set<std::string_view> callers;
    for (const EdgeEntry* edge : into(callee)) {
      callers.insert(edge->edge.caller);
    }
    callers.erase(callee);
    return {callers.begin(), callers.end()};
  }

 private:
  struct Node {
    const TargetEntry* entry = nullptr;
    std::vector<const EdgeEntry*> edges;
  };

  std::unordered_map<std::string_view, Node> nodes_;
};

/// A caller may call several paths: it is named once.
void tell_of_want(RolloutService& service, const Snapshot& snapshot, const Graph& graph, Now now) {
  std::set<std::string_view> known;
  const TargetEntry& callee = *graph.entry_of(service.name);
  for (const EdgeEntry* edge : graph.into(service.name)) {
    auto blocker =
        find_blocker_of_want(snapshot, callee, edge->edge, graph.entry_of(edge->edge.caller), now);
    if (blocker && known.insert(edge->edge.caller).second) {
      ++service.blockers;
      service.first_blocker = service.first_blocker ? service.first_blocker : std::move(blocker);
    }
  }
  service.may_go = service.blockers == 0;
}

/// The services in the order of their targets.
std::vector<RolloutService> judge(const Snapshot& snapshot, const GateWords& gates,
                                  const Graph& graph, Now now) {
  std::vector<RolloutService> services;
  for (const TargetEntryPtr& entry : snapshot.targets) {
    if (entry->target.goal != fleet::Goal::need) {
      continue;
    }
    RolloutService& service = services.emplace_back();
    service.name = entry->target.name;
    service.stage = stage_of(*entry, snapshot.probe.stale_after, now);
    service.declared = entry->target.expect.client_auth;
    service.next = step_after(service.stage);
    service.callers = graph.callers_of(service.name);
    compare(service);
    if (service.next == NextStep::want) {
      tell_of_want(service, snapshot, graph, now);
    } else {
      gates.tell(service);
    }
    if (service.next == NextStep::tls && service.blockers == 0) {
      block(service, Reason::plaintext_answer,
            "Who still calls it in plaintext is not to be seen from here, and moves with it.");
    }
  }
  return services;
}

Calls calls_between(const std::vector<RolloutService>& services) {
  std::unordered_map<std::string_view, std::size_t> places;
  for (const RolloutService& service : services) {
    places.emplace(service.name, places.size());
  }
  Calls calls(services.size());
  for (std::size_t callee = 0; callee < services.size(); ++callee) {
    for (const std::string& caller : services[callee].callers) {
      if (const auto found = places.find(caller); found != places.end()) {
        calls[found->second].push_back(callee);
      }
    }
  }
  return calls;
}

bool is_before(const RolloutService& one, const RolloutService& other) {
  return std::tuple(one.callers.size(), std::string_view(one.name)) <
         std::tuple(other.callers.size(), std::string_view(other.name));
}

std::vector<RolloutService> in_order(std::vector<RolloutService> services) {
  std::vector<Circle> circles = circles_of(calls_between(services));
  const auto by_callers = [&](std::size_t one, std::size_t other) {
    return is_before(services[one], services[other]);
  };
  for (Circle& circle : circles) {
    std::ranges::sort(circle.members, by_callers);
  }
  std::ranges::sort(circles, [&](const Circle& one, const Circle& other) {
    return one.level != other.level ? one.level < other.level
                                    : by_callers(one.members.front(), other.members.front());
  });
  std::vector<RolloutService> ordered;
  ordered.reserve(services.size());
  std::size_t circles_told = 0;
  for (const Circle& circle : circles) {
    const bool is_told = circle.members.size() > 1;
    circles_told += is_told ? 1 : 0;
    for (const std::size_t member : circle.members) {
      RolloutService& service = ordered.emplace_back(std::move(services[member]));
      service.position = ordered.size();
      service.circle = is_told ? std::optional(circles_told) : std::nullopt;
    }
  }
  return ordered;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most_names); ++i) {
    text.append(text.empty() ? "" : ", ").append(names[i]);
  }
  return names.size() > most_names
             ? text + " and " + std::to_string(names.size() - most_names) + " more"
             : text;
}

std::string phrase_of(Stage stage) {
  switch (stage) {
    case Stage::plaintext:
      return "in plaintext";
    case Stage::none:
    case Stage::want:
    case Stage::need:
      return "at " + quoted(name_of(stage));
    case Stage::unknown:
      return "not known";
  }
  return {};
}

std::string stages_text(const Rollout& rollout) {
  const std::size_t total = rollout.services.size();
  const std::size_t done = rollout.at(Stage::need);
  if (done == total) {
    return total == 1 ? "The one service is at `need`."
                      : "All " + std::to_string(total) + " services are at `need`.";
  }
  std::string text = std::to_string(done) + " of " + std::to_string(total) +
                     (total == 1 ? " service is" : " services are") + " at `need`";
  for (const Stage stage : {Stage::want, Stage::none, Stage::plaintext, Stage::unknown}) {
    if (const std::size_t count = rollout.at(stage); count != 0) {
      text += ", " + std::to_string(count) + " " + phrase_of(stage);
    }
  }
  return text + ".";
}

std::string summarize(const Rollout& rollout) {
  if (rollout.services.empty()) {
    return "No service is to be flipped to `need`.";
  }
  std::string text = stages_text(rollout);
  if (rollout.at(Stage::need) != rollout.services.size()) {
    text += rollout.next.empty() ? " None may take its next step now."
                                 : " May take their next step now: " + listed(rollout.next) + ".";
  }
  return text;
}

}  // namespace

Rollout rollout(const Snapshot& snapshot, Now now) {
  std::vector<Answer> answers;
  answers.reserve(snapshot.gates.size());
  for (const GateEntry& gate : snapshot.gates) {
    answers.push_back(answer(snapshot, gate, now));
  }
  return rollout(snapshot, answers, now);
}

Rollout rollout(const Snapshot& snapshot, std::span<const Answer> answers, Now now) {
  const Graph graph(snapshot);
  Rollout made;
  made.services = in_order(judge(snapshot, GateWords(snapshot, answers), graph, now));
  for (const TargetEntryPtr& entry : snapshot.targets) {
    if (entry->target.goal == fleet::Goal::none) {
      made.not_flipped.push_back(entry->target.name);
    }
  }
  for (const RolloutService& service : made.services) {
    ++made.stages[static_cast<std::size_t>(service.stage)];
    if (service.may_go) {
      made.next.push_back(service.name);
    }
  }
  made.summary = summarize(made);
  return made;
}

}  // namespace telltale::gate
