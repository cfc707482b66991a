#pragma once
// Calls in fleets that tests play with: what becomes of them is the test's to say.

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "unit/gate/builders.hpp"

namespace telltale::gate::build {

using assess::EdgeAssessment;
using assess::Verdict;

/// A row as a prediction would make it, at 10.0.0.1, of the best evidence.
inline EdgeAssessment row(Verdict verdict, Reason reason, fleet::Endpoint address = endpoint(1)) {
  EdgeAssessment made;
  made.address = std::move(address);
  made.evidence = fleet::Evidence::keystore;
  made.presents = verdict == Verdict::survives;
  made.verdict = verdict;
  made.reason = reason;
  made.detail = "It is so.";
  made.hint = "Mend it.";
  return made;
}

inline EdgeAssessment surviving(fleet::Endpoint address = endpoint(1)) {
  return row(Verdict::survives, Reason::caller_accepted, std::move(address));
}

/// `caller` calls `callee` with an identity of its own.
inline fleet::Edge edge(const std::string& caller, const std::string& callee) {
  fleet::Edge made;
  made.caller = caller;
  made.callee = callee;
  made.identity = caller;
  return made;
}

inline fleet::Edge observed_edge(const std::string& caller, const std::string& callee) {
  fleet::Edge made = edge(caller, callee);
  made.identity.reset();
  made.is_observed = true;
  return made;
}

inline EdgeEntryPtr entry_of(fleet::Edge of, std::vector<EdgeAssessment> rows) {
  EdgeEntry entry{.edge = std::move(of), .rows = std::move(rows)};
  entry.verdict = worst_row(entry)->verdict;
  return std::make_shared<const EdgeEntry>(std::move(entry));
}

/// What a board is told of each call, by caller; those that are not named survive.
using Script = std::map<std::string, EdgeAssessment>;

/// A prediction that says what the script says, at whatever address, and counts how often it was
/// asked.
struct Oracle {
  std::shared_ptr<Script> script = std::make_shared<Script>();
  std::shared_ptr<unsigned> asked = std::make_shared<unsigned>(0);

  EdgeAssessment operator()(const fleet::Edge& of, const fleet::Target& /*callee*/,
                            const assess::AddressAssessment& at,
                            std::span<const assess::Holding> /*holdings*/,
                            CivilTime /*now*/) const {
    ++*asked;
    const auto found = script->find(of.caller);
    EdgeAssessment made = found == script->end() ? surviving() : found->second;
    made.address = at.address;
    return made;
  }
};

/// `caller` calls `callee`, and is no target.
inline void add_caller(fleet::Fleet& fleet, const std::string& caller, const std::string& callee) {
  fleet::Caller made;
  made.name = caller;
  made.runtime = fleet::Runtime::java;
  made.identity = caller;
  made.calls = {{.target = callee}};
  fleet.callers.push_back(made);
}

/// `orca survives`, `orca breaks issuer_not_advertised`: an event without where it came from.
inline std::string told(const Event& event) {
  std::string text = event.kind == EventKind::gate ? "gate " + event.gate : event.caller;
  text += " " + (event.from.empty() ? "" : event.from) + ">" + event.to;
  return event.reason ? text + " " + std::string(name_of(*event.reason)) : text;
}

inline std::string told(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) {
    text.append(text.empty() ? "" : ", ").append(told(event));
  }
  return text;
}

}  // namespace telltale::gate::build
