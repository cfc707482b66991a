// What all pages share: head, header and footer, and the small things that many parts write.

#include <algorithm>
#include <chrono>

#include "telltale/assess/reason.hpp"
#include "telltale/version.hpp"

#include "render/edge_text.hpp"
#include "render/facts_text.hpp"
#include "render/link.hpp"
#include "render/page_parts.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

/// In seconds, never 0.
std::string seconds_of(Duration span) {
  const auto whole = std::chrono::ceil<std::chrono::seconds>(span);
  return std::to_string(std::max<std::chrono::seconds>(whole, std::chrono::seconds(1)).count());
}

/// How often the page loads itself anew where no script does it. Not oftener than every 30 s: who
/// reads in an open <details> wants to finish the sentence.
std::string reload_period(const fleet::ProbeRules& rules) {
  return seconds_of(std::max<Duration>(rules.interval, std::chrono::seconds(30)));
}

std::string title_of(const PageHead& head) {
  std::string title = head.status ? std::string(name_of(*head.status)) + ": " : "";
  title += head.title.empty() ? "" : head.title + ", ";
  return title + "telltale";
}

void write_head(Markup& html, const Scene& scene, const PageHead& page) {
  const std::string assets = std::string(scene.up) + "assets/";
  const auto head = html.in("head");
  html.empty_element("meta", {{"charset", "utf-8"}});
  html.empty_element("meta",
                     {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.empty_element("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  html.element("title", title_of(page));
  {
    const auto without_script = html.in("noscript");
    html.empty_element(
        "meta", {{"http-equiv", "refresh"}, {"content", reload_period(scene.snapshot.probe)}});
  }
  html.empty_element("link",
                     {{"rel", "icon"}, {"type", "image/svg+xml"}, {"href", assets + "icon.svg"}});
  html.empty_element("link", {{"rel", "stylesheet"}, {"href", assets + "page.css"}});
  html.element("script", "", {{"src", assets + "page.js"}, {"defer", "defer"}});
}

void write_headline(Markup& html, const Scene& scene, const PageHead& page) {
  const auto line = html.in("div", {{"class", "headline"}});
  if (!scene.up.empty()) {
    const auto home = html.in("p", {{"class", "home"}});
    html.element("a", "telltale", {{"href", scene.up}});
  }
  html.element("h1", page.heading);
  if (page.status) {
    write_status(html, *page.status);
  }
  const auto stamp = html.in("p", {{"class", "stamp faint"}});
  const std::string time = to_rfc3339(scene.now.civil);
  html.text("as of ");
  html.element("time", time, {{"id", "as-of"}, {"datetime", time}});
  html.text(" ");
  // What the script has to say; the page leaves both to it.
  html.element("span", "", {{"id", "live"}, {"role", "status"}, {"data-keep", "live"}});
  html.element("span", "",
               {{"id", "news"}, {"role", "status"}, {"class", "unseen"}, {"data-keep", "news"}});
  const auto without_script = html.in("noscript");
  html.text("reloads every " + reload_period(scene.snapshot.probe) + " s");
}

std::string capitalized(std::string_view word) {
  std::string text(word);
  text.front() = static_cast<char>(text.front() & ~0x20);
  return text;
}

void write_links(Markup& html, const Scene& scene, const PageHead& page) {
  const std::string up(scene.up);
  const auto links = html.in("div", {{"class", "links"}});
  {
    const auto sections = html.in("nav", {{"aria-label", "On this page"}});
    for (const std::string_view id : page.sections) {
      html.element("a", capitalized(id), {{"href", "#" + std::string(id)}});
      html.text(" ");
    }
  }
  const auto forms = html.in("nav", {{"aria-label", "Other forms"}});
  html.element("a", "Metrics", {{"href", up + "metrics"}});
  html.text(" ");
  html.element("a", "JSON", {{"href", up + "api/v1/status"}});
}

std::string_view sign_of(assess::Verdict verdict) {
  switch (verdict) {
    case assess::Verdict::survives:
      return "\xE2\x9C\x93";  // check mark
    case assess::Verdict::breaks:
      return "\xE2\x9C\x95";  // multiplication x
    case assess::Verdict::broken:
      return "\xE2\x80\xBC";  // double exclamation mark
    case assess::Verdict::unknown:
      break;
  }
  return "?";
}

}  // namespace

Scene scene_of(const gate::Snapshot& snapshot, std::span<const gate::Answer> answers, Now now,
               std::string_view up) {
  Scene scene{.snapshot = snapshot, .answers = answers, .now = now, .up = up, .targets = {}};
  for (const gate::TargetEntryPtr& entry : snapshot.targets) {
    scene.targets.insert(entry->target.name);
  }
  return scene;
}

std::vector<std::string_view> those_there(
    std::initializer_list<std::pair<std::string_view, bool>> sections) {
  std::vector<std::string_view> ids;
  for (const auto& [id, is_there] : sections) {
    if (is_there) {
      ids.push_back(id);
    }
  }
  return ids;
}

std::string whole_page(const Scene& scene, const PageHead& head,
                       const std::function<void(Markup&)>& write_main) {
  Markup html;
  html.verbatim("<!DOCTYPE html>\n");
  {
    const fleet::ProbeRules& rules = scene.snapshot.probe;
    const auto root = html.in("html", {{"lang", "en"}});
    write_head(html, scene, head);
    const auto body = html.in("body", {{"data-watch", std::string(scene.up) + "api/v1/watch"},
                                       {"data-interval", seconds_of(rules.interval)}});
    html.element("a", "Skip to the content", {{"class", "skip"}, {"href", "#main"}});
    {
      const auto header = html.in("header");
      write_headline(html, scene, head);
      write_links(html, scene, head);
    }
    {
      const auto main = html.in("main", {{"id", "main"}, {"tabindex", "-1"}});
      write_main(html);
    }
    html.element("footer", "telltale " + std::string(program_version));
  }
  html.verbatim("\n");
  return std::move(html).take();
}

Section::Section(Markup& html, std::string_view id, std::string_view heading)
    : element_(
          html.in("section", {{"id", id}, {"aria-labelledby", std::string(id) + "-heading"}})) {
  html.element("h2", heading, {{"id", std::string(id) + "-heading"}});
}

Markup::Element begin_scroll_box(Markup& html, std::string_view label) {
  return html.in(
      "div", {{"class", "scroll"}, {"role", "region"}, {"aria-label", label}, {"tabindex", "0"}});
}

void write_headings(Markup& html, std::initializer_list<std::string_view> headings) {
  const auto head = html.in("thead");
  const auto row = html.in("tr");
  for (const std::string_view heading : headings) {
    html.element("th", heading, {{"scope", "col"}});
  }
}

void write_fact(Markup& html, std::string_view name, std::string_view value,
                std::string_view css_class) {
  if (value.empty()) {
    return;
  }
  const auto fact = html.in("div");
  html.element("dt", name);
  const auto is = html.in("dd", {{"class", css_class}});
  html.element("bdi", value);
}

void write_time(Markup& html, CivilTime time, CivilTime now) {
  const std::string text = to_rfc3339(time);
  html.element("time", text, {{"datetime", text}});
  html.text(" (" + distance_text(time, now) + ")");
}

void write_prose(Markup& html, std::string_view sentence) {
  const auto isolated = html.in("bdi");
  while (!sentence.empty()) {
    const auto begin = sentence.find('`');
    const auto end = begin == std::string_view::npos ? begin : sentence.find('`', begin + 1);
    if (end == std::string_view::npos) {
      break;
    }
    html.text(sentence.substr(0, begin));
    html.element("code", sentence.substr(begin + 1, end - begin - 1));
    sentence.remove_prefix(end + 1);
  }
  html.text(sentence);
}

void write_hint(Markup& html, std::string_view hint) {
  if (hint.empty()) {
    return;
  }
  const auto line = html.in("p", {{"class", "hint"}});
  write_prose(html, hint);
}

void write_status(Markup& html, gate::Status status) {
  const std::string word(name_of(status));
  html.element("span", word, {{"class", "status " + word}, {"data-status", word}});
}

void write_verdict(Markup& html, assess::Verdict verdict) {
  const std::string word(name_of(verdict));
  const auto mark = html.in("span", {{"class", "verdict " + word}});
  html.element("span", sign_of(verdict), {{"aria-hidden", "true"}, {"class", "sign"}});
  html.text(" ");
  html.element("span", word, {{"class", "word"}});
}

void write_name(Markup& html, const Scene& scene, std::string_view name) {
  const auto isolated = html.in("bdi");
  if (scene.targets.contains(name)) {
    html.element("a", name, {{"href", target_href(scene.up, name)}});
    return;
  }
  html.text(name);
}

void write_call(Markup& html, const Scene& scene, std::string_view caller,
                std::string_view callee) {
  write_name(html, scene, caller);
  html.text(" to ");
  write_name(html, scene, callee);
}

void write_findings(Markup& html, const std::vector<assess::Finding>& findings) {
  if (findings.empty()) {
    return;
  }
  std::vector<const assess::Finding*> sorted;
  for (const assess::Finding& finding : findings) {
    sorted.push_back(&finding);
  }
  std::ranges::sort(sorted, {},
                    [](const assess::Finding* each) { return std::pair(each->severity, each); });
  const auto list = html.in("ul", {{"class", "findings"}});
  for (const assess::Finding* finding : sorted) {
    const std::string_view severity = name_of(finding->severity);
    const auto item = html.in("li", {{"class", severity}});
    html.element("span", severity, {{"class", "severity"}});
    html.text(" ");
    html.element("code", name_of(finding->reason));
    html.text(" ");
    write_prose(html, finding->detail);
    write_hint(html, finding->hint);
  }
}

}  // namespace telltale::render
