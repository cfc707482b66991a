#include "pki/store_content.hpp"

#include <algorithm>

#include "telltale/pki/file.hpp"

#include "pki/content_format.hpp"
#include "pki/read_der.hpp"
#include "pki/read_jks.hpp"
#include "pki/read_pem.hpp"
#include "pki/read_pkcs12.hpp"
#include "pki/x509.hpp"

namespace telltale::pki {

namespace {

Error key_not_opened(const HeldKey& held, const StorePasswords& passwords) {
  const std::string key = "holds a private key (" + held.alias + ") that ";
  if (!passwords.key.empty()) {
    return {Errc::wrong_password, key + "the key's password does not open"};
  }
  if (!passwords.store.empty()) {
    return {Errc::wrong_password,
            key + "the store's password does not open; it may have one of its own"};
  }
  return {Errc::wrong_password,
          key + "opens neither without a password nor with `changeit`; give its password"};
}

Chain chain_of(const std::vector<HeldCertificate>& certificates) {
  Chain chain;
  for (const HeldCertificate& certificate : certificates) {
    chain.push_back(certificate.facts);
  }
  return chain;
}

PublicKey public_key_of(const HeldKey& held) {
  if (held.key) {
    return describe(*held.key);
  }
  return held.chain.empty() ? PublicKey() : held.chain.front().facts->public_key;
}

}  // namespace

Result<HeldCertificate> hold(X509Ptr x509) {
  Result<Certificate> facts = describe(*x509);
  if (!facts) {
    return facts.error();
  }
  return HeldCertificate{.x509 = std::move(x509),
                         .facts = std::make_shared<const Certificate>(*std::move(facts))};
}

Result<HeldCertificate> hold_der(ByteView der) {
  Result<X509Ptr> x509 = parse_x509(der);
  if (!x509) {
    return x509.error();
  }
  return hold(*std::move(x509));
}

HeldCertificate share(const HeldCertificate& held) {
  return {.x509 = share(held.x509.get()), .facts = held.facts};
}

std::vector<std::string_view> candidates(const Secret& given) {
  if (given.empty()) {
    return {"", "changeit"};
  }
  return {given.reveal()};
}

void set_key(HeldKey& held, Result<EvpPkeyPtr> key, const StorePasswords& passwords) {
  if (key) {
    held.key = *std::move(key);
    held.has_own_password = !passwords.store.empty() && !passwords.key.empty() &&
                            passwords.store.reveal() != passwords.key.reveal();
  } else if (key.error().code() == Errc::wrong_password) {
    held.error = key_not_opened(held, passwords);
  } else {
    held.error = key.error();
  }
}

Result<StoreContent> read_content(std::string_view content, const StorePasswords& passwords) {
  const ByteView bytes = as_bytes(content);
  switch (format_of(bytes)) {
    case ContentFormat::pem:
      return read_pem(content, passwords.for_keys());
    case ContentFormat::pkcs12:
      return read_pkcs12(bytes, passwords);
    case ContentFormat::jks:
      return read_jks(bytes, passwords);
    case ContentFormat::der_certificate:
      return read_der_certificate(bytes);
    case ContentFormat::der_key:
      return read_der_key(bytes, passwords.for_keys());
    case ContentFormat::jceks:
      return Error(Errc::unsupported,
                   "is a Java keystore of type JCEKS, which is not read; convert it with keytool "
                   "-importkeystore -deststoretype PKCS12");
    case ContentFormat::der:
      return Error(Errc::unsupported,
                   "is DER, but neither a certificate, a private key nor PKCS#12");
    case ContentFormat::empty:
      return Error(Errc::malformed, "is empty, where PEM, DER, PKCS#12 or JKS was expected");
    case ContentFormat::unknown:
      break;
  }
  return Error(Errc::malformed,
               "is neither PEM (no line begins with -----BEGIN) nor DER, PKCS#12 or JKS");
}

Result<StoreContent> read_content_of(const std::string& file, const StorePasswords& passwords) {
  const Result<Secret> bytes = read_file(file);
  if (!bytes) {
    return bytes.error().at(file);
  }
  Result<StoreContent> content = read_content(bytes->reveal(), passwords);
  if (!content) {
    return content.error().at(file);
  }
  return content;
}

StoreFacts facts_of(const StoreContent& content) {
  StoreFacts facts{.format = content.format,
                   .opening = content.opening,
                   .protections = content.protections,
                   .needs_legacy_provider = content.needs_legacy_provider,
                   .pem_blocks = content.pem_blocks};
  for (const HeldEntry& entry : content.certificates) {
    facts.certificates.push_back({.certificate = entry.certificate.facts,
                                  .alias = entry.alias,
                                  .is_trusted_entry = entry.is_trusted_entry});
  }
  for (const HeldKey& held : content.keys) {
    facts.keys.push_back({.alias = held.alias,
                          .encoding = held.encoding,
                          .public_key = public_key_of(held),
                          .chain = chain_of(held.chain),
                          .certificate_position = held.certificate_position,
                          .error = held.error ? held.error->detail() : std::string(),
                          .is_seen_by_java = held.is_seen_by_java,
                          .has_own_password = held.has_own_password});
  }
  return facts;
}

Error no_certificate(const StoreContent& content) {
  std::string detail = "holds no certificate";
  for (std::size_t i = 0; i < content.pem_blocks.size(); ++i) {
    detail += (i == 0 ? ", only " : ";") + content.pem_blocks[i];
  }
  if (content.pem_blocks.empty() && !content.keys.empty()) {
    detail += content.is_keystore() ? " but those of its keys" : ", only a private key";
  }
  return {Errc::malformed, std::move(detail)};
}

}  // namespace telltale::pki
