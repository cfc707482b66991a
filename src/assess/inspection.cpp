#include "telltale/assess/inspection.hpp"

#include <algorithm>
#include <utility>

#include "assess/runtime_view.hpp"

namespace telltale::assess {

namespace {

using pki::Chain;
using pki::StoreFacts;

InspectedEntry entry_of(EntryKind kind, const std::string& alias, const Chain& chain) {
  InspectedEntry entry{.kind = kind, .alias = alias, .shape = shape_of(chain)};
  for (const pki::CertificatePtr& certificate : chain) {
    entry.certificates.push_back({.certificate = certificate});
  }
  return entry;
}

bool is_in_a_chain(const StoreFacts& facts, const pki::Certificate& certificate) {
  const auto is_same = [&](const pki::CertificatePtr& other) {
    return other->fingerprint_sha256 == certificate.fingerprint_sha256;
  };
  return std::ranges::any_of(facts.keys, [&](const pki::StoreKey& key) {
    return std::ranges::any_of(key.chain, is_same);
  });
}

bool is_upside_down(Chain chain) {
  std::ranges::reverse(chain);
  return !chain.front()->is_ca && shape_of(chain).in_order;
}

/// Certificates whose key is in another file.
bool is_a_chain_without_key(const StoreFacts& facts) {
  const bool is_bare =
      facts.format == pki::StoreFormat::pem || facts.format == pki::StoreFormat::der;
  return is_bare && facts.keys.empty() && !facts.certificates.empty() &&
         (!facts.certificates.front().certificate->is_ca || is_upside_down(certificates_of(facts)));
}

std::vector<InspectedEntry> entries_of(const StoreFacts& facts) {
  std::vector<InspectedEntry> entries;
  for (const pki::StoreKey& key : facts.keys) {
    entries.push_back(entry_of(EntryKind::private_key, key.alias, key.chain));
    entries.back().key = KeyFacts{.encoding = key.encoding,
                                  .public_key = key.public_key,
                                  .certificate_position = key.certificate_position,
                                  .error = key.error};
  }
  if (is_a_chain_without_key(facts)) {
    entries.push_back(entry_of(EntryKind::certificate, "", certificates_of(facts)));
    return entries;
  }
  for (const pki::StoreCertificate& held : facts.certificates) {
    if (held.is_trusted_entry || !is_in_a_chain(facts, *held.certificate)) {
      const EntryKind kind =
          held.is_trusted_entry ? EntryKind::trusted_certificate : EntryKind::certificate;
      entries.push_back(entry_of(kind, held.alias, {held.certificate}));
    }
  }
  return entries;
}

}  // namespace

ChainShape shape_of(const Chain& chain) {
  if (chain.empty()) {
    return {};
  }
  const auto does_not_follow = [](const pki::CertificatePtr& issued,
                                  const pki::CertificatePtr& issuer) {
    return !pki::same_canonical(issued->issuer, issuer->subject);
  };
  const pki::Certificate& last = *chain.back();
  return {.in_order = std::ranges::adjacent_find(chain, does_not_follow) == chain.end(),
          .ends_in_root = last.is_self_issued,
          .next_issuer = last.is_self_issued ? "" : last.issuer.rfc4514};
}

Inspection inspect(std::string file, const StoreFacts& facts) {
  return {.file = std::move(file),
          .format = facts.format,
          .opening = facts.opening,
          .protections = facts.protections,
          .entries = entries_of(facts),
          .views = runtime_views(facts)};
}

}  // namespace telltale::assess
