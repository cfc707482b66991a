#pragma once
// StoreFacts by hand, over certificates minted once: what a reader would make of the file that the
// name says.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "telltale/pki/store.hpp"

#include "support/mint.hpp"

namespace telltale::store_facts {

inline pki::CertificatePtr parse(const mint::Der& der) {
  return std::make_shared<const pki::Certificate>(pki::parse_certificate(der).value());
}

/// A root, an intermediate below it, and a leaf below that.
struct Certificates {
  pki::CertificatePtr root;
  pki::CertificatePtr intermediate;
  pki::CertificatePtr leaf;
};

inline Certificates minted() {
  const mint::Ca root({.common_name = "Root"});
  const mint::Ca intermediate = root.intermediate({.common_name = "Issuing"});
  const mint::Credential leaf =
      intermediate.issue({.common_name = "orca", .dns = {"spin-orca.spinnaker"}});
  return {.root = parse(root.certificate()),
          .intermediate = parse(intermediate.certificate()),
          .leaf = parse(leaf.leaf)};
}

inline pki::StoreKey key(std::string alias, pki::KeyEncoding encoding, pki::Chain chain,
                         std::string error = "") {
  return {.alias = std::move(alias),
          .encoding = encoding,
          .public_key = {.algorithm = pki::KeyAlgorithm::rsa, .bits = 2048, .curve = ""},
          .chain = std::move(chain),
          .error = std::move(error)};
}

inline std::vector<pki::StoreCertificate> bare(const pki::Chain& chain) {
  std::vector<pki::StoreCertificate> held;
  for (const pki::CertificatePtr& certificate : chain) {
    held.push_back({.certificate = certificate, .alias = "", .is_trusted_entry = false});
  }
  return held;
}

inline std::vector<pki::StoreCertificate> trusted(const pki::Chain& chain) {
  std::vector<pki::StoreCertificate> held = bare(chain);
  for (std::size_t i = 0; i < held.size(); ++i) {
    held[i].is_trusted_entry = true;
    held[i].alias = "ca-" + std::to_string(i);
  }
  return held;
}

/// A PEM of certificates, and behind them, where `encoding` names one, a key in `key_block`, which
/// belongs to the first certificate.
inline pki::StoreFacts pem(const pki::Chain& chain,
                           std::optional<pki::KeyEncoding> encoding = std::nullopt,
                           const std::string& key_block = "RSA PRIVATE KEY") {
  pki::StoreFacts facts{.format = pki::StoreFormat::pem, .certificates = bare(chain)};
  facts.pem_blocks.assign(chain.size(), "CERTIFICATE");
  if (encoding) {
    facts.keys = {key("", *encoding, chain)};
    facts.pem_blocks.push_back(key_block);
  }
  return facts;
}

/// A PKCS#12 as keytool of Java 17 writes it.
inline pki::StoreFacts pkcs12(std::vector<pki::StoreKey> keys,
                              std::vector<pki::StoreCertificate> trusted_entries = {}) {
  pki::StoreFacts facts{
      .format = pki::StoreFormat::pkcs12,
      .opening = pki::StoreOpening::password,
      .certificates = std::move(trusted_entries),
      .keys = std::move(keys),
      .protections = {"PBES2 (AES-256-CBC)", "MAC hmacWithSHA256, 10000 iterations"}};
  for (const pki::StoreKey& held : facts.keys) {
    const std::vector<pki::StoreCertificate> chain = bare(held.chain);
    facts.certificates.insert(facts.certificates.end(), chain.begin(), chain.end());
  }
  return facts;
}

inline pki::StoreFacts jks(std::vector<pki::StoreKey> keys,
                           std::vector<pki::StoreCertificate> trusted_entries = {}) {
  return {.format = pki::StoreFormat::jks,
          .opening = pki::StoreOpening::without_password,
          .certificates = std::move(trusted_entries),
          .keys = std::move(keys)};
}

}  // namespace telltale::store_facts
