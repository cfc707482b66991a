// A peer that sorts connections as the filter chains do that Istio's control plane writes for an
// inbound port. It is not Envoy: it knows these rules, and nothing else of it.
#pragma once

#include <cstdint>
#include <list>
#include <string_view>
#include <thread>

#include "support/socket.hpp"

namespace telltale::support {

/// Of an inbound port (istio pilot/pkg/networking/core/filterchain_options.go, listener.go).
enum class FilterChains {
  /// PERMISSIVE, protocol auto or tcp: TLS with one of Istio's ALPNs ends at the sidecar; other TLS
  /// and plaintext are passed on to the application.
  permissive,
  /// PERMISSIVE, port declared HTTP: TLS without one of Istio's ALPNs matches nothing and is reset.
  permissive_http,
  /// STRICT: every TLS ends at the sidecar; plaintext is reset.
  strict,
};

/// Whether the ClientHello in these bytes (a whole TLS record) offers one of Istio's ALPNs.
[[nodiscard]] bool offers_istio_alpn(std::string_view record);

/// Listens on 127.0.0.1 and passes bytes on to two other peers there: the application, and what
/// ends TLS for the sidecar.
class Sidecar {
 public:
  Sidecar(FilterChains chains, std::uint16_t application_port, std::uint16_t sidecar_port);
  ~Sidecar();
  Sidecar(const Sidecar&) = delete;
  Sidecar& operator=(const Sidecar&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  struct Connection;

  void accept_connections();
  void serve(Connection& connection) const;

  const FilterChains chains_;
  const std::uint16_t application_port_;
  const std::uint16_t sidecar_port_;
  Socket listener_;
  const std::uint16_t port_;
  std::list<Connection> connections_;  // the accepting thread's alone, until it has been joined
  std::thread accepting_;
};

}  // namespace telltale::support
