// Go: armory/go-yaml-tools, pkg/tls/tls.go (GetX509KeyPair, readAndDecryptPEM) and the callers of
// AppendCertsFromPEM in pkg/tls/client/config.go and pkg/tls/server/server.go.

#include <algorithm>
#include <ranges>

#include "assess/runtime_view.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using pki::KeyEncoding;
using pki::StoreFacts;
using pki::StoreKey;

constexpr std::string_view rsa_block = "RSA PRIVATE KEY";

/// PKCS#1, encrypted or not; of several the last counts.
const StoreKey* key_in_file(const StoreFacts& facts) {
  for (const StoreKey& key : std::views::reverse(facts.keys)) {
    const bool is_rsa = key.public_key.algorithm == pki::KeyAlgorithm::rsa ||
                        key.public_key.algorithm == pki::KeyAlgorithm::unknown;
    if (key.encoding == KeyEncoding::pkcs1 ||
        (key.encoding == KeyEncoding::encrypted_traditional && is_rsa)) {
      return &key;
    }
  }
  return nullptr;
}

/// Keys in other blocks are taken for something else, and the key's file is asked, whose other
/// blocks are passed over alike: tls.X509KeyPair then finds no key at all.
void refuse_other_keys(const StoreFacts& facts, RuntimeView& view) {
  const bool has_other = std::ranges::any_of(facts.pem_blocks, [](std::string_view block) {
    return block.ends_with("PRIVATE KEY") && block != rsa_block;
  });
  if (has_other) {
    view.refusals.emplace_back(
        "It takes keys from RSA PRIVATE KEY blocks (PKCS#1) only, and fails with \"failed to find "
        "any PEM data in key input\"; openssl rsa -traditional writes one.");
  }
}

/// A root behind the leaf is no loss: peers must hold it themselves.
void refuse_chain(const StoreFacts& facts, RuntimeView& view) {
  const auto is_intermediate = [](const pki::StoreCertificate& held) {
    return !held.certificate->is_self_issued;
  };
  if (std::ranges::any_of(facts.certificates | std::views::drop(1), is_intermediate)) {
    view.refusals.emplace_back(
        "As certFile it is cut to its first certificate: peers that do not hold the intermediates "
        "themselves fail to verify it, and where a server names the root alone, nothing is "
        "presented.");
  }
}

/// What becomes of a file whose first block is a certificate.
void present(const StoreFacts& facts, RuntimeView& view) {
  const pki::CertificatePtr& leaf = facts.certificates.front().certificate;
  const StoreKey* key = key_in_file(facts);
  if (key == nullptr) {
    view.presents = {leaf};
    view.as_identity = "its first certificate, if the key's file holds an RSA PRIVATE KEY";
    return;
  }
  if (!key->error.empty()) {
    // x509.DecryptPEMBlock's error is dropped.
    view.as_identity = "nothing: its key does not open here; its password goes under keyPassword";
    return;
  }
  if (key->chain.empty()) {
    view.as_identity = "nothing: its last RSA key " + stray_key_text(*key);
    return;
  }
  view.presents = {leaf};
  view.as_identity = "its first certificate";
  if (key->encoding == KeyEncoding::encrypted_traditional) {
    view.as_identity += ", with the key's password under keyPassword";
  }
}

/// The first block that is not an RSA PRIVATE KEY becomes the certificate, whatever it is.
void look_at_identity(const StoreFacts& facts, RuntimeView& view) {
  const auto first = std::ranges::find_if(
      facts.pem_blocks, [](std::string_view block) { return block != rsa_block; });
  refuse_other_keys(facts, view);
  if (first == facts.pem_blocks.end()) {
    view.as_identity = "nothing as certFile: it panics, since there is no certificate in it";
    view.as_identity += facts.pem_blocks.empty() ? "" : "; as the key's file it does";
    return;
  }
  if (*first != "CERTIFICATE" || facts.certificates.empty()) {
    view.as_identity = "nothing: it takes the first block for the certificate, and that is " +
                       (first->empty() ? "nameless" : *first);
    return;
  }
  if (holds_authorities_only(facts)) {
    view.as_identity = "nothing: there are only authorities in it";
    return;
  }
  present(facts, view);
  refuse_chain(facts, view);
}

/// CertPool.AppendCertsFromPEM reads every CERTIFICATE block, roots and others alike; what it
/// returns is not looked at.
void look_at_trust(const StoreFacts& facts, RuntimeView& view) {
  view.anchors = static_cast<std::size_t>(std::ranges::count(facts.pem_blocks, "CERTIFICATE"));
  view.as_trust = view.anchors == 0 ? "nobody: there is no CERTIFICATE block in it"
                                    : count(view.anchors, "anchor");
}

}  // namespace

RuntimeView go_view(const StoreFacts& facts) {
  RuntimeView view{.runtime = RuntimeFamily::go};
  if (facts.format != pki::StoreFormat::pem) {
    view.as_identity = "nothing: there is no PEM in it";
    view.as_trust = "nobody, without an error: there is no PEM in it";
    view.refusals.push_back("It reads PEM; this is " + text_of(facts.format) +
                            ". As certFile, with a keyFile beside it, it ends the service (index "
                            "out of range).");
    return view;
  }
  look_at_identity(facts, view);
  look_at_trust(facts, view);
  return view;
}

}  // namespace telltale::assess
