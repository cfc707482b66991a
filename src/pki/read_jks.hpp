#pragma once
// Reads Java's own key stores, JKS (sun.security.provider.JavaKeyStore), of both versions. Errors
// are predicates of the file.

#include "telltale/bytes.hpp"
#include "telltale/error.hpp"

#include "pki/store_content.hpp"

namespace telltale::pki {

/// Reads every entry. The digest over the whole is checked if the store's password was given:
/// Errc::wrong_password if it does not fit, which it does not in a damaged file either. A key that
/// does not open is no error but HeldKey::error; without any password, `changeit` is tried on it.
/// Errc::malformed for a file that is cut off, has bytes behind its end, or is no JKS.
[[nodiscard]] Result<StoreContent> read_jks(ByteView content, const StorePasswords& passwords);

}  // namespace telltale::pki
