// Makes the stranger: an identity nobody knows, to find out who really checks.

#include <array>
#include <stdexcept>
#include <string_view>

#include <openssl/rand.h>

#include "pki/identity_builder.hpp"

namespace telltale::pki {

namespace {

constexpr std::string_view common_name = "telltale stranger";

EvpPkeyPtr make_key(KeyAlgorithm algorithm) {
  switch (algorithm) {
    case KeyAlgorithm::ec:
      return EvpPkeyPtr(EVP_EC_gen("P-256"));
    case KeyAlgorithm::rsa:
      return EvpPkeyPtr(EVP_RSA_gen(2048));
    default:
      throw std::invalid_argument("a stranger has an EC or an RSA key");
  }
}

void add_extension(X509& certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
  const X509ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  require(extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1,
          "making a stranger's extensions");
}

void set_serial_number(X509& certificate) {
  std::array<unsigned char, 16> random{};
  require(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1,
          "drawing a serial number");
  random[0] &= 0x7fU;  // RFC 5280 4.1.2.2: positive
  const BignumPtr number(BN_bin2bn(random.data(), static_cast<int>(random.size()), nullptr));
  require(
      number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr,
      "setting a serial number");
}

void set_names(X509& certificate) {
  const X509NamePtr name(X509_NAME_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(common_name.data());
  require(name && X509_NAME_add_entry_by_NID(name.get(), NID_commonName, V_ASN1_UTF8STRING, bytes,
                                             static_cast<int>(common_name.size()), -1, 0) == 1,
          "naming a stranger");
  require(X509_set_subject_name(&certificate, name.get()) == 1 &&
              X509_set_issuer_name(&certificate, name.get()) == 1,
          "naming a stranger");
}

void set_validity(X509& certificate, CivilTime now, std::chrono::seconds lifetime) {
  const CivilTime not_before = now - std::chrono::days(1);
  const CivilTime not_after = not_before + lifetime;
  require(ASN1_TIME_set(X509_getm_notBefore(&certificate), not_before.time_since_epoch().count()) !=
                  nullptr &&
              ASN1_TIME_set(X509_getm_notAfter(&certificate),
                            not_after.time_since_epoch().count()) != nullptr,
          "setting a stranger's validity");
}

}  // namespace

IdentityPtr Identity::make_stranger(KeyAlgorithm algorithm, CivilTime now,
                                    std::chrono::seconds lifetime) {
  EvpPkeyPtr key = make_key(algorithm);
  require(key != nullptr, "making a stranger's key");
  X509Ptr certificate(X509_new());
  require(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
              X509_set_pubkey(certificate.get(), key.get()) == 1,
          "making a stranger");
  set_serial_number(*certificate);
  set_names(*certificate);
  set_validity(*certificate, now, lifetime);
  // An end entity that may be a TLS client: whoever refuses it refuses its issuer, nothing else.
  add_extension(*certificate, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(*certificate, NID_key_usage, "critical,digitalSignature");
  add_extension(*certificate, NID_ext_key_usage, "clientAuth");
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signing a stranger");

  IdentityBuilder builder;
  builder.add(hold(std::move(certificate)).value());
  builder.set_key(std::move(key));
  return std::move(builder).finish();
}

}  // namespace telltale::pki
