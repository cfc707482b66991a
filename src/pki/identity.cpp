#include "telltale/pki/identity.hpp"

#include <utility>

#include "telltale/pki/file.hpp"

#include "pki/identity_builder.hpp"
#include "pki/read_pem.hpp"
#include "pki/x509.hpp"

namespace telltale::pki {

namespace {

/// What a sentence calls the two sources.
struct SourceNames {
  std::string certificate;
  std::string key;
};

std::string ordinal_certificate(std::size_t index, const Chain& chain) {
  return "certificate " + std::to_string(index + 1) + " (" + chain[index]->subject.rfc4514 + ")";
}

/// Says whose key it is instead, where that can be known: a file in the wrong order is the usual
/// mistake.
Error key_mismatch(const SourceNames& names, const Chain& chain,
                   const std::vector<x509_st*>& certificates, EVP_PKEY& key) {
  std::string detail = names.key +
                       ": the private key does not belong to the first certificate of " +
                       names.certificate + " (" + chain.front()->subject.rfc4514 + ")";
  for (std::size_t i = 1; i < certificates.size(); ++i) {
    if (X509_check_private_key(certificates[i], &key) == 1) {
      detail += " but to " + ordinal_certificate(i, chain) + ", which must come first";
      break;
    }
  }
  return {Errc::key_mismatch, std::move(detail)};
}

Result<IdentityPtr> make_identity(std::vector<X509Ptr> certificates, EvpPkeyPtr key,
                                  const SourceNames& names) {
  const ErrorQueueGuard quiet;
  IdentityBuilder builder;
  for (X509Ptr& certificate : certificates) {
    if (const Result<void> added = builder.add(std::move(certificate)); !added) {
      return added.error().at(names.certificate);
    }
  }
  if (key && X509_check_private_key(builder.certificates().front(), key.get()) != 1) {
    return key_mismatch(names, builder.chain(), builder.certificates(), *key);
  }
  builder.set_key(std::move(key));
  return std::move(builder).finish();
}

}  // namespace

Result<void> IdentityBuilder::add(X509Ptr certificate) {
  Result<Certificate> facts = describe(*certificate);
  if (!facts) {
    return facts.error();
  }
  identity_->chain_.push_back(std::make_shared<const Certificate>(*std::move(facts)));
  identity_->certificates_.push_back(certificate.release());
  return {};
}

void IdentityBuilder::set_key(EvpPkeyPtr key) noexcept {
  identity_->key_ = key.release();
}

const Chain& IdentityBuilder::chain() const noexcept {
  return identity_->chain_;
}

const std::vector<x509_st*>& IdentityBuilder::certificates() const noexcept {
  return identity_->certificates_;
}

IdentityPtr IdentityBuilder::finish() && {
  const std::vector<x509_st*>& certificates = identity_->certificates_;
  identity_->chain_links_ = true;
  for (std::size_t i = 0; i + 1 < certificates.size(); ++i) {
    EVP_PKEY* issuer_key = X509_get0_pubkey(certificates[i + 1]);  // borrowed, null if unknown
    identity_->chain_links_ = identity_->chain_links_ && issuer_key != nullptr &&
                              X509_verify(certificates[i], issuer_key) == 1;
  }
  return std::move(identity_);
}

Identity::~Identity() {
  EVP_PKEY_free(key_);
  for (x509_st* certificate : certificates_) {
    X509_free(certificate);
  }
}

Result<IdentityPtr> Identity::load(const IdentityFiles& files) {
  Secret password;
  if (files.key_password) {
    Result<Secret> read = read_secret(*files.key_password);
    if (!read) {
      return read.error().at("key_password_file");
    }
    password = *std::move(read);
  }
  const Result<Secret> certificate_text = read_file(files.certificate);
  if (!certificate_text) {
    return certificate_text.error().at(files.certificate);
  }
  Result<std::vector<X509Ptr>> certificates = read_pem_certificates(certificate_text->reveal());
  if (!certificates) {
    return certificates.error().at(files.certificate);
  }
  const std::string& key_file = files.key.value_or(files.certificate);
  const Result<Secret> own_text = files.key ? read_file(*files.key) : Secret();
  if (!own_text) {
    return own_text.error().at(key_file);
  }
  const Secret& key_text = files.key ? *own_text : *certificate_text;
  Result<EvpPkeyPtr> key = read_pem_key(key_text.reveal(), password);
  if (!key) {
    return key.error().at(key_file);
  }
  if (files.key && !*key) {
    return Error(Errc::malformed, key_file + ": holds no private key");
  }
  return make_identity(*std::move(certificates), *std::move(key),
                       {.certificate = files.certificate, .key = key_file});
}

Result<IdentityPtr> Identity::from_pem(std::string_view certificate_pem, std::string_view key_pem,
                                       const Secret& key_password) {
  Result<std::vector<X509Ptr>> certificates = read_pem_certificates(certificate_pem);
  if (!certificates) {
    return certificates.error().at("certificate");
  }
  Result<EvpPkeyPtr> key = read_pem_key(key_pem.empty() ? certificate_pem : key_pem, key_password);
  if (!key) {
    return key.error().at("key");
  }
  if (!key_pem.empty() && !*key) {
    return Error(Errc::malformed, "key: holds no private key");
  }
  return make_identity(*std::move(certificates), *std::move(key),
                       {.certificate = "certificate", .key = "key"});
}

}  // namespace telltale::pki
