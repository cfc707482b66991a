#pragma once
// Fleet: what ought to be. The targets, identities, trust and gates that telltale.yml describes. A
// value; secrets stay in their files and are named here by path only.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
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

/// How a client is built: by which rule it presents a certificate, and whom it accepts. Written
/// with dashes, see label().
enum class Runtime {
  java,              ///< JSSE with SunX509, the JDK's default KeyManagerFactory
  java_pkix,         ///< JSSE with NewSunX509 (`ssl.KeyManagerFactory.algorithm=PKIX`)
  java_refreshable,  ///< JSSE with kork's refreshable keys: the first key, whatever is asked for
  go,                ///< crypto/tls
  go_yaml_tools,     ///< crypto/tls through armory/go-yaml-tools (Dinghy): the leaf alone, PKCS#1
  openssl,           ///< libssl: what it holds, whatever names are listed
  none,              ///< a path without certificate: a probe, a preStop hook, gate's `proxies[]`
};
BOOST_DESCRIBE_ENUM(Runtime, java, java_pkix, java_refreshable, go, go_yaml_tools, openssl, none)

/// `java-refreshable`: as configuration, JSON and metrics spell it.
[[nodiscard]] std::string_view label(Runtime runtime);

[[nodiscard]] constexpr bool is_jsse(Runtime runtime) noexcept {
  return runtime == Runtime::java || runtime == Runtime::java_pkix ||
         runtime == Runtime::java_refreshable;
}

[[nodiscard]] constexpr bool is_go(Runtime runtime) noexcept {
  return runtime == Runtime::go || runtime == Runtime::go_yaml_tools;
}

/// One thing that a caller calls. What is not given is as the caller has it.
struct Call {
  std::string target;                   ///< names the callee
  std::optional<std::string> identity;  ///< names what is presented
  std::optional<pki::TrustFiles> trust;
  std::optional<std::string> path;  ///< https only: instead of the callee's `health`
  std::optional<Runtime> runtime;
  std::vector<tls::ProtocolVersion> tls_versions;  ///< empty: as the caller has them
  /// This client path has no key store: it presents nothing, whatever the caller holds.
  bool presents_nothing = false;
  /// It presents what a key store holds that is not here: nobody knows what that is.
  bool presents_unseen = false;
  /// This client path verifies neither chain nor name (kork's InsecureOkHttpClientBuilderProvider).
  bool skips_verification = false;
  std::string source;  ///< where it was configured, `telltale.yml:12`

  friend bool operator==(const Call&, const Call&) = default;
};

/// Something that calls targets and is no target itself.
struct Caller {
  std::string name;                ///< unique among callers and targets
  std::optional<Runtime> runtime;  ///< nothing only where every call has one
  std::optional<std::string> identity;
  std::optional<pki::TrustFiles> trust;            ///< nothing: the fleet's
  std::vector<tls::ProtocolVersion> tls_versions;  ///< empty: both
  std::vector<Call> calls;
  bool in_mesh = false;  ///< it has a service mesh's sidecar, as a target with `mesh` has
  std::string source;    ///< where it was configured, `telltale.yml:12`

  friend bool operator==(const Caller&, const Caller&) = default;
};

/// What a sidecar in front of a target lets in: the mode of Istio's PeerAuthentication.
enum class MeshMode { permissive, strict };
BOOST_DESCRIBE_ENUM(MeshMode, permissive, strict)

/// A target that has a service mesh's sidecar in front of it (Istio).
struct Mesh {
  MeshMode mode = MeshMode::permissive;  ///< as it is expected to be
  /// The URI SAN of its workload certificate, `spiffe://cluster.local/ns/x/sa/y`: checked instead
  /// of the DNS name where the sidecar ends TLS.
  std::optional<std::string> spiffe;
  bool offers_istio_alpn = false;  ///< offer ALPN `istio`, so that the sidecar ends TLS

  friend bool operator==(const Mesh&, const Mesh&) = default;
};

/// What is asked of an ingress beyond its handshake.
struct Ingress {
  std::optional<std::uint16_t> redirect_port;  ///< plain HTTP there must redirect to https://
  std::vector<std::string> routes;             ///< paths that must be answered

  friend bool operator==(const Ingress&, const Ingress&) = default;
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
  std::optional<std::string> identity;   ///< names what this target itself presents as a client
  std::optional<pki::TrustFiles> trust;  ///< what it trusts as a client; nothing: the fleet's
  std::optional<Runtime> runtime;        ///< what it is built with, as a client and as a server
  std::vector<Call> calls;
  bool presents_nothing = false;  ///< as a client over HTTPS: it is built without a key store
  /// As a client over HTTPS it presents what a key store of its own holds, which is not here and is
  /// not what its endpoint shows: nobody knows what that is.
  bool presents_unseen = false;
  Goal goal = Goal::need;
  Expectation expect;
  /// Whom its server chain is verified against. Nothing: the fleet's trust; an empty file: the
  /// system's trust store.
  std::optional<pki::TrustFiles> server_trust;
  std::optional<Mesh> mesh;
  std::optional<Ingress> ingress;
  std::string source;  ///< where it was configured, `telltale.yml:12`

  /// The name that SNI carries and the certificate must show.
  [[nodiscard]] const std::string& expected_name() const {
    return server_name ? *server_name : url.host;
  }

  friend bool operator==(const Target&, const Target&) = default;
};

/// What is known of a certificate that a caller would present, from less to more.
enum class Evidence {
  none,         ///< nothing, or that there is no certificate
  observed,     ///< what the caller's own endpoint presents as a server
  certificate,  ///< the chain, without its key
  keystore,     ///< the chain and its key, so that it can be rehearsed
};
BOOST_DESCRIBE_ENUM(Evidence, none, observed, certificate, keystore)

/// A breakage that somebody has accepted until a date. It is named wherever the gate is, and blocks
/// again when its reason changes or the date has passed.
struct Acceptance {
  std::string target;  ///< `target`, or the `callee` of an edge
  std::string caller;  ///< of an edge; empty: the target itself is meant, and none of its edges
  std::string reason;  ///< a name of assess::Reason; checked when the configuration is read
  CivilTime until;     ///< first instant at which it no longer counts
  std::string why;

  friend bool operator==(const Acceptance&, const Acceptance&) = default;
};

/// The step of a rollout that a gate answers for.
enum class Step {
  need,    ///< from `want` to `need`
  strict,  ///< from Istio's PERMISSIVE to STRICT
};
BOOST_DESCRIBE_ENUM(Step, need, strict)

struct GateRules {
  std::string name = "need";
  std::vector<std::string> targets;                  ///< names; empty: all
  unsigned rounds = 3;                               ///< consecutive clean rounds before it opens
  Duration minimum_time = std::chrono::minutes(10);  ///< `for`: and at least this long
  Duration certificate_validity =
      std::chrono::hours(7 * 24);          ///< a certificate that ends sooner blocks
  Evidence evidence = Evidence::observed;  ///< the least that may open it for a caller
  std::vector<Acceptance> accept;
  Step step = Step::need;

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

/// Where Spinnaker's own configuration lies, and how it is read.
struct SpinnakerFiles {
  std::vector<std::string>
      manifests;  ///< SpinnakerService and Kubernetes manifests, later over earlier
  std::optional<std::string> halyard;  ///< a Halyard directory, `~/.hal`
  std::string deployment;  ///< Halyard's; empty: its `currentDeployment`, else `default`
  std::vector<std::string>
      profiles;  ///< profile files, or directories of them, as kustomize mounts
  std::optional<std::string> name_space;  ///< Kubernetes' namespace of the Services
  std::optional<std::string>
      secrets;  ///< the directory where Secrets are mounted: SECRET/KEY below it
  std::optional<std::string>
      discover;  ///< headless Services beside Spinnaker's own, `*` for the service: `telltale-*`
  std::string discover_source;  ///< where that stands, `telltale.yml:9`

  friend bool operator==(const SpinnakerFiles&, const SpinnakerFiles&) = default;
};

/// A service that Spinnaker's configuration has and that is not looked at.
struct LeftOut {
  std::string name;
  std::string why;     ///< one sentence
  std::string source;  ///< where that stands, `spinnakerservice.yml:12`

  friend bool operator==(const LeftOut&, const LeftOut&) = default;
};

struct Fleet {
  ProbeRules probe;
  std::optional<pki::TrustFiles> trust;  ///< nothing: the system's trust store
  std::map<std::string, pki::IdentityFiles> identities;
  std::vector<Target> targets;   ///< in the order of the file; at least one; names are unique
  std::vector<Caller> callers;   ///< those that are no target
  std::vector<GateRules> gates;  ///< at least one; names are unique
  std::optional<SpinnakerFiles> spinnaker;
  /// What `spinnaker` led to: every file that was read, and the directories that were named.
  std::vector<std::string> spinnaker_files;
  std::vector<LeftOut> left_out;
  /// Where things were configured, as `telltale.yml:12`: `trust.file`, each `identities.NAME`, and
  /// of targets that Spinnaker's configuration yields each derived fact, as `targets.NAME.url`,
  /// `targets.NAME.expect.client_auth`, `targets.NAME.calls.CALLEE`. What nobody wrote down and
  /// Spinnaker has by default is `catalog`.
  std::map<std::string, std::string> sources;
  /// What is to be said of a fact that could not be derived, or only in part, by the same keys: one
  /// sentence each.
  std::map<std::string, std::string> notes;

  friend bool operator==(const Fleet&, const Fleet&) = default;
};

/// One call as it is made: the caller's settings and the call's, joined.
struct Edge {
  std::string caller;
  std::string callee;
  Runtime runtime = Runtime::java;
  std::optional<std::string> identity;  ///< names what the caller holds
  /// Where `identity` is nothing: its own endpoint, the target `caller`, shows what it holds, since
  /// Spinnaker's guide has the server certificate serve as the client certificate. False: it
  /// presents nothing.
  bool is_observed = false;
  bool is_unseen = false;  ///< it presents something, and nobody knows what
  /// This client verifies neither chain nor name: it accepts whoever answers.
  bool skips_verification = false;
  std::optional<pki::TrustFiles> trust;            ///< nothing: the fleet's
  std::string path;                                ///< that it asks for; empty on rediss
  std::vector<tls::ProtocolVersion> tls_versions;  ///< that the caller speaks, never empty
  /// The caller has a service mesh's sidecar, which presents a certificate of the mesh for it.
  bool in_mesh = false;
  std::string source;  ///< where the call was configured

  friend bool operator==(const Edge&, const Edge&) = default;
};

/// Every call of the fleet: those of targets in the file's order, then those of callers.
/// On rediss a Java caller presents what the JVM-wide `javax.net.ssl.keyStore` holds, and trusts
/// what `javax.net.ssl.trustStore` does, never what ok-http-client has; and Dinghy's `http.*` is
/// not for Redis either (both: docs/prediction.md). So there only the call's own `identity` and
/// `trust` count for the runtimes java-* and go-yaml-tools, and java-refreshable is java. A call
/// whose runtime is `none` has no identity, and the caller's trust only where the caller's own
/// runtime is `none`.
[[nodiscard]] std::vector<Edge> edges_of(const Fleet& fleet);

/// The name of the system's trust store, where a target's `server_trust` asks for it.
inline constexpr std::string_view system_trust_name = "the system's";

/// Names a trust: its file, or nothing for the fleet's own; an empty file is the system's.
[[nodiscard]] std::string trust_name(const std::optional<pki::TrustFiles>& trust);

/// The identity that we present to `target`: `probe.identity`, else the one named `telltale`, else
/// the target's own, else the first (by name). Those without a key to sign with are passed over;
/// null if none has.
[[nodiscard]] const std::string* identity_for(
    const Fleet& fleet, const std::map<std::string, pki::IdentityPtr>& identities,
    const Target& target);

/// The gate judges such a target: its rules name it, or all; for the step to `strict` only what has
/// a sidecar can be judged.
[[nodiscard]] bool is_judged(const GateRules& gate, const Target& target);

/// The targets that a gate judges, in the fleet's order.
[[nodiscard]] std::vector<const Target*> targets_of(const Fleet& fleet, const GateRules& gate);

}  // namespace telltale::fleet
