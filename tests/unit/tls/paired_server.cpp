#include "paired_server.hpp"

#include <array>
#include <csignal>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "support/keys.hpp"

namespace telltale::tls {

namespace {

void require(bool ok, const char* doing) {
  mint::require(ok, doing);
}

/// An extension's content, or nothing.
std::optional<std::string> extension(SSL* ssl, unsigned type) {
  const unsigned char* bytes = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, type, &bytes, &size) != 1) {
    return std::nullopt;
  }
  return std::string(reinterpret_cast<const char*>(bytes), size);
}

}  // namespace

PairedServer::PairedServer(PairedServerOptions options)
    : context_(SSL_CTX_new(TLS_server_method())) {
  // libssl writes to a socket without MSG_NOSIGNAL; the program ignores the signal, and so do we.
  std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  client_ = ends[0];
  server_ = ends[1];
  SSL_CTX* context = context_.get();
  require(context != nullptr, "make a context");
  SSL_CTX_set_min_proto_version(context, static_cast<int>(options.oldest));
  SSL_CTX_set_max_proto_version(context, static_cast<int>(options.newest));
  SSL_CTX_set_num_tickets(context, options.session_tickets);
  SSL_CTX_set_client_hello_cb(context, on_client_hello, this);
  SSL_CTX_set_cert_verify_callback(context, on_client_chain, this);
  if (options.asks != Asks::nothing) {
    const int needs = options.asks == Asks::needs ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | needs, nullptr);
  }
  const std::string& algorithms = options.client_signature_algorithms;
  require(algorithms.empty() || SSL_CTX_set1_client_sigalgs_list(context, algorithms.c_str()) == 1,
          "set the signature algorithms");
  const support::X509Ptr leaf = mint::parse_certificate(options.credential.leaf);
  const support::KeyPtr key = mint::parse_key(options.credential.key);
  require(SSL_CTX_use_certificate(context, leaf.get()) == 1, "use the certificate");
  require(SSL_CTX_use_PrivateKey(context, key.get()) == 1, "use the key");
  for (const mint::Der& certificate : options.credential.chain) {
    require(SSL_CTX_add1_chain_cert(context, mint::parse_certificate(certificate).get()) == 1,
            "add to the chain");
  }
  ssl_.reset(SSL_new(context));
  require(ssl_ != nullptr && SSL_set_fd(ssl_.get(), server_) == 1, "make a session");
  SSL_set_accept_state(ssl_.get());
}

PairedServer::~PairedServer() {
  hang_up();
  close(client_);
}

bool PairedServer::step() {
  ERR_clear_error();
  return SSL_do_handshake(ssl_.get()) == 1;
}

bool PairedServer::send_ticket() {
  ERR_clear_error();
  return SSL_new_session_ticket(ssl_.get()) == 1 && SSL_do_handshake(ssl_.get()) == 1;
}

bool PairedServer::send(std::string_view text) {
  ERR_clear_error();
  std::size_t written = 0;
  return SSL_write_ex(ssl_.get(), text.data(), text.size(), &written) == 1;
}

std::string PairedServer::receive() {
  ERR_clear_error();
  std::array<char, 1024> buffer{};
  std::size_t count = 0;
  return SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count) == 1
             ? std::string(buffer.data(), count)
             : std::string();
}

bool PairedServer::was_told_to_close() {
  static_cast<void>(receive());
  return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

void PairedServer::send_raw(std::string_view bytes) {
  require(::send(server_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
              static_cast<ssize_t>(bytes.size()),
          "write past TLS");
}

void PairedServer::hang_up() {
  if (server_ >= 0) {
    close(server_);
    server_ = -1;
  }
}

int PairedServer::on_client_hello(SSL* ssl, int* /*alert*/, void* server) {
  HelloFacts& hello = static_cast<PairedServer*>(server)->hello_;
  const auto server_name = extension(ssl, TLSEXT_TYPE_server_name);
  // A list's length, a type and the name's length come first: RFC 6066 3.
  constexpr std::size_t name_begins_at = 5;
  if (server_name && server_name->size() >= name_begins_at) {
    hello.server_name = server_name->substr(name_begins_at);
  }
  hello.offers_psk = extension(ssl, TLSEXT_TYPE_psk).has_value();
  hello.ticket_bytes = extension(ssl, TLSEXT_TYPE_session_ticket).value_or("").size();
  const unsigned char* session_id = nullptr;
  hello.session_id_bytes = SSL_client_hello_get0_session_id(ssl, &session_id);
  return SSL_CLIENT_HELLO_SUCCESS;
}

int PairedServer::on_client_chain(X509_STORE_CTX* verification, void* server) {
  auto& chain = static_cast<PairedServer*>(server)->client_chain_;
  const STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(verification);
  for (int i = 0; i < sk_X509_num(sent); ++i) {
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(sk_X509_value(sent, i), &bytes);
    require(size > 0, "write a certificate");
    chain.emplace_back(bytes, bytes + size);
    OPENSSL_free(bytes);
  }
  return 1;
}

Step shake_hands(ClientSession& client, PairedServer& server) {
  Step step = Step::want_read;
  constexpr int flights = 16;
  for (int i = 0; i < flights && (step == Step::want_read || step == Step::want_write); ++i) {
    step = client.handshake();
    server.step();
  }
  return step;
}

}  // namespace telltale::tls
