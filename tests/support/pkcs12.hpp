// PKCS#12 as keytool writes it (RFC 7292), made without a JVM: for fleets that are too large to
// wait for one at each store.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/mint.hpp"

namespace telltale::mint {

/// A store with one key and its chain: PBES2 with AES-256 and an HMAC of SHA-256, as JDK 17 has it.
[[nodiscard]] std::string key_store(const Credential& credential, std::string_view alias,
                                    std::string_view password);

/// A store of trusted certificates. Each carries Oracle's trustedKeyUsage attribute, without which
/// Java takes it for no trust anchor (JDK 17 sun.security.pkcs12.PKCS12KeyStore).
[[nodiscard]] std::string trust_store(const std::vector<Der>& certificates,
                                      std::string_view password);

}  // namespace telltale::mint
