// How crypto/tls chooses (Go 1.19: handshake_client.go getClientCertificate, common.go
// CertificateRequestInfo.SupportsCertificate, auth.go selectSignatureScheme).

#include <algorithm>
#include <array>
#include <utility>

#include "assess/selection_rules.hpp"

namespace telltale::assess {

namespace {

using fleet::Runtime;
using pki::KeyAlgorithm;
using pki::KeyEncoding;
using tls::ProtocolVersion;
using tls::SignatureScheme;

using Schemes = std::vector<SignatureScheme>;

constexpr std::array<SignatureScheme, 4> pkcs1 = {0x0401, 0x0501, 0x0601, 0x0201};
constexpr std::array<SignatureScheme, 3> pss = {0x0804, 0x0805, 0x0806};
constexpr std::array<SignatureScheme, 4> ecdsa = {0x0403, 0x0503, 0x0603, 0x0203};
constexpr SignatureScheme ed25519 = 0x0807;

bool has(std::span<const SignatureScheme> schemes, SignatureScheme scheme) {
  return std::ranges::find(schemes, scheme) != schemes.end();
}

/// auth.go rsaSignatureSchemes: the bytes of the modulus that each needs.
Schemes schemes_of_rsa(unsigned bits, ProtocolVersion version) {
  struct Row {
    SignatureScheme scheme;
    unsigned bytes;
    bool in_1_3;
  };

  constexpr std::array<Row, 7> rows = {{{0x0804, 66, true},
                                        {0x0805, 98, true},
                                        {0x0806, 130, true},
                                        {0x0401, 62, false},
                                        {0x0501, 78, false},
                                        {0x0601, 94, false},
                                        {0x0201, 46, false}}};
  Schemes schemes;
  for (const Row& row : rows) {
    const bool is_in = row.in_1_3 || version == ProtocolVersion::tls_1_2;
    if (is_in && (bits + 7) / 8 >= row.bytes) {
      schemes.push_back(row.scheme);
    }
  }
  return schemes;
}

Schemes schemes_of_ec(const std::string& curve, ProtocolVersion version) {
  if (version == ProtocolVersion::tls_1_2) {
    return {ecdsa.begin(), ecdsa.end()};
  }
  if (curve == "prime256v1") {
    return {0x0403};
  }
  if (curve == "secp384r1") {
    return {0x0503};
  }
  return curve == "secp521r1" ? Schemes{0x0603} : Schemes{};
}

/// auth.go signatureSchemesForCertificate.
Schemes schemes_of(const pki::PublicKey& key, ProtocolVersion version) {
  switch (key.algorithm) {
    case KeyAlgorithm::rsa:
      return schemes_of_rsa(key.bits, version);
    case KeyAlgorithm::ec:
      return schemes_of_ec(key.curve, version);
    case KeyAlgorithm::ed25519:
      return {ed25519};
    default:
      return {};
  }
}

/// auth.go selectSignatureScheme: without any algorithm asked for, TLS 1.2 means SHA-1.
bool can_sign(const pki::PublicKey& key, ProtocolVersion version, Schemes asked_for) {
  const Schemes own = schemes_of(key, version);
  if (asked_for.empty() && version == ProtocolVersion::tls_1_2) {
    asked_for = {0x0201, 0x0203};
  }
  return std::ranges::any_of(asked_for, [&](SignatureScheme each) { return has(own, each); });
}

/// handshake_client.go certificateRequestInfoFromMsg: TLS 1.2 keeps the algorithms whose kind is
/// among the certificate types.
Schemes admitted_schemes(const tls::CertificateRequest& request, ProtocolVersion version) {
  if (version == ProtocolVersion::tls_1_3) {
    return request.signature_algorithms;
  }
  const auto admits = [&](std::uint8_t type) {
    return std::ranges::find(request.certificate_types, type) != request.certificate_types.end();
  };
  Schemes kept;
  for (const SignatureScheme scheme : request.signature_algorithms) {
    const bool is_rsa = has(pkcs1, scheme) || has(pss, scheme);
    const bool is_ec = has(ecdsa, scheme) || scheme == ed25519;
    if ((is_rsa && admits(1)) || (is_ec && admits(64))) {
      kept.push_back(scheme);
    }
  }
  return kept;
}

/// tls.X509KeyPair: other kinds of keys are unknown to it.
bool is_loaded_by_go(const HeldKeyFacts& key) {
  const KeyAlgorithm algorithm = key.chain.front()->public_key.algorithm;
  return algorithm == KeyAlgorithm::rsa || algorithm == KeyAlgorithm::ec ||
         algorithm == KeyAlgorithm::ed25519;
}

/// armory/go-yaml-tools pkg/tls, GetX509KeyPair: PEM with a `RSA PRIVATE KEY`, which may be
/// encrypted. Of a key that is not known only its kind is.
bool is_loaded_by_go_yaml_tools(const HeldKeyFacts& key) {
  const bool is_rsa = key.chain.front()->public_key.algorithm == KeyAlgorithm::rsa;
  return is_rsa && (!key.encoding || key.encoding == KeyEncoding::pkcs1 ||
                    key.encoding == KeyEncoding::encrypted_traditional);
}

/// Empty: the runtime loads the key.
std::string find_load_error(Runtime runtime, const HeldKeyFacts& key) {
  if (!is_loaded_by_go(key)) {
    return "Go does not load " + key_text(key.chain.front()->public_key);
  }
  return runtime == Runtime::go_yaml_tools && !is_loaded_by_go_yaml_tools(key)
             ? "go-yaml-tools loads only a `RSA PRIVATE KEY` (PKCS#1) in PEM"
             : std::string();
}

/// What SupportsCertificate objects to in one key; the key is presented if it is nothing.
std::optional<Selection> find_obstacle(const Choice& choice, const HeldKeyFacts& key) {
  const pki::PublicKey& public_key = key.chain.front()->public_key;
  if (std::string error = find_load_error(choice.runtime, key); !error.empty()) {
    return nothing_presented(Reason::key_unusable, std::move(error));
  }
  if (!can_sign(public_key, choice.version, admitted_schemes(choice.request, choice.version))) {
    return nothing_presented(
        Reason::key_algorithm_unsupported,
        "the signature algorithms that the server asks for do not admit " + key_text(public_key));
  }
  const pki::Chain sent = chain_sent(choice.runtime, key);
  if (names_an_issuer(choice.request, sent, pki::same_der)) {
    return std::nullopt;
  }
  if (names_an_issuer(choice.request, sent, pki::same_canonical)) {
    return nothing_presented(Reason::issuer_encoding_differs,
                             "the server lists the issuer '" + sent.back()->issuer.rfc4514 +
                                 "' in other bytes than the certificate has");
  }
  return nothing_presented(Reason::issuer_not_advertised, unlisted_text(choice.request, sent));
}

}  // namespace

std::optional<Selection> go_fails_to_start(Runtime runtime, std::span<const HeldKeyFacts> keys) {
  const bool has_one = std::ranges::any_of(
      keys, [&](const HeldKeyFacts& key) { return find_load_error(runtime, key).empty(); });
  if (has_one) {
    return std::nullopt;
  }
  return handshake_failed(Reason::key_unusable, find_load_error(runtime, keys.front()) +
                                                    ", and the client does not start");
}

Selection select_as_go(const Choice& choice) {
  std::optional<Selection> obstacle;
  for (std::size_t place = 0; place < choice.keys.size(); ++place) {
    const HeldKeyFacts& key = choice.keys[place];
    const auto found = find_obstacle(choice, key);
    if (found) {
      obstacle = obstacle ? obstacle : found;
      continue;
    }
    // The signature is chosen without regard to the certificate types (doFullHandshake).
    const pki::PublicKey& public_key = key.chain.front()->public_key;
    return can_sign(public_key, choice.version, choice.request.signature_algorithms)
               ? presented(place)
               : handshake_failed(Reason::key_algorithm_unsupported,
                                  "Go chooses " + key_text(public_key) +
                                      ", and ends the handshake when it is to sign");
  }
  return *obstacle;
}

}  // namespace telltale::assess
