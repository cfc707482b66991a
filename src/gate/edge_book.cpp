#include "telltale/gate/edge_book.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

namespace telltale::gate {

namespace {

using assess::EdgeAssessment;
using assess::Reason;
using assess::Verdict;

std::vector<assess::AddressAssessmentPtr> looks_at(const TargetEntry& entry) {
  std::vector<assess::AddressAssessmentPtr> looks;
  for (const AddressEntry& address : entry.addresses) {
    if (address.assessment) {
      looks.push_back(address.assessment);
    }
  }
  return looks;
}

/// `caller` is null unless its endpoint shows what it holds. An identity of which nothing is known
/// is no identity that holds nothing.
std::vector<assess::Holding> holdings_of(const fleet::Edge& edge, const TargetEntry* caller,
                                         const assess::CredentialFacts& credentials) {
  if (edge.is_observed) {
    return caller == nullptr ? std::vector<assess::Holding>()
                             : assess::observed_holdings(edge, looks_at(*caller));
  }
  if (!edge.identity) {
    return {assess::holding_of(edge, nullptr)};
  }
  const auto found =
      std::ranges::find(credentials.identities, *edge.identity, &assess::IdentityFacts::name);
  if (found == credentials.identities.end()) {
    return {};
  }
  return {assess::holding_of(edge, &*found)};
}

EdgeAssessment row_without_address(const fleet::Edge& edge) {
  EdgeAssessment row;
  row.detail = edge.callee + " has no address that was looked at: it cannot be told whether " +
               edge.caller + " gets in.";
  row.hint = assess::row_of(Reason::unknown).hint;
  return row;
}

/// Why the file that `what` was read from does not say any more what the caller has; empty: it
/// does.
template <class Facts>
std::string why_outlived(const std::vector<Facts>& all, const std::string& name,
                         const std::string& what) {
  const auto found = std::ranges::find(all, name, &Facts::name);
  return found == all.end() || found->unreadable.empty()
             ? std::string()
             : what + " " + name + " cannot be read anew: " + found->unreadable;
}

/// Whoever starts anew takes what lies there now, and nobody can read that.
std::string why_outlived(const fleet::Edge& edge, const assess::CredentialFacts& credentials) {
  std::string why;
  if (edge.identity) {
    why = why_outlived(credentials.identities, *edge.identity, "its identity");
  }
  if (why.empty() && edge.trust) {
    why = why_outlived(credentials.caller_trusts, fleet::trust_name(edge.trust), "its trust");
  }
  return why;
}

std::string doubtful_detail(const fleet::Edge& edge, const std::string& why) {
  return "By what it held so far " + edge.caller + " would survive, but " + why +
         (why.ends_with('.') ? "" : ".");
}

/// What was rehearsed with a certificate that its file does not hold any more.
void doubt_strict(EdgeAssessment& row, const fleet::Edge& edge, const std::string& why) {
  if (!row.strict || !row.strict->rehearsed || row.strict->verdict != Verdict::survives) {
    return;
  }
  row.strict->verdict = Verdict::unknown;
  row.strict->reason = Reason::caller_unknown;
  row.strict->detail = doubtful_detail(edge, why);
  row.strict->hint = assess::row_of(Reason::identity_unreadable).hint;
}

void doubt(EdgeAssessment& row, const fleet::Edge& edge, const std::string& why) {
  if (row.verdict != Verdict::survives) {
    return;
  }
  row.verdict = Verdict::unknown;
  row.reason = Reason::caller_unknown;
  row.detail = doubtful_detail(edge, why);
  row.hint = assess::row_of(Reason::identity_unreadable).hint;
}

bool is_outdated(const TargetEntryPtr& entry) {
  return entry && std::ranges::any_of(entry->addresses, &AddressEntry::is_outdated);
}

void note_reasons(EdgeEntry& entry) {
  for (const EdgeAssessment& row : entry.rows) {
    if (row.verdict != Verdict::breaks && row.verdict != Verdict::broken) {
      continue;
    }
    const auto place = std::ranges::lower_bound(entry.reasons_seen, row.reason);
    if (place == entry.reasons_seen.end() || *place != row.reason) {
      entry.reasons_seen.insert(place, row.reason);
    }
  }
}

}  // namespace

const EdgeAssessment* worst_row(const EdgeEntry& entry) {
  const auto is_better = [](const EdgeAssessment& row, const EdgeAssessment& other) {
    return std::tuple(row.verdict, other.reason) < std::tuple(other.verdict, row.reason);
  };
  const auto worst = std::ranges::max_element(entry.rows, is_better);
  return worst == entry.rows.end() ? nullptr : &*worst;
}

bool is_unchanged(const fleet::Edge& before, const fleet::Edge& after) {
  fleet::Edge moved = before;
  moved.source = after.source;
  return moved == after;
}

EdgeBook::Newcomers EdgeBook::take(const fleet::Fleet& fleet,
                                   const std::vector<fleet::Edge>& edges) {
  std::map<std::string_view, std::size_t> places;
  for (const fleet::Target& target : fleet.targets) {
    places.emplace(target.name, places.size());
  }
  std::vector<Work> before = std::exchange(works_, {});
  using Names = std::pair<std::string_view, std::string_view>;  // caller, callee
  std::multimap<Names, Work*> known;
  for (Work& work : before) {
    known.emplace(Names(work.entry->edge.caller, work.entry->edge.callee), &work);
  }
  Newcomers newcomers;
  for (const fleet::Edge& edge : edges) {
    Work& work = works_.emplace_back();
    EdgeEntry entry{.edge = edge};
    const auto [first, last] = known.equal_range(Names(edge.caller, edge.callee));
    const auto same = std::find_if(first, last, [&](const auto& candidate) {
      return is_unchanged(candidate.second->entry->edge, edge);
    });
    if (same == last) {
      newcomers.insert(edge.callee);
    } else {
      entry = *same->second->entry;
      entry.edge.source = edge.source;
      work.told = same->second->told;
    }
    work.entry = std::make_shared<const EdgeEntry>(std::move(entry));
    work.callee_place = places.at(edge.callee);
    if (edge.is_observed) {
      work.caller_place = places.at(edge.caller);
    }
  }
  return newcomers;
}

void EdgeBook::forget_credentials() {
  for (Work& work : works_) {
    if (work.entry->edge.identity || work.entry->edge.trust) {
      work.callee = nullptr;
    }
  }
}

std::vector<EdgeEntryPtr> EdgeBook::share(std::span<const TargetEntryPtr> targets,
                                          const assess::CredentialFacts& credentials, CivilTime now,
                                          EventLog& events) {
  std::vector<EdgeEntryPtr> entries;
  entries.reserve(works_.size());
  for (Work& work : works_) {
    const TargetEntryPtr& callee = targets[work.callee_place];
    const TargetEntryPtr& caller = work.caller_place ? targets[*work.caller_place] : work.caller;
    if (work.callee != callee || work.caller != caller) {
      work.callee = callee;
      work.caller = caller;
      predict(work, credentials, now);
      note_change(work, now, events);
    }
    entries.push_back(work.entry);
  }
  return entries;
}

void EdgeBook::predict(Work& work, const assess::CredentialFacts& credentials,
                       CivilTime now) const {
  EdgeEntry entry{.edge = work.entry->edge};
  entry.reasons_seen = work.entry->reasons_seen;
  const std::vector<assess::Holding> holdings =
      holdings_of(entry.edge, work.caller.get(), credentials);
  for (const AddressEntry& address : work.callee->addresses) {
    if (address.assessment) {
      entry.rows.push_back(
          predict_(entry.edge, work.callee->target, *address.assessment, holdings, now));
    }
  }
  if (entry.rows.empty()) {
    entry.rows.push_back(row_without_address(entry.edge));
  }
  if (const std::string why = why_outlived(entry.edge, credentials); !why.empty()) {
    for (EdgeAssessment& row : entry.rows) {
      doubt(row, entry.edge, why);
      doubt_strict(row, entry.edge, why);
    }
  }
  entry.verdict = worst_row(entry)->verdict;
  note_reasons(entry);
  const bool is_news = entry.rows != work.entry->rows || entry.verdict != work.entry->verdict;
  if (is_news) {
    work.entry = std::make_shared<const EdgeEntry>(std::move(entry));
  }
}

/// What nobody knew from the start is no event, nor is doubt that ends with the next look.
void EdgeBook::note_change(Work& work, CivilTime now, EventLog& events) {
  const EdgeEntry& entry = *work.entry;
  if (entry.verdict == Verdict::unknown && (is_outdated(work.callee) || is_outdated(work.caller))) {
    return;
  }
  const EdgeAssessment& worst = *worst_row(entry);
  const bool is_news =
      work.told ? entry.verdict != work.told->verdict ||
                      (entry.verdict != Verdict::survives && worst.reason != work.told->reason)
                : entry.verdict != Verdict::unknown;
  if (!is_news) {
    return;
  }
  events.note({.at = now,
               .kind = EventKind::edge,
               .caller = entry.edge.caller,
               .callee = entry.edge.callee,
               .gate = {},
               .from = work.told ? std::string(name_of(work.told->verdict)) : "",
               .to = std::string(name_of(entry.verdict)),
               .reason = worst.reason,
               .detail = worst.detail});
  work.told = Told{.verdict = entry.verdict, .reason = worst.reason};
}

}  // namespace telltale::gate
