#pragma once
// The SSL_CTX of a server, made as a web configuration says.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/types.h>

#include "telltale/error.hpp"
#include "telltale/http/web_config.hpp"

namespace telltale::http {

/// The PEMs that a TlsServerConfig names. Views: they hold a key.
struct Credentials {
  std::string_view certificate;
  std::string_view key;
  std::string_view client_ca;  ///< empty: none is named
};

/// Makes the context. Sessions are not resumed: who comes in proves itself anew each time, by the
/// certificates and authorities of the day. Errors begin with PemSource::where:
/// Errc::malformed, Errc::key_mismatch, or Errc::unsupported (an encrypted key, for which the
/// schema has no password).
[[nodiscard]] Result<std::shared_ptr<SSL_CTX>> make_server_context(const TlsServerConfig& config,
                                                                   const Credentials& credentials);

/// Whether a certificate names one of `allowed` in its subjectAltName: DNS name, e-mail address and
/// URI letter by letter, as the toolkit's VerifyPeerCertificate; an IP address by its value.
[[nodiscard]] bool has_allowed_san(const X509& certificate,
                                   const std::vector<std::string>& allowed);

/// Whether this OpenSSL has a cipher suite of TLS 1.2, or a curve, by OpenSSL's name.
[[nodiscard]] bool has_cipher_suite(const char* name);
[[nodiscard]] bool has_curve(const char* name);

}  // namespace telltale::http
