#pragma once
// Builders of what callers hold: keys, chains and how those verify against our trust.

#include "telltale/assess/prediction.hpp"

#include "unit/assess/builders.hpp"

namespace telltale::assess::build {

inline const std::string inter_a1 = "CN=Lab Intermediate A1,O=Telltale Lab";

inline pki::PublicKey ec_key(const std::string& curve = "prime256v1", unsigned bits = 256) {
  return {.algorithm = pki::KeyAlgorithm::ec, .bits = bits, .curve = curve};
}

inline pki::PublicKey rsa_key(unsigned bits = 2048) {
  return {.algorithm = pki::KeyAlgorithm::rsa, .bits = bits};
}

inline const pki::Signature signed_by_ec = {
    .name = "ecdsa-with-SHA256", .digest = "SHA256", .key_algorithm = pki::KeyAlgorithm::ec};
inline const pki::Signature signed_by_rsa = {
    .name = "sha256WithRSAEncryption", .digest = "SHA256", .key_algorithm = pki::KeyAlgorithm::rsa};

/// One certificate of a chain: subject by issuer.
struct Link {
  std::string subject;
  std::string issuer;
  pki::PublicKey key = ec_key();
  pki::Signature signature = signed_by_ec;
};

inline pki::CertificatePtr made(const Link& link) {
  pki::Certificate certificate = build::certificate(link.subject, link.issuer);
  certificate.public_key = link.key;
  certificate.signature = link.signature;
  return share(certificate);
}

inline HeldKeyFacts held(const std::vector<Link>& links, const std::string& alias = "orca") {
  HeldKeyFacts key{.alias = alias, .encoding = pki::KeyEncoding::pkcs12, .chain_links = true};
  for (const Link& link : links) {
    key.chain.push_back(made(link));
  }
  return key;
}

inline Link leaf_by(const std::string& issuer) {
  return {.subject = "CN=orca", .issuer = issuer};
}

inline const Link inter_link = {.subject = inter_a1, .issuer = root_a};
inline const Link root_link = {.subject = root_a, .issuer = root_a};

/// What the lab's clients hold: a leaf by the root, or by the intermediate, with more or less of
/// what is above it.
inline HeldKeyFacts by_root() {
  return held({leaf_by(root_a)});
}

inline HeldKeyFacts leaf_only() {
  return held({leaf_by(inter_a1)});
}

inline HeldKeyFacts leaf_and_inter() {
  return held({leaf_by(inter_a1), inter_link});
}

inline HeldKeyFacts with_root() {
  return held({leaf_by(inter_a1), inter_link, root_link});
}

inline Selection chosen(fleet::Runtime runtime, const std::vector<HeldKeyFacts>& keys,
                        const tls::CertificateRequest& request, ProtocolVersion version = tls_1_3) {
  return select(runtime, keys, request, version, noon);
}

/// `0`: the place of the key; `-`: nothing; `fails`: the client ends the handshake; with the
/// reason.
inline std::string outcome(const Selection& selection) {
  if (selection.key) {
    return std::to_string(*selection.key);
  }
  return (selection.fails ? "fails " : "- ") + std::string(name_of(selection.reason));
}

inline tls::CertificateRequest with_schemes(
    tls::CertificateRequest made, std::vector<tls::SignatureScheme> schemes,
    std::vector<tls::SignatureScheme> of_certificates = {}) {
  made.signature_algorithms = std::move(schemes);
  made.signature_algorithms_cert = std::move(of_certificates);
  return made;
}

inline const std::vector<tls::SignatureScheme> all_schemes = {
    0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601};
inline const std::vector<tls::SignatureScheme> rsa_schemes = {0x0804, 0x0805, 0x0401, 0x0501};
inline const std::vector<tls::SignatureScheme> ec_schemes = {0x0403, 0x0503};

/// A name that is the same for Java and not for Go.
inline tls::CertificateRequest listing_in_other_bytes(const std::string& authority) {
  tls::CertificateRequest made = with_schemes(request({}), all_schemes);
  made.certificate_authorities.push_back(name(authority, "printable"));
  return made;
}

inline tls::CertificateRequest listing(const std::vector<std::string>& authorities) {
  return with_schemes(request(authorities), all_schemes);
}

}  // namespace telltale::assess::build
