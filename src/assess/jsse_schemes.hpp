#pragma once
// What OpenJDK 17 makes of the signature algorithms of a CertificateRequest
// (sun.security.ssl.SignatureScheme under jdk.tls.disabledAlgorithms of 17.0.21).

#include <string_view>
#include <vector>

#include "telltale/pki/certificate.hpp"
#include "telltale/tls/handshake.hpp"

namespace telltale::assess {

/// Java's name of a key's algorithm (Key.getAlgorithm), which a key manager is asked for: `RSA`,
/// `RSASSA-PSS`, `EC`, `EdDSA`, `DSA`; empty for an unknown one.
[[nodiscard]] std::string_view java_key_type(pki::KeyAlgorithm algorithm);

/// Java's name of a certificate's signature (X509Certificate.getSigAlgName): `SHA256withECDSA`.
[[nodiscard]] std::string java_signature_name(const pki::Signature& signature);

/// The algorithms of a request that a JSSE client knows and may use, as far as they matter.
struct JsseRequest {
  /// The key types that the key manager is asked for, in this order.
  std::vector<std::string_view> key_types;
  /// The signatures that the certificates may bear, by Java's names; NewSunX509 alone asks.
  std::vector<std::string_view> certificate_signatures;
  /// No algorithm is usable at all, and the client ends the handshake.
  bool is_fatal = false;
};

/// CertificateRequest.T12CertificateRequestConsumer.consume and choosePossession;
/// SignatureAlgorithmsExtension.updateHandshakeContext, CertSignAlgsExtension
/// (CRCertSignatureSchemesUpdate), CertificateMessage.T13CertificateProducer.choosePossession.
[[nodiscard]] JsseRequest read_as_jsse(const tls::CertificateRequest& request,
                                       tls::ProtocolVersion version);

/// The key can sign a CertificateVerify: SignatureScheme.getSignerOfPreferableAlgorithm, where
/// the curve counts in both versions. Where it cannot, the client ends the handshake after it has
/// chosen the key (CertificateVerify, internal_error).
[[nodiscard]] bool can_sign_in_jsse(const tls::CertificateRequest& request,
                                    tls::ProtocolVersion version, const pki::PublicKey& key);

}  // namespace telltale::assess
