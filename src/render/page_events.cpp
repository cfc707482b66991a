// The pages' part about what has changed.

#include <algorithm>
#include <iterator>

#include "render/edge_text.hpp"
#include "render/page_parts.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

constexpr std::size_t most_events = 20;

void write_event(Markup& html, const Scene& scene, const gate::Event& event) {
  const auto row = html.in("tr");
  {
    const auto cell = html.in("td", {{"class", "fixed"}});
    write_time(html, event.at, scene.now.civil);
  }
  {
    const auto subject = html.in("th", {{"scope", "row"}});
    if (event.kind == gate::EventKind::gate) {
      html.text(subject_of(event));
    } else {
      write_call(html, scene, event.caller, event.callee);
    }
  }
  html.element("td", event.from.empty() ? "-" : event.from);
  html.element("td", event.to);
  html.element("td", event.reason ? name_of(*event.reason) : "-", {{"class", "code"}});
  const auto why = html.in("td", {{"class", "wide"}});
  write_prose(html, event.detail);
}

}  // namespace

void write_events(Markup& html, const Scene& scene,
                  const std::function<bool(const gate::Event&)>& concerns) {
  const std::vector<gate::Event>& all = *scene.snapshot.events;
  std::vector<const gate::Event*> shown;
  for (auto event = all.rbegin(); event != all.rend() && shown.size() < most_events; ++event) {
    if (concerns(*event)) {
      shown.push_back(&*event);
    }
  }
  const Section section(html, "events", "Events");
  if (shown.empty()) {
    html.element("p", "Nothing has changed yet.", {{"class", "faint"}});
    return;
  }
  {
    const auto line = html.in("p", {{"class", "faint"}});
    html.text("What has changed, the newest first; all that is kept is in ");
    html.element("a", "JSON", {{"href", std::string(scene.up) + "api/v1/events"}});
    html.text(".");
  }
  const auto frame = begin_scroll_box(html, "The newest events");
  const auto table = html.in("table");
  write_headings(html, {"When", "What", "From", "To", "Reason", "Why"});
  const auto body = html.in("tbody", {{"class", "rows"}});
  for (const gate::Event* event : shown) {
    write_event(html, scene, *event);
  }
}

}  // namespace telltale::render
