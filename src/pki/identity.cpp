#include "telltale/pki/identity.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "pki/alias.hpp"
#include "pki/identity_builder.hpp"
#include "pki/read_pem.hpp"
#include "pki/store_content.hpp"

namespace telltale::pki {

namespace {

/// A chain with its key, before it is known whether they belong together.
struct Parts {
  std::vector<HeldCertificate> chain;
  EvpPkeyPtr key;  ///< null: known by certificate only
  std::string alias;
  std::optional<KeyEncoding> encoding;
  bool is_seen_by_java = true;
};

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

Result<IdentityPtr> make_identity(Parts parts, const SourceNames& names) {
  const ErrorQueueGuard quiet;
  IdentityBuilder builder;
  for (HeldCertificate& certificate : parts.chain) {
    builder.add(std::move(certificate));
  }
  if (parts.key && X509_check_private_key(builder.certificates().front(), parts.key.get()) != 1) {
    return key_mismatch(names, builder.chain(), builder.certificates(), *parts.key);
  }
  builder.set_key(std::move(parts.key));
  return std::move(builder).finish();
}

std::vector<HeldCertificate> take_certificates(StoreContent& content) {
  std::vector<HeldCertificate> certificates;
  for (HeldEntry& entry : content.certificates) {
    certificates.push_back(std::move(entry.certificate));
  }
  return certificates;
}

/// The names of a store's keys, in a sentence.
std::string aliases_of(const StoreContent& content) {
  constexpr std::size_t most = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(content.keys.size(), most); ++i) {
    text += (i == 0 ? "" : ", ") + content.keys[i].alias;
  }
  if (content.keys.size() > most) {
    text += " and " + std::to_string(content.keys.size() - most) + " more";
  }
  return text;
}

/// What to do about a store of several keys, of which none was chosen by its alias.
enum class SeveralKeys { refused, taken };

Result<std::vector<HeldKey*>> choose_keys(StoreContent& content,
                                          const std::optional<std::string>& alias,
                                          SeveralKeys several) {
  if (alias) {
    const auto found = std::ranges::find_if(
        content.keys, [&](const HeldKey& key) { return same_alias(key.alias, *alias); });
    if (found == content.keys.end()) {
      return Error(Errc::invalid_value, "holds no private key under the alias " + *alias +
                                            ", only " + aliases_of(content));
    }
    return std::vector{&*found};
  }
  if (several == SeveralKeys::refused && content.keys.size() > 1) {
    return Error(Errc::invalid_value,
                 "holds " + std::to_string(content.keys.size()) +
                     " private keys; choose one by its alias: " + aliases_of(content));
  }
  std::vector<HeldKey*> keys;
  for (HeldKey& key : content.keys) {
    keys.push_back(&key);
  }
  return keys;
}

/// Of several keys, those that no certificate belongs to serve nobody: SunX509KeyManagerImpl.java
/// passes over an alias without a chain.
void drop_bare_keys(std::vector<HeldKey*>& keys) {
  const auto has_chain = [](const HeldKey* key) { return !key->chain.empty(); };
  if (std::ranges::any_of(keys, has_chain)) {
    std::erase_if(keys, std::not_fn(has_chain));
  }
}

KeyEncoding encoding_of(const HeldKey& key, StoreFormat format) {
  return format == StoreFormat::der ? KeyEncoding::der : key.encoding;
}

/// Of a PKCS#12 or JKS.
Result<std::vector<Parts>> take_from_store(StoreContent content,
                                           const std::optional<std::string>& alias,
                                           SeveralKeys several) {
  std::vector<Parts> taken;
  if (content.keys.empty()) {
    if (content.certificates.empty()) {
      return no_certificate(content);
    }
    taken.push_back({.chain = take_certificates(content)});
    return taken;
  }
  Result<std::vector<HeldKey*>> chosen = choose_keys(content, alias, several);
  if (!chosen) {
    return chosen.error();
  }
  drop_bare_keys(*chosen);
  for (HeldKey* key : *chosen) {
    if (key->error) {
      return *key->error;
    }
    if (key->chain.empty()) {
      return Error(Errc::malformed, "holds a private key (" + key->alias +
                                        ") without a certificate of the same localKeyId or alias");
    }
    taken.push_back({.chain = std::move(key->chain),
                     .key = std::move(key->key),
                     .alias = key->alias,
                     .encoding = key->encoding,
                     .is_seen_by_java = key->is_seen_by_java});
  }
  return taken;
}

/// A key of PEM or DER, which name none: the first one.
Result<void> take_key(StoreContent& content, Parts& into) {
  HeldKey& key = content.keys.front();
  if (key.error) {
    return *key.error;
  }
  into.key = std::move(key.key);
  into.encoding = encoding_of(key, content.format);
  return {};
}

Result<Parts> take_from_text(StoreContent content) {
  if (content.certificates.empty()) {
    return no_certificate(content);
  }
  Parts parts{.chain = take_certificates(content)};
  if (!content.keys.empty()) {
    if (const Result<void> taken = take_key(content, parts); !taken) {
      return taken.error();
    }
  }
  return parts;
}

/// From a file of the key's own.
Result<void> take_own_key(StoreContent content, Parts& into) {
  if (content.is_keystore()) {
    return Error(Errc::invalid_value,
                 "is a keystore, where a private key in PEM or DER was expected; a keystore brings "
                 "its own certificate");
  }
  if (content.keys.empty()) {
    return Error(Errc::malformed, "holds no private key");
  }
  return take_key(content, into);
}

/// All but a key that has a file of its own.
Result<std::vector<Parts>> take_parts(const IdentityFiles& files, const StorePasswords& passwords,
                                      SeveralKeys several) {
  Result<StoreContent> content = read_content_of(files.certificate, passwords);
  if (!content) {
    return content.error();
  }
  if (content->is_keystore() && files.key) {
    return Error(Errc::invalid_value,
                 files.certificate + ": is a keystore, which holds its own key; leave out `key`");
  }
  if (!content->is_keystore() && files.alias) {
    return Error(Errc::invalid_value, files.certificate +
                                          ": is no PKCS#12 or JKS, and its keys have no aliases; "
                                          "leave out `alias`");
  }
  if (files.is_keystore && content->keys.empty()) {
    return Error(Errc::malformed, files.certificate + ": holds no private key");
  }
  if (files.key) {
    content->keys.clear();
  }
  if (content->is_keystore()) {
    Result<std::vector<Parts>> taken = take_from_store(*std::move(content), files.alias, several);
    if (!taken) {
      return taken.error().at(files.certificate);
    }
    return taken;
  }
  Result<Parts> parts = take_from_text(*std::move(content));
  if (!parts) {
    return parts.error().at(files.certificate);
  }
  std::vector<Parts> taken;
  taken.push_back(*std::move(parts));
  return taken;
}

Result<std::vector<Parts>> read_parts(const IdentityFiles& files, const StorePasswords& passwords,
                                      SeveralKeys several) {
  Result<std::vector<Parts>> parts = take_parts(files, passwords, several);
  if (!parts || !files.key) {
    return parts;
  }
  Result<StoreContent> content = read_content_of(*files.key, passwords);
  if (!content) {
    return content.error();
  }
  if (const Result<void> taken = take_own_key(*std::move(content), parts->front()); !taken) {
    return taken.error().at(*files.key);
  }
  return parts;
}

Result<std::vector<KeyEntry>> read_keys(const IdentityFiles& files, SeveralKeys several) {
  const Result<Secret> password = read_optional_secret(files.password, "password");
  if (!password) {
    return password.error();
  }
  const Result<Secret> key_password = read_optional_secret(files.key_password, "key_password");
  if (!key_password) {
    return key_password.error();
  }
  Result<std::vector<Parts>> parts =
      read_parts(files, {.store = *password, .key = *key_password}, several);
  if (!parts) {
    return parts.error();
  }
  const SourceNames names{.certificate = files.certificate,
                          .key = files.key.value_or(files.certificate)};
  std::vector<KeyEntry> keys;
  for (Parts& each : *parts) {
    KeyEntry entry{.alias = std::move(each.alias),
                   .encoding = each.encoding,
                   .is_seen_by_java = each.is_seen_by_java};
    Result<IdentityPtr> identity = make_identity(std::move(each), names);
    if (!identity) {
      return identity.error();
    }
    entry.identity = *std::move(identity);
    keys.push_back(std::move(entry));
  }
  return keys;
}

}  // namespace

void IdentityBuilder::add(HeldCertificate certificate) {
  identity_->chain_.push_back(std::move(certificate.facts));
  identity_->certificates_.push_back(certificate.x509.release());
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
  Result<std::vector<KeyEntry>> keys = read_keys(files, SeveralKeys::refused);
  if (!keys) {
    return keys.error();
  }
  return std::move(keys->front().identity);
}

Result<std::vector<KeyEntry>> load_keys(const IdentityFiles& files) {
  return read_keys(files, SeveralKeys::taken);
}

IdentityPtr Identity::leaf_only() const {
  IdentityBuilder builder;
  builder.add({.x509 = share(certificates_.front()), .facts = chain_.front()});
  if (key_ != nullptr) {
    builder.set_key(share(key_));
  }
  return std::move(builder).finish();
}

Result<IdentityPtr> Identity::from_pem(std::string_view certificate_pem, std::string_view key_pem,
                                       const Secret& key_password) {
  Result<StoreContent> content = read_pem(certificate_pem, key_password);
  if (!content) {
    return content.error().at("certificate");
  }
  if (!key_pem.empty()) {
    content->keys.clear();
  }
  Result<Parts> parts = take_from_text(*std::move(content));
  if (!parts) {
    return parts.error().at("certificate");
  }
  if (!key_pem.empty()) {
    Result<StoreContent> key_content = read_pem(key_pem, key_password);
    if (!key_content) {
      return key_content.error().at("key");
    }
    if (const Result<void> taken = take_own_key(*std::move(key_content), *parts); !taken) {
      return taken.error().at("key");
    }
  }
  return make_identity(*std::move(parts), {.certificate = "certificate", .key = "key"});
}

}  // namespace telltale::pki
