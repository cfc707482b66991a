// Who calls whom: the catalog's calls between the services that are deployed.

#include <algorithm>

#include "fleet/derive.hpp"
#include "fleet/service_readers.hpp"

namespace telltale::fleet {
namespace {

/// Whom a call goes to, and what says so.
struct Callee {
  std::string target;
  std::string source;
};

/// A Service's name without what the cluster's DNS puts behind it.
std::string_view without_cluster_domain(std::string_view host) {
  for (const std::string_view suffix : {".svc.cluster.local", ".svc"}) {
    if (host.ends_with(suffix)) {
      return host.substr(0, host.size() - suffix.size());
    }
  }
  return host;
}

/// Whether both are one Service: `spin-orca`, `spin-orca.spinnaker`,
/// `spin-orca.spinnaker.svc.cluster.local`.
bool is_one_host(std::string_view one, std::string_view other, const std::string& name_space) {
  const auto whole = [&](std::string_view host) {
    const std::string_view name = without_cluster_domain(host);
    const bool is_bare = name.find('.') == std::string_view::npos && !name_space.empty();
    return is_bare ? std::string(name) + '.' + name_space : std::string(name);
  };
  return whole(one) == whole(other);
}

/// The target at a URL's host and port.
const Target* target_at(const Derivation& derivation, const WrittenUrl& url) {
  const auto& targets = derivation.fleet.targets;
  const auto found = std::ranges::find_if(targets, [&](const Target& target) {
    const bool is_host = is_one_host(target.url.host, url.host, derivation.name_space);
    return target.url.scheme == Scheme::https && target.url.port == url.port && is_host;
  });
  return found == targets.end() ? nullptr : &*found;
}

bool is_target(const Derivation& derivation, std::string_view name) {
  return std::ranges::find(derivation.fleet.targets, name, &Target::name) !=
         derivation.fleet.targets.end();
}

/// By Halyard's rules: the variant that the caller is sent to, if that is deployed.
std::optional<Callee> default_callee(const Derivation& derivation, const CatalogCall& call) {
  if (!call.ha_callee.empty() && is_target(derivation, call.ha_callee)) {
    return Callee{.target = std::string(call.ha_callee), .source = std::string(from_catalog)};
  }
  const bool is_second = !call.purpose.empty() && !call.ha_callee.empty();
  const bool goes_elsewhere = is_second && call.switched_by.empty();
  if (goes_elsewhere || !is_target(derivation, call.callee)) {
    return std::nullopt;  // the same call as the first
  }
  return Callee{.target = std::string(call.callee), .source = std::string(from_catalog)};
}

std::optional<Callee> callee_of(const Derivation& derivation, const ServiceView& caller,
                                const CatalogCall& call) {
  const auto written = caller.properties.find(call.property);
  if (!written) {
    return default_callee(derivation, call);
  }
  const auto url = read_written_url(written->text);
  const Target* const at = url ? target_at(derivation, *url) : nullptr;
  if (at != nullptr) {
    return Callee{.target = at->name, .source = written->source};
  }
  // By another name or port, such as a load balancer's: the same service behind it.
  std::optional<Callee> callee = default_callee(derivation, call);
  if (callee) {
    callee->source = written->source;
  }
  return callee;
}

Call make_call(const Callee& callee, ClientPath path) {
  Call call{.target = callee.target, .source = callee.source};
  if (path == ClientPath::certificate) {
    return call;
  }
  call.presents_nothing = true;
  call.skips_verification = path == ClientPath::insecure;
  return call;
}

/// Such a client has the JVM's own trust, whatever ok-http-client has; a tls.Config that is nil
/// means the system's.
void take_trust(const Target& caller, const ServiceView& view, Call& call) {
  if (call.presents_nothing && view.client.trust.file && caller.trust) {
    call.trust = pki::TrustFiles{};
  }
}

std::string note_of(const CatalogCall& catalog, const Call& call) {
  if (call.skips_verification) {
    return std::string(catalog.purpose) +
           ": a client without a key store that accepts whoever answers";
  }
  if (!call.presents_nothing) {
    return catalog.purpose.empty() ? std::string() : std::string(catalog.purpose);
  }
  return (catalog.purpose.empty() ? std::string() : std::string(catalog.purpose) + ": ") +
         "a client without a key store: it presents nothing";
}

class CallsOf {
 public:
  CallsOf(Derivation& derivation, const ServiceView& view, Target& target)
      : derivation_(derivation), view_(view), target_(target) {}

  void add(const CatalogCall& catalog) {
    if (!is_switched_on(catalog)) {
      return;
    }
    if (catalog.property.find("[]") != std::string_view::npos) {
      add_list(catalog);
      return;
    }
    if (const auto callee = callee_of(derivation_, view_, catalog)) {
      add(catalog, make_call(*callee, catalog.path));
    }
  }

  /// kubelet has no certificate: what it asks, it asks as nobody (hal
  /// `KubernetesV2Service.getProbe`).
  void add_probe() {
    if (!view_.server.has_tls || view_.probe.value == HealthProbe::tcp) {
      return;
    }
    Call call{.target = target_.name, .source = view_.probe.source};
    call.path = target_.health;
    call.runtime = Runtime::none;
    keep(std::move(call), view_.probe.value == HealthProbe::exec
                              ? "the exec probe's wget: it has no certificate"
                              : "kubelet's httpGet probe: it has no certificate");
  }

 private:
  [[nodiscard]] bool is_switched_on(const CatalogCall& catalog) const {
    if (catalog.switched_by.empty() || view_.properties.is_true(catalog.switched_by, false)) {
      return true;
    }
    const Properties callee = properties_of(derivation_.installation, catalog.callee);
    return callee.is_true(catalog.switched_by, false);
  }

  /// `proxies[].uri`, `rest.endpoints[].url`: those of them that are targets.
  void add_list(const CatalogCall& catalog) {
    const std::size_t brackets = catalog.property.find("[]");
    const YamlNode* const list = view_.properties.node(catalog.property.substr(0, brackets));
    const std::string_view member = catalog.property.substr(brackets + 3);
    for (std::size_t i = 0; list != nullptr && i < list->children.size(); ++i) {
      const Properties item(derivation_.installation, Binding::relaxed, {&list->children[i]});
      const auto written = item.find(member);
      const auto url = written ? read_written_url(written->text) : std::nullopt;
      const Target* const at = url ? target_at(derivation_, *url) : nullptr;
      if (at != nullptr) {
        const ClientPath path =
            item.is_true("insecure", false) ? ClientPath::insecure : catalog.path;
        add(catalog, make_call({.target = at->name, .source = written->source}, path));
      }
    }
  }

  void add(const CatalogCall& catalog, Call call) {
    take_trust(target_, view_, call);
    std::string note = note_of(catalog, call);
    keep(std::move(call), std::move(note));
  }

  /// Calls that come to the same are one.
  void keep(Call call, std::string note) {
    const bool is_there = std::ranges::any_of(target_.calls, [&](Call other) {
      other.source = call.source;
      return other == call;
    });
    if (is_there) {
      return;
    }
    const auto before = std::ranges::count(target_.calls, call.target, &Call::target);
    const std::string key =
        "calls." + call.target + (before == 0 ? "" : '-' + std::to_string(before + 1));
    derivation_.say_source(target_.name, key, call.source);
    if (!note.empty()) {
      derivation_.say_note(target_.name, key, std::move(note));
    }
    target_.calls.push_back(std::move(call));
  }

  Derivation& derivation_;
  const ServiceView& view_;
  Target& target_;
};

}  // namespace

void derive_calls(Derivation& derivation) {
  for (Target& target : derivation.fleet.targets) {
    const ServiceView* const view = derivation.deployed(target.name);
    if (view == nullptr) {
      continue;  // gate's second port
    }
    CallsOf calls(derivation, *view, target);
    for (const CatalogCall& call : catalog_calls()) {
      if (call.caller == view->service->base) {
        calls.add(call);
      }
    }
    calls.add_probe();
  }
}

}  // namespace telltale::fleet
