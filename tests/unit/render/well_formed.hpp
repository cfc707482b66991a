#pragma once
// A check that markup is well-formed as far as our writers go: elements nest, quotes close, and no
// text holds what should have been escaped.

#include <string>
#include <string_view>
#include <vector>

namespace telltale::render::fixture {

/// Says what is wrong with `markup`; empty if nothing is. Style sheets, declarations and comments
/// are skipped.
inline std::string why_not_well_formed(std::string_view markup) {
  std::vector<std::string> open;
  while (!markup.empty()) {
    const std::size_t tag = std::min(markup.find('<'), markup.size());
    const std::string_view text = markup.substr(0, tag);
    for (std::size_t at = text.find('&'); at != std::string_view::npos;
         at = text.find('&', at + 1)) {
      const std::string_view entity = text.substr(at, text.find(';', at) - at + 1);
      if (entity != "&amp;" && entity != "&lt;" && entity != "&gt;" && entity != "&quot;" &&
          entity != "&#39;") {
        return "a bare ampersand: " + std::string(text);
      }
    }
    if (text.find('>') != std::string_view::npos && (open.empty() || open.back() != "style")) {
      return "a bare >: " + std::string(text);
    }
    if (tag == markup.size()) {
      break;
    }
    markup.remove_prefix(tag + 1);
    const std::size_t end = markup.find('>');
    if (end == std::string_view::npos) {
      return "an unclosed tag";
    }
    const std::string_view inside = markup.substr(0, end);
    markup.remove_prefix(end + 1);
    if (inside.starts_with('?') || inside.starts_with('!')) {
      continue;
    }
    const std::string name(inside.substr(0, inside.find(' ')));
    if (name.starts_with('/')) {
      if (open.empty() || "/" + open.back() != name) {
        return "<" + name + "> closes nothing that is open";
      }
      open.pop_back();
      continue;
    }
    std::size_t quotes = 0;
    for (const char c : inside) {
      quotes += c == '"' ? 1U : 0U;
    }
    if (quotes % 2 != 0 || inside.find('<') != std::string_view::npos) {
      return "a broken attribute in <" + std::string(inside) + ">";
    }
    if (!inside.ends_with('/')) {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

}  // namespace telltale::render::fixture
