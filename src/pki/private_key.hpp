#pragma once
// Private keys from their DER, whatever file it stood in. Errors are predicates ("holds a private
// key that ..."): the caller puts the file in front.

#include "telltale/bytes.hpp"
#include "telltale/error.hpp"
#include "telltale/pki/secret.hpp"

#include "pki/decryption.hpp"
#include "pki/openssl.hpp"

namespace telltale::pki {

/// What is said of keys that do not open.
[[nodiscard]] Error key_without_password();
[[nodiscard]] Error key_with_wrong_password();
/// With OpenSSL's reason, if its error queue holds one.
[[nodiscard]] Error unreadable_key();

/// Reads PKCS#8 (RFC 5208 5). Errc::malformed.
[[nodiscard]] Result<EvpPkeyPtr> decode_pkcs8(const PKCS8_PRIV_KEY_INFO& info);
[[nodiscard]] Result<EvpPkeyPtr> decode_pkcs8(ByteView der);

/// Reads encrypted PKCS#8 (RFC 5208 6). Errc::wrong_password if `password` is empty or does not
/// open it, otherwise as Decryption::open_key and decode_pkcs8.
[[nodiscard]] Result<EvpPkeyPtr> decode_encrypted_pkcs8(ByteView der, const Secret& password,
                                                        Decryption& decryption);

/// Reads the form a key's own standard gives it: PKCS#1, SEC1 or OpenSSL's for DSA, as `type`
/// (EVP_PKEY_RSA, EVP_PKEY_EC, EVP_PKEY_DSA) says. Null if it is none.
[[nodiscard]] EvpPkeyPtr parse_traditional(ByteView der, int type);

}  // namespace telltale::pki
