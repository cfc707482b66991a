#include "pki/read_der.hpp"

#include <array>

#include <openssl/err.h>

#include "pki/content_format.hpp"
#include "pki/private_key.hpp"

namespace telltale::pki {

namespace {

/// A traditional form, which DER does not name: they are tried.
struct TraditionalForm {
  int type;
  KeyEncoding encoding;
};

constexpr std::array<TraditionalForm, 3> traditional_forms = {{
    {.type = EVP_PKEY_RSA, .encoding = KeyEncoding::pkcs1},
    {.type = EVP_PKEY_EC, .encoding = KeyEncoding::sec1},
    {.type = EVP_PKEY_DSA, .encoding = KeyEncoding::dsa},
}};

bool is_pkcs8(ByteView der) {
  const unsigned char* next = der.data();
  const Pkcs8InfoPtr info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &next, static_cast<long>(der.size())));
  ERR_clear_error();
  return info != nullptr;
}

bool is_encrypted_pkcs8(ByteView der) {
  const unsigned char* next = der.data();
  const X509SigPtr encrypted(d2i_X509_SIG(nullptr, &next, static_cast<long>(der.size())));
  ERR_clear_error();
  return encrypted != nullptr;
}

struct DecodedKey {
  Result<EvpPkeyPtr> key;
  KeyEncoding encoding = KeyEncoding::pkcs8;
};

DecodedKey decode(ByteView der, const Secret& password, Decryption& decryption) {
  if (is_pkcs8(der)) {
    return {.key = decode_pkcs8(der), .encoding = KeyEncoding::pkcs8};
  }
  if (is_encrypted_pkcs8(der)) {
    return {.key = decode_encrypted_pkcs8(der, password, decryption),
            .encoding = KeyEncoding::encrypted_pkcs8};
  }
  for (const TraditionalForm& form : traditional_forms) {
    if (EvpPkeyPtr key = parse_traditional(der, form.type)) {
      return {.key = std::move(key), .encoding = form.encoding};
    }
  }
  ERR_clear_error();
  return {.key = Error(Errc::malformed, "is DER, but no certificate or private key can be read")};
}

}  // namespace

Result<StoreContent> read_der_certificate(ByteView der) {
  if (const Result<void> length = check_length(der); !length) {
    return length.error();
  }
  const ErrorQueueGuard quiet;
  Result<HeldCertificate> certificate = hold_der(der);
  if (!certificate) {
    return Error(Errc::malformed, "looks like a certificate in DER, which cannot be read: " +
                                      certificate.error().detail());
  }
  StoreContent content{.format = StoreFormat::der};
  content.certificates.push_back({.certificate = *std::move(certificate)});
  return content;
}

Result<StoreContent> read_der_key(ByteView der, const Secret& password,
                                  std::int64_t max_iterations) {
  if (const Result<void> length = check_length(der); !length) {
    return length.error();
  }
  const ErrorQueueGuard quiet;
  Decryption decryption(max_iterations);
  DecodedKey decoded = decode(der, password, decryption);
  HeldKey held{.encoding = decoded.encoding};
  if (decoded.key) {
    held.key = *std::move(decoded.key);
  } else if (decoded.encoding == KeyEncoding::encrypted_pkcs8) {
    held.error = decoded.key.error();
  } else {
    return decoded.key.error();
  }
  StoreContent content{.format = StoreFormat::der};
  content.keys.push_back(std::move(held));
  content.protections = decryption.protections();
  content.needs_legacy_provider = decryption.needed_legacy_provider();
  return content;
}

}  // namespace telltale::pki
