#include "assess/jsse_schemes.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace telltale::assess {

namespace {

using pki::KeyAlgorithm;
using tls::ProtocolVersion;
using tls::SignatureScheme;

/// In which versions a scheme may be used for something.
enum class Use : std::uint8_t { never, in_1_2, in_both };

struct JsseScheme {
  SignatureScheme id = 0;
  std::string_view signature;  ///< Java's name
  KeyAlgorithm key = KeyAlgorithm::unknown;
  std::string_view curve;     ///< empty: any that Java knows
  unsigned minimal_bits = 0;  ///< of an RSA key
  Use signing = Use::never;   ///< a CertificateVerify (HANDSHAKE_SCOPE)
  Use certifying = Use::never;
};

// SHA-1 signs no handshake (`usage HandshakeSignature`), and rsa_md5 nothing.
constexpr std::array<JsseScheme, 20> schemes = {{
    {0x0403, "SHA256withECDSA", KeyAlgorithm::ec, "prime256v1", 0, Use::in_both, Use::in_both},
    {0x0503, "SHA384withECDSA", KeyAlgorithm::ec, "secp384r1", 0, Use::in_both, Use::in_both},
    {0x0603, "SHA512withECDSA", KeyAlgorithm::ec, "secp521r1", 0, Use::in_both, Use::in_both},
    {0x0807, "Ed25519", KeyAlgorithm::ed25519, "", 0, Use::in_both, Use::in_both},
    {0x0808, "Ed448", KeyAlgorithm::ed448, "", 0, Use::in_both, Use::in_both},
    {0x0804, "RSASSA-PSS", KeyAlgorithm::rsa, "", 528, Use::in_both, Use::in_both},
    {0x0805, "RSASSA-PSS", KeyAlgorithm::rsa, "", 784, Use::in_both, Use::in_both},
    {0x0806, "RSASSA-PSS", KeyAlgorithm::rsa, "", 1040, Use::in_both, Use::in_both},
    {0x0809, "RSASSA-PSS", KeyAlgorithm::rsa_pss, "", 528, Use::in_both, Use::in_both},
    {0x080a, "RSASSA-PSS", KeyAlgorithm::rsa_pss, "", 784, Use::in_both, Use::in_both},
    {0x080b, "RSASSA-PSS", KeyAlgorithm::rsa_pss, "", 1040, Use::in_both, Use::in_both},
    {0x0401, "SHA256withRSA", KeyAlgorithm::rsa, "", 511, Use::in_1_2, Use::in_both},
    {0x0501, "SHA384withRSA", KeyAlgorithm::rsa, "", 768, Use::in_1_2, Use::in_both},
    {0x0601, "SHA512withRSA", KeyAlgorithm::rsa, "", 768, Use::in_1_2, Use::in_both},
    {0x0402, "SHA256withDSA", KeyAlgorithm::dsa, "", 0, Use::in_1_2, Use::in_1_2},
    {0x0303, "SHA224withECDSA", KeyAlgorithm::ec, "", 0, Use::in_1_2, Use::in_1_2},
    {0x0301, "SHA224withRSA", KeyAlgorithm::rsa, "", 511, Use::in_1_2, Use::in_1_2},
    {0x0302, "SHA224withDSA", KeyAlgorithm::dsa, "", 0, Use::in_1_2, Use::in_1_2},
    {0x0203, "SHA1withECDSA", KeyAlgorithm::ec, "", 0, Use::never, Use::in_both},
    {0x0201, "SHA1withRSA", KeyAlgorithm::rsa, "", 511, Use::never, Use::in_both},
}};

bool is_in(Use use, ProtocolVersion version) {
  return use == Use::in_both || (use == Use::in_1_2 && version == ProtocolVersion::tls_1_2);
}

/// The schemes of a list that may be used so, in the list's order.
std::vector<const JsseScheme*> usable(std::span<const SignatureScheme> listed,
                                      Use JsseScheme::* purpose, ProtocolVersion version) {
  std::vector<const JsseScheme*> found;
  for (const SignatureScheme id : listed) {
    const auto* const scheme = std::ranges::find(schemes, id, &JsseScheme::id);
    if (scheme != schemes.end() && is_in(scheme->*purpose, version)) {
      found.push_back(scheme);
    }
  }
  return found;
}

/// CertificateRequest.ClientCertificateType, and `RSASSA-PSS` wherever there is `RSA`.
bool admits_type(const tls::CertificateRequest& request, ProtocolVersion version,
                 KeyAlgorithm algorithm) {
  if (version == ProtocolVersion::tls_1_3) {
    return true;
  }
  const auto has = [&](std::uint8_t type) {
    return std::ranges::find(request.certificate_types, type) != request.certificate_types.end();
  };
  switch (algorithm) {
    case KeyAlgorithm::rsa:
    case KeyAlgorithm::rsa_pss:
      return has(1);
    case KeyAlgorithm::dsa:
      return has(2);
    case KeyAlgorithm::ec:
    case KeyAlgorithm::ed25519:
    case KeyAlgorithm::ed448:
      return has(64);
    case KeyAlgorithm::unknown:
      return false;
  }
  return false;
}

bool signs_with(const JsseScheme& scheme, const pki::PublicKey& key) {
  constexpr std::array<std::string_view, 3> known = {"prime256v1", "secp384r1", "secp521r1"};
  if (scheme.key != key.algorithm) {
    return false;
  }
  if (key.algorithm == KeyAlgorithm::ec) {
    return scheme.curve.empty() ? std::ranges::find(known, key.curve) != known.end()
                                : scheme.curve == key.curve;
  }
  return key.bits >= scheme.minimal_bits;
}

template <class T>
void add_once(std::vector<T>& all, const T& one) {
  if (std::ranges::find(all, one) == all.end()) {
    all.push_back(one);
  }
}

}  // namespace

std::string_view java_key_type(KeyAlgorithm algorithm) {
  switch (algorithm) {
    case KeyAlgorithm::rsa:
      return "RSA";
    case KeyAlgorithm::rsa_pss:
      return "RSASSA-PSS";
    case KeyAlgorithm::ec:
      return "EC";
    case KeyAlgorithm::ed25519:
    case KeyAlgorithm::ed448:
      return "EdDSA";
    case KeyAlgorithm::dsa:
      return "DSA";
    case KeyAlgorithm::unknown:
      return {};
  }
  return {};
}

std::string java_signature_name(const pki::Signature& signature) {
  if (signature.name == "rsassaPss") {
    return "RSASSA-PSS";
  }
  switch (signature.key_algorithm) {
    case KeyAlgorithm::rsa:
      return signature.digest + "withRSA";
    case KeyAlgorithm::rsa_pss:
      return "RSASSA-PSS";
    case KeyAlgorithm::ec:
      return signature.digest + "withECDSA";
    case KeyAlgorithm::ed25519:
      return "Ed25519";
    case KeyAlgorithm::ed448:
      return "Ed448";
    case KeyAlgorithm::dsa:
      return signature.digest + "withDSA";
    case KeyAlgorithm::unknown:
      return signature.name;
  }
  return signature.name;
}

JsseRequest read_as_jsse(const tls::CertificateRequest& request, ProtocolVersion version) {
  const auto signing = usable(request.signature_algorithms, &JsseScheme::signing, version);
  const bool has_list_for_certificates =
      version == ProtocolVersion::tls_1_3 && !request.signature_algorithms_cert.empty();
  const auto certifying = usable(
      has_list_for_certificates ? request.signature_algorithms_cert : request.signature_algorithms,
      &JsseScheme::certifying, version);
  JsseRequest read;
  read.is_fatal = signing.empty() || (certifying.empty() && !has_list_for_certificates);
  for (const JsseScheme* scheme : certifying) {
    add_once(read.certificate_signatures, scheme->signature);
    const std::string_view type = java_key_type(scheme->key);
    const bool can_sign = std::ranges::any_of(
        signing, [&](const JsseScheme* each) { return java_key_type(each->key) == type; });
    if (can_sign && admits_type(request, version, scheme->key)) {
      add_once(read.key_types, type);
    }
  }
  return read;
}

bool can_sign_in_jsse(const tls::CertificateRequest& request, ProtocolVersion version,
                      const pki::PublicKey& key) {
  return std::ranges::any_of(usable(request.signature_algorithms, &JsseScheme::signing, version),
                             [&](const JsseScheme* each) { return signs_with(*each, key); });
}

}  // namespace telltale::assess
