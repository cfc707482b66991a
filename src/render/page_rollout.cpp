// The page's part about the rollout.

#include "render/page_parts.hpp"
#include "render/rollout_text.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

void write_service(Markup& html, const gate::RolloutService& service) {
  const auto row = html.in("tr");
  html.element("td", std::to_string(service.position), {{"class", "number"}});
  {
    const auto heading = html.in("th", {{"scope", "row"}});
    html.element("a", service.name, {{"href", "#target-" + service.name}});
  }
  html.element("td", name_of(service.stage));
  html.element("td", service.declared ? name_of(*service.declared) : "-");
  html.element("td", next_text(service));
  html.element("td", may_go_text(service));
  html.element("td", why_text(service));
  html.element("td", count_of(service.callers.size(), "caller", "callers"), {{"class", "fixed"}});
  html.element("td", service.note, {{"class", "hint"}});
}

}  // namespace

void write_rollout(Markup& html, const gate::Rollout& rollout) {
  if (rollout.services.empty()) {
    return;
  }
  const auto section = html.in("section", {{"aria-labelledby", "rollout"}});
  html.element("h2", "Rollout", {{"id", "rollout"}});
  html.element("p", rollout.summary);
  html.element("p", "Leaves first: who calls no other comes before those that call it.",
               {{"class", "faint"}});
  const auto frame = html.in("div", {{"class", "scroll"}});
  const auto table = html.in("table");
  write_headings(html, {"#", "Service", "Stage", "Declared", "Next", "May go", "Why", "Called by",
                        "Declared and seen"});
  const auto body = html.in("tbody", {{"class", "rows"}});
  for (const gate::RolloutService& service : rollout.services) {
    write_service(html, service);
  }
}

}  // namespace telltale::render
