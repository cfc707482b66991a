// Rules on Istio: sidecars in front of services that have TLS of their own.

#include <algorithm>
#include <array>

#include "fleet/lint/subject.hpp"

namespace telltale::fleet::linting {
namespace {

constexpr std::string_view inject_key = "sidecar.istio.io/inject";

/// A member whose key has dots of its own.
const YamlNode* member(const YamlNode* node, std::string_view key) {
  return node == nullptr ? nullptr : node->find(key);
}

/// What says whether a sidecar is injected into a pod of `view`'s; null if nothing does.
const YamlNode* injection_of(const Subject& subject, const ServiceView& view) {
  for (const KubernetesObject* const deployment :
       objects_of(*subject.installation, "Deployment", view.service->name)) {
    for (const std::string_view path :
         {"spec.template.metadata.labels", "spec.template.metadata.annotations"}) {
      if (const YamlNode* const found = member(at_path(&deployment->object, path), inject_key)) {
        return found;
      }
    }
  }
  const YamlNode* const annotations = at_path(view.settings, "kubernetes.podAnnotations");
  if (const YamlNode* const found = member(annotations, inject_key)) {
    return found;
  }
  for (const KubernetesObject& each : subject.installation->objects) {
    const YamlNode* const label =
        member(at_path(&each.object, "metadata.labels"), "istio-injection");
    if (each.kind == "Namespace" && label != nullptr) {
      return label;
    }
  }
  return nullptr;
}

bool says_inject(const YamlNode& node) {
  return to_lower(node.text) == "true" || to_lower(node.text) == "enabled";
}

/// What the Services say of a service's port: its name, or appProtocol, which goes before it
/// (Istio, Protocol Selection).
const YamlNode* protocol_of(const Subject& subject, const ServiceView& view) {
  for (const KubernetesObject* const each :
       objects_of(*subject.installation, "Service", view.service->name)) {
    const YamlNode* const ports = at_path(&each->object, "spec.ports");
    if (ports == nullptr) {
      continue;
    }
    for (const YamlNode& port : ports->children) {
      const YamlNode* const number = port.find("port");
      const bool is_main = number == nullptr || number->text == std::to_string(view.port.value);
      const YamlNode* const protocol =
          port.find("appProtocol") ? port.find("appProtocol") : port.find("name");
      if (is_main && protocol != nullptr) {
        return protocol;
      }
    }
  }
  return nullptr;
}

bool is_http(std::string_view protocol) {
  const std::string word = to_lower(protocol.substr(0, protocol.find('-')));
  return word == "http" || word == "http2" || word == "grpc";
}

void check_port_name(const Subject& subject, const ServiceView& view, Findings& findings) {
  const YamlNode* const injection = injection_of(subject, view);
  if (!view.server.has_tls || injection == nullptr || !says_inject(*injection)) {
    return;
  }
  const YamlNode* const protocol = protocol_of(subject, view);
  const bool is_named_by_operator =
      protocol == nullptr && subject.installation->layout == Layout::spinnaker_service;
  if (is_named_by_operator || (protocol != nullptr && is_http(protocol->text))) {
    findings.add("mesh-port-named-http", view.service->name,
                 subject.installation->position(protocol ? *protocol : *injection),
                 (protocol ? "the port is declared " + protocol->text
                           : std::string("the operator names the port http")) +
                     ", and the service behind the sidecar has TLS of its own (" +
                     server_source(view) + ")");
  }
}

/// A PeerAuthentication that wants mutual TLS on every port of the namespace's pods.
const YamlNode* strict_mode_of(const Subject& subject) {
  for (const KubernetesObject& each : subject.installation->objects) {
    const YamlNode* const mode = at_path(&each.object, "spec.mtls.mode");
    const bool is_for_all = at_path(&each.object, "spec.selector") == nullptr;
    if (each.kind == "PeerAuthentication" && is_for_all && mode != nullptr &&
        mode->text == "STRICT") {
      return mode;
    }
  }
  return nullptr;
}

void check_strict(const Subject& subject, const ServiceView& view, const YamlNode& strict,
                  Findings& findings) {
  const YamlNode* const injection = injection_of(subject, view);
  if (injection != nullptr && !says_inject(*injection)) {
    findings.add("mesh-strict-without-sidecar", view.service->name,
                 subject.installation->position(*injection),
                 "no sidecar is injected, so this service presents no mesh certificate, and the "
                 "namespace is STRICT (" +
                     subject.installation->position(strict) + ")");
  }
  for (const KubernetesObject* const deployment :
       objects_of(*subject.installation, "Deployment", view.service->name)) {
    const YamlNode* const rewrite =
        member(at_path(&deployment->object, "spec.template.metadata.annotations"),
               "sidecar.istio.io/rewriteAppHTTPProbers");
    if (rewrite != nullptr && !is_true(rewrite)) {
      findings.add("mesh-strict-probe", view.service->name,
                   subject.installation->position(*rewrite),
                   "kubelet's probes are not rewritten, and the namespace is STRICT (" +
                       subject.installation->position(strict) + ")");
    }
  }
}

}  // namespace

void check_mesh(const Subject& subject, Findings& findings) {
  const YamlNode* const strict = strict_mode_of(subject);
  for (const ServiceView* const view : subject.concerned()) {
    check_port_name(subject, *view, findings);
    if (strict != nullptr) {
      check_strict(subject, *view, *strict, findings);
    }
  }
}

}  // namespace telltale::fleet::linting
