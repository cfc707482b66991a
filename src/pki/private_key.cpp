#include "pki/private_key.hpp"

#include <openssl/err.h>

namespace telltale::pki {

Error key_without_password() {
  return {Errc::wrong_password, "holds an encrypted private key, and no password was given"};
}

Error key_with_wrong_password() {
  ERR_clear_error();
  return {Errc::wrong_password, "holds a private key that the password given does not open"};
}

Error unreadable_key() {
  return openssl_error(Errc::malformed, "holds a private key that cannot be read");
}

Result<EvpPkeyPtr> decode_pkcs8(const PKCS8_PRIV_KEY_INFO& info) {
  EvpPkeyPtr key(EVP_PKCS82PKEY(&info));
  if (!key) {
    return unreadable_key();
  }
  return key;
}

Result<EvpPkeyPtr> decode_pkcs8(ByteView der) {
  const unsigned char* next = der.data();
  const Pkcs8InfoPtr info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &next, static_cast<long>(der.size())));
  if (!info) {
    return unreadable_key();
  }
  return decode_pkcs8(*info);
}

Result<EvpPkeyPtr> decode_encrypted_pkcs8(ByteView der, const Secret& password,
                                          Decryption& decryption) {
  const unsigned char* next = der.data();
  const X509SigPtr encrypted(d2i_X509_SIG(nullptr, &next, static_cast<long>(der.size())));
  if (!encrypted) {
    return unreadable_key();
  }
  if (password.empty()) {
    return key_without_password();
  }
  const Result<Pkcs8InfoPtr> info = decryption.open_key(*encrypted, password.reveal());
  if (info) {
    return decode_pkcs8(**info);
  }
  if (info.error().code() == Errc::wrong_password) {
    return key_with_wrong_password();
  }
  return Error(info.error().code(), "holds a private key that " + info.error().detail());
}

EvpPkeyPtr parse_traditional(ByteView der, int type) {
  const unsigned char* next = der.data();
  return EvpPkeyPtr(d2i_PrivateKey(type, nullptr, &next, static_cast<long>(der.size())));
}

}  // namespace telltale::pki
