#pragma once
// Tells an IP address from a name: SNI, name check and resolver treat the two differently.

#include <string>

namespace telltale {

/// Whether the text is an IPv4 or IPv6 address, without brackets or zone.
[[nodiscard]] bool is_ip_address(const std::string& host);

}  // namespace telltale
