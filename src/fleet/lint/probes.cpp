// Rules on how kubelet asks: none of its probes, and no hook, can present a certificate.

#include <algorithm>
#include <array>

#include "fleet/lint/subject.hpp"

namespace telltale::fleet::linting {
namespace {

constexpr std::array<std::string_view, 3> probe_keys{"livenessProbe", "readinessProbe",
                                                     "startupProbe"};

std::string text_of(const YamlNode* node) {
  return node == nullptr ? "" : node->text;
}

/// The URL that a probe's command asks for, where it asks localhost.
std::string url_in_command(const YamlNode& probe) {
  const YamlNode* const command = at_path(&probe, "exec.command");
  if (command == nullptr) {
    return {};
  }
  for (const YamlNode& word : command->children) {
    const std::size_t at = word.text.find("http");
    if (at != std::string::npos && word.text.find("://", at) != std::string::npos) {
      return word.text.substr(at);
    }
  }
  return {};
}

/// `http`, `https`, or nothing where the probe speaks no HTTP.
std::string scheme_of(const YamlNode& probe) {
  if (const YamlNode* const get = probe.find("httpGet");
      get != nullptr && get->kind == YamlNode::Kind::mapping) {
    const std::string scheme = to_lower(text_of(get->find("scheme")));
    return scheme.empty() ? "http" : scheme;
  }
  const std::optional<Location> location = read_location(url_in_command(probe));
  return location ? location->scheme : "";
}

/// It may ask another port, which a profile has opened beside the one with TLS.
bool asks_main_port(const ServiceView& view, const YamlNode& probe) {
  const std::string port = text_of(at_path(&probe, "httpGet.port"));
  const bool is_number = !port.empty() && port.find_first_not_of("0123456789") == std::string::npos;
  return !is_number || port == std::to_string(view.port.value);
}

void check_probe(const Subject& subject, const ServiceView& view, const YamlNode& probe,
                 Findings& findings) {
  const std::string scheme = scheme_of(probe);
  if (!view.server.has_tls || scheme.empty() || !asks_main_port(view, probe)) {
    return;
  }
  const YamlNode* const written = at_path(&probe, "httpGet.scheme");
  const std::string source = subject.installation->position(written ? *written : probe);
  if (scheme == "http") {
    findings.add(
        "probe-scheme-http", view.service->name, source,
        probe.key + " asks in plain HTTP, and the server has TLS (" + server_source(view) + ")");
  } else if (asks_for_certificates(view)) {
    findings.add("probe-breaks-at-need", severity_at(view), view.service->name, source,
                 probe.key + " presents no certificate, and the server has " +
                     client_auth_of(view) + " (" + server_source(view) + ")");
  }
}

/// The probes below `parent`; whether one of them says how readiness is asked for.
bool check_probes_below(const Subject& subject, const ServiceView& view, const YamlNode* parent,
                        Findings& findings) {
  bool replaces_default = false;
  for (const std::string_view key : probe_keys) {
    const YamlNode* const probe = parent == nullptr ? nullptr : parent->find(key);
    if (probe == nullptr || probe->kind != YamlNode::Kind::mapping) {
      continue;
    }
    check_probe(subject, view, *probe, findings);
    const bool has_action = probe->find("httpGet") || probe->find("tcpSocket") ||
                            probe->find("exec") || probe->find("grpc");
    replaces_default = replaces_default || (key == "readinessProbe" && has_action);
  }
  return replaces_default;
}

bool has_default_probe(const Subject& subject, const ServiceView& view) {
  return subject.installation->layout != Layout::profiles && !view.service->health.empty() &&
         view.probe.value != HealthProbe::tcp;
}

void check_default_probe(const Subject& subject, const ServiceView& view, Findings& findings) {
  const bool is_known = subject.is_whole || view.settings != nullptr;
  if (!asks_for_certificates(view) || !is_known || !has_default_probe(subject, view)) {
    return;
  }
  const bool is_http = view.probe.value == HealthProbe::http;
  const bool is_default = view.probe.source == "catalog";
  findings.add("probe-breaks-at-need", severity_at(view), view.service->name,
               is_default ? server_source(view) : view.probe.source,
               (is_http ? "the readiness probe is an httpGet" : "the readiness probe runs wget") +
                   std::string(" without a certificate, and the server has ") +
                   client_auth_of(view));
}

void check_probes_of(const Subject& subject, const ServiceView& view, Findings& findings) {
  bool is_replaced =
      check_probes_below(subject, view, at_path(view.settings, "kubernetes"), findings);
  for (const KubernetesObject* const deployment :
       objects_of(*subject.installation, "Deployment", view.service->name)) {
    const bool replaces =
        check_probes_below(subject, view, container_of(*deployment, view.service->name), findings);
    is_replaced = is_replaced || replaces;
  }
  if (!is_replaced) {
    check_default_probe(subject, view, findings);
  }
}

/// A hook of one's own takes the place of Halyard's.
bool has_own_hook(const Subject& subject) {
  const auto deployments = objects_of(*subject.installation, "Deployment", "orca");
  return std::ranges::any_of(deployments, [](const KubernetesObject* deployment) {
    return at_path(container_of(*deployment, "orca"), "lifecycle") != nullptr;
  });
}

void check_pre_stop(const Subject& subject, Findings& findings) {
  const ServiceView* const orca = subject.view("orca");
  if (orca == nullptr || !asks_for_certificates(*orca) ||
      subject.installation->layout == Layout::profiles || has_own_hook(subject)) {
    return;
  }
  findings.add("orca-pre-stop", is_need(*orca) ? LintSeverity::warning : LintSeverity::info, "orca",
               server_source(*orca),
               "the preStop hook runs wget without a certificate, and the server has " +
                   client_auth_of(*orca));
}

/// op `transformer/serverport.go` takes the readiness probe for an exec.
void check_operator(const Subject& subject, const ServiceView& view, Findings& findings) {
  const std::optional<Setting> port = view.properties.find("server.port");
  const YamlNode* const tcp = at_path(view.settings, "kubernetes.useTcpProbe");
  const YamlNode* const exec = at_path(view.settings, "kubernetes.useExecHealthCheck");
  const bool is_exec = !is_true(tcp) && (exec == nullptr || is_true(exec));
  if (subject.installation->layout == Layout::spinnaker_service && port && !is_exec) {
    findings.add("operator-server-port-probe", view.service->name, port->source,
                 "server.port with a readiness probe that is no exec (" +
                     subject.installation->position(is_true(tcp) ? *tcp : *exec) +
                     "): the operator may stop at it");
  }
}

}  // namespace

void check_probes(const Subject& subject, Findings& findings) {
  for (const ServiceView* const view : subject.concerned()) {
    check_probes_of(subject, *view, findings);
    check_operator(subject, *view, findings);
  }
  check_pre_stop(subject, findings);
}

}  // namespace telltale::fleet::linting
