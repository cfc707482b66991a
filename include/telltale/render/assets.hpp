#pragma once
// Assets: the style sheet and the script of the pages, built into the program.

#include <span>
#include <string_view>

namespace telltale::render {

struct Asset {
  std::string_view name;  ///< `page.css`: served at `/assets/<name>`
  std::string_view content_type;
  std::string_view content;
  std::string_view etag;  ///< quoted, of the content (RFC 9110 section 8.8.3)
};

[[nodiscard]] std::span<const Asset> assets();

/// The asset of that name, or null.
[[nodiscard]] const Asset* find_asset(std::string_view name);

}  // namespace telltale::render
