#pragma once
// Reads CertificateRequest messages.

#include "telltale/error.hpp"
#include "telltale/tls/handshake.hpp"

namespace telltale::tls {

/// Reads the body of a CertificateRequest (without the 4 bytes of handshake header): RFC 8446 4.3.2
/// or RFC 5246 7.4.4, by `version`. Errc::malformed if a length does not fit or a name is not DER.
[[nodiscard]] Result<CertificateRequest> parse_certificate_request(ByteView body,
                                                                   ProtocolVersion version);

}  // namespace telltale::tls
