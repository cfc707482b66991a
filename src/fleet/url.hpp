#pragma once
// Readers for the places that targets are at. Their errors never repeat the text: people put
// secrets into URLs.

#include <string>
#include <string_view>

#include "telltale/error.hpp"
#include "telltale/fleet/fleet.hpp"

namespace telltale::fleet {

/// Reads `https://HOST[:PORT]` or `rediss://HOST[:PORT]`, nothing behind it. The host becomes lower
/// case, the port 443 or 6379 where none is given.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// Reads `10.0.0.7:8081` or `[fd00::8]:8081`.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);

/// A name that DNS could know and a certificate could show: labels of letters, digits, dashes and
/// underscores (Docker Compose has those), not an IP address, no dot at its end (RFC 6066 3).
[[nodiscard]] bool is_host_name(std::string_view text);

}  // namespace telltale::fleet
