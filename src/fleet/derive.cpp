#include "fleet/derive.hpp"

#include <algorithm>

#include <boost/url/parse.hpp>

#include "fleet/service_readers.hpp"

namespace telltale::fleet {
namespace {

bool is_variant(const CatalogService& service) {
  return service.base != service.name;
}

/// The URLs that deck and gate are told of themselves are the browser's.
bool is_public(const CatalogService& service) {
  return service.name == "deck" || service.name == "gate";
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host.starts_with("127.") || host == "::1";
}

std::string own_host(const Derivation& derivation, std::string_view service) {
  return service_host(service, derivation.installation.names, derivation.name_space);
}

/// Where peers reach it, always by https: where it speaks plaintext yet, the look says so.
void derive_url(const Derivation& derivation, const ServiceView& view, Target& target) {
  const auto written = read_written_url(view.base_url.value);
  const bool is_usable = written && !is_loopback(written->host) && !is_public(*view.service);
  const std::string host = is_usable ? written->host : own_host(derivation, view.service->name);
  const std::uint16_t port = is_usable && written->port != 0 ? written->port : view.port.value;
  target.url = make_url(Scheme::https, host, port);
  const bool is_told = is_usable && view.base_url.source != from_catalog;
  derivation.say_source(target.name, "url", is_told ? view.base_url.source : view.port.source);
  // A name without a dot means another Service wherever telltale's own namespace is another one.
  if (host.find('.') == std::string::npos && !derivation.name_space.empty()) {
    target.discover = host + '.' + derivation.name_space;
    derivation.say_source(target.name, "discover", target.source);
  }
}

/// As a pod may write it: `spin-orca`, with the namespace, `svc` and the cluster's domain behind
/// it.
bool is_own_service(const Derivation& derivation, std::string_view service, std::string_view host) {
  const std::string in_namespace = own_host(derivation, service);
  return host == service_host(service, derivation.installation.names, "") || host == in_namespace ||
         host == in_namespace + ".svc" || host.starts_with(in_namespace + ".svc.");
}

void derive_health(const Derivation& derivation, const ServiceView& view, Target& target) {
  target.health = view.service->health.empty() ? "/" : std::string(view.service->health);
  const auto written = settings_of(derivation.installation, view.settings).find("healthEndpoint");
  if (written && written->text.starts_with('/')) {
    target.health = written->text;
    derivation.say_source(target.name, "health", written->source);
  }
}

void derive_runtime(const Derivation& derivation, const ServiceView& view, Target& target) {
  Runtime runtime = view.service->runtime;
  std::string source(from_catalog);
  if (runtime == Runtime::none) {
    return;  // deck: Apache, and no client
  }
  if (runtime == Runtime::java && view.client.is_refreshable) {
    runtime = Runtime::java_refreshable;
    source = view.properties.find("ok-http-client.refreshable-keys.enabled")->source;
  } else if (runtime == Runtime::java && view.jvm.is_pkix) {
    runtime = Runtime::java_pkix;
    source = view.jvm.options->source;
  }
  target.runtime = runtime;
  derivation.say_source(target.name, "runtime", source);
}

void derive_expectation(const Derivation& derivation, const ServiceView& view, Target& target) {
  constexpr std::string_view key = "expect.client_auth";
  const ServerSettings& server = view.server;
  if (!server.has_tls) {
    derivation.say_note(target.name, key,
                        server.enabled ? "server.ssl is disabled (" + server.enabled->source +
                                             "), so that it serves plain HTTP"
                                       : "there is no server.ssl, so that it serves plain HTTP");
    return;
  }
  const std::string source = server.client_auth ? server.client_auth->source : server.block->source;
  if (!server.mode) {
    derivation.say_note(target.name, key,
                        "what server.ssl.client-auth comes to cannot be told (" + source + ")");
    return;
  }
  target.expect.client_auth = server.mode;
  derivation.say_source(target.name, key, source);
}

std::string source_of(const ServiceView& view) {
  if (view.server.block) {
    return view.server.block->source;
  }
  return view.enabled.source != from_catalog ? view.enabled.source : view.base_url.source;
}

Target derive_target(Derivation& derivation, const ServiceView& view) {
  Target target{.name = std::string(view.service->name)};
  target.goal = view.service->goal;
  target.source = source_of(view);
  derive_url(derivation, view, target);
  derive_health(derivation, view, target);
  derive_runtime(derivation, view, target);
  derive_expectation(derivation, view, target);
  if (view.server.legacy_port) {
    target.plaintext_ports = {*port_in(view.server.legacy_port->text)};
    derivation.say_source(target.name, "plaintext_ports", view.server.legacy_port->source);
  }
  derive_discovery(derivation, view.service->name, target);
  derive_stores(derivation, view, target);
  derive_mesh(derivation, view, target);
  return target;
}

/// The connector with NEED beside gate's own. The operator gives it a Service of its own, whose
/// name its certificate need not have (op `pkg/deploy/spindeploy/x509`).
Target derive_api_port(Derivation& derivation, const ServiceView& view, const Target& service) {
  const Setting& port = *view.server.api_port;
  Target target{.name = service.name + "-api"};
  target.source = port.source;
  target.url = make_url(Scheme::https, service.url.host, *port_in(port.text));
  target.discover = service.discover;
  derivation.say_source(target.name, "runtime", port.source);
  const Properties expose = settings_of(derivation.installation, &derivation.installation.expose);
  if (view.service->name == "gate" && expose.find("type")) {
    target.server_name = service.url.host;
    derivation.say_source(target.name, "server_name", port.source);
    target.url = make_url(Scheme::https, own_host(derivation, "gate-x509"), target.url.port);
  }
  target.health = service.health;
  target.runtime = service.runtime;
  target.expect.client_auth = tls::ClientAuthMode::need;
  for (const std::string_view key : {"url", "expect.client_auth"}) {
    derivation.say_source(target.name, key, port.source);
  }
  derive_mesh(derivation, view, target);  // the same pods
  return target;
}

void leave_out(const Derivation& derivation, const ServiceView& view, std::string why) {
  derivation.fleet.left_out.push_back({.name = std::string(view.service->name),
                                       .why = std::move(why),
                                       .source = view.enabled.source});
}

/// mono `kork-tomcat/.../TomcatConfiguration.java`: no further connector without this.
void leave_out_inert_port(const Derivation& derivation, const ServiceView& view) {
  const auto port = view.properties.find("default.apiPort");
  if (!port || !port_in(port->text) || view.server.api_port || !view.service->has_server_settings) {
    return;
  }
  derivation.fleet.left_out.push_back(
      {.name = std::string(view.service->name) + "-api",
       .why = view.service->has_kork_tomcat
                  ? "default.apiPort has no effect without server.ssl.enabled: true"
                  : "default.apiPort has no effect on this service",
       .source = port->source});
}

/// Says why something is not looked at, where anybody could expect it to be.
void leave_out_absent(const Derivation& derivation, const ServiceView& view) {
  const bool is_written = view.enabled.source != from_catalog;
  if (is_written) {
    leave_out(derivation, view, "is disabled, or other services stand in for it");
  } else if (!is_variant(*view.service)) {
    leave_out(derivation, view, "nothing in the files has it deployed");
  }
}

/// hal `DeckService`: Apache ends TLS only where uiSecurity says so.
bool serves_tls(const Derivation& derivation) {
  return halconfig_of(derivation.installation).is_true("security.uiSecurity.ssl.enabled", false);
}

void derive_targets(Derivation& derivation) {
  for (const ServiceView& view : derivation.views) {
    if (view.service->name == "redis") {
      continue;
    }
    if (!view.enabled.value) {
      leave_out_absent(derivation, view);
      continue;
    }
    if (view.service->name == "deck" && !serves_tls(derivation)) {
      leave_out(derivation, view,
                "Apache serves plain HTTP: there is no security.uiSecurity.ssl.enabled");
      continue;
    }
    Target target = derive_target(derivation, view);
    std::optional<Target> api;
    if (view.server.api_port) {
      api = derive_api_port(derivation, view, target);
    }
    derivation.fleet.targets.push_back(std::move(target));
    leave_out_inert_port(derivation, view);
    if (api) {
      derivation.fleet.targets.push_back(*std::move(api));
    }
  }
}

void adopt(Fleet& fleet, Target& target) {
  if (!target.identity && !target.presents_nothing && fleet.identities.contains(target.name)) {
    target.identity = target.name;
    target.presents_unseen = false;
    fleet.notes.erase("targets." + target.name + ".identity");
    fleet.sources["targets." + target.name + ".identity"] =
        fleet.sources["identities." + target.name];
  }
  const std::string jvm = target.name + "-jvm";
  for (Call& call : target.calls) {
    const auto callee = std::ranges::find(fleet.targets, call.target, &Target::name);
    const bool is_redis = callee != fleet.targets.end() && callee->url.scheme == Scheme::rediss;
    const bool is_open = is_redis && !call.identity && !call.presents_nothing;
    if (is_open && fleet.identities.contains(jvm)) {
      call.identity = jvm;
      call.presents_unseen = false;
      fleet.notes.erase("targets." + target.name + ".calls." + call.target);
    }
  }
}

/// `rediss://:${REDIS_PASSWORD}@HOST` without whom it is for; empty if it is none of these.
std::string without_placeholder_user(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) {
    return {};
  }
  const std::string_view behind = text.substr(scheme + 3);
  const std::size_t at = behind.rfind('@');
  const bool is_placeholder =
      at != std::string_view::npos && behind.substr(0, at).find("${") != std::string_view::npos;
  return is_placeholder ? std::string(text.substr(0, scheme + 3)).append(behind.substr(at + 1))
                        : std::string();
}

}  // namespace

const ServiceView* Derivation::deployed(std::string_view service) const {
  const auto found = std::ranges::find_if(
      views, [&](const ServiceView& view) { return view.service->name == service; });
  return found == views.end() || !found->enabled.value ? nullptr : &*found;
}

void Derivation::say_source(std::string_view target, std::string_view key,
                            const std::string& source) const {
  fleet.sources["targets." + std::string(target) + '.' + std::string(key)] = source;
}

void Derivation::say_note(std::string_view target, std::string_view key,
                          std::string sentence) const {
  fleet.notes["targets." + std::string(target) + '.' + std::string(key)] = std::move(sentence);
}

void derive_discovery(const Derivation& derivation, std::string_view service, Target& target) {
  const std::optional<std::string>& pattern = derivation.files.discover;
  if (!pattern || !is_own_service(derivation, service, target.url.host)) {
    return;
  }
  target.discover = *pattern;
  target.discover->replace(pattern->find('*'), 1, service);
  target.discover->append(".").append(derivation.name_space);
  derivation.say_source(target.name, "discover", derivation.files.discover_source);
}

std::optional<WrittenUrl> read_written_url(std::string_view text) {
  namespace urls = boost::urls;
  const auto parsed = urls::parse_uri(text);
  if (!parsed) {
    const std::string without = without_placeholder_user(text);
    return without.empty() ? std::nullopt : read_written_url(without);
  }
  const bool has_bad_port =
      parsed->has_port() && !parsed->port().empty() && parsed->port_number() == 0;
  if (!parsed->has_authority() || parsed->host().empty() || has_bad_port) {
    return std::nullopt;
  }
  WrittenUrl url{.scheme = std::string(parsed->scheme()),
                 .host = std::string(parsed->host_address()),
                 .path = std::string(parsed->encoded_path()),
                 .user = std::string(parsed->encoded_user()),
                 .has_password = parsed->has_password() && !parsed->encoded_password().empty(),
                 .is_encoded = parsed->encoded_userinfo().find('%') != std::string_view::npos};
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  std::ranges::transform(url.host, url.host.begin(), lower);
  std::ranges::transform(url.scheme, url.scheme.begin(), lower);
  if (parsed->has_port() && !parsed->port().empty()) {
    url.port = parsed->port_number();
  } else if (url.scheme == "https" || url.scheme == "http") {
    url.port = url.scheme == "https" ? 443 : 80;
  } else if (url.scheme == "redis" || url.scheme == "rediss") {
    url.port = 6379;
  }
  while (url.path.ends_with('/')) {
    url.path.pop_back();
  }
  return url;
}

Url make_url(Scheme scheme, const std::string& host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  const std::string written = is_ipv6 ? '[' + host + ']' : host;
  return {.scheme = scheme,
          .host = host,
          .port = port,
          .text = std::string(scheme == Scheme::https ? "https://" : "rediss://") + written + ':' +
                  std::to_string(port)};
}

void derive_fleet(const Installation& installation, const SpinnakerFiles& files, Fleet& fleet) {
  Derivation derivation{.installation = installation,
                        .files = files,
                        .views = views_of(installation),
                        .name_space = name_space_of(installation),
                        .fleet = fleet};
  derive_targets(derivation);
  derive_calls(derivation);
  derive_redis(derivation);
  derive_ingress(derivation);
}

void adopt_identities(Fleet& fleet) {
  for (Target& target : fleet.targets) {
    if (fleet.sources.contains("targets." + target.name + ".runtime")) {
      adopt(fleet, target);
    }
  }
}

}  // namespace telltale::fleet
