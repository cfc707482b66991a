#pragma once
// fetch: one GET of another telltale, for `telltale gate`. The rest of http serves; this asks.

#include <chrono>
#include <string>
#include <string_view>

#include "telltale/error.hpp"
#include "telltale/http/router.hpp"

namespace telltale::http {

/// Where a telltale is served: `http://HOST[:PORT][/PREFIX]`.
struct BaseUrl {
  std::string host;    ///< a name or an IP address, without brackets
  std::string port;    ///< 80 where the text has none
  std::string prefix;  ///< empty, or begins with `/` and does not end with one

  friend bool operator==(const BaseUrl&, const BaseUrl&) = default;
};

/// Reads a base URL. Errc::invalid_value says what would be right; user and password are refused
/// without repeating them.
[[nodiscard]] Result<BaseUrl> parse_base_url(std::string_view text);

/// Asks for `path` below the base, on a connection of its own. Follows no redirect. Blocks, for at
/// most `timeout` once the name is resolved. The Error (Errc::unreadable) says how it failed; a
/// body beyond 1 MiB is one, too.
[[nodiscard]] Result<Response> fetch(const BaseUrl& base, std::string_view path,
                                     std::chrono::milliseconds timeout);

}  // namespace telltale::http
