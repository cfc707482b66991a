#include "assess/key_fit.hpp"

#include <algorithm>

namespace telltale::assess {

namespace {

using pki::KeyAlgorithm;
using tls::ProtocolVersion;
using tls::SignatureScheme;

/// RFC 5246 7.4.1.4.1: the low byte of a pair, where the high byte is one of its hashes.
enum class SignatureAlgorithm : std::uint8_t { rsa = 1, dsa = 2, ecdsa = 3 };

bool is_pair(SignatureScheme scheme, SignatureAlgorithm algorithm) {
  const unsigned hash = scheme >> 8U;
  return hash >= 2 && hash <= 6 && (scheme & 0xffU) == static_cast<unsigned>(algorithm);
}

bool is_between(SignatureScheme scheme, SignatureScheme first, SignatureScheme last) {
  return scheme >= first && scheme <= last;
}

/// TLS 1.3 binds an ECDSA scheme to one curve.
bool is_for_curve(SignatureScheme scheme, const std::string& curve) {
  switch (scheme) {
    case 0x0403:
      return curve == "prime256v1";
    case 0x0503:
      return curve == "secp384r1";
    case 0x0603:
      return curve == "secp521r1";
    default:
      return false;
  }
}

bool fits(SignatureScheme scheme, ProtocolVersion version, const pki::PublicKey& key) {
  const bool is_1_3 = version == ProtocolVersion::tls_1_3;
  switch (key.algorithm) {
    case KeyAlgorithm::rsa:
      return is_between(scheme, 0x0804, 0x0806) ||
             (!is_1_3 && is_pair(scheme, SignatureAlgorithm::rsa));
    case KeyAlgorithm::rsa_pss:
      return is_between(scheme, 0x0809, 0x080b);
    case KeyAlgorithm::ec:
      return is_1_3 ? is_for_curve(scheme, key.curve) : is_pair(scheme, SignatureAlgorithm::ecdsa);
    case KeyAlgorithm::ed25519:
      return scheme == 0x0807;
    case KeyAlgorithm::ed448:
      return scheme == 0x0808;
    case KeyAlgorithm::dsa:
      return !is_1_3 && is_pair(scheme, SignatureAlgorithm::dsa);
    case KeyAlgorithm::unknown:
      return false;
  }
  return false;
}

/// RFC 5246 7.4.4, RFC 8422 5.5 (EdDSA goes by ecdsa_sign).
std::uint8_t certificate_type(KeyAlgorithm algorithm) {
  switch (algorithm) {
    case KeyAlgorithm::rsa:
    case KeyAlgorithm::rsa_pss:
      return 1;
    case KeyAlgorithm::dsa:
      return 2;
    case KeyAlgorithm::ec:
    case KeyAlgorithm::ed25519:
    case KeyAlgorithm::ed448:
      return 64;
    case KeyAlgorithm::unknown:
      return 0;
  }
  return 0;
}

}  // namespace

bool admits_key(const tls::CertificateRequest& request, ProtocolVersion version,
                const pki::PublicKey& key) {
  const auto& types = request.certificate_types;
  if (version == ProtocolVersion::tls_1_2 &&
      std::ranges::find(types, certificate_type(key.algorithm)) == types.end()) {
    return false;
  }
  return std::ranges::any_of(request.signature_algorithms,
                             [&](SignatureScheme scheme) { return fits(scheme, version, key); });
}

}  // namespace telltale::assess
