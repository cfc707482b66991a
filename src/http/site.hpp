#pragma once
// What browsers get: pages with the headers that keep them in bounds, and assets. Pure.

#include <string>
#include <string_view>

#include "telltale/http/router.hpp"
#include "telltale/render/assets.hpp"

namespace telltale::http {

/// A page of ours. It may load our own style, script and pictures, talk to where it came from, and
/// nothing else: no inline code, no other host, no frame around it, no form.
[[nodiscard]] Response page_response(std::string html);

/// An asset, or 304 where `if_none_match` names it (RFC 9110 section 13.1.2). It may be kept and
/// must be asked for each time, so that a page never meets another version's script.
[[nodiscard]] Response asset_response(const render::Asset& asset, std::string_view if_none_match,
                                      bool takes_gzip);

/// A list of entity tags names this one, or is `*`. Compared weakly, as If-None-Match is.
[[nodiscard]] bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace telltale::http
