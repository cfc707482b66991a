#include "net/http/test_guard.hpp"

#include <array>

#include "support/keys.hpp"

namespace telltale::http_test {

using mint::require;

std::shared_ptr<SSL_CTX> make_context(const mint::Credential& credential,
                                      const mint::Ca* client_ca) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  require(context != nullptr, "make an SSL_CTX");
  const auto leaf = mint::parse_certificate(credential.leaf);
  const auto key = mint::parse_key(credential.key);
  require(SSL_CTX_use_certificate(context.get(), leaf.get()) == 1, "use the certificate");
  require(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1, "use the private key");
  if (client_ca != nullptr) {
    const auto certificate = mint::parse_certificate(client_ca->certificate());
    X509_STORE* store = SSL_CTX_get_cert_store(context.get());
    require(X509_STORE_add_cert(store, certificate.get()) == 1, "add to the trust");
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

void TestGuard::replace_context(std::shared_ptr<SSL_CTX> context) {
  const std::lock_guard lock(mutex_);
  context_ = std::move(context);
}

std::shared_ptr<SSL_CTX> TestGuard::tls() {
  const std::lock_guard lock(mutex_);
  return context_;
}

bool TestGuard::admits(SSL* ssl) {
  if (admitted_name.empty() || admits_nobody) {
    return !admits_nobody;
  }
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  std::array<char, 64> name{};
  return certificate != nullptr &&
         X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                                   static_cast<int>(name.size())) > 0 &&
         admitted_name == name.data();
}

}  // namespace telltale::http_test
