#pragma once
// What a page refers to and what it may be referred to by.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace telltale::render::fixture {

/// The values of an attribute, in the page's order, as they stand there.
inline std::vector<std::string> values_of(std::string_view page, std::string_view attribute) {
  std::vector<std::string> values;
  const std::string begin = " " + std::string(attribute) + "=\"";
  for (auto at = page.find(begin); at != std::string_view::npos; at = page.find(begin, at)) {
    at += begin.size();
    values.emplace_back(page.substr(at, page.find('"', at) - at));
  }
  return values;
}

/// An id that two elements have, or that holds a space, or that is empty; nothing if none is so.
inline std::string ambiguous_id(std::string_view page) {
  std::vector<std::string> ids = values_of(page, "id");
  std::ranges::sort(ids);
  const auto twice = std::ranges::adjacent_find(ids);
  if (twice != ids.end()) {
    return *twice;
  }
  const auto unfit = std::ranges::find_if(ids, [](const std::string& id) {
    return id.empty() || id.find_first_of(" \t\n") != std::string::npos;
  });
  return unfit == ids.end() ? "" : "unfit: `" + *unfit + "`";
}

/// A reference to a part of the page that is not there, or to another place than our own.
inline std::string dangling_reference(std::string_view page) {
  const std::vector<std::string> ids = values_of(page, "id");
  const auto is_there = [&](std::string_view id) { return std::ranges::count(ids, id) == 1; };
  for (const std::string& href : values_of(page, "href")) {
    if (href.starts_with('#') ? !is_there(href.substr(1))
                              : href.starts_with('/') || href.find(':') != std::string::npos) {
      return href;
    }
  }
  for (const std::string& id : values_of(page, "aria-labelledby")) {
    if (!is_there(id)) {
      return id;
    }
  }
  return "";
}

}  // namespace telltale::render::fixture
