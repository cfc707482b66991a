#include "telltale/assess/selection.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "assess/selection_rules.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using fleet::Runtime;

/// Which CertificateRequest a runtime still reads: sun.security.ssl.SSLConfiguration
/// (jdk.tls.maxHandshakeMessageSize), crypto/tls conn.go readHandshake (maxHandshake).
std::size_t longest_message(Runtime runtime) {
  constexpr std::size_t jsse = 32768;
  constexpr std::size_t go = 65536;
  if (fleet::is_jsse(runtime)) {
    return jsse;
  }
  return fleet::is_go(runtime) ? go : SIZE_MAX;
}

std::string oversize_text(const Choice& choice) {
  return "the CertificateRequest has " + count(choice.request.bytes, "byte") + " and " +
         count(choice.request.certificate_authorities.size(), "name") +
         ", and the client ends the handshake beyond " +
         std::to_string(longest_message(choice.runtime)) + " bytes";
}

std::string_view name_of_algorithm(pki::KeyAlgorithm algorithm) {
  switch (algorithm) {
    case pki::KeyAlgorithm::rsa:
      return "an RSA key";
    case pki::KeyAlgorithm::rsa_pss:
      return "an RSASSA-PSS key";
    case pki::KeyAlgorithm::ec:
      return "an EC key";
    case pki::KeyAlgorithm::ed25519:
      return "an Ed25519 key";
    case pki::KeyAlgorithm::ed448:
      return "an Ed448 key";
    case pki::KeyAlgorithm::dsa:
      return "a DSA key";
    case pki::KeyAlgorithm::unknown:
      return "a key of an unknown kind";
  }
  return "a key";
}

std::vector<std::string> issuers_of(const pki::Chain& chain) {
  std::vector<std::string> names;
  for (const pki::CertificatePtr& certificate : chain) {
    const std::string& name = certificate->issuer.rfc4514;
    if (std::ranges::find(names, name) == names.end()) {
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace

Selection presented(std::size_t key) {
  return {.key = key};
}

Selection nothing_presented(Reason reason, std::string detail) {
  return {.reason = reason, .detail = std::move(detail)};
}

Selection holds_nothing() {
  return nothing_presented(Reason::caller_presents_nothing, "it holds no certificate");
}

Selection handshake_failed(Reason reason, std::string detail) {
  return {.reason = reason, .detail = std::move(detail), .fails = true};
}

bool names_an_issuer(const tls::CertificateRequest& request, const pki::Chain& chain,
                     const SameName& same) {
  const auto& names = request.certificate_authorities;
  return names.empty() || std::ranges::any_of(chain, [&](const pki::CertificatePtr& certificate) {
           return std::ranges::any_of(names, [&](const pki::DistinguishedName& name) {
             return same(name, certificate->issuer);
           });
         });
}

std::string unlisted_text(const tls::CertificateRequest& request, const pki::Chain& chain) {
  const auto& names = request.certificate_authorities;
  const std::string listed = names.size() == 1 ? "lists only '" + names.front().rfc4514 + "'"
                                               : "lists " + count(names.size(), "name");
  std::vector<std::string> issuers = issuers_of(chain);
  for (std::string& issuer : issuers) {
    issuer.insert(0, "'").append("'");
  }
  return "the server " + listed + ", and what is held was issued by " + enumerate(issuers);
}

std::string key_text(const pki::PublicKey& key) {
  std::string text(name_of_algorithm(key.algorithm));
  if (!key.curve.empty()) {
    return text + " (" + key.curve + ")";
  }
  const bool is_rsa =
      key.algorithm == pki::KeyAlgorithm::rsa || key.algorithm == pki::KeyAlgorithm::rsa_pss;
  return is_rsa ? text + " of " + std::to_string(key.bits) + " bits" : text;
}

pki::Chain chain_sent(Runtime runtime, const HeldKeyFacts& key) {
  // armory/go-yaml-tools pkg/tls, GetX509KeyPair: the first PEM block alone.
  if (runtime == Runtime::go_yaml_tools && key.chain.size() > 1) {
    return {key.chain.front()};
  }
  return key.chain;
}

std::optional<Selection> find_start_failure(Runtime runtime, std::span<const HeldKeyFacts> keys) {
  if (keys.empty()) {
    return std::nullopt;
  }
  if (fleet::is_go(runtime)) {
    return go_fails_to_start(runtime, keys);
  }
  return runtime == Runtime::openssl ? openssl_fails_to_start(keys) : std::nullopt;
}

Selection select(Runtime runtime, std::span<const HeldKeyFacts> keys,
                 const tls::CertificateRequest& request, tls::ProtocolVersion version,
                 CivilTime now) {
  const Choice choice{
      .runtime = runtime, .keys = keys, .request = request, .version = version, .now = now};
  if (request.bytes > longest_message(runtime)) {
    return handshake_failed(Reason::authorities_oversize, oversize_text(choice));
  }
  // JSSE looks at what is asked for before it looks for a key.
  if (runtime == Runtime::none || (keys.empty() && !fleet::is_jsse(runtime))) {
    return holds_nothing();
  }
  if (auto failure = find_start_failure(runtime, keys)) {
    return *std::move(failure);
  }
  if (fleet::is_jsse(runtime)) {
    return select_as_java(choice);
  }
  return fleet::is_go(runtime) ? select_as_go(choice) : select_as_openssl(choice);
}

}  // namespace telltale::assess
