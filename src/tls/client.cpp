#include "telltale/tls/client.hpp"

#include <cerrno>
#include <exception>
#include <vector>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "telltale/ip_address.hpp"

#include "pki/openssl.hpp"
#include "tls/recording.hpp"

namespace telltale::tls {

namespace {

// A chain or a CertificateRequest beyond this is refused by libssl; its default of 100 KiB would
// hide some that JSSE still sends.
constexpr long max_message_bytes = 256L * 1024;
// Strong and middling suites at security level 0: a weak peer is to be seen and named. Suites
// without a certificate are left out, since they would show nothing.
constexpr const char* cipher_list = "DEFAULT:@SECLEVEL=0";

// RFC 5246 7.4.1.4.1, RFC 8446 4.2.3
constexpr unsigned char signature_ecdsa = 3;
constexpr SignatureScheme ecdsa_secp256r1_sha256 = 0x0403;

// Whether the server admits an ECDSA signature with a P-256 key.
bool admits_p256(SSL* ssl, ProtocolVersion version) {
  const int count = SSL_get_sigalgs(ssl, 0, nullptr, nullptr, nullptr, nullptr, nullptr);
  for (int i = 0; i < count; ++i) {
    unsigned char signature = 0;
    unsigned char hash = 0;
    SSL_get_sigalgs(ssl, i, nullptr, nullptr, nullptr, &signature, &hash);
    const auto scheme = static_cast<SignatureScheme>((hash << 8U) | signature);
    const bool fits = version == ProtocolVersion::tls_1_3 ? scheme == ecdsa_secp256r1_sha256
                                                          : signature == signature_ecdsa;
    if (fits) {
      return true;
    }
  }
  return false;
}

bool admits(SSL* ssl, ProtocolVersion version, const pki::Identity& identity) {
  return identity.leaf().public_key.algorithm != pki::KeyAlgorithm::ec || admits_p256(ssl, version);
}

void use(SSL_CTX* context, const pki::Identity& identity) {
  const auto& certificates = identity.certificates();
  if (SSL_CTX_use_certificate(context, certificates.front()) != 1 ||
      SSL_CTX_use_PrivateKey(context, identity.key()) != 1) {
    pki::throw_openssl_error("using a certificate and its key");
  }
  for (std::size_t i = 1; i < certificates.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, certificates[i]) != 1) {
      pki::throw_openssl_error("using a chain");
    }
  }
}

// Runs when the server has asked for a certificate.
int choose_credential(SSL* ssl, void* argument) {
  const auto* context = static_cast<const ClientContext*>(argument);
  const Credential& credential = context->credential();
  if (!credential.alternative || admits(ssl, context->version(), *credential.identity)) {
    return 1;
  }
  try {
    const pki::IdentityPtr identity = credential.alternative();
    return SSL_use_cert_and_key(ssl, identity->certificates().front(), identity->key(), nullptr, 1);
  } catch (const std::exception&) {
    return 1;  // libssl is no place to throw through; without a fitting key nothing is presented
  }
}

// A list of one name, behind the byte that tells its length.
void offer(SSL* ssl, std::string_view protocol) {
  std::vector<unsigned char> list(protocol.begin(), protocol.end());
  list.insert(list.begin(), static_cast<unsigned char>(protocol.size()));
  // The one function of libssl that returns 0 for success.
  if (SSL_set_alpn_protos(ssl, list.data(), static_cast<unsigned>(list.size())) != 0) {
    pki::throw_openssl_error("offering a protocol");
  }
}

int accept_any_chain(X509_STORE_CTX* /*unused*/, void* /*unused*/) {
  return 1;
}

void hear_message(int sent, int /*version*/, int content_type, const void* bytes, std::size_t size,
                  SSL* /*ssl*/, void* argument) {
  static_cast<Recording*>(argument)->hear(sent != 0, content_type,
                                          ByteView(static_cast<const std::uint8_t*>(bytes), size));
}

}  // namespace

void SslDeleter::operator()(ssl_ctx_st* context) const noexcept {
  SSL_CTX_free(context);
}

void SslDeleter::operator()(ssl_st* ssl) const noexcept {
  SSL_free(ssl);
}

ClientContext::ClientContext(ProtocolVersion version, Credential credential)
    : version_(version),
      credential_(std::move(credential)),
      context_(SSL_CTX_new(TLS_client_method())) {
  if (context_ == nullptr) {
    pki::throw_openssl_error("making a context");
  }
  const int number = static_cast<int>(version);
  SSL_CTX_set_security_level(context_.get(), 0);
  if (SSL_CTX_set_min_proto_version(context_.get(), number) != 1 ||
      SSL_CTX_set_max_proto_version(context_.get(), number) != 1 ||
      SSL_CTX_set_cipher_list(context_.get(), cipher_list) != 1) {
    pki::throw_openssl_error("choosing versions and ciphers");
  }
  SSL_CTX_set_mode(context_.get(), SSL_MODE_NO_AUTO_CHAIN);
  // With it on, tickets without end would keep a single read busy for as long as they come.
  SSL_CTX_clear_mode(context_.get(), SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_options(context_.get(), SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context_.get(), 1);
  SSL_CTX_set_max_cert_list(context_.get(), max_message_bytes);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context_.get(), accept_any_chain, nullptr);
  if (credential_.identity) {
    use(context_.get(), *credential_.identity);
    SSL_CTX_set_cert_cb(context_.get(), choose_credential, this);
  }
}

ClientContext::~ClientContext() = default;

ClientSession::ClientSession(const ClientContext& context, int descriptor,
                             const std::string& server_name, std::string_view protocol)
    : recording_(std::make_unique<Recording>()),
      ssl_(SSL_new(context.get())),
      version_(context.version()) {
  if (ssl_ == nullptr || SSL_set_fd(ssl_.get(), descriptor) != 1) {
    pki::throw_openssl_error("making a session");
  }
  SSL_set_connect_state(ssl_.get());
  SSL_set_msg_callback(ssl_.get(), hear_message);
  SSL_set_msg_callback_arg(ssl_.get(), recording_.get());
  if (!is_ip_address(server_name) &&
      SSL_set_tlsext_host_name(ssl_.get(), server_name.c_str()) != 1) {
    pki::throw_openssl_error("setting the server name");
  }
  if (!protocol.empty()) {
    offer(ssl_.get(), protocol);
  }
}

ClientSession::~ClientSession() = default;

Step ClientSession::handshake() {
  ERR_clear_error();
  errno = 0;
  const Step step = outcome_of(SSL_do_handshake(ssl_.get()));
  completed_ = step == Step::done;
  return step;
}

Step ClientSession::read(std::span<char> buffer, std::size_t& count) {
  ERR_clear_error();
  errno = 0;
  return outcome_of(SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count));
}

Step ClientSession::write(std::string_view bytes) {
  ERR_clear_error();
  errno = 0;
  std::size_t written = 0;
  return outcome_of(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written));
}

Step ClientSession::peek() {
  ERR_clear_error();
  errno = 0;
  char byte = 0;
  std::size_t count = 0;
  return outcome_of(SSL_peek_ex(ssl_.get(), &byte, 1, &count));
}

void ClientSession::close() noexcept {
  if (completed_ && error_.empty()) {
    ERR_clear_error();
    (void)SSL_shutdown(ssl_.get());
  }
}

Step ClientSession::outcome_of(int result) {
  if (result == 1) {
    return Step::done;
  }
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Step::want_read;
    case SSL_ERROR_WANT_WRITE:
      return Step::want_write;
    case SSL_ERROR_ZERO_RETURN:
      return Step::closed;
    case SSL_ERROR_SYSCALL:
      return errno == 0 ? Step::closed : Step::reset;
    default:
      return outcome_of_failure();
  }
}

Step ClientSession::outcome_of_failure() {
  const unsigned long code = ERR_get_error();
  if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    return Step::closed;
  }
  const char* reason = ERR_reason_error_string(code);
  error_ = reason == nullptr ? "TLS failed" : reason;
  return Step::failed;
}

Handshake ClientSession::recorded(std::span<const pki::Chain> known) const {
  Handshake handshake;
  handshake.completed = completed_;
  recording_->describe(handshake, version_, known);
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl_.get());
  if (cipher != nullptr) {
    // A cipher is known once the ServerHello was accepted, and with it the version.
    handshake.version = version_;
    handshake.cipher_suite = SSL_CIPHER_standard_name(cipher);
  }
  return handshake;
}

unsigned ClientSession::session_tickets() const noexcept {
  return recording_->session_tickets();
}

bool ClientSession::certificate_requested() const noexcept {
  return recording_->certificate_requested();
}

std::optional<Alert> ClientSession::fatal_alert() const {
  return recording_->fatal_alert();
}

bool ClientSession::met_plaintext() const noexcept {
  return recording_->met_plaintext();
}

}  // namespace telltale::tls
