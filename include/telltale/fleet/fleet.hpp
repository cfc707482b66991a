#pragma once
// Fleet: what ought to be. The targets, identities, trust and gates that telltale.yml describes. A
// value; secrets stay in their files and are named here by path only.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/enum.hpp>

#include "telltale/pki/identity.hpp"
#include "telltale/pki/trust_store.hpp"
#include "telltale/time.hpp"
#include "telltale/tls/handshake.hpp"

namespace telltale::fleet {

enum class Scheme { https, rediss };
BOOST_DESCRIBE_ENUM(Scheme, https, rediss)

/// What the rollout wants of a target: to be flipped to `need`, or nothing (deck, an ingress).
enum class Goal { need, none };
BOOST_DESCRIBE_ENUM(Goal, need, none)

/// Whether the certificate nobody should trust is presented.
enum class Stranger { every_round, never };
BOOST_DESCRIBE_ENUM(Stranger, every_round, never)

/// A socket address written down: `10.0.0.7:8081`, `[fd00::8]:8081`.
struct Endpoint {
  std::string host;  ///< an IP address, without brackets
  std::uint16_t port = 0;

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// `10.0.0.7:8081` or `[fd00::8]:8081`: the `address` of metrics and JSON.
[[nodiscard]] std::string to_text(const Endpoint& endpoint);

struct Url {
  Scheme scheme = Scheme::https;
  std::string host;  ///< a name or an IP address, without brackets
  std::uint16_t port = 0;
  std::string text;  ///< as configured

  friend bool operator==(const Url&, const Url&) = default;
};

/// What the DN list of a CertificateRequest is expected to be.
enum class AuthoritiesRule {
  any,     ///< whatever it is
  empty,   ///< no list, or an empty one: any issuer will do
  listed,  ///< exactly the names in ExpectedAuthorities::names, in any order
};
BOOST_DESCRIBE_ENUM(AuthoritiesRule, any, empty, listed)

struct ExpectedAuthority {
  std::string text;       ///< as configured
  std::string canonical;  ///< pki::canonical_of_text(text)

  friend bool operator==(const ExpectedAuthority&, const ExpectedAuthority&) = default;
};

struct ExpectedAuthorities {
  AuthoritiesRule rule = AuthoritiesRule::any;
  std::vector<ExpectedAuthority> names;  ///< for `listed`

  friend bool operator==(const ExpectedAuthorities&, const ExpectedAuthorities&) = default;
};

/// What a target is expected to show.
struct Expectation {
  std::optional<tls::ClientAuthMode> client_auth;  ///< none, want or need
  ExpectedAuthorities authorities;
  std::size_t addresses = 1;                ///< at least so many addresses (replicas) must be there
  std::string minimum_redis_version = "6";  ///< rediss only: the first with TLS
  /// https only: whom gate takes our identity for (`GET /auth/user`, Spinnaker's X.509 login).
  std::optional<std::string> principal;
  std::optional<std::vector<std::string>> roles;  ///< and which roles it gives it, in any order

  /// Gate's X.509 login is to be tried.
  [[nodiscard]] bool login() const { return principal || roles; }

  friend bool operator==(const Expectation&, const Expectation&) = default;
};

struct Target {
  std::string name;
  Url url;
  std::optional<std::string> discover;         ///< the name to resolve instead of the URL's
  std::optional<std::string> server_name;      ///< for SNI and name check instead of the URL's host
  std::vector<Endpoint> addresses;             ///< instead of what DNS says
  std::vector<std::uint16_t> plaintext_ports;  ///< must not answer in plaintext on any address
  std::string health = "/health";              ///< https only: the path that is asked for
  std::string username;  ///< rediss only: AUTH's user, empty for the default one
  std::optional<pki::SecretSource> password;  ///< rediss only: AUTH's
  std::optional<std::string> identity;  ///< names what this target itself presents as a client
  Goal goal = Goal::need;
  Expectation expect;
  std::string source;  ///< where it was configured, `telltale.yml:12`

  /// The name that SNI carries and the certificate must show.
  [[nodiscard]] const std::string& expected_name() const {
    return server_name ? *server_name : url.host;
  }

  friend bool operator==(const Target&, const Target&) = default;
};

/// A breakage that somebody has accepted until a date. It is named wherever the gate is, and blocks
/// again when its reason changes or the date has passed.
struct Acceptance {
  std::string target;
  std::string reason;  ///< a name of assess::Reason; checked when the configuration is read
  CivilTime until;     ///< first instant at which it no longer counts
  std::string why;

  friend bool operator==(const Acceptance&, const Acceptance&) = default;
};

struct GateRules {
  std::string name = "need";
  std::vector<std::string> targets;                  ///< names; empty: all
  unsigned rounds = 3;                               ///< consecutive clean rounds before it opens
  Duration minimum_time = std::chrono::minutes(10);  ///< `for`: and at least this long
  Duration certificate_validity =
      std::chrono::hours(7 * 24);  ///< a certificate that ends sooner blocks
  std::vector<Acceptance> accept;

  friend bool operator==(const GateRules&, const GateRules&) = default;
};

struct ProbeRules {
  Duration interval = std::chrono::seconds(30);
  Duration timeout = std::chrono::seconds(5);       ///< for one whole look at one address
  Duration stale_after = std::chrono::seconds(65);  ///< default: 2 x interval + timeout
  unsigned concurrency = 32;                        ///< looks in flight at most
  std::optional<std::string> identity;              ///< what we present; see identity_for()
  Stranger stranger = Stranger::every_round;

  friend bool operator==(const ProbeRules&, const ProbeRules&) = default;
};

struct Fleet {
  ProbeRules probe;
  std::optional<pki::TrustFiles> trust;  ///< nothing: the system's trust store
  std::map<std::string, pki::IdentityFiles> identities;
  std::vector<Target> targets;   ///< in the order of the file; at least one; names are unique
  std::vector<GateRules> gates;  ///< at least one; names are unique
  /// Where `trust.file` and each `identities.NAME` were configured: `telltale.yml:12`.
  std::map<std::string, std::string> sources;

  friend bool operator==(const Fleet&, const Fleet&) = default;
};

/// The identity that we present to `target`: `probe.identity`, else the one named `telltale`, else
/// the target's own, else the first (by name). Those that have no key are passed over; null if none
/// has.
[[nodiscard]] const std::string* identity_for(
    const Fleet& fleet, const std::map<std::string, pki::IdentityPtr>& identities,
    const Target& target);

/// The targets that a gate judges, in the fleet's order.
[[nodiscard]] std::vector<const Target*> targets_of(const Fleet& fleet, const GateRules& gate);

}  // namespace telltale::fleet
