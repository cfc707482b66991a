#pragma once
// ServiceView: what an Installation says of one service, in telltale's words. What targets are
// derived from, and what lint rules look at.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "telltale/fleet/catalog.hpp"
#include "telltale/tls/handshake.hpp"

#include "fleet/installation.hpp"

namespace telltale::fleet {

/// A value and where it stands: `spinnakerservice.yml:12`, or `catalog` for Spinnaker's default.
template <class T>
struct Sourced {
  T value{};
  std::string source;
};

/// A key or trust store as configured, not yet looked for on disk.
struct StoreSettings {
  std::optional<Setting> file;
  std::optional<Setting> password;
  std::optional<Setting> type;
};

/// `server.ssl.*`.
struct ServerSettings {
  /// The service serves HTTPS: `server.ssl` exists and is not disabled (Spring: a block without
  /// `enabled` counts).
  bool has_tls = false;
  std::optional<Setting> block;        ///< what says so: the first key of `server.ssl`
  std::optional<Setting> enabled;      ///< `server.ssl.enabled`, if written
  std::optional<Setting> client_auth;  ///< as written
  /// What the server does with it: Java any spelling; Go exact lower case, where `any` is need and
  /// `request` is want, both without verification, and all else none. Nothing where nobody can
  /// tell: it has a placeholder, or no word that Spring knows.
  std::optional<tls::ClientAuthMode> mode;
  bool is_verified = true;  ///< false: Go's `any` and `request`
  StoreSettings keys;       ///< key-store, or certFile of Go, or `certificate` of Spring's PEM keys
  StoreSettings trust;      ///< trust-store, or cacertFile of Go
  std::optional<Setting> key_file;  ///< keyFile of Go, certificate-private-key
  std::optional<Setting> key_alias;
  /// Both only where they have an effect: with kork's Tomcat and `server.ssl.enabled: true`
  /// written down (mono `kork-tomcat/.../TomcatConfiguration.java`).
  std::optional<Setting> api_port;     ///< default.apiPort > 0: another connector with NEED
  std::optional<Setting> legacy_port;  ///< default.legacyServerPort > 0: a plaintext connector
};

/// `ok-http-client.*`, or `http.*` of a Go service.
struct ClientSettings {
  StoreSettings keys;
  StoreSettings trust;
  std::optional<Setting> key_file;  ///< http.clientKeyFile of Go
  bool is_refreshable = false;      ///< ok-http-client.refreshable-keys.enabled
};

/// The JVM's own stores, `-Djavax.net.ssl.*` in JAVA_OPTS: what Redis and JDBC edges use.
struct JvmSettings {
  std::optional<Setting> options;  ///< JAVA_OPTS as a whole
  std::optional<std::string> key_store;
  std::optional<std::string> key_store_password;  ///< as written; may be a secret
  std::optional<std::string> trust_store;
  std::optional<std::string> trust_store_password;
  bool is_pkix = false;  ///< -Dssl.KeyManagerFactory.algorithm=PKIX
};

/// How kubelet asks whether it is well.
enum class HealthProbe { tcp, exec, http };

struct ServiceView {
  const CatalogService* service = nullptr;  ///< never null
  Properties properties;
  const YamlNode* settings = nullptr;  ///< its service-settings; null if there are none
  Sourced<bool> enabled;               ///< it is deployed, and what says so
  ServerSettings server;
  ClientSettings client;
  JvmSettings jvm;
  /// What peers are told to call: overrideBaseUrl > baseUrl > scheme + address + port
  /// (hal ServiceSettings.buildBaseUri); in the world of plain profiles `services.<key>.baseUrl`.
  Sourced<std::string> base_url;
  Sourced<std::uint16_t> port;  ///< that it listens on
  Sourced<HealthProbe> probe;
  /// The URL of its Redis, where it uses one: `redis.connection`, `services.redis.baseUrl`, …
  std::optional<Sourced<std::string>> redis;
  bool uses_sql = false;
  std::string sql_source;  ///< what says so
};

/// What the installation says of a service of the catalog.
[[nodiscard]] ServiceView view_of(const Installation& installation, const CatalogService& service);

/// Every service of the catalog, in its order, deployed or not.
[[nodiscard]] std::vector<ServiceView> views_of(const Installation& installation);

}  // namespace telltale::fleet
