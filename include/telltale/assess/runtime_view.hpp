#pragma once
// What the runtimes that Spinnaker's services are written in make of one file of certificates and
// keys, and what they refuse. Pure.

#include <cstddef>
#include <string>
#include <vector>

#include <boost/describe/enum.hpp>

#include "telltale/pki/store.hpp"

namespace telltale::assess {

enum class RuntimeFamily {
  java,     ///< a KeyStore of OpenJDK 17, for Tomcat, OkHttp and `javax.net.ssl.*`
  go,       ///< armory/go-yaml-tools pkg/tls, as Dinghy reads `certFile` and `cacertFile`
  openssl,  ///< OpenSSL 3, as Redis, nginx and haproxy use it
};
BOOST_DESCRIBE_ENUM(RuntimeFamily, java, go, openssl)

struct RuntimeView {
  RuntimeFamily runtime = RuntimeFamily::java;
  /// What it would send, leaf first. Empty: nothing; or there are several keys, and which one it
  /// sends is decided in the handshake.
  pki::Chain presents;
  std::string as_identity;            ///< the same for people, and why
  std::size_t anchors = 0;            ///< whom it would trust, were the file its trust store
  std::string as_trust;               ///< the same for people, and why
  std::vector<std::string> refusals;  ///< sentences: what it does not read, and what would be right
};

/// `PEM`, `DER`, `PKCS#12`, `JKS`.
[[nodiscard]] std::string text_of(pki::StoreFormat format);

/// Java, Go and OpenSSL, in this order.
[[nodiscard]] std::vector<RuntimeView> runtime_views(const pki::StoreFacts& facts);

}  // namespace telltale::assess
