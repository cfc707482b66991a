#include "bare_client.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <system_error>

#include <openssl/err.h>

#include "support/keys.hpp"
#include "support/openssl_ptr.hpp"
#include "support/socket.hpp"

namespace telltale::support {

namespace {

using SessionPtr = std::unique_ptr<SSL_SESSION, Deleter<SSL_SESSION_free>>;

void on_message(int is_write, int /*version*/, int content_type, const void* bytes,
                std::size_t size, SSL* /*ssl*/, void* argument) {
  auto& account = *static_cast<Account*>(argument);
  const auto* octets = static_cast<const unsigned char*>(bytes);
  if (is_write != 0) {
    return;
  }
  if (content_type == SSL3_RT_ALERT && octets[1] != SSL_AD_CLOSE_NOTIFY) {
    account.alert = octets[1];
  }
  if (content_type == SSL3_RT_HANDSHAKE && octets[0] == SSL3_MT_NEWSESSION_TICKET) {
    ++account.tickets;
  }
  if (content_type == SSL3_RT_HANDSHAKE && octets[0] == SSL3_MT_CERTIFICATE_REQUEST) {
    account.certificate_request_bytes = size;
  }
}

SslCtxPtr make_context(const Visit& visit) {
  SslCtxPtr context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), visit.version);
  SSL_CTX_set_max_proto_version(context.get(), visit.version);
  SSL_CTX_set_max_cert_list(context.get(), 262144);
  SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);
  if (visit.credential) {
    const mint::Credential& credential = *visit.credential;
    const KeyPtr key = mint::parse_key(credential.key);
    SSL_CTX_use_certificate(context.get(), mint::parse_certificate(credential.leaf).get());
    SSL_CTX_use_PrivateKey(context.get(), key.get());
    for (const mint::Der& certificate : credential.chain) {
      SSL_CTX_add1_chain_cert(context.get(), mint::parse_certificate(certificate).get());
    }
  }
  return context;
}

/// Why the last SSL call on this thread, which returned `result`, did not succeed.
End end_of(const SSL* ssl, int result, const Account& account) {
  const int system_error = errno;
  const int error = SSL_get_error(ssl, result);
  if (error == SSL_ERROR_ZERO_RETURN) {
    return End::closed;
  }
  if (error == SSL_ERROR_SYSCALL) {
    return system_error == ECONNRESET || system_error == EPIPE ? End::reset : End::truncated;
  }
  if (account.alert != 0) {
    return End::alert;
  }
  const bool is_truncated = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  return is_truncated ? End::truncated : End::not_tls;
}

/// Reads application data until `limit` or, if `until_ticket`, until a ticket; false at the end.
bool read_more(SSL* ssl, std::size_t limit, bool until_ticket, Account& account) {
  std::array<char, 4096> buffer{};
  while (account.reply.size() < limit) {
    ERR_clear_error();
    errno = 0;
    const int result = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()));
    if (result > 0) {
      account.reply.append(buffer.data(), static_cast<std::size_t>(result));
      continue;
    }
    if (SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ) {
      if (until_ticket) {
        return true;
      }
      continue;
    }
    account.end = end_of(ssl, result, account);
    return false;
  }
  account.end = End::still_sending;
  return true;
}

/// Offers `session` if there is one and leaves the new one in its place.
void visit_over_tls(const Visit& visit, const Socket& socket, SessionPtr& session,
                    Account& account) {
  const SslCtxPtr context = make_context(visit);
  const SslPtr owner(SSL_new(context.get()));
  SSL* ssl = owner.get();
  SSL_set_msg_callback(ssl, on_message);
  SSL_set_msg_callback_arg(ssl, &account);
  SSL_set_fd(ssl, socket.descriptor());
  if (!visit.server_name.empty()) {
    SSL_set_tlsext_host_name(ssl, visit.server_name.c_str());
  }

  if (session) {
    SSL_set_session(ssl, session.get());
  }

  ERR_clear_error();
  errno = 0;
  const int result = SSL_connect(ssl);
  STACK_OF(X509_NAME)* authorities = SSL_get_client_CA_list(ssl);
  account.authorities =
      authorities == nullptr ? 0 : static_cast<std::size_t>(sk_X509_NAME_num(authorities));
  if (result != 1) {
    account.end = end_of(ssl, result, account);
    return;
  }
  account.handshake = true;
  account.peer_certificates = static_cast<std::size_t>(sk_X509_num(SSL_get_peer_cert_chain(ssl)));

  const bool is_tls_1_3 = visit.version == TLS1_3_VERSION;
  if (visit.reads_first.value_or(is_tls_1_3) && !read_more(ssl, 1, is_tls_1_3, account)) {
    return;
  }
  ERR_clear_error();
  SSL_write(ssl, visit.request.data(), static_cast<int>(visit.request.size()));
  read_more(ssl, visit.read_limit, false, account);
  // A copy: freeing the connection marks the original as not resumable.
  session.reset(SSL_SESSION_dup(SSL_get0_session(ssl)));
}

void visit_in_plaintext(const Visit& visit, Socket& socket, Account& account) {
  static_cast<void>(socket.write(visit.request));
  std::array<char, 4096> buffer{};
  errno = 0;
  while (account.reply.size() < visit.read_limit) {
    const std::size_t size = socket.read(buffer);
    if (size == 0) {
      account.end = errno == ECONNRESET ? End::reset : End::closed;
      return;
    }
    account.reply.append(buffer.data(), size);
  }
  account.end = End::still_sending;
}

Account visit_once(const Visit& visit, SessionPtr& session) {
  std::signal(SIGPIPE, SIG_IGN);
  Account account;
  try {
    Socket socket = Socket::connect(visit.address, visit.port);
    account.is_connected = true;
    if (visit.version == 0) {
      visit_in_plaintext(visit, socket, account);
    } else {
      visit_over_tls(visit, socket, session, account);
    }
  } catch (const std::system_error&) {
    account.end = End::reset;
  }
  return account;
}

}  // namespace

Account visit(const Visit& visit) {
  SessionPtr session;
  return visit_once(visit, session);
}

Account resume(const Visit& visit) {
  SessionPtr session;
  static_cast<void>(visit_once(visit, session));
  return visit_once(visit, session);
}

}  // namespace telltale::support
