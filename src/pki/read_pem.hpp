#pragma once
// Reads certificates and private keys from PEM (RFC 7468, and the traditional forms of OpenSSL).
// Errors are predicates ("holds no certificate"): the caller puts the file in front.

#include <cstdint>
#include <string_view>

#include "telltale/error.hpp"
#include "telltale/pki/secret.hpp"

#include "pki/decryption.hpp"
#include "pki/store_content.hpp"

namespace telltale::pki {

/// Reads every certificate and every private key in the text, in order; there may be none. Keys are
/// PKCS#8, plain or encrypted; PKCS#1, SEC1 or DSA, plain or encrypted the traditional way.
/// `password` may be empty; nobody is ever asked for one. A key that does not open is no error but
/// HeldKey::error; blocks of other kinds are only named. Errc::malformed if a block or certificate
/// is damaged, or the text holds no block at all.
[[nodiscard]] Result<StoreContent> read_pem(std::string_view text, const Secret& password,
                                            std::int64_t max_iterations = max_iterations_of_java);

}  // namespace telltale::pki
