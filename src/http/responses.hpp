#pragma once
// How answers are dressed: as text or JSON, compressed where that is wanted, with the headers that
// each of ours carries.

#include <cstddef>
#include <string>

#include "telltale/http/router.hpp"

namespace telltale::http {

/// Below this a body fits into one packet either way.
inline constexpr std::size_t gzip_from_bytes = 1024;

/// One line of text.
[[nodiscard]] Response text_response(unsigned status, std::string line);

[[nodiscard]] Response json_response(std::string body);

/// Compresses the body where that is worth it and wanted.
[[nodiscard]] Response encoded(Response response, bool takes_gzip);

/// Adds what every response of ours carries. What says itself how it may be kept, may.
[[nodiscard]] Response finished(Response response);

}  // namespace telltale::http
