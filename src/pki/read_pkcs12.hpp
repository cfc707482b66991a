#pragma once
// Reads PKCS#12 (RFC 7292) as keytool and OpenSSL write it. Errors are predicates of the file.

#include <cstdint>

#include "telltale/bytes.hpp"
#include "telltale/error.hpp"

#include "pki/decryption.hpp"
#include "pki/store_content.hpp"

namespace telltale::pki {

/// Reads every certificate and private key. Without the store's password none is tried, then
/// `changeit`; a store whose certificates are not encrypted is then read as Java reads it, without
/// its MAC. A key that does not open is no error but HeldKey::error. Errc::wrong_password if the
/// store does not open, which a damaged one does not either; Errc::malformed for one that is cut
/// off or is no PKCS#12; Errc::unsupported for algorithms that OpenSSL lacks;
/// Errc::invalid_value for more iterations than allowed.
[[nodiscard]] Result<StoreContent> read_pkcs12(
    ByteView content, const StorePasswords& passwords,
    std::int64_t max_iterations = max_iterations_of_java);

}  // namespace telltale::pki
