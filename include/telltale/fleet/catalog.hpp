#pragma once
// Catalog: what Spinnaker is made of. Its services with ports, runtimes and Kubernetes names, and
// who calls whom by which client path. Data with its sources; nothing here is configured.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <boost/describe/enum.hpp>

#include "telltale/fleet/fleet.hpp"

namespace telltale::fleet {

/// Whether a service uses something, such as Redis.
enum class Use {
  never,
  if_enabled,       ///< off unless its key says otherwise
  unless_disabled,  ///< on unless its key says otherwise
  always,
};
BOOST_DESCRIBE_ENUM(Use, never, if_enabled, unless_disabled, always)

/// A use and the property that switches it; the property is empty for never and always.
struct ServiceUse {
  Use use = Use::never;
  std::string_view property;     ///< `sql.enabled`
  std::string_view replaced_by;  ///< where this is true, something else serves instead
};

struct CatalogService {
  std::string_view
      name;  ///< `clouddriver-rw`: Halyard's canonical name, and what a target is named
  std::string_view
      base;  ///< `clouddriver`: whose profile it reads, too; its own name if it is no variant
  std::string_view key;  ///< below `services.` in profiles: `clouddriverRw`
  std::uint16_t port = 0;
  Runtime runtime = Runtime::java;  ///< none: no client of other services (deck, redis)
  std::string_view health;  ///< empty: it has no health endpoint, and Halyard's probe is tcpSocket
  bool has_server_settings = true;  ///< `server.ssl.*` in its profile is what its server does
  bool has_kork_tomcat =
      true;              ///< `default.{apiPort,legacyServerPort,tlsVersions,…}` have an effect
  bool is_core = false;  ///< there is no Spinnaker without it: deployed unless disabled
  Goal goal = Goal::need;
  ServiceUse redis;
  std::string_view redis_url;  ///< the property that holds it: `redis.connection`
  ServiceUse sql;
  std::string_view source;  ///< where the facts are from, repository:path
};

/// How a client is built inside Spinnaker.
enum class ClientPath {
  certificate,  ///< OkHttpClientProvider: `ok-http-client.*`; in Go: `http.*`
  raw,          ///< a bare OkHttpClient: no key store, the JRE's trust; in Go: no tls.Config
  insecure,     ///< InsecureOkHttpClientBuilderProvider: no key store, trusts anybody
};
BOOST_DESCRIBE_ENUM(ClientPath, certificate, raw, insecure)

struct CatalogCall {
  std::string_view caller;  ///< a CatalogService's base; variants call as it does
  std::string_view callee;  ///< a CatalogService's base; empty: whomever the list of URLs names
  /// That holds the URL in the caller's profile: `services.orca.baseUrl`. With `[]` in it, it is a
  /// list, `proxies[].uri`, and there is no call without it.
  std::string_view property;
  ClientPath path = ClientPath::certificate;
  /// Where Halyard's HA sends it: the callee's variant, if that one is deployed; else empty.
  std::string_view ha_callee;
  std::string_view
      purpose;              ///< where two clients of one caller differ: `Lambda stages`; else empty
  std::string_view source;  ///< repository:path
  /// There is no call unless this property of the caller or of the callee is true; empty: it is
  /// made wherever both are deployed.
  std::string_view switched_by;
};

/// Every service, redis among them, variants after their base.
[[nodiscard]] std::span<const CatalogService> catalog_services();

/// Every call from service to service over HTTPS. Redis is not among them: see
/// CatalogService::redis.
[[nodiscard]] std::span<const CatalogCall> catalog_calls();

/// By its name; null if there is none.
[[nodiscard]] const CatalogService* find_service(std::string_view name);

/// The two worlds of Kubernetes names.
enum class ServiceNames {
  prefixed,  ///< Halyard and the operator: `spin-orca.spinnaker`
  bare,      ///< Spinnaker's own kustomize files: `orca`
};
BOOST_DESCRIBE_ENUM(ServiceNames, prefixed, bare)

/// The host that peers use for a service: `spin-orca.spinnaker`, or `orca`, `orca.spinnaker`.
[[nodiscard]] std::string service_host(std::string_view service, ServiceNames names,
                                       std::string_view name_space);

}  // namespace telltale::fleet
