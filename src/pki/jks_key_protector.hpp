#pragma once
// What a JKS does with passwords: its digest over the whole store, and the protection of its keys.

#include <array>
#include <string_view>

#include "telltale/bytes.hpp"
#include "telltale/error.hpp"
#include "telltale/pki/secret.hpp"

#include "pki/openssl.hpp"

namespace telltale::pki {

/// SHA-1.
inline constexpr std::size_t jks_digest_bytes = 20;
using JksDigest = std::array<std::uint8_t, jks_digest_bytes>;

/// The digest behind a store (JavaKeyStore.getPreKeyedHash): over the password in UTF-16, a phrase,
/// and the store up to there.
[[nodiscard]] JksDigest digest_of_store(std::string_view password, ByteView store);

/// Opens a private key that Sun's key protector closed (sun.security.provider.KeyProtector):
/// `protected_key` is an EncryptedPrivateKeyInfo. Errc::wrong_password if it did not open,
/// otherwise a predicate of the file.
[[nodiscard]] Result<EvpPkeyPtr> open_jks_key(ByteView protected_key, std::string_view password);

}  // namespace telltale::pki
