// The page's part about how long looks take.

#include <algorithm>
#include <chrono>

#include "render/page_parts.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

/// The upper bound of the bucket in which the given share of the durations is reached.
std::string bound_of_share(const gate::Histogram& histogram, double share) {
  const double wanted = share * static_cast<double>(histogram.count());
  double reached = 0;
  for (std::size_t i = 0; i < gate::Histogram::bounds.size(); ++i) {
    reached += static_cast<double>(histogram.counts[i]);
    if (reached >= wanted) {
      const auto bound = std::chrono::duration<double>(gate::Histogram::bounds[i]);
      const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(bound);
      return "within " + to_text(milliseconds);
    }
  }
  return "longer than " + to_text(std::chrono::duration_cast<Duration>(
                              std::chrono::duration<double>(gate::Histogram::bounds.back())));
}

}  // namespace

void write_timing(Markup& html, const gate::Snapshot& snapshot) {
  const Section section(html, "timing", "Timing");
  const auto frame = begin_scroll_box(html, "How long the phases of looks took");
  const auto table = html.in("table");
  write_headings(html, {"Phase", "Times", "Half of them", "95 % of them"});
  const auto body = html.in("tbody", {{"class", "rows"}});
  for (const probe::Phase phase : enumerators<probe::Phase>()) {
    const gate::Histogram& histogram = snapshot.phase_durations[static_cast<std::size_t>(phase)];
    const bool is_empty = histogram.count() == 0;
    std::string name(name_of(phase));
    std::replace(name.begin(), name.end(), '_', ' ');
    const auto row = html.in("tr");
    html.element("th", name, {{"scope", "row"}});
    html.element("td", std::to_string(histogram.count()));
    html.element("td", is_empty ? "-" : bound_of_share(histogram, 0.5));
    html.element("td", is_empty ? "-" : bound_of_share(histogram, 0.95));
  }
}

}  // namespace telltale::render
