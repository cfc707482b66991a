#include "render/gate_text.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "telltale/render/render.hpp"

#include "render/edge_text.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

namespace json = boost::json;

/// `clouddriver 127.0.0.1:7002 authorities_missing: the sentence (and 2 more)`.
std::string first_of(const std::vector<const gate::Blocker*>& blockers) {
  const gate::Blocker& first = *blockers.front();
  std::string line = place_of(first);
  line.append(" ").append(name_of(first.reason)).append(": ").append(first.detail);
  if (blockers.size() > 1) {
    line.append(" (and ").append(std::to_string(blockers.size() - 1)).append(" more)");
  }
  return line;
}

/// `12 targets, 15 addresses, since 2026-11-22T01:02:03Z`.
std::string scope_of(const gate::Answer& answer) {
  std::string line;
  if (answer.targets != 0) {
    line += count_of(answer.targets, "target", "targets") + ", ";
    line += count_of(answer.addresses, "address", "addresses") + ", ";
  }
  return line.append("since ").append(to_rfc3339(answer.since));
}

std::string reason_of(const gate::Answer& answer) {
  const auto blockers = what_blocks(answer);
  if (!blockers.empty()) {
    return first_of(blockers);
  }
  if (answer.waiting) {
    return "waiting, " + *answer.waiting;
  }
  return scope_of(answer);
}

using Rank = BlockerGroup::Rank;
using CallNames = std::pair<std::string_view, std::string_view>;  // caller, callee

std::set<CallNames> broken_calls(const gate::Snapshot& snapshot) {
  std::set<CallNames> calls;
  for (const gate::EdgeEntryPtr& entry : snapshot.edges) {
    if (entry->verdict == assess::Verdict::broken) {
      calls.emplace(entry->edge.caller, entry->edge.callee);
    }
  }
  return calls;
}

Rank rank_of(const gate::Blocker& blocker, const std::set<CallNames>& broken) {
  if (!blocker.caller.empty()) {
    return broken.contains({blocker.caller, blocker.target}) ? Rank::harms_today : Rank::error;
  }
  if (assess::row_of(blocker.reason).severity != assess::Severity::error) {
    return Rank::other;
  }
  return assess::concerns_flip_only(blocker.reason) ? Rank::error : Rank::harms_today;
}

/// What is to be done about a blocker, whoever is concerned.
std::string remedy_of(const gate::Blocker& blocker) {
  const bool is_general = blocker.hint == assess::row_of(blocker.reason).hint;
  return std::string(name_of(blocker.reason)) + "\n" +
         (is_general
              ? ""
              : without_names(blocker.hint, blocker.address, blocker.caller, blocker.target));
}

}  // namespace

std::vector<const gate::Blocker*> what_blocks(const gate::Answer& answer) {
  std::vector<const gate::Blocker*> all;
  all.reserve(answer.evidence.blockers.size() + answer.evidence.missing.size());
  for (const gate::Blocker& blocker : answer.evidence.blockers) {
    all.push_back(&blocker);
  }
  for (const gate::Blocker& missing : answer.evidence.missing) {
    all.push_back(&missing);
  }
  return all;
}

std::vector<gate::Blocker> brief_of(const std::vector<const gate::Blocker*>& blockers,
                                    const std::set<std::string_view>& told) {
  struct Place {
    std::size_t index = 0;  // in what is left
    std::size_t addresses = 0;
  };

  std::map<std::tuple<std::string_view, std::string_view, assess::Reason>, Place> places;
  std::vector<gate::Blocker> brief;
  for (const gate::Blocker* blocker : blockers) {
    if (blocker->caller.empty() || !told.contains(blocker->detail)) {
      brief.push_back(*blocker);
      continue;
    }
    const auto [at, is_new] =
        places.try_emplace(std::tuple(std::string_view(blocker->caller),
                                      std::string_view(blocker->target), blocker->reason),
                           Place{.index = brief.size()});
    if (is_new) {
      gate::Blocker& left = brief.emplace_back(*blocker);
      left.detail.clear();
      left.hint.clear();
    }
    if (++at->second.addresses > 1) {
      brief[at->second.index].address = "(" + std::to_string(at->second.addresses) + " addresses)";
    }
  }
  return brief;
}

std::vector<BlockerGroup> blockers_by_remedy(const gate::Snapshot& snapshot,
                                             const gate::Answer& answer) {
  const std::set<CallNames> broken = broken_calls(snapshot);
  std::map<std::pair<Rank, std::string>, std::size_t> by_remedy;
  std::map<Rank, std::vector<BlockerGroup>> by_rank;
  const auto add = [&](const gate::Blocker& blocker, Rank rank) {
    std::vector<BlockerGroup>& groups = by_rank[rank];
    const auto [at, is_new] =
        by_remedy.try_emplace(std::pair(rank, remedy_of(blocker)), groups.size());
    if (is_new) {
      groups.push_back({.rank = rank, .blockers = {}});
    }
    groups[at->second].blockers.push_back(&blocker);
  };
  for (const gate::Blocker& blocker : answer.evidence.blockers) {
    add(blocker, rank_of(blocker, broken));
  }
  for (const gate::Blocker& blocker : answer.evidence.missing) {
    add(blocker, Rank::missing);
  }
  std::vector<BlockerGroup> all;
  for (auto& [rank, groups] : by_rank) {
    std::ranges::move(groups, std::back_inserter(all));
  }
  return all;
}

std::string place_of(const gate::Blocker& blocker) {
  std::string place = blocker.caller.empty() ? "" : blocker.caller + " to ";
  place += blocker.target;
  return blocker.address.empty() ? place : place.append(" ").append(blocker.address);
}

std::vector<gate::Answer> answers_of(const gate::Snapshot& snapshot, Now now) {
  std::vector<gate::Answer> answers;
  answers.reserve(snapshot.gates.size());
  for (const gate::GateEntry& gate : snapshot.gates) {
    answers.push_back(gate::answer(snapshot, gate, now));
  }
  return answers;
}

json::object to_json(const gate::Blocker& blocker) {
  return {
      {"target", to_valid_utf8(blocker.target)}, {"address", to_valid_utf8(blocker.address)},
      {"caller", to_valid_utf8(blocker.caller)}, {"reason", name_of(blocker.reason)},
      {"detail", to_valid_utf8(blocker.detail)}, {"hint", to_valid_utf8(blocker.hint)},
  };
}

json::object to_json(const gate::Answer& answer) {
  json::array blockers;
  for (const gate::Blocker* blocker : what_blocks(answer)) {
    blockers.push_back(to_json(*blocker));
  }
  json::array accepted;
  for (const gate::Blocker& blocker : answer.evidence.accepted) {
    accepted.push_back(to_json(blocker));
  }
  return {
      {"gate", to_valid_utf8(answer.gate)},
      {"status", name_of(answer.status)},
      {"ready", answer.ready()},
      {"since", to_rfc3339(answer.since)},
      {"waiting", answer.waiting ? json::value(*answer.waiting) : json::value(nullptr)},
      {"blockers", std::move(blockers)},
      {"accepted", std::move(accepted)},
      {"step", name_of(answer.step)},
      {"target",
       answer.target.empty() ? json::value(nullptr) : json::value(to_valid_utf8(answer.target))},
  };
}

std::string gate_json(const gate::Answer& answer) {
  return json::serialize(to_json(answer)).append("\n");
}

std::string gates_json(const gate::Snapshot& snapshot, Now now) {
  const std::vector<gate::Answer> answers = answers_of(snapshot, now);
  json::array gates;
  for (const gate::Answer& answer : answers) {
    gates.push_back(to_json(answer));
  }
  const json::object whole = {
      {"at", to_rfc3339(now.civil)},
      {"status", name_of(gate::overall(answers))},
      {"gates", std::move(gates)},
  };
  return json::serialize(whole).append("\n");
}

std::string gate_line(const gate::Answer& answer) {
  return to_one_line(std::string(name_of(answer.status)) + ": " + reason_of(answer));
}

}  // namespace telltale::render
