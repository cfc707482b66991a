// What a service's server and its clients are configured with: `server.ssl`, `ok-http-client`,
// `http`, JAVA_OPTS.

#include <algorithm>
#include <array>
#include <charconv>

#include "telltale/enum_names.hpp"

#include "fleet/java_options.hpp"
#include "fleet/service_readers.hpp"

namespace telltale::fleet {
namespace {

using tls::ClientAuthMode;

std::string lower_case(std::string_view text) {
  std::string lower;
  for (const char c : text) {
    lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower;
}

/// Finds keys of `server.ssl`.
class SslKeys {
 public:
  explicit SslKeys(const Properties& profile) : profile_(profile) {}

  [[nodiscard]] std::optional<Setting> find(std::string_view key) const {
    return profile_.find("server.ssl." + std::string(key));
  }

  [[nodiscard]] bool is_true(std::string_view key, bool if_absent) const {
    return profile_.is_true("server.ssl." + std::string(key), if_absent);
  }

 private:
  const Properties& profile_;
};

/// The first of `server.ssl`'s keys that is written down.
template <std::size_t N>
std::optional<Setting> first_of(const SslKeys& keys, const std::array<std::string_view, N>& names) {
  for (const std::string_view name : names) {
    if (auto setting = keys.find(name)) {
      return setting;
    }
  }
  return std::nullopt;
}

StoreSettings store_at(const SslKeys& keys, const std::string& name) {
  return {.file = keys.find(name),
          .password = keys.find(name + "-password"),
          .type = keys.find(name + "-type")};
}

/// Spring's enums are bound without regard to case, dashes and underscores.
std::optional<ClientAuthMode> java_mode(const std::optional<Setting>& client_auth) {
  if (!client_auth) {
    return ClientAuthMode::none;
  }
  const std::string word = lower_case(client_auth->text);
  for (const ClientAuthMode mode :
       {ClientAuthMode::none, ClientAuthMode::want, ClientAuthMode::need}) {
    if (client_auth->is_resolved && word == name_of(mode)) {
      return mode;
    }
  }
  return std::nullopt;
}

std::optional<Setting> effective_port(const Properties& properties, std::string_view key) {
  std::optional<Setting> port = properties.find(key);
  return port && port_in(port->text) ? port : std::nullopt;
}

/// spring-boot `Ssl.java`: enabled by default once anything is bound.
ServerSettings read_java(const SslKeys& keys, const ServiceView& view) {
  constexpr std::array<std::string_view, 14> known = {"enabled",
                                                      "key-store",
                                                      "client-auth",
                                                      "certificate",
                                                      "bundle",
                                                      "trust-store",
                                                      "trust-certificate",
                                                      "key-alias",
                                                      "key-store-type",
                                                      "trust-store-type",
                                                      "key-store-password",
                                                      "trust-store-password",
                                                      "enabled-protocols",
                                                      "ciphers"};
  ServerSettings server;
  server.block = first_of(keys, known);
  server.enabled = keys.find("enabled");
  server.has_tls = server.block && keys.is_true("enabled", true);
  server.client_auth = keys.find("client-auth");
  server.mode = java_mode(server.client_auth);
  server.keys = store_at(keys, "key-store");
  server.trust = store_at(keys, "trust-store");
  server.key_alias = keys.find("key-alias");
  if (!server.keys.file) {
    server.keys.file = keys.find("certificate");
    server.key_file = keys.find("certificate-private-key");
  }
  if (!server.trust.file) {
    server.trust.file = keys.find("trust-certificate");
  }
  const bool may_have_more_ports = server.enabled && keys.is_true("enabled", true);
  if (view.service->has_kork_tomcat && may_have_more_ports) {
    server.api_port = effective_port(view.properties, "default.apiPort");
    server.legacy_port = effective_port(view.properties, "default.legacyServerPort");
  }
  return server;
}

struct GoMode {
  std::string_view word;
  ClientAuthMode mode;
  bool is_verified;
};

/// armory/go-yaml-tools `pkg/tls/server/server.go:getClientCertMode`; any other word is no mode.
constexpr std::array go_modes{
    GoMode{"want", ClientAuthMode::want, true},
    GoMode{"need", ClientAuthMode::need, true},
    GoMode{"any", ClientAuthMode::need, false},
    GoMode{"request", ClientAuthMode::want, false},
};

ServerSettings read_go(const SslKeys& keys) {
  constexpr std::array<std::string_view, 5> known = {"enabled", "certFile", "clientAuth",
                                                     "cacertFile", "keyFile"};
  ServerSettings server;
  server.block = first_of(keys, known);
  server.enabled = keys.find("enabled");
  server.has_tls = keys.is_true("enabled", false);
  server.client_auth = keys.find("clientAuth");
  server.mode = ClientAuthMode::none;
  if (server.client_auth) {
    const auto* const found = std::ranges::find(go_modes, server.client_auth->text, &GoMode::word);
    if (found != go_modes.end()) {
      server.mode = found->mode;
      server.is_verified = found->is_verified;
    }
    if (!server.client_auth->is_resolved) {
      server.mode = std::nullopt;
    }
  }
  server.keys = {.file = keys.find("certFile"), .password = keys.find("keyPassword"), .type = {}};
  server.key_file = keys.find("keyFile");
  server.trust.file = keys.find("cacertFile");
  if (!server.trust.file) {
    server.trust.file = server.keys.file;
  }
  return server;
}

/// What a container's `env` says of JAVA_OPTS, or of JAVA_TOOL_OPTIONS, which every JVM reads.
const YamlNode* options_in(const YamlNode& container) {
  const YamlNode* const variables = find_member(&container, {"env"});
  if (variables == nullptr) {
    return nullptr;
  }
  for (const YamlNode& variable : variables->children) {
    const YamlNode* const name = variable.find("name");
    if (name != nullptr && (name->text == "JAVA_OPTS" || name->text == "JAVA_TOOL_OPTIONS")) {
      return variable.find("value");
    }
  }
  return nullptr;
}

std::optional<Setting> find_java_options(const Installation& installation,
                                         const ServiceView& view) {
  for (const YamlNode* const container : containers_of(installation, view.service->name)) {
    if (const YamlNode* const value = options_in(*container)) {
      return Setting{.text = value->text, .source = installation.position(*value), .node = value};
    }
  }
  const Properties settings = settings_of(installation, view.settings);
  std::optional<Setting> options = settings.find("env.JAVA_OPTS");
  return options ? options : settings.find("env.JAVA_TOOL_OPTIONS");
}

}  // namespace

std::optional<std::uint16_t> port_in(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_port = error == std::errc() && end == text.data() + text.size() && port != 0;
  return is_port ? std::optional(port) : std::nullopt;
}

ServerSettings read_server_settings(const ServiceView& view) {
  if (!view.service->has_server_settings) {
    return {};
  }
  const SslKeys keys(view.properties);
  return is_go(view.service->runtime) ? read_go(keys) : read_java(keys, view);
}

ClientSettings read_client_settings(const ServiceView& view) {
  const Properties& properties = view.properties;
  ClientSettings client;
  if (is_go(view.service->runtime)) {
    client.keys = {.file = properties.find("http.clientCertFile"),
                   .password = properties.find("http.clientKeyPassword"),
                   .type = {}};
    client.key_file = properties.find("http.clientKeyFile");
    client.trust.file = properties.find("http.cacertFile");
    return client;
  }
  if (!is_jsse(view.service->runtime)) {
    return client;
  }
  const auto store = [&](const std::string& name) {
    return StoreSettings{.file = properties.find(name),
                         .password = properties.find(name + "-password"),
                         .type = properties.find(name + "-type")};
  };
  client.keys = store("ok-http-client.key-store");
  client.trust = store("ok-http-client.trust-store");
  client.is_refreshable = properties.is_true("ok-http-client.refreshable-keys.enabled", false);
  return client;
}

JvmSettings read_jvm_settings(const Installation& installation, const ServiceView& view) {
  JvmSettings jvm;
  if (!is_jsse(view.service->runtime)) {
    return jvm;
  }
  jvm.options = find_java_options(installation, view);
  if (!jvm.options) {
    return jvm;
  }
  const JavaOptions options = parse_java_options(jvm.options->text);
  jvm.key_store = options.key_store;
  jvm.key_store_password = options.key_store_password;
  jvm.trust_store = options.trust_store;
  jvm.trust_store_password = options.trust_store_password;
  jvm.is_pkix =
      options.key_manager_algorithm == "PKIX" || options.key_manager_algorithm == "NewSunX509";
  return jvm;
}

}  // namespace telltale::fleet
