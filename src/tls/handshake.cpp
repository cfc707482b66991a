#include "telltale/tls/handshake.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "telltale/enum_names.hpp"

namespace telltale::tls {

namespace {

// IANA "TLS SignatureScheme"; below them the (hash, signature) pairs of RFC 5246 that servers still
// list in TLS 1.2.
constexpr std::array<std::pair<SignatureScheme, std::string_view>, 26> scheme_names = {{
    {0x0403, "ecdsa_secp256r1_sha256"},
    {0x0503, "ecdsa_secp384r1_sha384"},
    {0x0603, "ecdsa_secp521r1_sha512"},
    {0x0807, "ed25519"},
    {0x0808, "ed448"},
    {0x0804, "rsa_pss_rsae_sha256"},
    {0x0805, "rsa_pss_rsae_sha384"},
    {0x0806, "rsa_pss_rsae_sha512"},
    {0x0809, "rsa_pss_pss_sha256"},
    {0x080a, "rsa_pss_pss_sha384"},
    {0x080b, "rsa_pss_pss_sha512"},
    {0x0401, "rsa_pkcs1_sha256"},
    {0x0501, "rsa_pkcs1_sha384"},
    {0x0601, "rsa_pkcs1_sha512"},
    {0x0203, "ecdsa_sha1"},
    {0x0201, "rsa_pkcs1_sha1"},
    {0x081a, "ecdsa_brainpoolP256r1tls13_sha256"},
    {0x081b, "ecdsa_brainpoolP384r1tls13_sha384"},
    {0x081c, "ecdsa_brainpoolP512r1tls13_sha512"},
    {0x0303, "ecdsa_sha224"},
    {0x0301, "rsa_pkcs1_sha224"},
    {0x0302, "dsa_sha224"},
    {0x0402, "dsa_sha256"},
    {0x0502, "dsa_sha384"},
    {0x0602, "dsa_sha512"},
    {0x0202, "dsa_sha1"},
}};

}  // namespace

std::string to_text(AlertDescription description) {
  const std::string number = " (" + std::to_string(static_cast<unsigned>(description)) + ")";
  const std::string_view name = name_of(description);
  return (name == "unknown" ? "unassigned" : std::string(name)) + number;
}

std::string name_of_scheme(SignatureScheme scheme) {
  const auto* found =
      std::ranges::find(scheme_names, scheme, &std::pair<SignatureScheme, std::string_view>::first);
  if (found != scheme_names.end()) {
    return std::string(found->second);
  }
  const std::array<std::uint8_t, 2> bytes = {static_cast<std::uint8_t>(scheme >> 8U),
                                             static_cast<std::uint8_t>(scheme & 0xffU)};
  return "0x" + to_hex(bytes);
}

}  // namespace telltale::tls
