// Rules on calls that carry no certificate, whatever is configured, and on URLs within profiles.

#include <algorithm>

#include "fleet/lint/subject.hpp"

namespace telltale::fleet::linting {
namespace {

/// Members of a list by its path in `view`'s properties; nothing if there is no such list.
const std::vector<YamlNode>& list_of(const ServiceView* view, std::string_view path) {
  static const std::vector<YamlNode> none;
  const YamlNode* const node = view == nullptr ? nullptr : view->properties.node(path);
  return node != nullptr && node->kind == YamlNode::Kind::list ? node->children : none;
}

/// The service that a URL means, if it has TLS.
const ServiceView* callee_of(const Subject& subject, const YamlNode* url) {
  const std::optional<Location> location = url ? read_location(url->text) : std::nullopt;
  const ServiceView* const callee = location ? subject.view_of_host(location->host) : nullptr;
  return callee != nullptr && callee->server.has_tls ? callee : nullptr;
}

/// Before anybody is asked for a certificate it is a note for later.
LintSeverity severity_of_call(const ServiceView& callee) {
  return asks_for_certificates(callee) ? severity_at(callee) : LintSeverity::info;
}

std::string callee_text(const ServiceView& callee) {
  return std::string(callee.service->name) +
         (asks_for_certificates(callee)
              ? " (" + client_auth_of(callee) + ", " + server_source(callee) + ")"
              : "");
}

void check_proxies(const Subject& subject, Findings& findings) {
  for (const YamlNode& proxy : list_of(subject.view("gate"), "proxies")) {
    const YamlNode* const url = proxy.find("uri");
    if (const ServiceView* const callee = callee_of(subject, url)) {
      findings.add(
          "gate-proxy-presents-nothing", severity_of_call(*callee), "gate",
          subject.installation->position(*url),
          "a proxy of gate's never presents a certificate, and calls " + callee_text(*callee));
    }
  }
}

void check_rest_endpoints(const Subject& subject, Findings& findings) {
  for (const YamlNode& endpoint : list_of(subject.view("echo"), "rest.endpoints")) {
    const YamlNode* const url = endpoint.find("url");
    const ServiceView* const callee = callee_of(subject, url);
    if (callee != nullptr && is_true(endpoint.find("insecure"))) {
      findings.add("echo-endpoint-insecure", severity_of_call(*callee), "echo",
                   subject.installation->position(*endpoint.find("insecure")),
                   "an endpoint with insecure: true is called without a certificate, and it is " +
                       callee_text(*callee));
    }
  }
}

/// What says that Lambda stages are in use; null if nothing does.
const YamlNode* lambda_of(const Subject& subject) {
  const YamlNode* const feature =
      at_path(&subject.installation->config, "providers.aws.features.lambda.enabled");
  if (is_true(feature)) {
    return feature;
  }
  const ServiceView* const clouddriver = subject.view("clouddriver");
  for (const std::string_view key : {"aws.lambda.enabled", "aws.features.lambda.enabled"}) {
    if (clouddriver != nullptr && clouddriver->properties.is_true(key, false)) {
      return clouddriver->properties.node(key);
    }
  }
  return nullptr;
}

void check_lambda(const Subject& subject, Findings& findings) {
  const YamlNode* const lambda = lambda_of(subject);
  for (const std::string_view name : {"clouddriver", "clouddriver-ro", "clouddriver-rw"}) {
    const ServiceView* const callee = subject.view(name);
    const bool is_deployed = callee != nullptr && callee->enabled.value;
    if (lambda != nullptr && is_deployed && asks_for_certificates(*callee)) {
      findings.add("orca-lambda-presents-nothing", severity_at(*callee), "orca",
                   subject.installation->position(*lambda),
                   "Lambda stages call without a certificate, and it is " + callee_text(*callee));
      return;
    }
  }
}

/// What says that the monitoring daemon runs beside every service.
const YamlNode* metric_store_of(const Subject& subject) {
  const YamlNode* const stores = at_path(&subject.installation->config, "metricStores");
  if (stores == nullptr || stores->kind != YamlNode::Kind::mapping) {
    return nullptr;
  }
  const auto on = std::ranges::find_if(stores->children, [](const YamlNode& store) {
    return store.kind == YamlNode::Kind::mapping && is_true(store.find("enabled"));
  });
  return on == stores->children.end() ? nullptr : &*on;
}

void check_monitoring(const Subject& subject, Findings& findings) {
  const YamlNode* const store = metric_store_of(subject);
  if (store == nullptr) {
    return;
  }
  std::vector<std::string> names;
  bool is_broken = false;
  for (const ServiceView* const view : subject.concerned()) {
    if (asks_for_certificates(*view)) {
      names.emplace_back(view->service->name);
      is_broken = is_broken || is_need(*view);
    }
  }
  if (!names.empty()) {
    findings.add("monitoring-daemon-presents-nothing",
                 is_broken ? LintSeverity::error : LintSeverity::warning, "",
                 subject.installation->position(*store),
                 "the monitoring daemon scrapes without a certificate, and " + enumerate(names) +
                     (names.size() == 1 ? " asks" : " ask") + " for one");
  }
}

/// URLs that profiles write out: what stands there does not follow service-settings.
void check_urls(const Subject& subject, Findings& findings) {
  const auto is_base_url = [&](const std::string& source) {
    return std::ranges::any_of(
        subject.views, [&](const ServiceView& view) { return view.base_url.source == source; });
  };
  for (const auto& [profile, layers] : subject.installation->profiles) {
    for (const YamlNode& layer : layers) {
      visit_texts(layer, "", [&](const YamlNode& node, const std::string& path) {
        const std::optional<Location> location = read_location(node.text);
        const std::string source = subject.installation->position(node);
        const ServiceView* const callee = callee_of(subject, &node);
        if (callee != nullptr && location->scheme == "http" && !is_base_url(source) &&
            location->port == std::to_string(callee->port.value)) {
          findings.add("url-http-to-tls", profile == "spinnaker" ? "" : profile, source,
                       path + " is " + location->text() + ", and " +
                           std::string(callee->service->name) + " has TLS there (" +
                           server_source(*callee) + ")");
        }
      });
    }
  }
}

}  // namespace

void check_calls(const Subject& subject, Findings& findings) {
  check_proxies(subject, findings);
  check_rest_endpoints(subject, findings);
  check_lambda(subject, findings);
  check_monitoring(subject, findings);
  check_urls(subject, findings);
}

}  // namespace telltale::fleet::linting
