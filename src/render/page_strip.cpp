// The last looks at an address as a strip over time.

#include <algorithm>

#include "telltale/assess/reason.hpp"

#include "render/page_parts.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

/// How a look is shown: never by its colour alone.
struct GlanceLook {
  std::string_view css_class;
  std::string_view sign;
};

GlanceLook look_of(const gate::Glance& glance) {
  if (!glance.succeeded) {
    return {"bad", "\xE2\x9C\x95"};  // multiplication x
  }
  if (!glance.reason) {
    return {"good", "\xE2\x9C\x93"};  // check mark
  }
  const bool is_error = assess::row_of(*glance.reason).severity == assess::Severity::error;
  return is_error ? GlanceLook{"bad", "!"} : GlanceLook{"doubt", "!"};
}

std::string text_of(const gate::Glance& glance) {
  std::string text = to_rfc3339(glance.at);
  text.append(glance.succeeded ? " succeeded, " : " failed, ").append(name_of(glance.mode));
  return glance.reason ? text.append(", ").append(name_of(*glance.reason)) : text;
}

/// `The last 30 looks, the oldest first: 28 succeeded, 2 failed; the last that failed: …`
std::string summary_of(const gate::Glances& glances) {
  const auto failed = std::ranges::count(glances, false, &gate::Glance::succeeded);
  const auto count = static_cast<std::size_t>(failed);
  std::string text = "The last " + count_of(glances.size(), "look", "looks") +
                     ", the oldest first: " + std::to_string(glances.size() - count) + " succeeded";
  if (count == 0) {
    return text;
  }
  const auto last = std::find_if(glances.rbegin(), glances.rend(),
                                 [](const gate::Glance& each) { return !each.succeeded; });
  return text + ", " + std::to_string(count) + " failed, the last at " + text_of(*last);
}

}  // namespace

void write_strip(Markup& html, const gate::Glances& glances) {
  if (glances.empty()) {
    return;
  }
  const auto strip =
      html.in("div", {{"class", "strip"}, {"role", "img"}, {"aria-label", summary_of(glances)}});
  for (const gate::Glance& glance : glances) {
    const GlanceLook look = look_of(glance);
    html.element("span", look.sign, {{"class", look.css_class}, {"title", text_of(glance)}});
  }
}

}  // namespace telltale::render
