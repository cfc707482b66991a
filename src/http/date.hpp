#pragma once
// Dates as HTTP writes them.

#include <string>

#include "telltale/time.hpp"

namespace telltale::http {

/// Spells a time as an IMF-fixdate (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
[[nodiscard]] std::string to_http_date(CivilTime time);

}  // namespace telltale::http
