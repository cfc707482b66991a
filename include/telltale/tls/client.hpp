#pragma once
// ClientContext and ClientSession: libssl as telltale drives it. A context is shared by many
// sessions; a session is one handshake on one socket, with a recorder that listens to it.

#include <memory>
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
  pki::IdentityPtr identity;     ///< null: nothing
  pki::IdentityPtr alternative;  ///< taken instead where the CertificateRequest does not admit
                                 ///< identity's key (a stranger has an EC and an RSA key)
};

/// An SSL_CTX for one credential and one protocol version: no verification that could abort
/// (rule: see everything, then assess), no sessions, tickets or PSKs offered, no chain building
/// (SSL_MODE_NO_AUTO_CHAIN), security level 0, read-ahead on, auto-retry off.
class ClientContext {
 public:
  /// Throws std::runtime_error if OpenSSL refuses, which means a broken installation.
  ClientContext(ProtocolVersion version, Credential credential);
  ~ClientContext();
  ClientContext(const ClientContext&) = delete;
  ClientContext& operator=(const ClientContext&) = delete;

  [[nodiscard]] ssl_ctx_st* get() const noexcept { return context_; }

  [[nodiscard]] ProtocolVersion version() const noexcept { return version_; }

 private:
  friend class ClientSession;
  ProtocolVersion version_;
  Credential credential_;
  ssl_ctx_st* context_ = nullptr;
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
  /// `server_name` goes into the SNI extension unless it is an IP address (RFC 6066 3).
  /// Throws std::runtime_error if OpenSSL is out of memory.
  ClientSession(const ClientContext& context, int descriptor, const std::string& server_name);
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

  /// OpenSSL's words for the last Step::failed, e.g. `wrong version number`; empty otherwise.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

  /// The last Step::failed came from bytes that are no TLS record at all.
  [[nodiscard]] bool met_plaintext() const noexcept { return met_plaintext_; }

 private:
  struct Recording;
  [[nodiscard]] Step outcome_of(int result);

  std::unique_ptr<Recording> recording_;
  ssl_st* ssl_ = nullptr;
  std::string error_;
  bool met_plaintext_ = false;
};

}  // namespace telltale::tls
