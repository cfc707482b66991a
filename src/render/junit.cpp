#include <vector>

#include "telltale/render/render.hpp"

#include "render/credentials.hpp"
#include "render/edge_text.hpp"
#include "render/gate_text.hpp"
#include "render/markup.hpp"

namespace telltale::render {

namespace {

/// What is wrong with one test case. GitLab and Jenkins tell "failed" from "could not be run".
enum class Outcome { passed, failed, errored };

struct Case {
  std::string name;
  Outcome outcome = Outcome::passed;
  std::string type;     ///< a reason, for outcomes other than passed
  std::string message;  ///< one line
  std::string text;     ///< the whole story, also of a case that passed with warnings
};

struct Suite {
  std::string name;
  std::vector<Case> cases;

  [[nodiscard]] std::size_t count(Outcome outcome) const {
    std::size_t count = 0;
    for (const Case& each : cases) {
      count += each.outcome == outcome ? 1U : 0U;
    }
    return count;
  }
};

void append_story(std::string& text, std::string_view where, assess::Reason reason,
                  std::string_view detail, std::string_view hint) {
  text.append(where).append(" ").append(name_of(reason)).append(": ").append(detail).append("\n");
  if (!hint.empty()) {
    text.append("  hint: ").append(hint).append("\n");
  }
}

Case case_of(std::string name, const std::vector<assess::Finding>& findings) {
  Case made;
  made.name = std::move(name);
  for (const assess::Finding& finding : findings) {
    append_story(made.text, name_of(finding.severity), finding.reason, finding.detail,
                 finding.hint);
    if (finding.severity == assess::Severity::error && made.outcome == Outcome::passed) {
      made.outcome = Outcome::failed;
      made.type = name_of(finding.reason);
      made.message = finding.detail;
    }
  }
  return made;
}

Case case_of(const gate::AddressEntry& entry) {
  if (entry.assessment != nullptr) {
    return case_of(fleet::to_text(entry.address), entry.assessment->findings);
  }
  return {.name = fleet::to_text(entry.address),
          .outcome = Outcome::errored,
          .type = std::string(name_of(assess::Reason::unknown)),
          .message = "this address has not been looked at",
          .text = {}};
}

Suite suite_of(const gate::TargetEntry& entry) {
  Suite suite{.name = entry.target.name, .cases = {}};
  for (const gate::AddressEntry& address : entry.addresses) {
    suite.cases.push_back(case_of(address));
  }
  suite.cases.push_back(case_of("all addresses", entry.assessment.findings));
  return suite;
}

/// It fails if it breaks or is broken; what cannot be told could not be run.
Case case_of(const gate::EdgeEntry& entry) {
  const fleet::Edge& edge = entry.edge;
  Case made;
  made.name = edge.caller + " to " + edge.callee + (edge.path.empty() ? "" : " " + edge.path);
  for (const EdgeStory& story : stories_of(entry)) {
    const std::string addresses = addresses_text(story.addresses);
    append_story(
        made.text,
        std::string(name_of(story.row->verdict)) + (addresses.empty() ? "" : " at " + addresses),
        story.row->reason, story.row->detail, story.row->hint);
  }
  const assess::EdgeAssessment* worst = gate::worst_row(entry);
  if (worst == nullptr || worst->verdict == assess::Verdict::survives) {
    return made;
  }
  made.outcome = worst->verdict == assess::Verdict::unknown ? Outcome::errored : Outcome::failed;
  made.type = name_of(worst->reason);
  made.message = worst->detail;
  return made;
}

Suite edge_suite(const gate::Snapshot& snapshot) {
  Suite suite{.name = "calls", .cases = {}};
  for (const gate::EdgeEntryPtr& entry : snapshot.edges) {
    suite.cases.push_back(case_of(*entry));
  }
  return suite;
}

/// No case of this suite fails: what is wrong with our own credentials is never an error, and
/// blocks no gate.
Suite credential_suite(const gate::CredentialEntries& credentials) {
  Suite suite{.name = "credentials", .cases = {}};
  for_each_credential(credentials, [&](std::string name, const auto& entry) {
    suite.cases.push_back(case_of(std::move(name), entry.findings));
  });
  return suite;
}

Case case_of(const gate::Answer& answer) {
  Case made;
  made.name = answer.gate;
  for (const gate::Blocker* blocker : what_blocks(answer)) {
    append_story(made.text, place_of(*blocker), blocker->reason, blocker->detail, blocker->hint);
  }
  for (const gate::Blocker& blocker : answer.evidence.accepted) {
    append_story(made.text, "accepted: " + place_of(blocker), blocker.reason, blocker.detail, {});
  }
  if (answer.ready()) {
    return made;
  }
  made.outcome = answer.status == gate::Status::closed ? Outcome::failed : Outcome::errored;
  made.type = name_of(answer.status);
  made.message = gate_line(answer);
  return made;
}

Suite gate_suite(const gate::Snapshot& snapshot, Now now) {
  Suite suite{.name = "gates", .cases = {}};
  for (const gate::Answer& answer : answers_of(snapshot, now)) {
    suite.cases.push_back(case_of(answer));
  }
  return suite;
}

void write(Markup& xml, const Suite& suite, const Case& each) {
  const auto element =
      xml.in("testcase", {{"classname", "telltale." + suite.name}, {"name", each.name}});
  if (each.outcome != Outcome::passed) {
    xml.element(each.outcome == Outcome::failed ? "failure" : "error", each.text,
                {{"type", each.type}, {"message", each.message}});
    return;
  }
  if (!each.text.empty()) {
    xml.element("system-out", each.text);
  }
}

void write(Markup& xml, const Suite& suite, std::string_view timestamp) {
  const auto element =
      xml.in("testsuite", {{"name", suite.name},
                           {"tests", std::to_string(suite.cases.size())},
                           {"failures", std::to_string(suite.count(Outcome::failed))},
                           {"errors", std::to_string(suite.count(Outcome::errored))},
                           {"timestamp", timestamp}});
  for (const Case& each : suite.cases) {
    xml.verbatim("\n");
    write(xml, suite, each);
  }
}

}  // namespace

std::string junit(const gate::Snapshot& snapshot, Now now) {
  std::string timestamp = to_rfc3339(now.civil);
  timestamp.pop_back();  // JUnit's schema wants ISO 8601 without a zone

  Markup xml;
  xml.verbatim("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  {
    const auto suites = xml.in("testsuites", {{"name", "telltale"}});
    for (const gate::TargetEntryPtr& entry : snapshot.targets) {
      xml.verbatim("\n");
      write(xml, suite_of(*entry), timestamp);
    }
    if (!snapshot.edges.empty()) {
      xml.verbatim("\n");
      write(xml, edge_suite(snapshot), timestamp);
    }
    xml.verbatim("\n");
    write(xml, credential_suite(snapshot.credentials), timestamp);
    xml.verbatim("\n");
    write(xml, gate_suite(snapshot, now), timestamp);
  }
  xml.verbatim("\n");
  return std::move(xml).take();
}

}  // namespace telltale::render
