#pragma once
// Links of the pages: relative, so that they hold under every route prefix.

#include <string>
#include <string_view>

namespace telltale::render {

/// Writes all but unreserved characters as `%XX` (RFC 3986 section 2.3): fit for one segment of a
/// path, a value in a query, a fragment, and for an HTML id, which must hold no space.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// The id of a target's part of the page: `target-orca`.
[[nodiscard]] std::string target_id(std::string_view target);

/// The id of a call's story: `call-orca:clouddriver`. No encoded name holds the colon.
[[nodiscard]] std::string call_id(std::string_view caller, std::string_view callee);

/// The page of a target, from a page that lies `up` below the root: `../targets/orca`.
[[nodiscard]] std::string target_href(std::string_view up, std::string_view target);

}  // namespace telltale::render
