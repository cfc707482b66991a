#pragma once
// How each runtime chooses among the keys that it holds, and the words they share.

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "telltale/assess/selection.hpp"

namespace telltale::assess {

/// What a runtime has to choose from, and by what.
struct Choice {
  fleet::Runtime runtime = fleet::Runtime::java;
  std::span<const HeldKeyFacts> keys;
  const tls::CertificateRequest& request;
  tls::ProtocolVersion version = tls::ProtocolVersion::tls_1_3;
  CivilTime now;
};

[[nodiscard]] Selection select_as_java(const Choice& choice);
[[nodiscard]] Selection select_as_go(const Choice& choice);
[[nodiscard]] Selection select_as_openssl(const Choice& choice);

/// The key at this place is presented.
[[nodiscard]] Selection presented(std::size_t key);

/// The Certificate message is empty.
[[nodiscard]] Selection nothing_presented(Reason reason, std::string detail);
[[nodiscard]] Selection holds_nothing();

/// The client ends the handshake itself.
[[nodiscard]] Selection handshake_failed(Reason reason, std::string detail);

/// find_start_failure() of selection.hpp, of each runtime. `keys` are never empty.
[[nodiscard]] std::optional<Selection> go_fails_to_start(fleet::Runtime runtime,
                                                         std::span<const HeldKeyFacts> keys);
[[nodiscard]] std::optional<Selection> openssl_fails_to_start(std::span<const HeldKeyFacts> keys);

using SameName = std::function<bool(const pki::DistinguishedName&, const pki::DistinguishedName&)>;

/// The list is empty and admits everyone, or one of its names issued a certificate of `chain`.
/// Clients look at the certificates that they hold, not at what those chain to.
[[nodiscard]] bool names_an_issuer(const tls::CertificateRequest& request, const pki::Chain& chain,
                                   const SameName& same);

/// `the server lists CN=Root A alone, and of the certificates held CN=Int is the only issuer`.
[[nodiscard]] std::string unlisted_text(const tls::CertificateRequest& request,
                                        const pki::Chain& chain);

/// `an RSA key of 2048 bits`, `an EC key (prime256v1)`.
[[nodiscard]] std::string key_text(const pki::PublicKey& key);

}  // namespace telltale::assess
