#include "support/pkcs12.hpp"

#include <openssl/objects.h>
#include <openssl/pkcs12.h>

#include "support/keys.hpp"
#include "support/openssl_ptr.hpp"

namespace telltale::mint {

namespace {

using support::Asn1ObjectPtr;
using support::KeyPtr;
using support::X509Ptr;

void free_certificates(STACK_OF(X509) * certificates) {
  sk_X509_pop_free(certificates, X509_free);
}

void free_bags(STACK_OF(PKCS12_SAFEBAG) * bags) {
  sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
}

void free_safes(STACK_OF(PKCS7) * safes) {
  sk_PKCS7_pop_free(safes, PKCS7_free);
}

using StorePtr = std::unique_ptr<PKCS12, support::Deleter<PKCS12_free>>;
using CertificatesPtr = std::unique_ptr<STACK_OF(X509), support::Deleter<free_certificates>>;
using BagsPtr = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), support::Deleter<free_bags>>;
using SafesPtr = std::unique_ptr<STACK_OF(PKCS7), support::Deleter<free_safes>>;

constexpr const char* trusted_key_usage = "2.16.840.1.113894.746875.1.1";

std::string bytes_of(const PKCS12& store) {
  unsigned char* der = nullptr;
  const int size = i2d_PKCS12(&store, &der);
  require(size > 0, "write a PKCS#12 store");
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

void add_trusted(STACK_OF(PKCS12_SAFEBAG) & bags, const Der& certificate, std::string_view alias) {
  const X509Ptr parsed = parse_certificate(certificate);
  PKCS12_SAFEBAG* const bag = PKCS12_SAFEBAG_create_cert(parsed.get());
  require(bag != nullptr && sk_PKCS12_SAFEBAG_push(&bags, bag) > 0, "make a certificate's bag");
  require(PKCS12_add_friendlyname_utf8(bag, alias.data(), static_cast<int>(alias.size())) == 1,
          "name a certificate");
  // The attribute's value is the object anyExtendedKeyUsage itself, which -1 for a length says.
  const Asn1ObjectPtr any(OBJ_nid2obj(NID_anyExtendedKeyUsage));
  require(PKCS12_add1_attr_by_txt(bag, trusted_key_usage, V_ASN1_OBJECT,
                                  reinterpret_cast<const unsigned char*>(any.get()), -1) == 1,
          "mark a certificate as trusted");
}

}  // namespace

std::string key_store(const Credential& credential, std::string_view alias,
                      std::string_view password) {
  const KeyPtr key = parse_key(credential.key);
  const X509Ptr leaf = parse_certificate(credential.leaf);
  const CertificatesPtr chain(sk_X509_new_null());
  for (const Der& certificate : credential.chain) {
    require(sk_X509_push(chain.get(), parse_certificate(certificate).release()) > 0,
            "add to a chain");
  }
  const StorePtr store(PKCS12_create(std::string(password).c_str(), std::string(alias).c_str(),
                                     key.get(), leaf.get(), chain.get(), 0, 0, 0, 0, 0));
  require(store != nullptr, "make a PKCS#12 store");
  return bytes_of(*store);
}

std::string trust_store(const std::vector<Der>& certificates, std::string_view password) {
  const BagsPtr bags(sk_PKCS12_SAFEBAG_new_null());
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    add_trusted(*bags, certificates[i], "authority-" + std::to_string(i + 1));
  }
  const std::string text(password);
  STACK_OF(PKCS7)* safes = nullptr;
  const bool is_added = PKCS12_add_safe(&safes, bags.get(), NID_aes_256_cbc, 0, text.c_str()) == 1;
  const SafesPtr owned(safes);
  require(is_added, "encrypt a trust store");
  const StorePtr store(PKCS12_add_safes(owned.get(), 0));
  require(
      store != nullptr && PKCS12_set_mac(store.get(), text.c_str(), static_cast<int>(text.size()),
                                         nullptr, 0, 0, EVP_sha256()) == 1,
      "make a PKCS#12 trust store");
  return bytes_of(*store);
}

}  // namespace telltale::mint
