#pragma once
// Soundness: what can be wrong with a certificate, whoever holds it.

#include <optional>
#include <string>
#include <vector>

#include "telltale/assess/runtime_view.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/pki/certificate.hpp"

namespace telltale::assess {

/// The subject as sentences name it.
[[nodiscard]] std::string subject_of(const pki::Certificate& certificate);

/// The extendedKeyUsage is absent, or has the purpose or anyExtendedKeyUsage (RFC 5280 4.2.1.12).
[[nodiscard]] bool is_meant_for(const pki::Certificate& certificate, pki::KeyPurpose purpose);

/// The same as a peer of this family sees it: OpenSSL does not take anyExtendedKeyUsage for
/// serverAuth or clientAuth (crypto/x509/v3_purp.c xku_reject), Java and Go do.
[[nodiscard]] bool is_meant_for(const pki::Certificate& certificate, pki::KeyPurpose purpose,
                                RuntimeFamily family);

/// What today's runtimes object to, as ends of a sentence: `has an RSA key of 1024 bits`, `is
/// signed with sha1WithRSAEncryption`. Nobody relies on what a self-issued certificate says of
/// itself, so its signature is left out.
[[nodiscard]] std::vector<std::string> weaknesses_of(const pki::Certificate& certificate);

/// The TLS stack of a runtime; nothing for a path of which only that is known that it has no
/// certificate.
[[nodiscard]] std::optional<RuntimeFamily> family_of(fleet::Runtime runtime);

/// A peer of this family refuses a chain with this certificate for its key or signature. Java:
/// jdk.certpath.disabledAlgorithms of OpenJDK 17 (SHA-1 only under the JDK's own roots). Go:
/// crypto/x509 checkSignature. OpenSSL: security level 2, Debian's default.
[[nodiscard]] bool is_refused_as_weak(const pki::Certificate& certificate, RuntimeFamily family);

}  // namespace telltale::assess
