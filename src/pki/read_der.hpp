#pragma once
// Reads one certificate or one private key from DER. Errors are predicates of the file.

#include <cstdint>

#include "telltale/bytes.hpp"
#include "telltale/error.hpp"
#include "telltale/pki/secret.hpp"

#include "pki/decryption.hpp"
#include "pki/store_content.hpp"

namespace telltale::pki {

[[nodiscard]] Result<StoreContent> read_der_certificate(ByteView der);

/// Reads PKCS#8, plain or encrypted, PKCS#1, SEC1 or DSA. A key that `password` does not open is no
/// error but HeldKey::error.
[[nodiscard]] Result<StoreContent> read_der_key(
    ByteView der, const Secret& password, std::int64_t max_iterations = max_iterations_of_java);

}  // namespace telltale::pki
