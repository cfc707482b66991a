#pragma once
// Whether a key may sign under a CertificateRequest.

#include "telltale/pki/certificate.hpp"
#include "telltale/tls/handshake.hpp"

namespace telltale::assess {

/// The request admits a CertificateVerify by this key: one of its signature algorithms is for such
/// keys (RFC 8446 4.2.3, where the curve counts; RFC 5246 7.4.1.4.1, where it does not), and in
/// TLS 1.2 its kind is among the certificate types (RFC 5246 7.4.4).
[[nodiscard]] bool admits_key(const tls::CertificateRequest& request, tls::ProtocolVersion version,
                              const pki::PublicKey& key);

}  // namespace telltale::assess
