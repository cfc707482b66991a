// OpenSSL 3, by itself and in servers that are configured with PEM files: Redis, nginx, haproxy.

#include <algorithm>

#include "assess/runtime_view.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using pki::StoreFacts;
using pki::StoreKey;

constexpr std::string_view servers_read_pem =
    "Redis, nginx and haproxy read PEM: give them what openssl pkcs12 writes.";

void look_at_identity(const StoreFacts& facts, RuntimeView& view) {
  if (facts.needs_legacy_provider) {
    view.as_identity = "nothing: its key does not open by itself";
    view.refusals.emplace_back(
        "Its key opens with the legacy provider only (-provider legacy -provider default), since "
        "it is encrypted with RC2, RC4 or DES; openssl pkcs8 -topk8 writes AES.");
    return;
  }
  if (holds_authorities_only(facts)) {
    view.as_identity = "nothing: there are only authorities in it";
    return;
  }
  if (facts.keys.empty()) {
    view.presents = facts.certificates.empty() ? pki::Chain{} : certificates_of(facts);
    view.as_identity = facts.certificates.empty()
                           ? "nothing: there is no certificate in it"
                           : chain_text(view.presents) + ", with a key from another file";
    return;
  }
  const StoreKey& key = facts.keys.front();
  if (!key.error.empty()) {
    view.as_identity = "nothing: " + key_text(key) + " does not open here";
    return;
  }
  if (key.chain.empty()) {
    view.as_identity = facts.certificates.empty()
                           ? "nothing: there is no certificate in it"
                           : "nothing: " + key_text(key) + " " + stray_key_text(key);
    return;
  }
  view.presents = key.chain;
  view.as_identity = (facts.keys.size() > 1 ? "its first key" : key_text(key)) + " with " +
                     chain_text(view.presents);
}

/// X509_verify_cert ends a path at a self-issued certificate only, unless the program asks for
/// X509_V_FLAG_PARTIAL_CHAIN; Redis, nginx and haproxy do not.
void look_at_trust(const StoreFacts& facts, RuntimeView& view) {
  view.anchors = static_cast<std::size_t>(std::ranges::count_if(
      facts.certificates,
      [](const pki::StoreCertificate& held) { return held.certificate->is_self_issued; }));
  const std::size_t others = facts.certificates.size() - view.anchors;
  if (facts.certificates.empty()) {
    view.as_trust = "nobody: there is no certificate in it";
  } else if (view.anchors == 0) {
    view.as_trust = "nobody: no certificate in it is self-issued, and others are no anchors";
  } else {
    view.as_trust = count(view.anchors, "anchor");
    view.as_trust +=
        others == 0 ? "" : "; " + count(others, "certificate") + " more to build chains with";
  }
}

void refuse_for_servers(const StoreFacts& facts, RuntimeView& view) {
  if (facts.format == pki::StoreFormat::pkcs12) {
    view.refusals.emplace_back(servers_read_pem);
  }
  if (facts.format == pki::StoreFormat::der) {
    view.refusals.emplace_back(
        "Redis, nginx and haproxy read PEM: openssl x509 -inform DER makes "
        "one of it.");
  }
}

}  // namespace

RuntimeView openssl_view(const StoreFacts& facts) {
  RuntimeView view{.runtime = RuntimeFamily::openssl};
  if (facts.format == pki::StoreFormat::jks) {
    view.as_identity = "nothing: it reads no JKS";
    view.as_trust = "nobody: it reads no JKS";
    view.refusals.emplace_back(
        "It reads no JKS: keytool -importkeystore -deststoretype PKCS12 converts it.");
    return view;
  }
  if (facts.needs_legacy_provider && facts.format == pki::StoreFormat::pkcs12) {
    view.as_identity = "nothing: it does not open by itself";
    view.as_trust = "nobody: it does not open by itself";
    view.refusals.emplace_back(
        "It opens with the legacy provider only (openssl pkcs12 -legacy), since it is encrypted "
        "with RC2, RC4 or DES; keytool of Java 17 and openssl pkcs12 of OpenSSL 3 write AES.");
    return view;
  }
  look_at_identity(facts, view);
  look_at_trust(facts, view);
  refuse_for_servers(facts, view);
  return view;
}

}  // namespace telltale::assess
