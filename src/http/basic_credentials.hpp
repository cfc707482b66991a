#pragma once
// The Authorization header of basic authentication.

#include <optional>
#include <string>
#include <string_view>

#include "telltale/pki/secret.hpp"

namespace telltale::http {

struct BasicCredentials {
  std::string user;
  pki::Secret password;
};

/// Reads the value of an Authorization header (RFC 7617 2): `Basic`, in any case, and user and
/// password in base64 with its padding (RFC 4648 4). Nothing if it is another scheme or malformed.
[[nodiscard]] std::optional<BasicCredentials> parse_basic_credentials(std::string_view value);

}  // namespace telltale::http
