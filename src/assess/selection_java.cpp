// How JSSE's key managers choose (OpenJDK 17, sun.security.ssl; kork-crypto for refreshable keys).

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "assess/hash_order.hpp"
#include "assess/jsse_schemes.hpp"
#include "assess/selection_rules.hpp"
#include "assess/soundness.hpp"

namespace telltale::assess {

namespace {

using fleet::Runtime;
using pki::Certificate;

/// A PKCS#12 names its entries in lower case (PKCS12KeyStore.loadSafeContents), a JKS is written
/// so.
std::string java_alias(const HeldKeyFacts& key) {
  std::string alias = key.alias;
  std::ranges::transform(alias, alias.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return alias;
}

std::vector<std::string> aliases_at(std::span<const HeldKeyFacts> keys,
                                    const std::vector<std::size_t>& places) {
  std::vector<std::string> aliases;
  for (const std::size_t place : places) {
    aliases.push_back(java_alias(keys[place]));
  }
  return aliases;
}

std::vector<std::size_t> rearranged(const std::vector<std::size_t>& places,
                                    const std::vector<std::size_t>& order) {
  std::vector<std::size_t> arranged;
  for (const std::size_t each : order) {
    arranged.push_back(places[each]);
  }
  return arranged;
}

/// KeyStore.aliases(): a PKCS#12 in the order of the file (a LinkedHashMap), a JKS in that of a
/// Hashtable. Keys that Java passes over are left out.
std::vector<std::size_t> in_order_of_store(std::span<const HeldKeyFacts> keys) {
  std::vector<std::size_t> places;
  bool is_jks = false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    is_jks = is_jks || keys[i].encoding == pki::KeyEncoding::jks;
    if (keys[i].is_seen_by_java && !keys[i].chain.empty()) {
      places.push_back(i);
    }
  }
  return is_jks ? rearranged(places, hashtable_order(aliases_at(keys, places))) : places;
}

/// What stood in the way of the key that came furthest.
struct Obstacle {
  Reason reason = Reason::key_algorithm_unsupported;
  std::string detail;
};

std::string unfit_text(const Certificate& leaf) {
  return "the signature algorithms that the server asks for admit no " +
         std::string(java_key_type(leaf.public_key.algorithm)) + " key, and " +
         key_text(leaf.public_key) + " is held";
}

std::optional<std::size_t> place_of_type(const JsseRequest& request, const HeldKeyFacts& key) {
  const auto type =
      std::ranges::find(request.key_types, java_key_type(key.chain.front()->public_key.algorithm));
  if (type == request.key_types.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(type - request.key_types.begin());
}

Obstacle first_obstacle(const Choice& choice, const JsseRequest& request,
                        const std::vector<std::size_t>& places) {
  Obstacle obstacle;
  for (const std::size_t place : places) {
    const HeldKeyFacts& key = choice.keys[place];
    if (place_of_type(request, key)) {
      return {Reason::issuer_not_advertised, unlisted_text(choice.request, key.chain)};
    }
    obstacle.detail = unfit_text(*key.chain.front());
  }
  return obstacle;
}

/// The key manager has chosen; now it must sign.
Selection sign_with(const Choice& choice, std::size_t place) {
  const pki::PublicKey& key = choice.keys[place].chain.front()->public_key;
  if (can_sign_in_jsse(choice.request, choice.version, key)) {
    return presented(place);
  }
  return handshake_failed(Reason::key_algorithm_unsupported,
                          "Java chooses " + key_text(key) +
                              ", which none of the server's signature algorithms fits, and ends "
                              "the handshake when it is to sign");
}

/// SunX509KeyManagerImpl.chooseClientAlias and getAliases: key types in their order, and for each
/// the aliases as a HashMap walks them. Neither dates nor extensions are asked.
Selection select_as_sun_x509(const Choice& choice, const JsseRequest& request,
                             const std::vector<std::size_t>& places) {
  const auto order = rearranged(places, hash_map_order(aliases_at(choice.keys, places)));
  for (std::size_t type = 0; type < request.key_types.size(); ++type) {
    for (const std::size_t place : order) {
      const HeldKeyFacts& key = choice.keys[place];
      if (place_of_type(request, key) == type &&
          names_an_issuer(choice.request, key.chain, pki::same_canonical)) {
        return sign_with(choice, place);
      }
    }
  }
  const Obstacle obstacle = first_obstacle(choice, request, places);
  return nothing_presented(obstacle.reason, obstacle.detail);
}

/// X509KeyManagerImpl.CheckResult; INSENSITIVE is for servers.
enum class CheckResult : std::uint8_t { ok, expired, extension_mismatch };

/// X509KeyManagerImpl.CheckType.CLIENT.check.
CheckResult check_as_client(const Certificate& leaf, CivilTime now) {
  const bool needs_signature_bit = leaf.public_key.algorithm == pki::KeyAlgorithm::rsa ||
                                   leaf.public_key.algorithm == pki::KeyAlgorithm::dsa ||
                                   leaf.public_key.algorithm == pki::KeyAlgorithm::ec;
  if (!is_meant_for(leaf, pki::KeyPurpose::client_auth) ||
      (needs_signature_bit && !leaf.allows_digital_signature)) {
    return CheckResult::extension_mismatch;
  }
  const bool is_valid = now >= leaf.validity.not_before && now <= leaf.validity.not_after;
  return is_valid ? CheckResult::ok : CheckResult::expired;
}

/// jdk.certpath.disabledAlgorithms of 17.0.21, as far as it is about clients.
bool is_disabled_for_paths(const Certificate& certificate) {
  const pki::PublicKey& key = certificate.public_key;
  const bool is_short = (key.algorithm == pki::KeyAlgorithm::rsa && key.bits < 1024) ||
                        (key.algorithm == pki::KeyAlgorithm::dsa && key.bits < 1024) ||
                        (key.algorithm == pki::KeyAlgorithm::ec && key.bits < 224);
  return is_short || certificate.signature.digest == "MD5" || certificate.signature.digest == "MD2";
}

/// sun.security.provider.certpath.AlgorithmChecker.check under SSLAlgorithmConstraints.forSocket,
/// which X509KeyManagerImpl.conformsToAlgorithmConstraints asks of every certificate held, a root
/// at the end too.
const Certificate* find_nonconforming(const JsseRequest& request, const pki::Chain& chain) {
  const auto found = std::ranges::find_if(chain, [&](const pki::CertificatePtr& certificate) {
    const std::string signature = java_signature_name(certificate->signature);
    const auto& admitted = request.certificate_signatures;
    return std::ranges::find(admitted, signature) == admitted.end() ||
           is_disabled_for_paths(*certificate);
  });
  return found == chain.end() ? nullptr : found->get();
}

struct EntryStatus {
  std::size_t place = 0;
  std::size_t key_index = 0;
  CheckResult result = CheckResult::ok;
};

/// X509KeyManagerImpl.getAliases: the matches in the order of the store, up to a perfect one, which
/// then stands alone.
std::vector<EntryStatus> find_matches(const Choice& choice, const JsseRequest& request,
                                      const std::vector<std::size_t>& places) {
  std::vector<EntryStatus> matches;
  for (const std::size_t place : places) {
    const HeldKeyFacts& key = choice.keys[place];
    const auto type = place_of_type(request, key);
    if (!type || !names_an_issuer(choice.request, key.chain, pki::same_canonical) ||
        find_nonconforming(request, key.chain) != nullptr) {
      continue;
    }
    const EntryStatus status{.place = place,
                             .key_index = *type,
                             .result = check_as_client(*key.chain.front(), choice.now)};
    if (status.result == CheckResult::ok && status.key_index == 0) {
      return {status};
    }
    matches.push_back(status);
  }
  return matches;
}

/// X509KeyManagerImpl.chooseAlias: a first match that is sound is taken, whatever comes behind it;
/// else the best by EntryStatus.compareTo.
std::size_t choose_match(const std::vector<EntryStatus>& matches) {
  if (matches.front().result == CheckResult::ok) {
    return matches.front().place;
  }
  const auto best = std::ranges::min_element(matches, {}, [](const EntryStatus& status) {
    return std::pair(status.result, status.key_index);
  });
  return best->place;
}

Obstacle first_obstacle_for_pkix(const Choice& choice, const JsseRequest& request,
                                 const std::vector<std::size_t>& places) {
  for (const std::size_t place : places) {
    const pki::Chain& chain = choice.keys[place].chain;
    if (!place_of_type(request, choice.keys[place]) ||
        !names_an_issuer(choice.request, chain, pki::same_canonical)) {
      continue;
    }
    if (const Certificate* found = find_nonconforming(request, chain)) {
      return {Reason::key_algorithm_unsupported,
              subject_of(*found) + " is signed with " + found->signature.name + " and holds " +
                  key_text(found->public_key) +
                  ", which NewSunX509 finds outside the signature algorithms that the server asks "
                  "for, or disabled"};
    }
  }
  return first_obstacle(choice, request, places);
}

Selection select_as_new_sun_x509(const Choice& choice, const JsseRequest& request,
                                 const std::vector<std::size_t>& places) {
  const std::vector<EntryStatus> matches = find_matches(choice, request, places);
  if (matches.empty()) {
    const Obstacle obstacle = first_obstacle_for_pkix(choice, request, places);
    return nothing_presented(obstacle.reason, obstacle.detail);
  }
  return sign_with(choice, choose_match(matches));
}

/// kork-crypto IdentityX509KeyManager names its one alias whatever is asked for; of a store it is
/// the first key. X509Authentication.createClientPossession still drops a key whose type was not
/// asked for.
Selection select_as_refreshable(const Choice& choice, const JsseRequest& request,
                                const std::vector<std::size_t>& places) {
  const std::size_t first = places.front();
  if (!place_of_type(request, choice.keys[first])) {
    return nothing_presented(Reason::key_algorithm_unsupported,
                             unfit_text(*choice.keys[first].chain.front()));
  }
  return sign_with(choice, first);
}

}  // namespace

Selection select_as_java(const Choice& choice) {
  const std::vector<std::size_t> places = in_order_of_store(choice.keys);
  const JsseRequest request = read_as_jsse(choice.request, choice.version);
  if (request.is_fatal) {
    return handshake_failed(Reason::key_algorithm_unsupported,
                            "Java knows none of the signature algorithms that the server asks for, "
                            "and ends the handshake");
  }
  if (choice.keys.empty()) {
    return holds_nothing();
  }
  if (places.empty()) {
    return nothing_presented(Reason::key_unusable, "Java passes over the keys of the store");
  }
  switch (choice.runtime) {
    case Runtime::java_pkix:
      return select_as_new_sun_x509(choice, request, places);
    case Runtime::java_refreshable:
      return select_as_refreshable(choice, request, places);
    default:
      return select_as_sun_x509(choice, request, places);
  }
}

}  // namespace telltale::assess
