#include "support/tls_server.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <openssl/err.h>

#include "support/keys.hpp"

namespace telltale::support {

namespace {

using mint::require;
using BioMethodPtr = std::unique_ptr<BIO_METHOD, Deleter<BIO_meth_free>>;

void free_names(STACK_OF(X509_NAME) * names) {
  sk_X509_NAME_pop_free(names, X509_NAME_free);
}

using NamesPtr = std::unique_ptr<STACK_OF(X509_NAME), Deleter<free_names>>;

int bio_write(BIO* bio, const char* bytes, int size) {
  auto* socket = static_cast<Socket*>(BIO_get_data(bio));
  return socket->write({bytes, static_cast<std::size_t>(size)}) ? size : -1;
}

int bio_read(BIO* bio, char* bytes, int size) {
  auto* socket = static_cast<Socket*>(BIO_get_data(bio));
  return static_cast<int>(socket->read({bytes, static_cast<std::size_t>(size)}));
}

long bio_ctrl(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

/// A BIO over a borrowed Socket: unlike OpenSSL's own it raises no SIGPIPE and keeps the pace.
BIO* make_socket_bio(Socket& socket) {
  static const BioMethodPtr method = [] {
    BioMethodPtr made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "test peer socket"));
    BIO_meth_set_write(made.get(), bio_write);
    BIO_meth_set_read(made.get(), bio_read);
    BIO_meth_set_ctrl(made.get(), bio_ctrl);
    return made;
  }();
  BIO* bio = BIO_new(method.get());
  require(bio != nullptr, "make a BIO");
  BIO_set_data(bio, &socket);
  BIO_set_init(bio, 1);
  return bio;
}

int wire_version(TlsVersion version) {
  switch (version) {
    case TlsVersion::tls_1_0:
      return TLS1_VERSION;
    case TlsVersion::tls_1_1:
      return TLS1_1_VERSION;
    case TlsVersion::tls_1_2:
      return TLS1_2_VERSION;
    case TlsVersion::tls_1_3:
      return TLS1_3_VERSION;
  }
  return 0;
}

int verify_mode(ClientAuth client_auth, bool refuses_in_http) {
  if (client_auth == ClientAuth::none) {
    return SSL_VERIFY_NONE;
  }
  const bool refuses = client_auth == ClientAuth::need && !refuses_in_http;
  return SSL_VERIFY_PEER | (refuses ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
}

std::span<const unsigned char> extension(SSL* ssl, unsigned type) {
  const unsigned char* bytes = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, type, &bytes, &size) != 1) {
    return {};
  }
  return {bytes, size};
}

/// supported_versions (RFC 8446, section 4.2.1): a one-byte length, then two bytes per version.
bool offers_tls_1_3(SSL* ssl) {
  const auto versions = extension(ssl, TLSEXT_TYPE_supported_versions);
  for (std::size_t i = 1; i + 1 < versions.size(); i += 2) {
    if (versions[i] == 0x03 && versions[i + 1] == 0x04) {
      return true;
    }
  }
  return false;
}

bool offers_resumption(SSL* ssl) {
  if (!extension(ssl, TLSEXT_TYPE_psk).empty() ||
      !extension(ssl, TLSEXT_TYPE_session_ticket).empty()) {
    return true;
  }
  // In a TLS 1.3 ClientHello the session id is noise for middleboxes (RFC 8446, appendix D.4).
  const unsigned char* session_id = nullptr;
  return SSL_client_hello_get0_session_id(ssl, &session_id) > 0 && !offers_tls_1_3(ssl);
}

/// server_name (RFC 6066, section 3): list length (2), type (1), name length (2), name.
std::string server_name(SSL* ssl) {
  constexpr std::size_t header = 5;
  const auto bytes = extension(ssl, TLSEXT_TYPE_server_name);
  if (bytes.size() <= header) {
    return {};
  }
  const auto name = bytes.subspan(header);
  return {name.begin(), name.end()};
}

std::vector<mint::Der> advertised_authorities(const PeerOptions& options) {
  std::vector<mint::Der> names = options.authorities.value_or(mint::subjects_of(options.trust));
  if (options.authorities_padded_to_bytes == 0) {
    return names;
  }
  std::size_t used = 0;
  for (const mint::Der& name : names) {
    used += name.size() + 2;
  }
  const auto padding = mint::padding_names_of_size(options.authorities_padded_to_bytes - used);
  names.insert(names.end(), padding.begin(), padding.end());
  return names;
}

}  // namespace

TlsStream::TlsStream(Socket& socket, SSL_CTX& context) : Stream(socket), ssl_(SSL_new(&context)) {
  require(ssl_ != nullptr, "make an SSL");
  BIO* bio = make_socket_bio(socket);
  SSL_set_bio(ssl_.get(), bio, bio);
}

bool TlsStream::accept() {
  ERR_clear_error();
  return SSL_accept(ssl_.get()) == 1;
}

std::size_t TlsStream::read_some(std::span<char> buffer) {
  ERR_clear_error();
  std::size_t size = 0;
  return SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &size) == 1 ? size : 0;
}

bool TlsStream::write(std::string_view bytes) {
  ERR_clear_error();
  std::size_t written = 0;
  return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) == 1;
}

void TlsStream::finish() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  socket().close_gracefully();
}

std::string TlsStream::client_common_name() const {
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  std::array<char, 256> text{};
  const int length =
      certificate == nullptr
          ? 0
          : X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                      text.data(), static_cast<int>(text.size()));
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : std::string();
}

bool TlsStream::has_client_certificate() const {
  return SSL_get0_peer_certificate(ssl_.get()) != nullptr;
}

bool TlsStream::trusts_client_certificate() const {
  return has_client_certificate() && SSL_get_verify_result(ssl_.get()) == X509_V_OK;
}

TlsServer::TlsServer(const PeerOptions& options, Record& record)
    : options_(options), record_(record), context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX* context = context_.get();
  require(context != nullptr, "make an SSL_CTX");
  // Level 0: a peer may be as weak as the test wants it.
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
  require(SSL_CTX_set_min_proto_version(context, wire_version(options.min_version)) == 1 &&
              SSL_CTX_set_max_proto_version(context, wire_version(options.max_version)) == 1,
          "set the protocol versions");
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  require(SSL_CTX_set_num_tickets(context, options.session_tickets) == 1, "set the tickets");
  if (options.session_tickets == 0) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  }
  SSL_CTX_set_client_hello_cb(context, &TlsServer::on_client_hello, this);
  present_credential();
  ask_for_certificates();
}

void TlsServer::present_credential() {
  const mint::Credential credential =
      options_.credential.leaf.empty()
          ? mint::self_signed({.dns = {"localhost"}, .ip = {"127.0.0.1", "::1"}})
          : options_.credential;
  SSL_CTX* context = context_.get();
  const X509Ptr leaf = mint::parse_certificate(credential.leaf);
  const KeyPtr key = mint::parse_key(credential.key);
  require(SSL_CTX_use_certificate(context, leaf.get()) == 1, "use the certificate");
  require(SSL_CTX_use_PrivateKey(context, key.get()) == 1, "use the private key");

  const auto add_to_chain = [&](const mint::Der& certificate) {
    require(SSL_CTX_add1_chain_cert(context, mint::parse_certificate(certificate).get()) == 1,
            "add to the chain");
  };
  std::ranges::for_each(credential.chain, add_to_chain);
  for (std::size_t i = 0; i < options_.extra_chain_certificates; ++i) {
    add_to_chain(mint::self_signed({.common_name = "Extra " + std::to_string(i)}).leaf);
  }
}

void TlsServer::ask_for_certificates() {
  SSL_CTX* context = context_.get();
  SSL_CTX_set_verify(context, verify_mode(options_.client_auth, options_.refuses_in_http), nullptr);
  SSL_CTX_set_cert_verify_callback(context, &TlsServer::on_client_chain, this);
  // OpenSSL refuses to resume a session that asked for a certificate without a context.
  const std::string id = "test peer";
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(id.data()),
                                 static_cast<unsigned>(id.size()));
  for (const mint::Der& certificate : options_.trust) {
    require(X509_STORE_add_cert(SSL_CTX_get_cert_store(context),
                                mint::parse_certificate(certificate).get()) == 1,
            "add to the trust");
  }

  NamesPtr names(sk_X509_NAME_new_null());
  for (const mint::Der& der : advertised_authorities(options_)) {
    const unsigned char* cursor = der.data();
    X509_NAME* name = d2i_X509_NAME(nullptr, &cursor, static_cast<long>(der.size()));
    require(name != nullptr, "parse a distinguished name");
    sk_X509_NAME_push(names.get(), name);
  }
  SSL_CTX_set_client_CA_list(context, names.release());

  const std::string& algorithms = options_.client_signature_algorithms;
  if (!algorithms.empty()) {
    require(SSL_CTX_set1_client_sigalgs_list(context, algorithms.c_str()) == 1,
            "set the client signature algorithms");
  }
}

int TlsServer::on_client_hello(SSL* ssl, int* /*alert*/, void* server) {
  auto& self = *static_cast<TlsServer*>(server);
  self.record_.update([&](Seen& seen) {
    seen.resumption_offers += offers_resumption(ssl) ? 1 : 0;
    seen.last_server_name = server_name(ssl);
  });
  if (self.options_.client_auth_below_tls_1_3 && !offers_tls_1_3(ssl)) {
    SSL_set_verify(
        ssl, verify_mode(*self.options_.client_auth_below_tls_1_3, self.options_.refuses_in_http),
        nullptr);
  }
  return SSL_CLIENT_HELLO_SUCCESS;
}

int TlsServer::on_client_chain(X509_STORE_CTX* verification, void* server) {
  auto& self = *static_cast<TlsServer*>(server);
  std::vector<mint::Der> chain;
  STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(verification);
  for (int i = 0; i < sk_X509_num(sent); ++i) {
    chain.push_back(mint::to_der(*sk_X509_value(sent, i)));
  }
  self.record_.update([&](Seen& seen) {
    ++seen.client_certificates;
    seen.last_client_chain = std::move(chain);
  });
  if (!self.options_.verifies_client) {
    return 1;
  }
  const int verified = X509_verify_cert(verification);
  // The verdict stays readable as SSL_get_verify_result.
  return self.options_.refuses_in_http ? 1 : verified;
}

}  // namespace telltale::support
