// Who calls whom: targets' and callers' calls, joined with what the caller has.

#include <map>
#include <string_view>

#include "telltale/fleet/fleet.hpp"

namespace telltale::fleet {
namespace {

/// What calls, be it a target or not.
struct Side {
  const std::string& name;
  std::optional<Runtime> runtime;
  const std::optional<std::string>& identity;
  const std::optional<pki::TrustFiles>& trust;
  std::vector<tls::ProtocolVersion> tls_versions;
  bool has_endpoint = false;
  bool presents_nothing = false;
  bool presents_unseen = false;
};

/// Redis clients do not take the client settings for HTTP: Jedis uses the JVM's default SSLContext
/// (`javax.net.ssl.*`), go-redis in Dinghy is given none.
bool has_settings_for_http_only(Runtime runtime) {
  return is_jsse(runtime) || runtime == Runtime::go_yaml_tools;
}

std::vector<tls::ProtocolVersion> first_given(const std::vector<tls::ProtocolVersion>& first,
                                              const std::vector<tls::ProtocolVersion>& second) {
  if (!first.empty()) {
    return first;
  }
  if (!second.empty()) {
    return second;
  }
  return {tls::ProtocolVersion::tls_1_3, tls::ProtocolVersion::tls_1_2};
}

/// What a call of an https target presents where the call itself does not say so.
void take_identity(const Side& caller, const Call& call, Edge& edge) {
  if (call.presents_nothing) {
    edge.identity.reset();
    return;
  }
  if (!edge.identity) {
    edge.identity = caller.identity;
  }
  if (edge.identity || caller.presents_nothing) {
    return;
  }
  edge.is_unseen = edge.is_unseen || caller.presents_unseen;
  edge.is_observed = caller.has_endpoint && !edge.is_unseen;
}

Edge join(const Side& caller, const Call& call, const Target& callee) {
  const bool is_redis = callee.url.scheme == Scheme::rediss;
  Edge edge{.caller = caller.name, .callee = callee.name, .source = call.source};
  edge.runtime = call.runtime.value_or(caller.runtime.value_or(Runtime::java));
  edge.tls_versions = first_given(call.tls_versions, caller.tls_versions);
  edge.skips_verification = call.skips_verification;
  edge.trust = call.trust;
  if (!is_redis) {
    edge.path = call.path.value_or(callee.health);
  }
  if (edge.runtime == Runtime::none) {
    // What a target runs beside its JVM, such as a preStop hook, has nothing of the JVM's.
    if (!edge.trust && caller.runtime == Runtime::none) {
      edge.trust = caller.trust;
    }
    return edge;
  }
  edge.identity = call.identity;
  edge.is_unseen = call.presents_unseen && !call.identity;
  if (is_redis && has_settings_for_http_only(edge.runtime)) {
    // kork's refreshable keys are ok-http-client's.
    edge.runtime = edge.runtime == Runtime::java_refreshable ? Runtime::java : edge.runtime;
    return edge;
  }
  if (!edge.trust) {
    edge.trust = caller.trust;
  }
  if (is_redis) {
    edge.identity = edge.identity ? edge.identity : caller.identity;
    return edge;
  }
  take_identity(caller, call, edge);
  return edge;
}

using Targets = std::map<std::string_view, const Target*>;

void join_all(const Targets& targets, const Side& caller, const std::vector<Call>& calls,
              std::vector<Edge>& edges) {
  for (const Call& call : calls) {
    if (const auto callee = targets.find(call.target); callee != targets.end()) {
      edges.push_back(join(caller, call, *callee->second));
      if (Edge& edge = edges.back(); edge.trust && edge.trust->file.empty()) {
        edge.trust.reset();  // the JRE's own, which the fleet's stands for
      }
    }
  }
}

}  // namespace

std::string_view label(Runtime runtime) {
  switch (runtime) {
    case Runtime::java:
      return "java";
    case Runtime::java_pkix:
      return "java-pkix";
    case Runtime::java_refreshable:
      return "java-refreshable";
    case Runtime::go:
      return "go";
    case Runtime::go_yaml_tools:
      return "go-yaml-tools";
    case Runtime::openssl:
      return "openssl";
    case Runtime::none:
      return "none";
  }
  return {};
}

std::vector<Edge> edges_of(const Fleet& fleet) {
  Targets targets;
  for (const Target& target : fleet.targets) {
    targets.emplace(target.name, &target);
  }
  std::vector<Edge> edges;
  for (const Target& target : fleet.targets) {
    const Side caller{.name = target.name,
                      .runtime = target.runtime,
                      .identity = target.identity,
                      .trust = target.trust,
                      .tls_versions = {},
                      .has_endpoint = target.url.scheme == Scheme::https,
                      .presents_nothing = target.presents_nothing,
                      .presents_unseen = target.presents_unseen};
    join_all(targets, caller, target.calls, edges);
  }
  for (const Caller& each : fleet.callers) {
    const Side caller{.name = each.name,
                      .runtime = each.runtime,
                      .identity = each.identity,
                      .trust = each.trust,
                      .tls_versions = each.tls_versions};
    join_all(targets, caller, each.calls, edges);
  }
  return edges;
}

std::string trust_name(const std::optional<pki::TrustFiles>& trust) {
  return trust ? trust->file : std::string();
}

}  // namespace telltale::fleet
