#include "pki/pkcs12_bags.hpp"

#include <algorithm>
#include <string_view>

#include "pki/alias.hpp"

namespace telltale::pki {

namespace {

constexpr std::string_view oracle_trusted_key_usage = "2.16.840.1.113894.746875.1.1";

ByteView bytes_of(const ASN1_STRING& string) {
  return {ASN1_STRING_get0_data(&string), static_cast<std::size_t>(ASN1_STRING_length(&string))};
}

/// An attribute's first value if it is of `type`; borrowed.
const ASN1_STRING* value_of(const PKCS12_SAFEBAG& bag, int attribute, int type) {
  const ASN1_TYPE* value =
      PKCS12_get_attr_gen(PKCS12_SAFEBAG_get0_attrs(&bag), attribute);  // get0, too
  return value != nullptr && ASN1_TYPE_get(value) == type ? value->value.asn1_string : nullptr;
}

EntryName name_of(const PKCS12_SAFEBAG& bag) {
  EntryName name;
  if (const ASN1_STRING* alias = value_of(bag, NID_friendlyName, V_ASN1_BMPSTRING)) {
    name.alias = alias_of_bmp_string(bytes_of(*alias));
  }
  if (const ASN1_STRING* id = value_of(bag, NID_localKeyID, V_ASN1_OCTET_STRING)) {
    const ByteView bytes = bytes_of(*id);
    name.local_key_id.emplace(bytes.begin(), bytes.end());
  }
  return name;
}

bool has_trusted_key_usage(const PKCS12_SAFEBAG& bag) {
  const STACK_OF(X509_ATTRIBUTE)* attributes = PKCS12_SAFEBAG_get0_attrs(&bag);
  for (int i = 0; i < sk_X509_ATTRIBUTE_num(attributes); ++i) {
    const ASN1_OBJECT* type = X509_ATTRIBUTE_get0_object(sk_X509_ATTRIBUTE_value(attributes, i));
    if (type != nullptr && text_of(*type, ObjectSpelling::dotted) == oracle_trusted_key_usage) {
      return true;
    }
  }
  return false;
}

/// What Java takes for the localKeyId of the only key, and of a certificate that stands first, if
/// they have none.
Bytes made_up_key_id() {
  return {'0', '1'};
}

bool is_self_signed(const HeldCertificate& certificate) {
  EVP_PKEY* key = X509_get0_pubkey(certificate.x509.get());  // borrowed, null if unknown
  return same_canonical(certificate.facts->subject, certificate.facts->issuer) && key != nullptr &&
         X509_verify(certificate.x509.get(), key) == 1;
}

bool is_in(const std::vector<HeldCertificate>& chain, const HeldCertificate& certificate) {
  return std::ranges::any_of(chain, [&](const HeldCertificate& other) {
    return other.facts->der == certificate.facts->der;
  });
}

}  // namespace

Result<void> Pkcs12Bags::add(const STACK_OF(PKCS12_SAFEBAG) & bags) {
  return add(bags, false);
}

// RFC 7292 4.2.6: bags may hold bags. OpenSSL's decoder stops at a depth of some 30 elements.
Result<void> Pkcs12Bags::add(const STACK_OF(PKCS12_SAFEBAG) & bags,  // NOLINT(misc-no-recursion)
                             bool is_nested) {
  for (int i = 0; i < sk_PKCS12_SAFEBAG_num(&bags); ++i) {
    const PKCS12_SAFEBAG& bag = *sk_PKCS12_SAFEBAG_value(&bags, i);
    Result<void> added;
    switch (PKCS12_SAFEBAG_get_nid(&bag)) {
      case NID_keyBag:
        add_key(bag, false, is_nested);
        break;
      case NID_pkcs8ShroudedKeyBag:
        add_key(bag, true, is_nested);
        break;
      case NID_certBag:
        added = add_certificate(bag, i == 0, is_nested);
        break;
      case NID_safeContentsBag:
        added = add(*PKCS12_SAFEBAG_get0_safes(&bag), true);
        break;
      default:  // CRLs and secret keys
        break;
    }
    if (!added) {
      return added;
    }
  }
  return {};
}

Result<void> Pkcs12Bags::add_certificate(const PKCS12_SAFEBAG& bag, bool is_first, bool is_nested) {
  if (PKCS12_SAFEBAG_get_bag_nid(&bag) != NID_x509Certificate) {
    return {};
  }
  EntryName name = name_of(bag);
  X509Ptr x509(PKCS12_SAFEBAG_get1_cert(&bag));
  Result<HeldCertificate> certificate =
      x509 ? hold(std::move(x509)) : openssl_error(Errc::malformed, "reading a certificate");
  if (!certificate) {
    return Error(Errc::malformed, "holds a certificate (" +
                                      (name.alias.empty() ? "without alias" : name.alias) +
                                      ") that cannot be read: " + certificate.error().detail());
  }
  const bool is_trusted_entry = !is_nested && has_trusted_key_usage(bag);
  if (is_trusted_entry && name.alias.empty()) {
    name.alias = made_up_alias();
  }
  if (!name.local_key_id && shrouded_keys_ == 1 && is_first) {
    name.local_key_id = made_up_key_id();
  }
  certificates_.push_back({.certificate = *std::move(certificate),
                           .name = std::move(name),
                           .is_trusted_entry = is_trusted_entry,
                           .is_seen_by_java = !is_nested});
  return {};
}

void Pkcs12Bags::add_key(const PKCS12_SAFEBAG& bag, bool is_shrouded, bool is_nested) {
  Pkcs12Key key{.bag = &bag, .name = name_of(bag), .is_seen_by_java = is_shrouded && !is_nested};
  shrouded_keys_ += key.is_seen_by_java ? 1 : 0;
  if (!key.name.local_key_id && shrouded_keys_ == 1) {
    key.name.local_key_id = made_up_key_id();
  }
  key.is_seen_by_java = key.is_seen_by_java && key.name.local_key_id.has_value();
  if (key.name.alias.empty()) {
    key.name.alias = made_up_alias();
  }
  keys_.push_back(std::move(key));
}

std::string Pkcs12Bags::made_up_alias() {
  return std::to_string(++made_up_aliases_);
}

const Pkcs12Certificate* Pkcs12Bags::find_leaf(const Pkcs12Key& key) const {
  const Pkcs12Certificate* of_key_id = nullptr;
  const Pkcs12Certificate* of_alias = nullptr;
  for (const Pkcs12Certificate& certificate : certificates_) {
    if (certificate.is_trusted_entry) {
      continue;
    }
    const bool has_alias = same_alias(key.name.alias, certificate.name.alias);
    const bool has_key_id =
        key.name.local_key_id && key.name.local_key_id == certificate.name.local_key_id;
    if (has_key_id && has_alias) {
      return &certificate;
    }
    of_key_id = has_key_id ? &certificate : of_key_id;
    of_alias = has_alias && !has_key_id ? &certificate : of_alias;
  }
  return of_key_id != nullptr ? of_key_id : of_alias;
}

const Pkcs12Certificate* Pkcs12Bags::find_issuer(const Pkcs12Certificate& issued) const {
  const ASN1_OCTET_STRING* issuer_id =  // get0, null without one
      X509_get0_authority_key_id(issued.certificate.x509.get());
  const Pkcs12Certificate* of_name = nullptr;
  for (const Pkcs12Certificate& certificate : certificates_) {
    if (!same_canonical(certificate.certificate.facts->subject, issued.certificate.facts->issuer)) {
      continue;
    }
    const ASN1_OCTET_STRING* own_id =
        X509_get0_subject_key_id(certificate.certificate.x509.get());  // get0, too
    if (issuer_id == nullptr ||
        (own_id != nullptr && ASN1_OCTET_STRING_cmp(issuer_id, own_id) == 0)) {
      return &certificate;
    }
    of_name = own_id == nullptr ? &certificate : of_name;
  }
  return of_name;
}

std::vector<HeldCertificate> Pkcs12Bags::chain_of(const Pkcs12Key& key) const {
  const ErrorQueueGuard quiet;
  std::vector<HeldCertificate> chain;
  const Pkcs12Certificate* next = find_leaf(key);
  while (next != nullptr && !is_in(chain, next->certificate)) {
    chain.push_back(share(next->certificate));
    next = is_self_signed(next->certificate) ? nullptr : find_issuer(*next);
  }
  return chain;
}

}  // namespace telltale::pki
