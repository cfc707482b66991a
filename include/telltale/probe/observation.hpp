#pragma once
// Observation: what one look at one address showed. Facts only; a refused connection, an alert or a
// timeout is not an error but the observation itself. A value; no OpenSSL, no Asio.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/enum.hpp>

#include "telltale/enum_names.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/pki/verification.hpp"
#include "telltale/time.hpp"
#include "telltale/tls/handshake.hpp"

namespace telltale::probe {

/// The phases of an attempt, in order.
enum class Phase { resolve, connect, handshake, first_read, application };
BOOST_DESCRIBE_ENUM(Phase, resolve, connect, handshake, first_read, application)

/// What was meant to be presented when the server asks for a certificate. What really left is
/// tls::Handshake::certificate_sent.
enum class Presentation { nothing, identity, stranger };
BOOST_DESCRIBE_ENUM(Presentation, nothing, identity, stranger)

/// Why an attempt ended before it was through.
enum class FailureKind {
  resolve,      ///< the name has no addresses, or the resolver failed
  refused,      ///< connection refused
  unreachable,  ///< no route, or another error of connect()
  timed_out,    ///< the look's deadline came first
  reset,        ///< the connection was reset
  closed,       ///< end of file where an answer was due
  alert,        ///< the peer sent a fatal TLS alert (in Handshake::alerts)
  tls,          ///< the peer's bytes are TLS, but wrong; or our side refused to go on
  plaintext,    ///< the peer answered a ClientHello with bytes that are no TLS
  application,  ///< the answer is no HTTP or no RESP
  oversize,     ///< the answer exceeds our caps
};
BOOST_DESCRIBE_ENUM(FailureKind, resolve, refused, unreachable, timed_out, reset, closed, alert,
                    tls, plaintext, application, oversize)

struct Failure {
  Phase phase = Phase::connect;
  FailureKind kind = FailureKind::refused;
  std::string detail;  ///< for people

  friend bool operator==(const Failure&, const Failure&) = default;
};

/// An HTTP answer, cut to what tells answers apart.
struct HttpReply {
  unsigned status = 0;
  std::string first_line;  ///< of the body, printable ASCII, at most 200 bytes
  std::string location;    ///< of the Location field, likewise; empty: there is none

  friend bool operator==(const HttpReply&, const HttpReply&) = default;
};

/// A RESP answer to PING, and what AUTH and INFO gave where they were sent. Every text is one line
/// of printable ASCII, at most 200 bytes, and never repeats the password.
struct RedisReply {
  std::string ping;  ///< `PONG`, or the error's line without the dash
  bool ping_is_error = false;
  std::optional<std::string> auth_error;  ///< AUTH was sent and refused: the error's line
  bool authenticated = false;             ///< AUTH was sent and accepted
  std::optional<std::string> version;     ///< redis_version of INFO
  std::optional<std::string> mode;        ///< redis_mode of INFO: standalone, cluster, sentinel
  std::optional<std::string> info_error;  ///< INFO was sent and refused: the error's line

  friend bool operator==(const RedisReply&, const RedisReply&) = default;
};

/// How long each phase took; nothing for a phase that did not come.
struct PhaseDurations {
  std::array<std::optional<Duration>, enumerators<Phase>().size()> by_phase;

  [[nodiscard]] std::optional<Duration>& operator[](Phase phase) {
    return by_phase[static_cast<std::size_t>(phase)];
  }

  [[nodiscard]] const std::optional<Duration>& operator[](Phase phase) const {
    return by_phase[static_cast<std::size_t>(phase)];
  }
};

/// One fresh connection with one presentation at one TLS version.
struct Attempt {
  Presentation presentation = Presentation::nothing;
  tls::ProtocolVersion version = tls::ProtocolVersion::tls_1_3;  ///< the only one offered
  tls::Handshake handshake;
  std::optional<HttpReply> http;
  std::optional<RedisReply> redis;
  std::optional<Failure> failure;  ///< nothing: the application answered
  PhaseDurations durations;
};

/// Why gate was not asked for whom it takes us.
enum class LoginObstacle {
  no_identity,    ///< we have none with a key to present here
  no_handshake,   ///< no TLS version was negotiated in the whole look
  no_time,        ///< the look's deadline came first
  unverified,     ///< chain or name did not verify on this connection
  not_presented,  ///< the server asked for no certificate, or for none that our key fits
};
BOOST_DESCRIBE_ENUM(LoginObstacle, no_identity, no_handshake, no_time, unverified, not_presented)

/// Gate's X.509 login: one more fresh connection with our identity, over the highest version
/// spoken. `GET /auth/user` goes out only after our certificate left and chain and name verified.
/// It answers a com.netflix.spinnaker.security.User, and nothing (200, no body) to who is not
/// logged in: the path is open to everybody (gate AuthController, AuthConfig).
struct LoginAttempt {
  std::optional<LoginObstacle> obstacle;  ///< nothing: it was asked, or failed on the way there
  std::optional<unsigned> status;         ///< of the HTTP answer
  /// `username`, one printable line of UTF-8, at most 200 bytes. Nothing: gate took us for nobody.
  std::optional<std::string> principal;
  std::vector<std::string> roles;  ///< as answered, likewise one line each
  std::optional<Failure> failure;

  friend bool operator==(const LoginAttempt&, const LoginAttempt&) = default;
};

/// One fresh connection without TLS: to the TLS port itself, or to a port that must not answer.
struct PlaintextAttempt {
  std::uint16_t port = 0;
  std::optional<HttpReply> http;     ///< https targets: a plain GET was answered in HTTP
  std::optional<std::string> redis;  ///< rediss targets: a plain PING was answered in RESP
  std::optional<Failure> failure;
};

/// An answer in HTTP to one more fresh connection: of an ingress.
struct IngressReply {
  std::uint16_t port = 0;
  std::string path;
  std::optional<HttpReply> http;
  std::optional<Failure> failure;

  friend bool operator==(const IngressReply&, const IngressReply&) = default;
};

/// What an ingress was asked beyond its handshake; what is missing was not reached in time.
struct IngressReading {
  std::optional<IngressReply> redirect;  ///< `GET /` without TLS on the port that redirects
  std::vector<IngressReply> routes;      ///< over TLS, with nothing presented

  friend bool operator==(const IngressReading&, const IngressReading&) = default;
};

/// How a chain that the peer sent verified against the trust of some callers.
struct CallerVerification {
  std::string trust;  ///< fleet::trust_name()
  pki::ChainVerification verification;
};

/// A chain that the peer sent, and how it verified. One look usually sees one.
struct PeerChain {
  pki::Chain certificates;
  /// Against the target's `server_trust`, or the fleet's, and its expected name; where a sidecar of
  /// the mesh shows itself, against its SPIFFE ID instead of the name.
  pki::ChainVerification verification;
  /// Against every other trust that callers have, and the expected name; the fleet's own, whose
  /// name is empty, is there where `verification` is not that.
  std::vector<CallerVerification> by_trust;
  /// As a TLS client's chain, against the fleet's trust: where the target may present it as a
  /// caller.
  std::optional<pki::ChainVerification> as_client;
};

/// One more fresh connection, for the sake of calls: with a caller's own certificate, or on a path
/// that only calls name. No mode follows from it.
struct Rehearsal {
  Attempt attempt;       ///< presentation `identity`: `chain` was meant to be presented
  std::string path;      ///< that was asked for; empty on rediss
  pki::Chain chain;      ///< what was meant to be presented, exactly; empty: nothing
  bool is_ours = false;  ///< `chain` is our own identity's, to compare with on a path of calls
};

/// Who we were when we presented ourselves.
struct OurIdentity {
  std::string name;
  pki::Chain chain;
};

struct Observation {
  std::string target;
  fleet::Endpoint address;
  Now looked_at;                  ///< when the look ended
  std::vector<Attempt> attempts;  ///< in the order made
  /// Where ALPN `istio` was offered in `attempts`: the same with nothing presented and without it,
  /// as far as the handshake goes. Its chain is not among `peer_chains`.
  std::optional<Attempt> without_alpn;
  std::vector<PlaintextAttempt> plaintext;
  std::vector<PeerChain> peer_chains;     ///< distinct, in the order seen
  std::optional<OurIdentity> identity;    ///< nothing: we have none to present here
  std::optional<IngressReading> ingress;  ///< where the target is one; no mode follows from it
  std::optional<LoginAttempt> login;  ///< where the target expects a login; no mode follows from it
  std::vector<Rehearsal>
      rehearsals;  ///< in the order made; what is missing was not reached in time
};

/// What resolving a target's name gave.
struct Resolution {
  std::string target;
  std::string name;  ///< that was resolved; empty where addresses are configured
  std::vector<fleet::Endpoint> addresses;  ///< sorted, without doubles
  std::optional<Failure> failure;
  Now resolved_at;
  Duration duration{};
};

}  // namespace telltale::probe
