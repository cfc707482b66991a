#include "assess/runtime_view.hpp"

#include <algorithm>

#include "telltale/assess/inspection.hpp"

#include "assess/words.hpp"

namespace telltale::assess {

std::vector<RuntimeView> runtime_views(const pki::StoreFacts& facts) {
  return {java_view(facts), go_view(facts), openssl_view(facts)};
}

std::string text_of(pki::StoreFormat format) {
  switch (format) {
    case pki::StoreFormat::pem:
      return "PEM";
    case pki::StoreFormat::der:
      return "DER";
    case pki::StoreFormat::pkcs12:
      return "PKCS#12";
    case pki::StoreFormat::jks:
      return "JKS";
  }
  return "unknown";
}

std::string chain_text(const pki::Chain& chain) {
  const ChainShape shape = shape_of(chain);
  if (!shape.in_order) {
    return count(chain.size(), "certificate") + " in the wrong order";
  }
  if (chain.size() == 1) {
    return shape.ends_in_root ? "one self-issued certificate"
                              : "the leaf alone, issued by " + shape.next_issuer;
  }
  return count(chain.size(), "certificate") + ", up to " +
         (shape.ends_in_root ? "the root" : "one issued by " + shape.next_issuer);
}

std::string key_text(const pki::StoreKey& key) {
  return key.alias.empty() ? "the key" : "the key " + key.alias;
}

std::string stray_key_text(const pki::StoreKey& key) {
  return key.certificate_position == 0
             ? "belongs to no certificate in it"
             : "belongs to certificate " + std::to_string(key.certificate_position) +
                   " of the file, which must come first";
}

bool holds_authorities_only(const pki::StoreFacts& facts) {
  return facts.keys.empty() && !facts.certificates.empty() &&
         std::ranges::all_of(facts.certificates, [](const pki::StoreCertificate& held) {
           return held.certificate->is_ca;
         });
}

pki::Chain certificates_of(const pki::StoreFacts& facts) {
  pki::Chain chain;
  for (const pki::StoreCertificate& held : facts.certificates) {
    chain.push_back(held.certificate);
  }
  return chain;
}

}  // namespace telltale::assess
