#pragma once
// Reads certificates and private keys from PEM (RFC 7468, and the traditional forms of OpenSSL).
// Errors are predicates ("holds no certificate"): the caller puts the file in front.

#include <string_view>
#include <vector>

#include "telltale/error.hpp"
#include "telltale/pki/secret.hpp"

#include "pki/openssl.hpp"

namespace telltale::pki {

/// Reads every certificate in the text, in order; at least one.
[[nodiscard]] Result<std::vector<X509Ptr>> read_pem_certificates(std::string_view text);

/// Reads the first private key in the text: PKCS#8, plain or encrypted; PKCS#1, SEC1 or DSA, plain
/// or encrypted the traditional way. Null if there is none. `password` may be empty; nobody is ever
/// asked for one. Errc::wrong_password if the key is encrypted and does not open.
[[nodiscard]] Result<EvpPkeyPtr> read_pem_key(std::string_view text, const Secret& password);

}  // namespace telltale::pki
