// Java: KeyStore, KeyManagerFactory and TrustManagerFactory of OpenJDK 17, and Tomcat over them.

#include <algorithm>
#include <array>

#include "assess/runtime_view.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using pki::StoreFacts;
using pki::StoreKey;

/// JKS and PKCS#12 are told apart by their content, whatever `key-store-type` says
/// (sun.security.util.KeyStoreDelegator, `keystore.type.compat`); there is no PEM KeyStore.
bool is_key_store(const StoreFacts& facts) {
  return facts.format == pki::StoreFormat::pkcs12 || facts.format == pki::StoreFormat::jks;
}

/// SunX509KeyManagerImpl's constructor passes over entries without a chain.
bool is_usable(const StoreKey& key) {
  return key.error.empty() && !key.chain.empty();
}

std::vector<const StoreKey*> usable_keys(const StoreFacts& facts) {
  std::vector<const StoreKey*> keys;
  for (const StoreKey& key : facts.keys) {
    if (is_usable(key)) {
      keys.push_back(&key);
    }
  }
  return keys;
}

/// SunX509KeyManagerImpl.getAliases: the first alias, in the order of a hash table, whose key fits
/// and of whose chain one certificate's issuer is among the names. kork-crypto's
/// IdentityX509KeyManager, with `refreshable-keys`, asks for neither.
std::string choice_text(const std::vector<const StoreKey*>& keys) {
  std::vector<std::string> aliases;
  for (const StoreKey* key : keys) {
    aliases.push_back(key->alias.empty() ? "(no alias)" : key->alias);
  }
  return "one of the keys " + enumerate(aliases, 5) +
         ": one that fits and of whose chain an issuer is among the authorities that the server "
         "names; with ok-http-client.refreshable-keys always the first";
}

void look_at_identity(const StoreFacts& facts, RuntimeView& view) {
  const auto locked = std::ranges::find_if_not(facts.keys, &std::string::empty, &StoreKey::error);
  const std::vector<const StoreKey*> keys = usable_keys(facts);
  if (locked != facts.keys.end() && facts.opening != pki::StoreOpening::password) {
    view.as_identity = "unknown: " + key_text(*locked) + " opens with its password only";
    return;
  }
  if (locked != facts.keys.end()) {
    view.as_identity =
        "nothing: " + key_text(*locked) + " does not open, and one such key fails them all";
    // SunX509KeyManagerImpl's constructor calls getKey for every entry, and lets its
    // UnrecoverableKeyException out.
    view.refusals.push_back("A KeyManagerFactory opens every key of a store with one password; " +
                            key_text(*locked) + " does not open with the one given.");
    return;
  }
  if (keys.empty()) {
    view.as_identity = facts.keys.empty() ? "nothing: there is no private key in it"
                                          : "nothing: there is no private key with a certificate";
    return;
  }
  if (keys.size() > 1) {
    view.as_identity = choice_text(keys);
    return;
  }
  view.presents = keys.front()->chain;
  view.as_identity = key_text(*keys.front()) + " with " + chain_text(view.presents);
}

/// As a client's trust store: sun.security.validator.TrustStoreUtil takes the first certificate of
/// a key's chain for an anchor, too. Tomcat's SSLUtilBase hands a PKIXBuilderParameters the store,
/// which takes trustedCertEntry only, and throws where there is none.
std::string leaves_text(const StoreFacts& facts) {
  const std::size_t leaves = static_cast<std::size_t>(
      std::ranges::count_if(facts.keys, [](const StoreKey& key) { return !key.chain.empty(); }));
  return leaves == 0 ? ""
                     : "; a client (ok-http-client.trust-store) also trusts the leaf of " +
                           count(leaves, "key");
}

void look_at_trust(const StoreFacts& facts, RuntimeView& view) {
  view.anchors = static_cast<std::size_t>(
      std::ranges::count_if(facts.certificates, &pki::StoreCertificate::is_trusted_entry));
  view.as_trust = (view.anchors == 0 ? "nobody: there is no trustedCertEntry in it"
                                     : count(view.anchors, "anchor")) +
                  leaves_text(facts);
  if (view.anchors > 0 || !facts.keys.empty()) {
    return;
  }
  // PKCS12KeyStore.loadSafeContents keeps a certificate without the trustedKeyUsage attribute for
  // putting chains together, and makes no entry of it.
  view.refusals.push_back(
      facts.certificates.empty()
          ? "As a trust store it is empty: Tomcat does not start with it (\"the trustAnchors "
            "parameter must be non-empty\")."
          : "As a trust store it is empty: no certificate in it carries Oracle's trustedKeyUsage "
            "attribute (2.16.840.1.113894.746875.1.1), which openssl pkcs12 does not write. Tomcat "
            "does not start with it (\"the trustAnchors parameter must be non-empty\"). Import the "
            "certificates with keytool -importcert.");
}

/// PKCS12KeyStore.loadSafeContents takes shrouded keys only, no bags within bags, and drops a key
/// without localKeyId where it has one already.
StoreFacts seen_by_java(StoreFacts facts, RuntimeView& view) {
  for (const StoreKey& key : facts.keys) {
    if (!key.is_seen_by_java) {
      view.refusals.push_back("Java passes over " + key_text(key) +
                              ", since its bag is not encrypted, lies within another bag or has "
                              "no localKeyId; openssl pkcs12 -export writes one that it takes.");
    }
  }
  std::erase_if(facts.keys, [](const StoreKey& key) { return !key.is_seen_by_java; });
  return facts;
}

/// ok-http-client has a property for the store's password, and none for the key's.
void refuse_own_passwords(const StoreFacts& facts, RuntimeView& view) {
  for (const StoreKey& key : facts.keys) {
    if (key.has_own_password) {
      view.refusals.push_back(
          "ok-http-client opens a store and its key with one password: " + key_text(key) +
          " has another (server.ssl.key-password may name it); keytool "
          "-importkeystore -srckeypass writes a store with one.");
    }
  }
}

/// JDK-8076190, in 8u301 and 11.0.12, taught Java to read these; JDK-8153005 made them what
/// keytool writes from Java 16 on.
bool has_new_mac(const StoreFacts& facts) {
  constexpr std::array<std::string_view, 3> macs = {"MAC hmacWithSHA256", "MAC hmacWithSHA384",
                                                    "MAC hmacWithSHA512"};
  return std::ranges::any_of(facts.protections, [&](std::string_view protection) {
    return std::ranges::any_of(macs,
                               [&](std::string_view mac) { return protection.starts_with(mac); });
  });
}

}  // namespace

RuntimeView java_view(const StoreFacts& facts) {
  RuntimeView view{.runtime = RuntimeFamily::java};
  if (!is_key_store(facts)) {
    view.as_identity = "nothing: it is no KeyStore";
    view.as_trust = "nobody: it is no KeyStore";
    view.refusals.push_back(
        "Java reads PKCS#12 and JKS; this is " + text_of(facts.format) +
        ". key-store and trust-store do not take it, neither of server.ssl nor of ok-http-client" +
        (facts.format == pki::StoreFormat::pem
             ? "; Spring Boot's server.ssl.certificate, certificate-private-key and "
               "trust-certificate do."
             : "."));
    return view;
  }
  const StoreFacts seen = seen_by_java(facts, view);
  look_at_identity(seen, view);
  refuse_own_passwords(seen, view);
  look_at_trust(seen, view);
  if (has_new_mac(facts)) {
    view.refusals.emplace_back(
        "Java before 8u301 and 11.0.12 does not open it (HmacPBESHA256); for those, write it with "
        "keytool -J-Dkeystore.pkcs12.legacy.");
  }
  return view;
}

}  // namespace telltale::assess
