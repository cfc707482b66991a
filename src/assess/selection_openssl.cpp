// How an OpenSSL client chooses: the one certificate that it was given, whatever names are listed
// (ssl/statem/statem_clnt.c tls_process_certificate_request, tls_prepare_client_certificate).

#include "assess/key_fit.hpp"
#include "assess/selection_rules.hpp"
#include "assess/soundness.hpp"

namespace telltale::assess {

namespace {

/// What OpenSSL does not load at security level 2, Debian's default (ssl/ssl_cert.c ssl_set_cert,
/// ssl/t1_lib.c ssl_security_cert: EE_KEY_TOO_SMALL, CA_KEY_TOO_SMALL, CA_MD_TOO_WEAK). Level 1,
/// upstream's, still takes RSA keys of 1024 bits.
std::string find_weakness(const pki::Chain& chain) {
  for (const pki::CertificatePtr& certificate : chain) {
    if (is_refused_as_weak(*certificate, RuntimeFamily::openssl)) {
      return subject_of(*certificate) + " " + weaknesses_of(*certificate).front();
    }
  }
  return {};
}

}  // namespace

std::optional<Selection> openssl_fails_to_start(std::span<const HeldKeyFacts> keys) {
  const std::string weakness = find_weakness(keys.front().chain);
  if (weakness.empty()) {
    return std::nullopt;
  }
  return handshake_failed(
      Reason::key_unusable,
      weakness +
          ", which OpenSSL does not load at security level 2, and the client does not start");
}

Selection select_as_openssl(const Choice& choice) {
  const pki::PublicKey& public_key = choice.keys.front().chain.front()->public_key;
  if (!admits_key(choice.request, choice.version, public_key)) {
    return nothing_presented(
        Reason::key_algorithm_unsupported,
        "the signature algorithms that the server asks for do not admit " + key_text(public_key));
  }
  return presented(0);
}

}  // namespace telltale::assess
