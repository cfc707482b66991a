#pragma once
// Subject: what the rules of lint look at, and where their findings go.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "telltale/fleet/lint.hpp"
#include "telltale/tls/handshake.hpp"

#include "fleet/installation.hpp"
#include "fleet/service_view.hpp"

namespace telltale::fleet::linting {

/// Collects findings. The same one about several services is one finding.
class Findings {
 public:
  /// `rule` is an id of the table.
  void add(std::string_view rule, std::string_view service, std::string source, std::string detail);

  void add(std::string_view rule, LintSeverity severity, std::string_view service,
           std::string source, std::string detail);

  [[nodiscard]] std::vector<LintFinding> take() && { return std::move(findings_); }

 private:
  /// Rule, severity, source and detail: what makes two findings the same.
  using Same = std::tuple<std::string_view, LintSeverity, std::string, std::string>;

  std::vector<LintFinding> findings_;
  std::map<Same, std::size_t> places_;
};

struct Subject {
  const Installation* installation = nullptr;  ///< never null
  std::vector<ServiceView> views;              ///< every service of the catalog
  /// The files say what is deployed, so what they leave out is left out. False: they are a part,
  /// such as a kustomize patch, and the rest may stand elsewhere.
  bool is_whole = false;

  /// The services that are deployed.
  [[nodiscard]] std::vector<const ServiceView*> concerned() const;

  /// The files say something of this service's own.
  [[nodiscard]] bool is_written(const ServiceView& view) const;

  /// By its name; null if there is none.
  [[nodiscard]] const ServiceView* view(std::string_view service) const;

  /// The concerned service that a host name means: `spin-orca.spinnaker.svc`, `orca`; null if it is
  /// none of Spinnaker's.
  [[nodiscard]] const ServiceView* view_of_host(std::string_view host) const;
};

/// The service that a host name within the cluster means: `orca` of `spin-orca.spinnaker.svc`,
/// `orca` and `orca.spinnaker`; empty if it is a name of the world outside, such as
/// `orca.example.org`.
[[nodiscard]] std::string_view service_in(std::string_view host);

/// Something is asked of a client that connects.
[[nodiscard]] bool asks_for_certificates(const ServiceView& view);

[[nodiscard]] bool is_need(const ServiceView& view);

/// What breaks at `need`: an error there, else a warning.
[[nodiscard]] LintSeverity severity_at(const ServiceView& view);

/// `client-auth: want`, as a part of a sentence.
[[nodiscard]] std::string client_auth_of(const ServiceView& view);

/// Where `server.ssl` stands, for what has no line of its own.
[[nodiscard]] std::string server_source(const ServiceView& view);

/// A URL of `http`, `https`, `redis` or `rediss` in its parts.
struct Location {
  std::string scheme;
  std::string host;
  std::string port;  ///< as written, else the scheme's
  bool has_password = false;

  /// `https://spin-orca:8083`: without user and path, which may hold secrets.
  [[nodiscard]] std::string text() const;
};

/// Nothing: it is no such URL, or its host is a placeholder.
[[nodiscard]] std::optional<Location> read_location(std::string_view url);

/// A member by its path, `kubernetes.useTcpProbe`; null if there is none.
[[nodiscard]] const YamlNode* at_path(const YamlNode* node, std::string_view path);

/// `true` in any case.
[[nodiscard]] bool is_true(const YamlNode* node);

[[nodiscard]] std::string to_lower(std::string_view text);

/// `orca`, `orca and gate`, `orca, gate and echo`.
[[nodiscard]] std::string enumerate(const std::vector<std::string>& names);

/// Calls `visit(node, path)` for a node and all below it; the path is of members, `redis.password`.
template <class Visit>
void visit_texts(const YamlNode& node, const std::string& path, Visit&& visit) {
  if (node.kind == YamlNode::Kind::text) {
    visit(node, path);
  }
  for (const YamlNode& child : node.children) {
    visit_texts(child, child.key.empty() ? path : path + (path.empty() ? "" : ".") + child.key,
                visit);
  }
}

/// Objects of Kubernetes of one kind that are `service`'s.
[[nodiscard]] std::vector<const KubernetesObject*> objects_of(const Installation& installation,
                                                              std::string_view kind,
                                                              std::string_view service);

/// The name without the operator's `spin-`.
[[nodiscard]] std::string_view bare_name(std::string_view name);

/// The container of a Deployment that runs `service`; null if it has none such.
[[nodiscard]] const YamlNode* container_of(const KubernetesObject& deployment,
                                           std::string_view service);

// The rules, by subject.
void check_defects(const Subject& subject, Findings& findings);
void check_server_tls(const Subject& subject, Findings& findings);
void check_go(const Subject& subject, Findings& findings);
void check_client_tls(const Subject& subject, Findings& findings);
void check_calls(const Subject& subject, Findings& findings);
void check_probes(const Subject& subject, Findings& findings);
void check_redis(const Subject& subject, Findings& findings);
void check_jvm(const Subject& subject, Findings& findings);
void check_secrets(const Subject& subject, Findings& findings);
void check_profiles(const Subject& subject, Findings& findings);
void check_mesh(const Subject& subject, Findings& findings);

}  // namespace telltale::fleet::linting
