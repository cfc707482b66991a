// The page's part about the rollout.

#include <algorithm>

#include "render/page_parts.hpp"
#include "render/rollout_text.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

constexpr std::size_t most_services = 100;

void write_service(Markup& html, const Scene& scene, const gate::RolloutService& service) {
  const auto row = html.in("tr");
  html.element("td", std::to_string(service.position), {{"class", "number"}});
  {
    const auto heading = html.in("th", {{"scope", "row"}});
    write_name(html, scene, service.name);
  }
  html.element("td", name_of(service.stage));
  html.element("td", service.declared ? name_of(*service.declared) : "-");
  html.element("td", next_text(service));
  html.element("td", may_go_text(service), {{"class", service.may_go ? "may-go good" : ""}});
  html.element("td", why_text(service));
  html.element("td", count_of(service.callers.size(), "caller", "callers"), {{"class", "fixed"}});
  const auto note = html.in("td", {{"class", "hint"}});
  write_prose(html, service.note);
}

}  // namespace

void write_rollout(Markup& html, const Scene& scene, const gate::Rollout& rollout) {
  if (rollout.services.empty()) {
    return;
  }
  const Section section(html, "rollout", "Rollout");
  {
    const auto line = html.in("p", {{"class", "may-go"}});
    write_prose(html, rollout.summary);
  }
  html.element("p", "Leaves first: who calls no other comes before those that call it.",
               {{"class", "faint"}});
  {
    const auto frame = begin_scroll_box(html, "Services in the order of their flip");
    const auto table = html.in("table");
    write_headings(html, {"#", "Service", "Stage", "Declared", "Next", "May go", "Why", "Called by",
                          "Declared and seen"});
    const auto body = html.in("tbody", {{"class", "rows"}});
    for (std::size_t i = 0; i < std::min(most_services, rollout.services.size()); ++i) {
      write_service(html, scene, rollout.services[i]);
    }
  }
  if (rollout.services.size() > most_services) {
    const auto line = html.in("p");
    html.text("And " + std::to_string(rollout.services.size() - most_services) + " more, in ");
    html.element("a", "JSON", {{"href", std::string(scene.up) + "api/v1/rollout"}});
    html.text(".");
  }
}

}  // namespace telltale::render
