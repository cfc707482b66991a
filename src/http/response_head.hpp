#pragma once
// The status line and header of a response, as they go over the wire. Pure.

#include <string>
#include <utility>
#include <vector>

#include "telltale/http/router.hpp"
#include "telltale/time.hpp"

#include "http/request_reader.hpp"

namespace telltale::http {

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

/// `extra` is added where the response has no field of that name. 1xx, 204 and 304 have no
/// Content-Type and no Content-Length (RFC 9110 sections 8.6, 15.4.5); a stream goes in chunks, or,
/// in HTTP/1.0, until the connection ends.
[[nodiscard]] std::string response_head(const Response& response, const Manner& manner,
                                        const HeaderFields& extra, CivilTime now);

/// The status is one of those whose responses have no body: 1xx, 204, 304.
[[nodiscard]] bool is_without_body(unsigned status);

/// A chunk of a body (RFC 9112 section 7.1); of nothing: the last one.
[[nodiscard]] std::string to_chunk(std::string_view bytes);

}  // namespace telltale::http
