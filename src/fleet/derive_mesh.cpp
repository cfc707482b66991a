// What stands in front of services: Istio's sidecar, and the ingress of deck and gate.

#include <algorithm>
#include <array>
#include <initializer_list>

#include "fleet/derive.hpp"
#include "fleet/service_readers.hpp"

namespace telltale::fleet {
namespace {

constexpr std::string_view inject = "sidecar.istio.io/inject";

/// What says whether a service's pods have a sidecar: `true` or `false`; null if nothing does.
const YamlNode* injection_of(const Derivation& derivation, const ServiceView& view) {
  const std::string service(view.service->name);
  for (const KubernetesObject& object : derivation.installation.objects) {
    if (object.name != service && object.name != "spin-" + service) {
      continue;
    }
    for (const std::string_view kind : {"labels", "annotations"}) {
      const YamlNode* const found =
          find_member(&object.object, {"spec", "template", "metadata", kind, inject});
      if (found != nullptr) {
        return found;
      }
    }
  }
  return find_member(view.settings, {"kubernetes", "podAnnotations", inject});
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

/// Istio's own namespace holds what is for all of them.
bool is_for_namespace(const Derivation& derivation, const YamlNode& policy) {
  const YamlNode* const written = find_member(&policy, {"metadata", "namespace"});
  return written == nullptr || derivation.name_space.empty() ||
         written->text == derivation.name_space || written->text == "istio-system";
}

/// UNSET inherits, as no mode at all does.
const YamlNode* mode_at(const YamlNode& policy, std::initializer_list<std::string_view> path) {
  const YamlNode* const mode = find_member(&policy, path);
  return mode == nullptr || mode->text.empty() || mode->text == "UNSET" ? nullptr : mode;
}

/// What PeerAuthentications say of a port: one of a workload counts above one of its namespace,
/// that above Istio's own (istio.io/docs PeerAuthentication).
struct Policy {
  bool is_there = false;
  const YamlNode* mode = nullptr;  ///< null: none says one, and Istio's default is PERMISSIVE
  const YamlNode* source = nullptr;
};

std::size_t rank_of(const Derivation& derivation, const YamlNode& policy, const YamlNode* labels) {
  if (labels != nullptr) {
    return 0;
  }
  const YamlNode* const written = find_member(&policy, {"metadata", "namespace"});
  return written == nullptr || written->text == derivation.name_space ? 1 : 2;
}

Policy policy_for(const Derivation& derivation, std::string_view service, std::uint16_t port) {
  const std::string number = std::to_string(port);
  std::array<const YamlNode*, 3> modes{};  // the workload's, the namespace's, Istio's own
  Policy policy;
  for (const KubernetesObject& object : derivation.installation.objects) {
    const YamlNode& written = object.object;
    if (object.kind != "PeerAuthentication" || !is_for_namespace(derivation, written)) {
      continue;
    }
    const YamlNode* const labels = find_member(&written, {"spec", "selector", "matchLabels"});
    if (labels != nullptr && !selects(*labels, service)) {
      continue;
    }
    const std::size_t rank = rank_of(derivation, written, labels);
    policy.is_there = true;
    policy.source = policy.source == nullptr ? &written : policy.source;
    const YamlNode* const of_port =
        labels == nullptr ? nullptr : mode_at(written, {"spec", "portLevelMtls", number, "mode"});
    const YamlNode* const mode =
        of_port != nullptr ? of_port : mode_at(written, {"spec", "mtls", "mode"});
    modes[rank] = modes[rank] == nullptr ? mode : modes[rank];
  }
  const auto* const said = std::ranges::find_if(modes, [](const YamlNode* mode) { return mode; });
  policy.mode = said == modes.end() ? nullptr : *said;
  return policy;
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
  if (injected != nullptr && injected->text != "true") {
    return;  // no sidecar, whatever a PeerAuthentication asks of one
  }
  const Policy policy = policy_for(derivation, view.service->name, target.url.port);
  if (injected == nullptr && !policy.is_there) {
    return;
  }
  if (policy.mode != nullptr && policy.mode->text == "DISABLE") {
    return;
  }
  const bool is_strict = policy.mode != nullptr && policy.mode->text == "STRICT";
  target.mesh = Mesh{.mode = is_strict ? MeshMode::strict : MeshMode::permissive};
  const YamlNode* const said = policy.mode != nullptr ? policy.mode : injected;
  derivation.say_source(target.name, "mesh",
                        derivation.installation.position(said != nullptr ? *said : *policy.source));
}

void derive_ingress(Derivation& derivation) {
  add_ingress(derivation, "deck", "uiSecurity");
  add_ingress(derivation, "gate", "apiSecurity");
}

}  // namespace telltale::fleet
