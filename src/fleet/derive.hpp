#pragma once
// Derives a fleet from what Spinnaker's own files say: what is looked at, what is expected there,
// who calls whom with what.

#include <string>
#include <string_view>
#include <vector>

#include "telltale/fleet/fleet.hpp"

#include "fleet/installation.hpp"
#include "fleet/service_view.hpp"

namespace telltale::fleet {

/// Adds targets, their calls and identities, what is left out, and the sources of each to `fleet`,
/// in which `files` and the fleet's own trust are set. Does no I/O but to ask whether a key or
/// trust store can be read here. Throws BadConfig where two names collide.
void derive_fleet(const Installation& installation, const SpinnakerFiles& files, Fleet& fleet);

/// Takes identities that telltale.yml itself names as a service (`orca`, or `orca-jvm` for its
/// Redis) for that service's, where nothing else is known of it.
void adopt_identities(Fleet& fleet);

// What follows is for the parts of it, each in a file of its own.

/// What is being derived, and from what.
struct Derivation {
  const Installation& installation;
  const SpinnakerFiles& files;
  std::vector<ServiceView> views;  ///< of the whole catalog
  std::string name_space;
  Fleet& fleet;

  /// Null: it is not deployed, or no such service.
  [[nodiscard]] const ServiceView* deployed(std::string_view service) const;

  /// `targets.NAME.KEY`
  void say_source(std::string_view target, std::string_view key, const std::string& source) const;
  void say_note(std::string_view target, std::string_view key, std::string sentence) const;
};

/// The headless Service that `spinnaker.discover` names, where the target is reached by the Service
/// of that name of Spinnaker's own: what is outside the namespace has no pods there.
void derive_discovery(const Derivation& derivation, std::string_view service, Target& target);

/// The key and trust stores of a service's clients: identities, trust.
void derive_stores(Derivation& derivation, const ServiceView& view, Target& target);

/// The JVM-wide stores, which Redis edges use: gives `call` its identity and trust.
void derive_jvm_stores(Derivation& derivation, const ServiceView& view, Call& call);

/// The calls of every target among each other. The targets are all there.
void derive_calls(Derivation& derivation);

/// The targets `redis…`, and the calls to them. The callers are all there.
void derive_redis(Derivation& derivation);

/// Istio's sidecar in front of a target.
void derive_mesh(Derivation& derivation, const ServiceView& view, Target& target);

/// The targets `ingress-deck` and `ingress-gate`.
void derive_ingress(Derivation& derivation);

/// Parts of a URL in Spinnaker's files, which may have a path, a user and a password.
struct WrittenUrl {
  std::string scheme;
  std::string host;        ///< lower case
  std::uint16_t port = 0;  ///< the scheme's own where none is written; 0: the scheme has none
  std::string path;        ///< empty, or begins with `/`
  std::string user;
  bool has_password = false;
  bool is_encoded = false;  ///< the user or the password has a percent-encoded character
};

/// Nothing: it is no URL, or has a placeholder.
[[nodiscard]] std::optional<WrittenUrl> read_written_url(std::string_view text);

/// A Url of ours from its parts.
[[nodiscard]] Url make_url(Scheme scheme, const std::string& host, std::uint16_t port);

}  // namespace telltale::fleet
