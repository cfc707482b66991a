#include "http/server_context.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace telltale::http {
namespace {

// Go's order (crypto/tls cipherSuitesPreferenceOrder), without those of CBC and SHA-1.
constexpr const char* default_cipher_suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* default_curves = "X25519:P-256:P-384:P-521";
// 112 bits: no RSA below 2048 bits, no SHA-1 signatures. What the build's own default is may
// differ.
constexpr int security_level = 2;

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const noexcept {
    Free(pointer);
  }
};

void free_general_names(GENERAL_NAMES* names) noexcept {
  GENERAL_NAMES_free(names);
}

using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, Deleter<free_general_names>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;

/// For calls that fail only where memory or the installation does.
void require(bool succeeded, const char* doing) {
  if (!succeeded) {
    ERR_clear_error();
    throw std::runtime_error(std::string("OpenSSL: cannot ") + doing);
  }
}

/// An error with the oldest entry of the thread's error queue, which is emptied.
Error openssl_error(Errc code, const std::string& sentence) {
  const unsigned long oldest = ERR_get_error();
  const char* const reason = oldest == 0 ? nullptr : ERR_reason_error_string(oldest);
  ERR_clear_error();
  return {code, sentence + ": " + (reason == nullptr ? "no reason given" : reason)};
}

ContextPtr new_context() {
  ContextPtr context(SSL_CTX_new(TLS_server_method()));
  require(context != nullptr, "make an SSL_CTX");
  return context;
}

BioPtr reader_of(std::string_view text) {
  BioPtr reader(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  require(reader != nullptr, "read from memory");
  return reader;
}

/// Every certificate of a PEM; other blocks are passed over, as Go does.
Result<std::vector<X509Ptr>> read_certificates(std::string_view text) {
  const BioPtr reader = reader_of(text);
  std::vector<X509Ptr> certificates;
  while (X509* const certificate = PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(certificate);
  }
  const unsigned long last = ERR_peek_last_error();
  const bool is_end =
      ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  if (!is_end) {
    return openssl_error(Errc::malformed, "has a certificate that cannot be read (the " +
                                              std::to_string(certificates.size() + 1) +
                                              ". of the PEM)");
  }
  ERR_clear_error();
  if (certificates.empty()) {
    return Error(Errc::malformed, "holds no certificate; write PEM, from -----BEGIN CERTIFICATE");
  }
  return certificates;
}

/// A pem_password_cb that knows none. Without one OpenSSL would ask on the terminal.
int note_that_asked(char* /*buffer*/, int /*size*/, int /*for_writing*/, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

Result<KeyPtr> read_key(std::string_view text) {
  const BioPtr reader = reader_of(text);
  bool was_asked = false;
  KeyPtr key(PEM_read_bio_PrivateKey(reader.get(), nullptr, note_that_asked, &was_asked));
  if (was_asked) {
    ERR_clear_error();
    return Error(Errc::unsupported,
                 "is encrypted, and a web configuration has no password; write it unencrypted");
  }
  if (!key) {
    // Not OpenSSL's reason: its decoders say "unsupported" for whatever they meet.
    ERR_clear_error();
    return Error(Errc::malformed, "holds no private key that can be read; write it as PEM");
  }
  return key;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ":") + name;
  }
  return text;
}

/// Answers `http/1.1` to who offers it among others; who offers only others, as h2, is refused
/// (RFC 7301 3.2).
int choose_protocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void* /*argument*/) {
  static constexpr unsigned char ours[] = "\x08http/1.1";
  unsigned char* found = nullptr;
  const int outcome =
      SSL_select_next_proto(&found, chosen_size, ours, sizeof(ours) - 1, offered, offered_size);
  *chosen = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int accept_any(X509_STORE_CTX* verification, void* /*argument*/) {
  X509_STORE_CTX_set_error(verification, X509_V_OK);
  return 1;
}

void set_protocol(SSL_CTX& context, const TlsServerConfig& config) {
  SSL_CTX_set_security_level(&context, security_level);
  require(SSL_CTX_set_min_proto_version(&context, static_cast<int>(config.min_version)) == 1 &&
              SSL_CTX_set_max_proto_version(&context, static_cast<int>(config.max_version)) == 1,
          "set the protocol versions");
  const std::string suites =
      config.cipher_suites.empty() ? default_cipher_suites : joined(config.cipher_suites);
  require(SSL_CTX_set_cipher_list(&context, suites.c_str()) == 1, "set the cipher suites");
  const std::string curves =
      config.curve_preferences.empty() ? default_curves : joined(config.curve_preferences);
  require(SSL_CTX_set1_groups_list(&context, curves.c_str()) == 1, "set the curves");
  if (config.prefer_server_cipher_suites) {
    SSL_CTX_set_options(&context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  } else {
    SSL_CTX_clear_options(&context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  }
  SSL_CTX_set_alpn_select_cb(&context, choose_protocol, nullptr);
}

/// No ticket and no session: one from before a change would outlive it.
void forbid_resumption(SSL_CTX& context) {
  SSL_CTX_set_options(&context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  require(SSL_CTX_set_num_tickets(&context, 0) == 1, "set the tickets");
}

std::optional<Error> present(SSL_CTX& context, const TlsServerConfig& config,
                             const Credentials& credentials) {
  Result<std::vector<X509Ptr>> chain = read_certificates(credentials.certificate);
  if (!chain) {
    return chain.error().at(config.certificate.where);
  }
  Result<KeyPtr> key = read_key(credentials.key);
  if (!key) {
    return key.error().at(config.key.where);
  }
  X509& leaf = *chain->front();
  if (X509_check_private_key(&leaf, key->get()) != 1) {
    ERR_clear_error();
    return Error(Errc::key_mismatch,
                 "does not belong to the first certificate of tls_server_config; name the pair")
        .at(config.key.where);
  }
  if (SSL_CTX_use_certificate(&context, &leaf) != 1) {
    return openssl_error(Errc::invalid_value, "cannot be used").at(config.certificate.where);
  }
  if (SSL_CTX_use_PrivateKey(&context, key->get()) != 1) {
    return openssl_error(Errc::invalid_value, "cannot be used").at(config.key.where);
  }
  for (auto issuer = std::next(chain->begin()); issuer != chain->end(); ++issuer) {
    if (SSL_CTX_add1_chain_cert(&context, issuer->get()) != 1) {
      return openssl_error(Errc::invalid_value, "cannot be used").at(config.certificate.where);
    }
  }
  return std::nullopt;
}

int verify_mode(ClientAuthType type) {
  switch (type) {
    case ClientAuthType::no_client_cert:
      return SSL_VERIFY_NONE;
    case ClientAuthType::request_client_cert:
    case ClientAuthType::verify_client_cert_if_given:
      return SSL_VERIFY_PEER;
    case ClientAuthType::require_any_client_cert:
    case ClientAuthType::require_and_verify_client_cert:
      return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
}

/// Go takes each certificate of a client CA for an anchor, a root or not.
std::optional<Error> trust(SSL_CTX& context, const PemSource& source, std::string_view text) {
  const Result<std::vector<X509Ptr>> authorities = read_certificates(text);
  if (!authorities) {
    return authorities.error().at(source.where);
  }
  X509_STORE* const store = SSL_CTX_get_cert_store(&context);
  require(X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1, "set up a trust store");
  for (const X509Ptr& authority : *authorities) {
    if (X509_STORE_add_cert(store, authority.get()) != 1 ||
        SSL_CTX_add_client_CA(&context, authority.get()) != 1) {
      return openssl_error(Errc::invalid_value, "cannot be used").at(source.where);
    }
  }
  return std::nullopt;
}

std::optional<Error> ask_for_certificates(SSL_CTX& context, const TlsServerConfig& config,
                                          std::string_view client_ca) {
  const bool verifies = config.client_auth_type == ClientAuthType::verify_client_cert_if_given ||
                        config.client_auth_type == ClientAuthType::require_and_verify_client_cert;
  SSL_CTX_set_verify(&context, verify_mode(config.client_auth_type), nullptr);
  if (!verifies) {
    SSL_CTX_set_cert_verify_callback(&context, accept_any, nullptr);
  }
  return config.client_ca ? trust(context, *config.client_ca, client_ca) : std::nullopt;
}

std::string_view text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

/// An IP address as a certificate has it (RFC 5280 4.2.1.6), empty if the text is none.
std::string address_bytes(const std::string& text) {
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return {bytes.data(), 4};
  }
  return inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1 ? std::string(bytes.data(), 16)
                                                              : std::string();
}

bool is_address(const ASN1_STRING* address, const std::string& allowed) {
  const std::string bytes = address_bytes(allowed);
  return !bytes.empty() && text_of(address) == bytes;
}

bool is_named(const GENERAL_NAME& name, const std::string& allowed) {
  switch (name.type) {
    case GEN_DNS:
    case GEN_EMAIL:
    case GEN_URI:
      return text_of(name.d.ia5) == allowed;
    case GEN_IPADD:
      return is_address(name.d.iPAddress, allowed);
    default:
      return false;
  }
}

}  // namespace

Result<std::shared_ptr<SSL_CTX>> make_server_context(const TlsServerConfig& config,
                                                     const Credentials& credentials) {
  ERR_clear_error();
  ContextPtr context = new_context();
  // Else OpenSSL would mend our chain from the client CA.
  SSL_CTX_set_mode(context.get(), SSL_MODE_NO_AUTO_CHAIN);
  set_protocol(*context, config);
  forbid_resumption(*context);
  if (const std::optional<Error> error = present(*context, config, credentials)) {
    return *error;
  }
  if (const std::optional<Error> error =
          ask_for_certificates(*context, config, credentials.client_ca)) {
    return *error;
  }
  return std::shared_ptr<SSL_CTX>(std::move(context));
}

bool has_allowed_san(const X509& certificate, const std::vector<std::string>& allowed) {
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME& name = *sk_GENERAL_NAME_value(names.get(), i);
    if (std::ranges::any_of(allowed, [&](const auto& one) { return is_named(name, one); })) {
      return true;
    }
  }
  return false;
}

bool has_cipher_suite(const char* name) {
  const bool is_known = SSL_CTX_set_cipher_list(new_context().get(), name) == 1;
  ERR_clear_error();
  return is_known;
}

bool has_curve(const char* name) {
  const bool is_known = SSL_CTX_set1_groups_list(new_context().get(), name) == 1;
  ERR_clear_error();
  return is_known;
}

}  // namespace telltale::http
