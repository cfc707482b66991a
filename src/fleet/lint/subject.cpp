#include "fleet/lint/subject.hpp"

#include <algorithm>

namespace telltale::fleet::linting {

void Findings::add(std::string_view rule, std::string_view service, std::string source,
                   std::string detail) {
  add(rule, find_lint_rule(rule)->severity, service, std::move(source), std::move(detail));
}

void Findings::add(std::string_view rule, LintSeverity severity, std::string_view service,
                   std::string source, std::string detail) {
  const LintRule* const row = find_lint_rule(rule);
  const auto [same, is_new] =
      places_.try_emplace({row->id, severity, source, detail}, findings_.size());
  if (is_new) {
    findings_.push_back({.rule = row,
                         .severity = severity,
                         .services = {},
                         .source = std::move(source),
                         .detail = std::move(detail)});
  }
  std::vector<std::string>& services = findings_[same->second].services;
  if (!service.empty() && std::ranges::find(services, service) == services.end()) {
    services.emplace_back(service);
  }
}

std::vector<const ServiceView*> Subject::concerned() const {
  std::vector<const ServiceView*> found;
  for (const ServiceView& view : views) {
    if (view.enabled.value) {
      found.push_back(&view);
    }
  }
  return found;
}

bool Subject::is_written(const ServiceView& view) const {
  return view.enabled.source != "catalog" || installation->profiles.contains(view.service->name);
}

const ServiceView* Subject::view(std::string_view service) const {
  const auto found = std::ranges::find_if(
      views, [&](const ServiceView& view) { return view.service->name == service; });
  return found == views.end() ? nullptr : &*found;
}

const ServiceView* Subject::view_of_host(std::string_view host) const {
  const std::string_view name = service_in(host);
  const auto all = concerned();
  const auto found = std::ranges::find_if(
      all, [&](const ServiceView* view) { return view->service->name == name; });
  return found == all.end() ? nullptr : *found;
}

std::string_view service_in(std::string_view host) {
  const std::size_t first = std::min(host.find('.'), host.size());
  const std::string_view name = bare_name(host.substr(0, first));
  const std::size_t second = std::min(host.find('.', first + 1), host.size());
  const std::string_view rest = host.substr(second);
  const bool is_prefixed = name.size() < first;
  const bool is_inside = rest.empty() || rest == ".svc" || rest.starts_with(".svc.");
  return is_prefixed || is_inside ? name : std::string_view();
}

bool asks_for_certificates(const ServiceView& view) {
  return view.server.has_tls && (view.server.mode == tls::ClientAuthMode::want || is_need(view));
}

bool is_need(const ServiceView& view) {
  return view.server.has_tls && view.server.mode == tls::ClientAuthMode::need;
}

LintSeverity severity_at(const ServiceView& view) {
  return is_need(view) ? LintSeverity::error : LintSeverity::warning;
}

std::string client_auth_of(const ServiceView& view) {
  return is_need(view) ? "client-auth need" : "client-auth want";
}

std::string server_source(const ServiceView& view) {
  const ServerSettings& server = view.server;
  for (const std::optional<Setting>* each :
       {&server.client_auth, &server.enabled, &server.block, &server.keys.file}) {
    if (*each) {
      return (*each)->source;
    }
  }
  return "catalog";
}

std::string Location::text() const {
  return scheme + "://" + host + ":" + port;
}

std::optional<Location> read_location(std::string_view url) {
  const std::size_t mark = url.find("://");
  if (mark == std::string_view::npos) {
    return std::nullopt;
  }
  Location location{.scheme = to_lower(url.substr(0, mark)), .host = {}, .port = {}};
  const bool is_redis = location.scheme == "redis" || location.scheme == "rediss";
  if (!is_redis && location.scheme != "http" && location.scheme != "https") {
    return std::nullopt;
  }
  std::string_view authority = url.substr(mark + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    const std::size_t colon = user.find(':');
    location.has_password = colon != std::string_view::npos && colon + 1 < user.size();
    authority.remove_prefix(at + 1);
  }
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && authority.back() != ']';
  location.host = to_lower(authority.substr(0, has_port ? colon : authority.size()));
  const std::string standard = is_redis ? "6379" : location.scheme == "https" ? "443" : "80";
  location.port = has_port ? std::string(authority.substr(colon + 1)) : standard;
  const bool is_name = !location.host.empty() && location.host.find("${") == std::string::npos;
  return is_name ? std::optional(std::move(location)) : std::nullopt;
}

const YamlNode* at_path(const YamlNode* node, std::string_view path) {
  while (node != nullptr && !path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    node = node->find(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return node;
}

bool is_true(const YamlNode* node) {
  return node != nullptr && to_lower(node->text) == "true";
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

std::string enumerate(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool is_last = i + 1 == names.size();
    text += (i == 0 ? "" : is_last ? " and " : ", ") + names[i];
  }
  return text;
}

std::string_view bare_name(std::string_view name) {
  constexpr std::string_view prefix = "spin-";
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

std::vector<const KubernetesObject*> objects_of(const Installation& installation,
                                                std::string_view kind, std::string_view service) {
  std::vector<const KubernetesObject*> found;
  for (const KubernetesObject& each : installation.objects) {
    if (each.kind == kind && bare_name(each.name) == service) {
      found.push_back(&each);
    }
  }
  return found;
}

const YamlNode* container_of(const KubernetesObject& deployment, std::string_view service) {
  const YamlNode* const containers = at_path(&deployment.object, "spec.template.spec.containers");
  if (containers == nullptr || containers->kind != YamlNode::Kind::list) {
    return nullptr;
  }
  const auto runs_service = [&](const YamlNode& container) {
    const YamlNode* const name = container.find("name");
    return name != nullptr && bare_name(name->text) == service;
  };
  const auto found = std::ranges::find_if(containers->children, runs_service);
  return found == containers->children.end() ? nullptr : &*found;
}

}  // namespace telltale::fleet::linting
