#pragma once
// Soundness: what can be wrong with a certificate, whoever holds it.

#include <string>
#include <vector>

#include "telltale/pki/certificate.hpp"

namespace telltale::assess {

/// The subject as sentences name it.
[[nodiscard]] std::string subject_of(const pki::Certificate& certificate);

/// The extendedKeyUsage is absent, or has the purpose or anyExtendedKeyUsage (RFC 5280 4.2.1.12).
[[nodiscard]] bool is_meant_for(const pki::Certificate& certificate, pki::KeyPurpose purpose);

/// What today's runtimes object to, as ends of a sentence: `has an RSA key of 1024 bits`, `is
/// signed with sha1WithRSAEncryption`. Nobody relies on what a self-issued certificate says of
/// itself, so its signature is left out.
[[nodiscard]] std::vector<std::string> weaknesses_of(const pki::Certificate& certificate);

}  // namespace telltale::assess
