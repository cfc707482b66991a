#include "telltale/render/targets.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "render/paper.hpp"
#include "render/target_facts.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

namespace json = boost::json;

constexpr std::size_t page_width = 100;
constexpr std::size_t indent = 2;
constexpr std::size_t column = 15;

std::string with_note(std::string text, const std::string& source, const std::string& note) {
  if (!source.empty()) {
    text += (text.empty() ? "(" : " (") + source + ')';
  }
  if (!note.empty()) {
    text += (text.empty() ? "" : "; ") + note;
  }
  return to_one_line(text);
}

std::string call_text(const CallFact& call) {
  std::string text = call.callee;
  if (!call.path.empty()) {
    text += ' ' + call.path;
  }
  text += ", presents " + call.presents;
  if (!call.trust.empty()) {
    text += ", trusts " + call.trust;
  }
  if (call.skips_verification) {
    text += ", accepts whoever answers";
  }
  return with_note(std::move(text), call.source, call.note);
}

void write_calls(Paper& paper, const std::vector<CallFact>& calls) {
  for (const CallFact& call : calls) {
    const bool is_first = &call == &calls.front();
    paper.write_labelled(is_first ? "calls" : "", indent, call_text(call), column);
  }
}

void write_target(Paper& paper, const fleet::Fleet& fleet, const std::vector<fleet::Edge>& edges,
                  const fleet::Target& target) {
  paper.write(to_one_line(target.name), Style::bold);
  paper.end_line();
  for (const TargetFact& fact : facts_of(fleet, target)) {
    paper.write_labelled(fact.name, indent, with_note(fact.value, fact.source, fact.note), column);
  }
  write_calls(paper, calls_of(fleet, edges, target.name));
}

void write_left_out(Paper& paper, const fleet::Fleet& fleet) {
  if (fleet.left_out.empty()) {
    return;
  }
  paper.end_line();
  paper.write("Left out", Style::bold);
  paper.end_line();
  for (const fleet::LeftOut& each : fleet.left_out) {
    paper.write_wrapped(with_note(each.name + ": " + each.why, each.source, {}), indent);
  }
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(to_valid_utf8(text));
}

json::array calls_json(const std::vector<CallFact>& calls) {
  json::array array;
  for (const CallFact& call : calls) {
    array.push_back(json::object{{"target", to_valid_utf8(call.callee)},
                                 {"path", text_or_null(call.path)},
                                 {"presents", call.presents},
                                 {"trust", text_or_null(call.trust)},
                                 {"skips_verification", call.skips_verification},
                                 {"source", text_or_null(call.source)},
                                 {"note", text_or_null(call.note)}});
  }
  return array;
}

json::object target_json(const fleet::Fleet& fleet, const std::vector<fleet::Edge>& edges,
                         const fleet::Target& target) {
  json::array facts;
  for (const TargetFact& fact : facts_of(fleet, target)) {
    facts.push_back(json::object{{"name", fact.name},
                                 {"value", text_or_null(fact.value)},
                                 {"source", text_or_null(fact.source)},
                                 {"note", text_or_null(fact.note)}});
  }
  return {{"name", to_valid_utf8(target.name)},
          {"url", to_valid_utf8(target.url.text)},
          {"facts", std::move(facts)},
          {"calls", calls_json(calls_of(fleet, edges, target.name))}};
}

}  // namespace

std::string targets_text(const fleet::Fleet& fleet, bool color) {
  Paper paper(page_width, color);
  const std::vector<fleet::Edge> edges = edges_of(fleet);
  for (const fleet::Target& target : fleet.targets) {
    if (&target != &fleet.targets.front()) {
      paper.end_line();
    }
    write_target(paper, fleet, edges, target);
  }
  for (const fleet::Caller& caller : fleet.callers) {
    paper.end_line();
    paper.write(to_one_line(caller.name), Style::bold);
    paper.write(" (calls targets, and is none)");
    paper.end_line();
    write_calls(paper, calls_of(fleet, edges, caller.name));
  }
  write_left_out(paper, fleet);
  return std::move(paper).take();
}

std::string targets_json(const fleet::Fleet& fleet) {
  const std::vector<fleet::Edge> edges = edges_of(fleet);
  json::array targets;
  for (const fleet::Target& target : fleet.targets) {
    targets.push_back(target_json(fleet, edges, target));
  }
  json::array callers;
  for (const fleet::Caller& caller : fleet.callers) {
    callers.push_back(json::object{{"name", to_valid_utf8(caller.name)},
                                   {"source", text_or_null(caller.source)},
                                   {"calls", calls_json(calls_of(fleet, edges, caller.name))}});
  }
  json::array left_out;
  for (const fleet::LeftOut& each : fleet.left_out) {
    left_out.push_back(json::object{{"name", to_valid_utf8(each.name)},
                                    {"why", to_valid_utf8(each.why)},
                                    {"source", text_or_null(each.source)}});
  }
  return json::serialize(json::object{{"targets", std::move(targets)},
                                      {"callers", std::move(callers)},
                                      {"left_out", std::move(left_out)}}) +
         '\n';
}

}  // namespace telltale::render
