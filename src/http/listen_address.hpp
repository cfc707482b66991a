#pragma once
// Listen addresses as flags spell them.

#include <cstdint>
#include <string>
#include <string_view>

#include "telltale/error.hpp"

namespace telltale::http {

/// `127.0.0.1:9943`, `[::1]:0`, `:9943`.
struct ListenAddress {
  std::string host;  ///< an IP address without brackets; empty: all of IPv4 and IPv6
  std::uint16_t port = 0;

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

/// Splits a listen address. Whether the host is an IP address is for whoever binds it to say.
/// Errc::invalid_value repeats the text and says what would be right.
[[nodiscard]] Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace telltale::http
