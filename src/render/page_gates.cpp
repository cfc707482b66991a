// The pages' part about gates: whether the next step is safe, and what is in its way.

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "render/edge_text.hpp"
#include "render/gate_text.hpp"
#include "render/link.hpp"
#include "render/page_parts.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

// Of the places that have the same trouble no more than these are named.
constexpr std::size_t most_places = 50;
constexpr std::size_t most_groups = 100;
constexpr std::size_t most_places_in_summary = 3;

/// One target, or one call, with all the addresses at which the same blocks.
struct Place {
  const gate::Blocker* first = nullptr;
  std::vector<std::string> addresses;
};

std::vector<Place> places_of(const BlockerGroup& group) {
  std::map<std::tuple<std::string_view, std::string_view, std::string>, std::size_t> known;
  std::vector<Place> places;
  for (const gate::Blocker* blocker : group.blockers) {
    const auto [at, is_new] = known.try_emplace(
        std::tuple(std::string_view(blocker->caller), std::string_view(blocker->target),
                   without_names(blocker->detail, blocker->address, "", "")),
        places.size());
    if (is_new) {
      places.push_back({.first = blocker, .addresses = {}});
    }
    if (!blocker->address.empty()) {
      places[at->second].addresses.push_back(blocker->address);
    }
  }
  return places;
}

/// The same is said of both, but for names.
bool says_the_same(const gate::Blocker& one, const gate::Blocker& other) {
  return without_names(one.detail, one.address, one.caller, one.target) ==
         without_names(other.detail, other.address, other.caller, other.target);
}

void write_place(Markup& html, const Scene& scene, const Place& place) {
  {
    const auto who = html.in("strong", {{"class", "who"}});
    if (place.first->caller.empty()) {
      write_name(html, scene, place.first->target);
    } else {
      write_call(html, scene, place.first->caller, place.first->target);
    }
  }
  if (!place.addresses.empty()) {
    html.text(" ");
    html.element("span", addresses_text(place.addresses), {{"class", "code faint"}});
  }
}

/// `and 29 more: echo to redis, fiat to redis, …`
std::string likewise_text(const std::vector<Place>& places) {
  std::string text = "and " + std::to_string(places.size() - 1) + " more: ";
  const std::size_t end = std::min(places.size(), most_places_in_summary + 1);
  for (std::size_t i = 1; i < end; ++i) {
    const gate::Blocker& first = *places[i].first;
    text += i == 1 ? "" : ", ";
    text += (first.caller.empty() ? "" : first.caller + " to ") + first.target;
  }
  return end < places.size() ? text + ", \xE2\x80\xA6" : text;
}

void write_likewise(Markup& html, const Scene& scene, const std::vector<Place>& places,
                    std::string_view id) {
  if (places.size() < 2) {
    return;
  }
  const auto fold = html.in("details", {{"id", id}});
  html.element("summary", likewise_text(places));
  const auto list = html.in("ul");
  for (std::size_t i = 1; i < std::min(places.size(), most_places + 1); ++i) {
    const auto item = html.in("li");
    write_place(html, scene, places[i]);
    if (!says_the_same(*places[i].first, *places.front().first)) {
      html.text(": ");
      write_prose(html, places[i].first->detail);
    }
  }
  if (places.size() > most_places + 1) {
    html.element("li", "and " + std::to_string(places.size() - most_places - 1) + " more");
  }
}

std::string_view class_of(BlockerGroup::Rank rank) {
  switch (rank) {
    case BlockerGroup::Rank::harms_today:
    case BlockerGroup::Rank::error:
      return "blocker error";
    case BlockerGroup::Rank::other:
      return "blocker other";
    case BlockerGroup::Rank::missing:
      break;
  }
  return "blocker missing";
}

/// `is_call`: a call fails. A target may be wrong without anybody failing yet.
std::string_view told_of(BlockerGroup::Rank rank, bool is_call) {
  switch (rank) {
    case BlockerGroup::Rank::harms_today:
      return is_call ? "fails today" : "wrong today";
    case BlockerGroup::Rank::error:
      return "would fail";
    case BlockerGroup::Rank::other:
      return "blocks";
    case BlockerGroup::Rank::missing:
      break;
  }
  return "not known";
}

/// What the ids of a group end with. Two of a gate may begin at one place with one reason, such as
/// two findings with a hint each: `given` tells them apart.
std::string group_id(const std::string& gate, const gate::Blocker& first,
                     std::set<std::string>& given) {
  std::string id = percent_encoded(gate) + ":" + percent_encoded(place_of(first)) + ":" +
                   std::string(name_of(first.reason));
  while (!given.insert(id).second) {
    id += "+";
  }
  return id;
}

void write_group(Markup& html, const Scene& scene, const std::string& place,
                 const BlockerGroup& group) {
  const std::vector<Place> places = places_of(group);
  const gate::Blocker& first = *group.blockers.front();
  const std::string_view reason = name_of(first.reason);
  const auto item = html.in("li", {{"id", "blocker:" + place},
                                   {"class", class_of(group.rank)},
                                   {"data-blocker-reason", reason},
                                   {"data-blocker-target", first.target},
                                   {"data-blocker-count", std::to_string(group.blockers.size())}});
  {
    const auto line = html.in("p");
    html.element("span", told_of(group.rank, !first.caller.empty()), {{"class", "severity"}});
    html.text(" ");
    write_place(html, scene, places.front());
    html.text(" ");
    html.element("code", reason);
  }
  {
    const auto line = html.in("p");
    write_prose(html, first.detail);
  }
  write_hint(html, first.hint);
  write_likewise(html, scene, places, "likewise:" + place);
}

void write_blockers(Markup& html, const Scene& scene, const gate::Answer& answer) {
  const std::vector<BlockerGroup> groups = blockers_by_remedy(scene.snapshot, answer);
  if (groups.empty()) {
    return;
  }
  const std::size_t closing = answer.evidence.blockers.size();
  const std::size_t missing = answer.evidence.missing.size();
  std::string count = closing == 0 ? "" : count_of(closing, "blocker", "blockers");
  count += closing == 0 || missing == 0 ? "" : ", ";
  count += missing == 0 ? "" : count_of(missing, "thing", "things") + " not known";
  html.element("h4", count + ", the worst first");
  const auto list = html.in("ol", {{"class", "blockers"}});
  std::set<std::string> given;
  for (std::size_t i = 0; i < std::min(groups.size(), most_groups); ++i) {
    html.verbatim("\n");
    write_group(html, scene, group_id(answer.gate, *groups[i].blockers.front(), given), groups[i]);
  }
  if (groups.size() > most_groups) {
    html.element("li", "and " + std::to_string(groups.size() - most_groups) + " more kinds");
  }
}

void write_acceptance(Markup& html, const Scene& scene, const gate::Blocker& blocker,
                      const fleet::GateRules& rules) {
  const auto item = html.in("li", {{"class", "blocker accepted"}});
  {
    const auto line = html.in("p");
    write_place(html, scene,
                {.first = &blocker,
                 .addresses = blocker.address.empty() ? std::vector<std::string>()
                                                      : std::vector{blocker.address}});
    html.text(" ");
    html.element("code", name_of(blocker.reason));
  }
  {
    const auto line = html.in("p");
    write_prose(html, blocker.detail);
  }
  const auto acceptance = std::ranges::find_if(rules.accept, [&](const fleet::Acceptance& each) {
    return each.target == blocker.target && each.caller == blocker.caller &&
           each.reason == name_of(blocker.reason);
  });
  if (acceptance != rules.accept.end()) {
    write_hint(html, "before " + to_rfc3339(acceptance->until) + ": " + acceptance->why);
  }
}

void write_accepted(Markup& html, const Scene& scene, const gate::Answer& answer,
                    const fleet::GateRules& rules) {
  const std::vector<gate::Blocker>& accepted = answer.evidence.accepted;
  if (accepted.empty()) {
    return;
  }
  html.element("h4", "Accepted until a date");
  const auto list = html.in("ul", {{"class", "blockers"}});
  for (std::size_t i = 0; i < std::min(accepted.size(), most_places); ++i) {
    write_acceptance(html, scene, accepted[i], rules);
  }
  if (accepted.size() > most_places) {
    html.element("li", "and " + std::to_string(accepted.size() - most_places) + " more");
  }
}

std::string scope_text(const gate::Answer& answer) {
  return answer.targets == 0 ? ""
                             : ", judging " + count_of(answer.targets, "target", "targets") +
                                   " at " + count_of(answer.addresses, "address", "addresses");
}

/// `3 clean rounds and 10m without a blocker`
std::string patience_text(const fleet::GateRules& rules) {
  const std::string rounds = count_of(rules.rounds, "clean round", "clean rounds");
  return rules.minimum_time == Duration::zero()
             ? rounds
             : rounds + " and " + to_text(rules.minimum_time) + " without a blocker";
}

std::string_view step_text(fleet::Step step) {
  return step == fleet::Step::strict ? "from PERMISSIVE to STRICT" : "from `want` to `need`";
}

}  // namespace

void write_gate(Markup& html, const Scene& scene, const gate::Answer& answer,
                const fleet::GateRules& rules) {
  const std::string status(name_of(answer.status));
  const auto card = html.in("article", {{"class", "gate is-" + status},
                                        {"id", "gate-" + percent_encoded(answer.gate)},
                                        {"data-gate", answer.gate},
                                        {"data-status", status}});
  {
    const auto heading = html.in("h3");
    html.element("bdi", answer.gate);
    html.text(" ");
    write_status(html, answer.status);
  }
  {
    const auto line = html.in("p", {{"class", "faint"}});
    html.text("since ");
    write_time(html, answer.since, scene.now.civil);
    write_prose(html, scope_text(answer) + ". The step " + std::string(step_text(answer.step)) +
                          " is safe after " + patience_text(rules) + ".");
  }
  if (answer.waiting) {
    html.element("p", "Waiting: " + *answer.waiting + ".", {{"class", "waiting"}});
  }
  write_blockers(html, scene, answer);
  write_accepted(html, scene, answer, rules);
}

void write_gates(Markup& html, const Scene& scene) {
  const Section section(html, "gates", "Gates");
  if (!scene.snapshot.first_round_done) {
    html.element("p", "The first round is not done: some addresses have not been looked at yet.",
                 {{"class", "note"}});
  }
  for (std::size_t i = 0; i < scene.answers.size(); ++i) {
    html.verbatim("\n");
    write_gate(html, scene, scene.answers[i], scene.snapshot.gates[i].rules);
  }
  html.element("p",
               "Every handshake here is fresh; sessions resumed from before a flip can hide a "
               "failure: restart clients, then believe.",
               {{"class", "note"}});
}

}  // namespace telltale::render
