// Private keys for minted certificates, cheap enough to ask for in every test.
#pragma once

#include "support/mint.hpp"
#include "support/openssl_ptr.hpp"

namespace telltale::mint {

/// Returns a key of the type. Elliptic keys are fresh. RSA keys are slow to make, so the process
/// keeps a few of each size and hands them out in turn: keys asked for one after the other differ.
/// Safe to call from any thread.
[[nodiscard]] support::KeyPtr make_key(KeyType type);

/// Parses an unencrypted PKCS#8 key; throws std::runtime_error if it is none.
[[nodiscard]] support::KeyPtr parse_key(const Der& pkcs8);
[[nodiscard]] Der to_pkcs8(const EVP_PKEY& key);

/// Parses a certificate; throws std::runtime_error if it is none.
[[nodiscard]] support::X509Ptr parse_certificate(const Der& certificate);
[[nodiscard]] Der to_der(const X509& certificate);

/// Throws std::runtime_error("cannot <doing>: <OpenSSL's reason>") unless `ok`.
void require(bool ok, const char* doing);

}  // namespace telltale::mint
