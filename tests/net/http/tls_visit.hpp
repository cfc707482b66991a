#pragma once
// One connection over a Guard's TLS: a server of a few lines, and a client that a test dresses up.

#include <string>
#include <vector>

#include "telltale/http/guard.hpp"

#include "support/mint.hpp"

namespace telltale::http_test {

/// What the client brings.
struct Visitor {
  const mint::Credential* presents = nullptr;  ///< with its chain; null: no certificate
  int version = 0;                             ///< TLS1_2_VERSION or the like; 0: any
  std::string cipher_suites;                   ///< OpenSSL's names; empty: all
  std::string curves;                          ///< likewise
  std::vector<std::string> protocols;          ///< ALPN
};

/// What came of it, as the client saw it.
struct Visit {
  bool came_in = false;    ///< the handshake was done, and the server then spoke to us
  bool was_asked = false;  ///< for a certificate
  int version = 0;
  std::string cipher_suite;
  std::string protocol;                ///< ALPN's
  std::vector<mint::Der> chain;        ///< the server's, as presented
  std::vector<mint::Der> authorities;  ///< of the CertificateRequest
  bool got_ticket = false;
};

/// Connects once on loopback. The server's side asks the guard for the context, and after the
/// handshake whether the client may come in.
[[nodiscard]] Visit visit(http::Guard& guard, const Visitor& visitor = {});

}  // namespace telltale::http_test
