// What stands in front of services: Istio's sidecar, and the ingress of deck and gate.

#include <algorithm>

#include "fleet/derive.hpp"
#include "fleet/service_readers.hpp"

namespace telltale::fleet {
namespace {

constexpr std::string_view inject = "sidecar.istio.io/inject";

bool is_true(const YamlNode* node) {
  return node != nullptr && node->text == "true";
}

/// The node that has a sidecar injected into a service's pods; null if none has.
const YamlNode* injection_of(const Derivation& derivation, const ServiceView& view) {
  const std::string& service = std::string(view.service->name);
  for (const KubernetesObject& object : derivation.installation.objects) {
    if (object.name != service && object.name != "spin-" + service) {
      continue;
    }
    for (const std::string_view kind : {"labels", "annotations"}) {
      const YamlNode* const found =
          find_member(&object.object, {"spec", "template", "metadata", kind, inject});
      if (is_true(found)) {
        return found;
      }
    }
  }
  const YamlNode* const annotation =
      find_member(view.settings, {"kubernetes", "podAnnotations", inject});
  return is_true(annotation) ? annotation : nullptr;
}

/// Whom a PeerAuthentication is for: the labels that Halyard, the operator and Spinnaker's own
/// kustomize files give to pods.
bool selects(const YamlNode& labels, std::string_view service) {
  return std::ranges::all_of(labels.children, [&](const YamlNode& label) {
    const bool is_its = label.text == service || label.text == "spin-" + std::string(service);
    const bool is_common = label.key == "app" && label.text == "spin";
    return is_its || is_common || label.key == "app.kubernetes.io/part-of";
  });
}

/// One of a workload counts above one of the namespace (istio.io/docs PeerAuthentication).
const YamlNode* policy_for(const Derivation& derivation, std::string_view service) {
  const YamlNode* general = nullptr;
  for (const KubernetesObject& object : derivation.installation.objects) {
    if (object.kind != "PeerAuthentication") {
      continue;
    }
    const YamlNode* const labels = find_member(&object.object, {"spec", "selector", "matchLabels"});
    if (labels != nullptr && selects(*labels, service)) {
      return &object.object;
    }
    general = labels == nullptr ? &object.object : general;
  }
  return general;
}

const YamlNode* mode_in(const YamlNode* policy, std::uint16_t port) {
  const std::string number = std::to_string(port);
  const YamlNode* const of_port = find_member(policy, {"spec", "portLevelMtls", number, "mode"});
  return of_port != nullptr ? of_port : find_member(policy, {"spec", "mtls", "mode"});
}

/// `overrideBaseUrl` of uiSecurity or apiSecurity, or the service's own.
std::optional<Setting> public_url(const Derivation& derivation, std::string_view service,
                                  std::string_view security) {
  const Installation& installation = derivation.installation;
  auto written =
      halconfig_of(installation).find("security." + std::string(security) + ".overrideBaseUrl");
  if (!written) {
    const auto settings = installation.service_settings.find(service);
    const bool has_settings = settings != installation.service_settings.end();
    written = settings_of(installation, has_settings ? &settings->second : nullptr)
                  .find("overrideBaseUrl");
  }
  if (!written) {
    written = properties_of(installation, "spinnaker")
                  .find("services." + std::string(service) + ".baseUrl");
  }
  return written;
}

/// A host that only the cluster or the pod itself knows is no ingress.
bool is_public_host(std::string_view host) {
  return host.find('.') != std::string_view::npos && !host.starts_with("127.") &&
         !host.starts_with("spin-") && !host.ends_with(".svc.cluster.local");
}

void add_ingress(Derivation& derivation, const std::string& service, std::string_view security) {
  const auto written = public_url(derivation, service, security);
  const auto url = written ? read_written_url(written->text) : std::nullopt;
  if (!url || !is_public_host(url->host)) {
    return;
  }
  const std::string name = "ingress-" + service;
  if (url->scheme != "https") {
    derivation.fleet.left_out.push_back({.name = name,
                                         .why = "its URL begins with " + url->scheme + "://",
                                         .source = written->source});
    return;
  }
  Target target{.name = name};
  target.url = make_url(Scheme::https, url->host, url->port);
  target.goal = Goal::none;
  target.health = service == "gate" ? url->path + "/health" : url->path + "/";
  target.server_trust = pki::TrustFiles{};
  target.ingress =
      Ingress{.redirect_port = std::uint16_t{80}, .routes = {url->path.empty() ? "/" : url->path}};
  target.source = written->source;
  derivation.say_source(name, "url", written->source);
  derivation.fleet.targets.push_back(std::move(target));
}

}  // namespace

void derive_mesh(Derivation& derivation, const ServiceView& view, Target& target) {
  const YamlNode* const injected = injection_of(derivation, view);
  const YamlNode* const policy = policy_for(derivation, view.service->name);
  if (injected == nullptr && policy == nullptr) {
    return;
  }
  const YamlNode* const mode = mode_in(policy, target.url.port);
  if (mode != nullptr && mode->text == "DISABLE") {
    return;
  }
  const bool is_strict = mode != nullptr && mode->text == "STRICT";
  target.mesh = Mesh{.mode = is_strict ? MeshMode::strict : MeshMode::permissive};
  derivation.say_source(target.name, "mesh",
                        derivation.installation.position(mode != nullptr ? *mode : *injected));
}

void derive_ingress(Derivation& derivation) {
  add_ingress(derivation, "deck", "uiSecurity");
  add_ingress(derivation, "gate", "apiSecurity");
}

}  // namespace telltale::fleet
