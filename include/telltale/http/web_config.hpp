#pragma once
// WebConfig: `--web.config.file`, in the schema of the Prometheus exporter-toolkit
// (docs/web-configuration.md and web/tls_config.go there).

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telltale/error.hpp"
#include "telltale/pki/secret.hpp"
#include "telltale/tls/handshake.hpp"

namespace telltale::http {

/// Which certificate is asked of a client: Go's crypto/tls ClientAuthType.
enum class ClientAuthType {
  no_client_cert,
  request_client_cert,             ///< any that it likes to present, unverified
  require_any_client_cert,         ///< any, unverified
  verify_client_cert_if_given,     ///< none, or one of a client CA
  require_and_verify_client_cert,  ///< one of a client CA
};

/// A PEM, in a file of its own or in the web configuration itself.
struct PemSource {
  std::string where;  ///< for messages: `web.yml:3: tls_server_config.cert_file`
  std::string file;   ///< empty: `text` is it
  std::shared_ptr<const pki::Secret> text;  ///< shared, since a key is not copied
};

/// `tls_server_config`.
struct TlsServerConfig {
  PemSource certificate;  ///< `cert_file`, `cert`: the leaf, then what it chains through
  PemSource key;          ///< `key_file`, `key`
  ClientAuthType client_auth_type = ClientAuthType::no_client_cert;
  std::optional<PemSource> client_ca;            ///< `client_ca_file`, `client_ca`
  std::vector<std::string> client_allowed_sans;  ///< empty: any
  tls::ProtocolVersion min_version = tls::ProtocolVersion::tls_1_2;
  tls::ProtocolVersion max_version = tls::ProtocolVersion::tls_1_3;
  std::vector<std::string> cipher_suites;  ///< of TLS 1.2, in OpenSSL's names; empty: our default
  bool prefer_server_cipher_suites = true;
  std::vector<std::string> curve_preferences;  ///< in OpenSSL's names; empty: our default
};

/// bcrypt hashes by user.
using Users = std::map<std::string, std::string, std::less<>>;

/// What is added to responses: names and values.
using Headers = std::vector<std::pair<std::string, std::string>>;

struct WebConfig {
  std::optional<TlsServerConfig> tls;  ///< nothing: plain HTTP
  Headers headers;                     ///< `http_server_config.headers`
  Users users;                         ///< `basic_auth_users`; empty: everybody may ask
};

/// Larger web configurations are refused.
inline constexpr std::size_t max_web_config_bytes = std::size_t{256} * 1024;

/// A bcrypt hash of a greater cost is refused: each password would take seconds.
inline constexpr int max_bcrypt_cost = 14;

/// Reads the text of a web configuration. `file` is for messages, and its directory is where
/// relative paths begin. The files that it names are not read. Errc::malformed for what is not
/// YAML, Errc::unsupported for what the schema has and telltale has not, else Errc::invalid_value:
/// `file:line: key: what is wrong; what would be right`.
[[nodiscard]] Result<WebConfig> parse_web_config(std::string_view text, const std::string& file);

/// Every key of the schema: `tls_server_config.cert_file`.
[[nodiscard]] std::vector<std::string> web_config_keys();

}  // namespace telltale::http
