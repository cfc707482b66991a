// What the test peer says once it may speak: HTTP or RESP, rightly or not.
#pragma once

#include <optional>
#include <string>

#include "support/record.hpp"
#include "support/stream.hpp"
#include "support/test_peer.hpp"

namespace telltale::support {

/// Why an HTTP request over a good handshake is refused all the same, as nginx words it.
using HttpRefusal = std::optional<std::string>;

/// Answers requests on the stream until the client or a fault ends it, counting them in the record.
/// HTTP: one request, then the connection is closed.
void serve_http(Stream& stream, const PeerOptions& options, Record& record,
                const HttpRefusal& refusal);
void serve_redis(Stream& stream, const PeerOptions& options, Record& record);

/// Answers a plaintext request on a TLS port.
void refuse_plaintext(Stream& stream, const PeerOptions& options, Record& record);

}  // namespace telltale::support
