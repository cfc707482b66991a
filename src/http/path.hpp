#pragma once
// The path of a request target, taken apart (RFC 9112 section 3.2, RFC 3986 section 3.3).

#include <string>
#include <string_view>
#include <vector>

#include "telltale/error.hpp"

namespace telltale::http {

/// Reads a request target in origin-form (`/gate/need?x=1`) or absolute-form
/// (`http://host/gate/need`) into the percent-decoded segments of its path: `/` has none,
/// `/gate/need` has two, `/gate/` has an empty second one. The query is checked and dropped.
/// Errc::malformed names the character or escape that does not belong; control characters are
/// refused even when escaped, so that a segment can be quoted in a line of text.
[[nodiscard]] Result<std::vector<std::string>> path_segments(std::string_view target);

/// The octet that `%XX` at the front of `text` stands for; Errc::malformed for what is no escape
/// and for control characters.
[[nodiscard]] Result<char> decode_escape(std::string_view text);

}  // namespace telltale::http
