// A TLS (or plaintext) server inside the test's own process: every client authentication mode, and
// every way to be a bad peer.
//
//   const mint::Ca root;
//   support::TestPeer peer({.credential = root.issue({.dns = {"localhost"}, .ip = {"127.0.0.1"}}),
//                           .client_auth = support::ClientAuth::need,
//                           .trust = {root.certificate()}});
//   ... point the code under test at peer.url() or at 127.0.0.1 and peer.port() ...
//   CHECK(peer.seen().resumption_offers == 0);
//
// A peer listens when its constructor returns and is gone, threads joined, when its destructor
// does. What refuses or swallows connections altogether is in unreachable.hpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/mint.hpp"

namespace telltale::support {

enum class Transport {
  /// TLS. Plaintext on the port is answered as Tomcat does it, with an HTTP 400 in plaintext, or,
  /// if
  /// the application is redis, by closing.
  tls,
  /// No TLS: the application speaks on the bare socket.
  plaintext,
  /// The first byte decides: a ClientHello is met with TLS, anything else is served in plaintext.
  either,
};

enum class TlsVersion { tls_1_0, tls_1_1, tls_1_2, tls_1_3 };

/// What the peer does about client certificates, named as Spring Boot names it.
enum class ClientAuth { none, want, need };

enum class Application { http, redis };

/// How the peer misbehaves. Where nothing else is said, what comes before the named moment is
/// right: a fault "at_request" follows a proper handshake and a wholly read request.
///
/// A reset is an RST (SO_LINGER 0). A close is a FIN without close_notify, never an RST: the peer
/// goes on reading until the client has closed too. Silence lasts until the client hangs up or the
/// peer is destroyed.
enum class Fault {
  none,

  silent_at_accept,
  reset_at_accept,
  close_at_accept,
  /// Bytes that are neither TLS, HTTP nor RESP, sent at once; then a close.
  garbage_at_accept,
  /// Whatever arrives, a ClientHello included, is answered with an HTTP 400 in plaintext.
  plaintext_http_400,

  silent_after_client_hello,
  reset_after_client_hello,
  close_after_client_hello,
  /// A fatal alert, `PeerOptions::alert`, then a close.
  alert_after_client_hello,
  /// The whole handshake, one byte each `PeerOptions::dribble_interval`.
  dribbled_handshake,

  /// After the handshake. With the default `session_tickets` a TLS 1.3 client still sees tickets
  /// first; with 0 the fault is the first thing it meets.
  silent_after_handshake,
  reset_after_handshake,
  close_after_handshake,

  silent_at_request,
  reset_at_request,
  close_at_request,
  /// Bytes that are neither HTTP nor RESP in answer to the request; then a close.
  garbage_reply,
  /// The right reply, one byte (one TLS record) each `PeerOptions::dribble_interval`.
  dribbled_reply,
  /// A status line, then header fields without end.
  endless_http_header,
  /// A 200 whose body has no end.
  endless_http_body,
  /// A chunked 200 whose first chunk's size line has no end.
  endless_chunk_extension,
  /// An array that announces a billion elements and sends them, one bulk string after the other.
  endless_resp_array,
  /// A million arrays, each the only element of the one before.
  nested_resp_array,
};

/// What `GET /auth/user` answers.
struct LoginBehaviour {
  int status = 200;
  /// Whoever asks gets this. Absent: what Spinnaker's gate says of who presents a certificate, its
  /// common name for the user and first role, and nothing to who presents none.
  std::optional<std::string> body = std::nullopt;
  /// Roles beside it.
  std::vector<std::string> roles = {};
};

struct HttpBehaviour {
  int status = 200;
  std::string body = R"({"status":"UP"})";
  /// Any other path is a 404. Empty: every path is answered.
  std::string health_path = "";
  /// Who presents no certificate is met with a 403 there, as by Spring Security. Empty: nowhere.
  std::string guarded_path = "";
  /// The Location field of every answer. Empty: none has one.
  std::string location = "";
  /// A request for it is never answered. Empty: every request is.
  std::string silent_path = "";
  /// Absent: `/auth/user` is a path like any other.
  std::optional<LoginBehaviour> login = std::nullopt;
};

struct RedisBehaviour {
  /// What INFO says as redis_version.
  std::string version = "7.0.15";
  /// requirepass: without AUTH every command is answered with -NOAUTH. Empty: none needed.
  std::string password = "";
  /// INFO is answered with -NOPERM, as for a user without the right to it.
  bool denies_info = false;
};

/// What a TestPeer is. The default is an HTTP service over TLS 1.2 and 1.3 that asks for nothing.
struct PeerOptions {
  /// A numeric loopback address, "127.0.0.1" or "::1" (or another of 127.0.0.0/8).
  std::string address = "127.0.0.1";
  /// 0: any free port.
  std::uint16_t port = 0;
  Transport transport = Transport::tls;

  /// Left empty: a self-signed certificate for localhost that nobody trusts.
  mint::Credential credential = {};
  /// So many unrelated certificates are sent after the credential's own chain.
  std::size_t extra_chain_certificates = 0;
  TlsVersion min_version = TlsVersion::tls_1_2;
  TlsVersion max_version = TlsVersion::tls_1_3;
  /// Tickets after a TLS 1.3 handshake; 0 also switches them off in TLS 1.2.
  std::size_t session_tickets = 2;

  ClientAuth client_auth = ClientAuth::none;
  /// Another mode for TLS 1.2 and older: a service whose versions disagree.
  std::optional<ClientAuth> client_auth_below_tls_1_3 = std::nullopt;
  /// False: whatever certificate comes is accepted (Go's RequestClientCert, RequireAnyClientCert).
  bool verifies_client = true;
  /// True: the handshake accepts everything and a request over it is refused as nginx does it, with
  /// an HTTP 400: "No required SSL certificate was sent" under `need`, "The SSL certificate error"
  /// for a certificate that does not verify under `want` and `need`.
  bool refuses_in_http = false;
  /// The status of that refusal (nginx: error_page 495 496 =403).
  int refusal_status = 400;
  /// Certificates of the CAs that client certificates are verified against.
  std::vector<mint::Der> trust = {};
  /// Names in the CertificateRequest, in this order. Absent: the subjects of `trust`. Empty: none.
  std::optional<std::vector<mint::Der>> authorities = std::nullopt;
  /// Names of nobody are added until the list has exactly this size, the two-byte length before
  /// each name counted. At most 65000, or the message breaks the protocol's limit. 0: none added.
  std::size_t authorities_padded_to_bytes = 0;
  /// Signature algorithms of the CertificateRequest in OpenSSL's notation, e.g.
  /// "RSA-PSS+SHA256:RSA+SHA256" for a server that admits RSA alone. Empty: OpenSSL's default.
  std::string client_signature_algorithms = "";

  Application application = Application::http;
  HttpBehaviour http = {};
  RedisBehaviour redis = {};

  Fault fault = Fault::none;
  /// The AlertDescription (RFC 8446, section 6) that `alert_after_client_hello` sends.
  std::uint8_t alert = 40;
  std::chrono::milliseconds dribble_interval{20};
};

/// What a peer has seen so far, all connections together.
struct Seen {
  /// TCP connections accepted.
  std::size_t connections = 0;
  /// Connections on which neither side does anything any more.
  std::size_t ended_connections = 0;
  /// Handshakes that completed on the server's side, and those that did not (refused or broken).
  std::size_t handshakes = 0;
  std::size_t failed_handshakes = 0;
  /// Requests read to their end: HTTP request heads, RESP commands.
  std::size_t requests = 0;
  /// Of these, the ones that arrived outside TLS.
  std::size_t plaintext_requests = 0;
  /// ClientHellos that offered to resume: a pre_shared_key, a ticket, or a TLS 1.2 session id.
  std::size_t resumption_offers = 0;
  /// Non-empty client Certificate messages, and the last of them, leaf first, accepted or not.
  std::size_t client_certificates = 0;
  std::vector<mint::Der> last_client_chain = {};
  /// The server_name of the last ClientHello; empty if it had none.
  std::string last_server_name = {};
  /// Requests for `/auth/user`.
  std::size_t logins = 0;
  /// The last HTTP request line ("GET /health HTTP/1.1") or RESP command name ("PING").
  std::string last_request = {};
  /// The whole head of the last HTTP request, without the blank line.
  std::string last_request_head = {};
  /// AUTH commands, right or wrong password alike, and those of them that came outside TLS.
  std::size_t auth_commands = 0;
  std::size_t plaintext_auth_commands = 0;
  std::string last_user = {};
  std::string last_password = {};
};

/// TestPeer serves until it is destroyed. It owns its port and its threads, one per connection.
/// All member functions may be called from any thread.
class TestPeer {
 public:
  using Options = PeerOptions;

  /// Throws std::system_error if it cannot listen, std::runtime_error if OpenSSL refuses the
  /// options.
  explicit TestPeer(Options options = {});
  ~TestPeer();
  TestPeer(const TestPeer&) = delete;
  TestPeer& operator=(const TestPeer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  /// "127.0.0.1:41234" or "[::1]:41234".
  [[nodiscard]] std::string endpoint() const;
  /// The URL that options and `host` amount to: "https://localhost:41234", "redis://…" and so on.
  [[nodiscard]] std::string url(std::string_view host = "localhost") const;

  /// A copy of what was seen up to now. The peer may lag behind its client: after a reply was read
  /// its request is counted, but the end of a connection is only counted once the peer noticed it.
  [[nodiscard]] Seen seen() const;
  /// Waits until `holds(seen())`; returns false if that did not come true within `at_most`.
  [[nodiscard]] bool wait_until(const std::function<bool(const Seen&)>& holds,
                                std::chrono::milliseconds at_most = std::chrono::seconds(20)) const;

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace telltale::support
