#pragma once
// The parts of the pages, each in a file of its own.

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telltale/gate/rollout.hpp"
#include "telltale/gate/snapshot.hpp"

#include "render/markup.hpp"

namespace telltale::render {

/// What every part of a page is written from. Borrows all of it.
struct Scene {
  const gate::Snapshot& snapshot;
  std::span<const gate::Answer> answers;  ///< of all gates at `now`, in the snapshot's order
  Now now;
  std::string_view up;                 ///< from the page to the root of the site: empty, or `../`
  std::set<std::string_view> targets;  ///< the names of all: those that have a page
};

/// What the page that lies `up` below the root is written from; all is borrowed.
[[nodiscard]] Scene scene_of(const gate::Snapshot& snapshot, std::span<const gate::Answer> answers,
                             Now now, std::string_view up);

// The frame.

/// What a page is headed by.
struct PageHead {
  std::string heading;
  std::string title;                       ///< without the status and the program's name
  std::optional<gate::Status> status;      ///< nothing: no gate judges what it shows
  std::vector<std::string_view> sections;  ///< ids of those that the head leads to
};

/// The ids of those sections that a page has.
[[nodiscard]] std::vector<std::string_view> those_there(
    std::initializer_list<std::pair<std::string_view, bool>> sections);

/// Writes a whole page around what `write_main` writes.
[[nodiscard]] std::string whole_page(const Scene& scene, const PageHead& head,
                                     const std::function<void(Markup&)>& write_main);

/// A section with a heading of its own, open as long as this lives.
class Section {
 public:
  Section(Markup& html, std::string_view id, std::string_view heading);

 private:
  Markup::Element element_;
};

/// Opens a box that scrolls by itself where it is too wide; `label` names it for screen readers.
[[nodiscard]] Markup::Element begin_scroll_box(Markup& html, std::string_view label);

/// Writes the head of a table.
void write_headings(Markup& html, std::initializer_list<std::string_view> headings);

/// Writes a term of a list and what it is, the two kept together; nothing for an empty value.
void write_fact(Markup& html, std::string_view name, std::string_view value,
                std::string_view css_class = {});

/// Writes a time with its distance from `now`: `2027-01-31T00:00:00Z (in 41d)`.
void write_time(Markup& html, CivilTime time, CivilTime now);

/// Writes a sentence, what stands in backticks as code. It cannot turn the text around it.
void write_prose(Markup& html, std::string_view sentence);

/// Writes what to do; nothing for an empty hint.
void write_hint(Markup& html, std::string_view hint);

/// Writes a status as a word in a colour.
void write_status(Markup& html, gate::Status status);

/// Writes a verdict as a sign and a word in a colour.
void write_verdict(Markup& html, assess::Verdict verdict);

/// Writes a name, as a link to its page if it is a target's. It cannot turn the text around it.
void write_name(Markup& html, const Scene& scene, std::string_view name);

/// Writes `orca to clouddriver`.
void write_call(Markup& html, const Scene& scene, std::string_view caller, std::string_view callee);

/// Writes findings as a list, the worst first, each with its hint; nothing for none.
void write_findings(Markup& html, const std::vector<assess::Finding>& findings);

// The sections.

/// Writes each gate: its status, what it waits for, what is in its way.
void write_gates(Markup& html, const Scene& scene);

/// Writes one gate, or one target's part of it.
void write_gate(Markup& html, const Scene& scene, const gate::Answer& answer,
                const fleet::GateRules& rules);

/// Writes who calls whom, as a matrix unless that is too wide, and the story of each call; nothing
/// where nobody calls.
void write_calls(Markup& html, const Scene& scene);

/// Writes the stories of some calls, those that do not survive first.
void write_call_stories(Markup& html, const Scene& scene,
                        const std::vector<gate::EdgeEntryPtr>& edges);

/// Writes where each service stands, in the order in which they are best flipped; nothing where
/// none is to be flipped.
void write_rollout(Markup& html, const Scene& scene, const gate::Rollout& rollout);

/// Writes the targets: those with something to tell whole, of a large fleet the others in a line.
void write_targets(Markup& html, const Scene& scene);

/// How much is told of an address.
enum class Depth {
  overview,  ///< what is long is folded
  whole,
};

/// Writes one address of a target: mode, certificates, what each presentation met, the last looks.
void write_address(Markup& html, const Scene& scene, const fleet::Target& target,
                   const gate::AddressEntry& at, Depth depth);

/// Writes the chain, the lists of authorities and what each presentation met, folded or not.
void write_handshakes(Markup& html, const Scene& scene, const fleet::Target& target,
                      const assess::AddressAssessment& look, Depth depth);

/// Writes the last looks as a strip over time, the oldest left; nothing for none.
void write_strip(Markup& html, const gate::Glances& glances);

/// Writes the newest events that `concerns` wants told, the newest first.
void write_events(Markup& html, const Scene& scene,
                  const std::function<bool(const gate::Event&)>& concerns);

/// Writes our own credentials: the identities, the trust, and the passwords that targets ask for,
/// with what is the matter with each.
void write_credentials(Markup& html, const Scene& scene);

/// Writes how long the phases of looks took.
void write_timing(Markup& html, const gate::Snapshot& snapshot);

}  // namespace telltale::render
