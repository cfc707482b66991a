#pragma once
// ClientContext and ClientSession: libssl as telltale drives it. A context is shared by many
// sessions; a session is one handshake on one socket, with a recorder that listens to it.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "telltale/pki/identity.hpp"
#include "telltale/tls/handshake.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace telltale::tls {

/// What the client presents when it is asked for a certificate.
struct Credential {
  pki::IdentityPtr identity;  ///< null: nothing
  /// Gives what is presented instead where the CertificateRequest does not admit identity's key: a
  /// stranger has an EC key, and an RSA key that costs too much to be made before it is wanted.
  /// Empty: there is none.
  std::function<pki::IdentityPtr()> alternative;
};

class Recording;

/// Frees what libssl allocated.
struct SslDeleter {
  void operator()(ssl_ctx_st* context) const noexcept;
  void operator()(ssl_st* ssl) const noexcept;
};

/// An SSL_CTX for one credential and one protocol version. It is made to see everything and to
/// abort over nothing: no verification (that is done afterwards, by pki::TrustStore), security
/// level 0, no session, ticket or PSK is ever offered (RFC 8446 2.2: an old session survives a flip
/// to `need`), and the chain sent is the chain held (SSL_MODE_NO_AUTO_CHAIN).
class ClientContext {
 public:
  /// Throws std::runtime_error if OpenSSL refuses, which means a broken installation.
  ClientContext(ProtocolVersion version, Credential credential);
  ~ClientContext();
  ClientContext(const ClientContext&) = delete;
  ClientContext& operator=(const ClientContext&) = delete;

  [[nodiscard]] ssl_ctx_st* get() const noexcept { return context_.get(); }

  [[nodiscard]] ProtocolVersion version() const noexcept { return version_; }

  [[nodiscard]] const Credential& credential() const noexcept { return credential_; }

 private:
  ProtocolVersion version_;
  Credential credential_;
  std::unique_ptr<ssl_ctx_st, SslDeleter> context_;
};

/// What a step on a session came to.
enum class Step {
  done,        ///< the handshake finished, or bytes were moved
  want_read,   ///< wait until the socket is readable, then call again
  want_write,  ///< wait until the socket is writable, then call again
  closed,      ///< end of file, with or without close_notify
  reset,       ///< the connection was reset (ECONNRESET, EPIPE)
  failed,      ///< TLS failed: an alert, or bytes that are no TLS; see error()
};

/// One TLS connection over a connected, non-blocking socket that somebody else owns.
/// Not thread-safe; must not outlive its context.
class ClientSession {
 public:
  /// `server_name` goes into the SNI extension unless it is an IP address (RFC 6066 3), `protocol`
  /// into ALPN (RFC 7301 3.1) unless it is empty; at most 255 bytes. Throws std::runtime_error if
  /// OpenSSL is out of memory.
  ClientSession(const ClientContext& context, int descriptor, const std::string& server_name,
                std::string_view protocol = {});
  ~ClientSession();
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;

  [[nodiscard]] Step handshake();

  /// Reads into `buffer`; `count` says how much. Step::done with 0 bytes does not occur.
  [[nodiscard]] Step read(std::span<char> buffer, std::size_t& count);

  /// Writes all of `bytes`, or nothing.
  [[nodiscard]] Step write(std::string_view bytes);

  /// Processes what the peer has sent without asking for application data (tickets, alerts).
  /// Step::done: application data is waiting; want_read: nothing more to see just now.
  [[nodiscard]] Step peek();

  /// Sends close_notify if that is possible without waiting.
  void close() noexcept;

  /// What has been recorded so far. Certificates are parsed on this call; `known` may hold chains
  /// seen before, whose certificates are shared instead of parsed again.
  [[nodiscard]] Handshake recorded(std::span<const pki::Chain> known = {}) const;

  /// NewSessionTicket messages so far; cheap, for the first read after the handshake.
  [[nodiscard]] unsigned session_tickets() const noexcept;

  /// Whether the peer has asked for a certificate.
  [[nodiscard]] bool certificate_requested() const noexcept;

  /// The fatal alert that the peer sent, if it sent one.
  [[nodiscard]] std::optional<Alert> fatal_alert() const;

  /// OpenSSL's words for the last Step::failed, e.g. `wrong version number`; empty otherwise.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

  /// The peer's first bytes were text, not a TLS record.
  [[nodiscard]] bool met_plaintext() const noexcept;

 private:
  [[nodiscard]] Step outcome_of(int result);
  [[nodiscard]] Step outcome_of_failure();

  std::unique_ptr<Recording> recording_;
  std::unique_ptr<ssl_st, SslDeleter> ssl_;
  ProtocolVersion version_;
  bool completed_ = false;  // libssl forgets it when a fatal alert comes afterwards
  std::string error_;
};

}  // namespace telltale::tls
