// Rules on `server.ssl` of Java services, and on what their peers are told to call.

#include <array>
#include <initializer_list>

#include "fleet/lint/subject.hpp"

namespace telltale::fleet::linting {
namespace {

bool is_java(const ServiceView& view) {
  return is_jsse(view.service->runtime) && view.service->has_server_settings;
}

/// default.apiPort or default.legacyServerPort as written, whether it has an effect or not.
std::optional<Setting> port_of(const ServiceView& view, std::string_view key) {
  std::optional<Setting> port = view.properties.find(key);
  const bool is_open = port && port->is_resolved && !port->text.starts_with('-') &&
                       port->text.find_first_not_of('0') != std::string::npos;
  return is_open && view.service->has_kork_tomcat ? std::move(port) : std::nullopt;
}

/// A part of the files that gives neither a key nor a key store adds to a `server.ssl` that stands
/// elsewhere.
bool is_addition(const Subject& subject, const ServiceView& view) {
  return !subject.is_whole && !view.server.keys.file;
}

/// What peers are told, if it names the service itself and not a load balancer before it.
std::optional<Location> own_location(const ServiceView& view) {
  std::optional<Location> location = read_location(view.base_url.value);
  if (!location) {
    return std::nullopt;
  }
  const bool is_own = service_in(location->host) == view.service->name;
  return is_own ? location : std::nullopt;
}

void check_base_url_http(const Subject& /*subject*/, const ServiceView& view, Findings& findings) {
  const std::optional<Location> location = own_location(view);
  if (!view.server.has_tls || !location || location->scheme != "http") {
    return;
  }
  const bool is_default = view.base_url.source == "catalog";
  findings.add("base-url-http", view.service->name,
               is_default ? server_source(view) : view.base_url.source,
               is_default ? "the server has TLS, and nothing in these files tells its peers: they "
                            "call " +
                                location->text()
                          : "peers are told to call " + location->text() +
                                ", and the server has TLS (" + server_source(view) + ")");
}

void check_base_url_https(const Subject& subject, const ServiceView& view, Findings& findings) {
  const std::optional<Location> location = own_location(view);
  const bool has_profile = subject.installation->profiles.contains(view.service->name);
  const bool is_known =
      has_profile || (subject.is_whole && subject.installation->layout != Layout::profiles);
  if (view.server.has_tls || !view.service->has_server_settings || !is_known || !location ||
      location->scheme != "https") {
    return;
  }
  findings.add("base-url-https", view.service->name, view.base_url.source,
               "peers are told to call " + location->text() + ", and the server has no TLS" +
                   (view.server.enabled ? " (" + view.server.enabled->source + ")" : ""));
}

void check_enabled(const Subject& subject, const ServiceView& view, Findings& findings) {
  const ServerSettings& server = view.server;
  if (!is_java(view) || !view.service->has_kork_tomcat || !server.block || server.enabled ||
      is_addition(subject, view)) {
    return;
  }
  std::optional<Setting> port = port_of(view, "default.apiPort");
  port = port ? port : port_of(view, "default.legacyServerPort");
  findings.add("server-ssl-not-enabled", port ? LintSeverity::error : LintSeverity::warning,
               view.service->name, server.block->source,
               port ? "server.ssl has no enabled: true, so the connector on port " + port->text +
                          " (" + port->source + ") is not opened"
                    : "server.ssl has no enabled: true; the port has TLS all the same, and "
                      "default.apiPort would not be opened");
}

void check_trust_store(const Subject& subject, const ServiceView& view, Findings& findings) {
  const Properties& properties = view.properties;
  const bool has_trust = view.server.trust.file || view.jvm.trust_store ||
                         properties.has("server.ssl.trust-certificate") ||
                         properties.has("server.ssl.bundle");
  if (!is_java(view) || !asks_for_certificates(view) || has_trust || is_addition(subject, view)) {
    return;
  }
  findings.add("client-auth-without-trust-store", view.service->name, server_source(view),
               client_auth_of(view) +
                   " without server.ssl.trust-store: any public CA's client "
                   "certificate is accepted, and yours is not");
}

void check_client_auth(const Subject& /*subject*/, const ServiceView& view, Findings& findings) {
  const std::optional<Setting>& value = view.server.client_auth;
  if (!is_java(view) || !value || !value->is_resolved) {
    return;
  }
  const std::string word = to_lower(value->text);
  if (word != "none" && word != "want" && word != "need") {
    findings.add("client-auth-unknown", view.service->name, value->source,
                 "server.ssl.client-auth is none of none, want and need");
  }
}

void check_legacy_port(const Subject& /*subject*/, const ServiceView& view, Findings& findings) {
  const ServerSettings& server = view.server;
  if (!server.legacy_port) {
    return;
  }
  findings.add("legacy-port-open", is_need(view) ? LintSeverity::error : LintSeverity::warning,
               view.service->name, server.legacy_port->source,
               "default.legacyServerPort " + server.legacy_port->text +
                   " answers plain HTTP to everybody beside the port with TLS");
}

void check_api_port(const Subject& /*subject*/, const ServiceView& view, Findings& findings) {
  const std::optional<Setting> port = port_of(view, "default.apiPort");
  if (!port || view.server.has_tls) {
    return;
  }
  findings.add(
      "api-port-without-tls", view.service->name, port->source,
      "default.apiPort " + port->text + " is opened only where server.ssl.enabled is true");
}

void check_protocols(const Subject& subject, const ServiceView& view, Findings& findings) {
  if (!is_java(view) || !view.service->has_kork_tomcat || !view.server.has_tls) {
    return;
  }

  struct Key {
    std::string_view inert;
    std::string_view effective;
  };

  for (const auto& [inert, effective] : {Key{"server.ssl.enabled-protocols", "default.tlsVersions"},
                                         Key{"server.ssl.ciphers", "default.cipherSuites"}}) {
    if (const YamlNode* const node = view.properties.node(inert)) {
      findings.add("server-protocols-inert", view.service->name,
                   subject.installation->position(*node),
                   std::string(inert) + " is overridden by " + std::string(effective));
    }
  }
}

/// What `profiles.kayenta` itself says; what is meant for all services is no mistake.
void check_kayenta(const Subject& subject, const ServiceView& view, Findings& findings) {
  if (!is_java(view) || view.service->has_kork_tomcat) {
    return;
  }
  const auto profiles = subject.installation->profiles.find(view.service->name);
  if (profiles == subject.installation->profiles.end()) {
    return;
  }
  std::vector<const YamlNode*> layers;
  for (const YamlNode& layer : profiles->second) {
    layers.push_back(&layer);
  }
  const Properties own(*subject.installation, Binding::relaxed, std::move(layers));
  for (const std::string_view key :
       {"default.apiPort", "default.legacyServerPort", "default.tlsVersions",
        "default.cipherSuites", "server.ssl.crl-file"}) {
    if (const YamlNode* const node = own.node(key)) {
      findings.add("kayenta-key-inert", view.service->name, subject.installation->position(*node),
                   std::string(key) +
                       " does nothing here: it is kork-tomcat's, which this service "
                       "does not have");
    }
  }
}

/// x509 is a login: `x509.enabled` in the profile, or Halyard's security.authn.
const YamlNode* x509_of(const Subject& subject, const ServiceView& gate) {
  if (gate.properties.is_true("x509.enabled", false)) {
    return gate.properties.node("x509.enabled");
  }
  const YamlNode* const enabled =
      at_path(&subject.installation->config, "security.authn.x509.enabled");
  return is_true(enabled) ? enabled : nullptr;
}

void check_x509(const Subject& subject, const ServiceView& view, Findings& findings) {
  if (view.service->name != "gate" || asks_for_certificates(view) ||
      (view.server.has_tls && view.server.api_port)) {
    return;
  }
  const YamlNode* const x509 = x509_of(subject, view);
  const bool is_known = subject.is_whole || view.server.keys.file;
  if (x509 != nullptr && is_known && !(view.server.client_auth && !view.server.mode)) {
    findings.add("x509-without-client-auth", "gate", subject.installation->position(*x509),
                 "X.509 login is on, and no port of gate's asks for a certificate");
  }
}

/// Of a key in service-settings; null if the service has none.
const YamlNode* setting_of(const ServiceView& view, std::string_view key) {
  const YamlNode* const node = at_path(view.settings, key);
  return node != nullptr && node->kind == YamlNode::Kind::text ? node : nullptr;
}

void check_override(const Subject& subject, const ServiceView& view, Findings& findings) {
  const YamlNode* const winner = setting_of(view, "overrideBaseUrl");
  const std::optional<Location> won = winner ? read_location(winner->text) : std::nullopt;
  if (!won) {
    return;
  }
  const YamlNode* const scheme = setting_of(view, "scheme");
  const YamlNode* const base = setting_of(view, "baseUrl");
  const std::optional<Location> lost = base ? read_location(base->text) : std::nullopt;
  std::string loser;
  if (lost && lost->text() != won->text()) {
    loser = "baseUrl " + lost->text() + " (" + subject.installation->position(*base) + ")";
  } else if (scheme != nullptr && to_lower(scheme->text) != won->scheme) {
    loser = "scheme " + scheme->text + " (" + subject.installation->position(*scheme) + ")";
  }
  if (!loser.empty()) {
    findings.add("override-base-url-contradicts", view.service->name,
                 subject.installation->position(*winner),
                 "overrideBaseUrl " + won->text() + " wins over " + loser);
  }
}

/// Halyard's own certificates of a base do not name its variants.
void check_variants(const Subject& subject, Findings& findings) {
  for (const std::string base : {"clouddriver", "echo"}) {
    const YamlNode* const enabled = at_path(
        &subject.installation->config, "deploymentEnvironment.haServices." + base + ".enabled");
    if (!is_true(enabled)) {
      continue;
    }
    std::vector<std::string> names;
    for (const ServiceView* const view : subject.concerned()) {
      const bool is_variant = view->service->base == base && view->service->name != base;
      const auto own = subject.installation->profiles.find(view->service->name);
      const bool has_own =
          own != subject.installation->profiles.end() &&
          Properties(*subject.installation, Binding::relaxed, {&own->second.back()})
              .has("server.ssl");
      if (is_variant && view->server.has_tls && !has_own) {
        names.emplace_back(view->service->name);
      }
    }
    if (!names.empty()) {
      findings.add("ha-certificate-names", base, subject.installation->position(*enabled),
                   enumerate(names) + " serve with the certificate of " + base +
                       ": its subjectAltName must name each of them");
    }
  }
}

using Rule = void (*)(const Subject&, const ServiceView&, Findings&);
constexpr std::array<Rule, 11> rules{check_base_url_http, check_base_url_https, check_enabled,
                                     check_trust_store,   check_client_auth,    check_legacy_port,
                                     check_api_port,      check_protocols,      check_kayenta,
                                     check_x509,          check_override};

}  // namespace

void check_server_tls(const Subject& subject, Findings& findings) {
  for (const ServiceView* const view : subject.concerned()) {
    for (const Rule rule : rules) {
      rule(subject, *view, findings);
    }
  }
  check_variants(subject, findings);
}

}  // namespace telltale::fleet::linting
