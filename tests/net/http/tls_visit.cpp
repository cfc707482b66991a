#include "net/http/tls_visit.hpp"

#include <array>
#include <csignal>
#include <thread>

#include <openssl/err.h>

#include "support/keys.hpp"
#include "support/openssl_ptr.hpp"
#include "support/socket.hpp"

namespace telltale::http_test {
namespace {

using mint::require;
using support::Socket;

constexpr int greeting_size = 2;

void serve_one(Socket& listener, http::Guard& guard) {
  Socket socket = listener.accept();
  const std::shared_ptr<SSL_CTX> context = guard.tls();
  const support::SslPtr ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), socket.descriptor());
  ERR_clear_error();
  if (SSL_accept(ssl.get()) == 1 && guard.admits(ssl.get())) {
    SSL_write(ssl.get(), "in", greeting_size);
    SSL_shutdown(ssl.get());
  }
  ERR_clear_error();
  socket.close_gracefully();
}

void present(SSL_CTX* context, const mint::Credential& credential) {
  const support::X509Ptr leaf = mint::parse_certificate(credential.leaf);
  const support::KeyPtr key = mint::parse_key(credential.key);
  require(SSL_CTX_use_certificate(context, leaf.get()) == 1 &&
              SSL_CTX_use_PrivateKey(context, key.get()) == 1,
          "use a client certificate");
  for (const mint::Der& each : credential.chain) {
    const support::X509Ptr issuer = mint::parse_certificate(each);
    require(SSL_CTX_add1_chain_cert(context, issuer.get()) == 1, "use a chain");
  }
}

int note_that_asked(SSL* /*ssl*/, void* visit) {
  static_cast<Visit*>(visit)->was_asked = true;
  return 1;
}

int note_ticket(SSL* ssl, SSL_SESSION* session) {
  if (SSL_SESSION_is_resumable(session) == 1 && SSL_SESSION_has_ticket(session) == 1) {
    static_cast<Visit*>(SSL_get_app_data(ssl))->got_ticket = true;
  }
  return 0;
}

support::SslCtxPtr make_context(const Visitor& visitor, Visit& visit) {
  support::SslCtxPtr context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_mode(context.get(), SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_cert_cb(context.get(), note_that_asked, &visit);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(context.get(), note_ticket);
  require(SSL_CTX_set_min_proto_version(context.get(), visitor.version) == 1 &&
              SSL_CTX_set_max_proto_version(context.get(), visitor.version) == 1,
          "set the version");
  require(visitor.cipher_suites.empty() ||
              SSL_CTX_set_cipher_list(context.get(), visitor.cipher_suites.c_str()) == 1,
          "set the cipher suites");
  require(visitor.curves.empty() ||
              SSL_CTX_set1_groups_list(context.get(), visitor.curves.c_str()) == 1,
          "set the curves");
  std::string protocols;
  for (const std::string& name : visitor.protocols) {
    protocols += static_cast<char>(name.size()) + name;
  }
  require(SSL_CTX_set_alpn_protos(context.get(),
                                  reinterpret_cast<const unsigned char*>(protocols.data()),
                                  static_cast<unsigned>(protocols.size())) == 0,
          "set the protocols");
  if (visitor.presents != nullptr) {
    present(context.get(), *visitor.presents);
  }
  return context;
}

mint::Der der_of(const X509_NAME* name) {
  const unsigned char* bytes = nullptr;
  std::size_t size = 0;
  require(X509_NAME_get0_der(name, &bytes, &size) == 1, "encode a name");
  return {bytes, bytes + size};
}

void note(SSL* ssl, Visit& visit) {
  visit.version = SSL_version(ssl);
  visit.cipher_suite = SSL_get_cipher_name(ssl);
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &protocol, &size);
  visit.protocol.assign(reinterpret_cast<const char*>(protocol), size);
  const STACK_OF(X509)* const chain = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    visit.chain.push_back(mint::to_der(*sk_X509_value(chain, i)));
  }
  const STACK_OF(X509_NAME)* const names = SSL_get0_peer_CA_list(ssl);
  for (int i = 0; i < sk_X509_NAME_num(names); ++i) {
    visit.authorities.push_back(der_of(sk_X509_NAME_value(names, i)));
  }
}

}  // namespace

Visit visit(http::Guard& guard, const Visitor& visitor) {
  // A client that is refused in the middle of a handshake may still be writing.
  std::signal(SIGPIPE, SIG_IGN);
  Socket listener = Socket::bind("127.0.0.1", 0);
  listener.listen(1);
  std::thread server([&] { serve_one(listener, guard); });
  Visit seen;
  {
    Socket socket = Socket::connect("127.0.0.1", listener.local_port());
    const support::SslCtxPtr context = make_context(visitor, seen);
    const support::SslPtr ssl(SSL_new(context.get()));
    SSL_set_app_data(ssl.get(), &seen);
    SSL_set_fd(ssl.get(), socket.descriptor());
    ERR_clear_error();
    if (SSL_connect(ssl.get()) == 1) {
      std::array<char, greeting_size> greeting{};
      seen.came_in = SSL_read(ssl.get(), greeting.data(), greeting_size) == greeting_size;
      note(ssl.get(), seen);
    }
    ERR_clear_error();
  }
  server.join();
  return seen;
}

}  // namespace telltale::http_test
