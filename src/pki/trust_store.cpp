#include "telltale/pki/trust_store.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "telltale/ip_address.hpp"

#include "pki/openssl.hpp"
#include "pki/read_pem.hpp"
#include "pki/store_content.hpp"
#include "pki/x509.hpp"

namespace telltale::pki {

namespace {

/// Runs for each objection and each certificate found in order. Never stops the verification: all
/// objections are wanted, and soundness comes from judging every one of them (is_about_dates).
int record(int succeeded, X509_STORE_CTX* context) {
  if (succeeded == 0) {
    auto& errors =
        *static_cast<std::vector<VerificationError>*>(X509_STORE_CTX_get_app_data(context));
    const int code = X509_STORE_CTX_get_error(context);
    errors.push_back({.code = code,
                      .depth = X509_STORE_CTX_get_error_depth(context),
                      .text = X509_verify_cert_error_string(code)});
  }
  return 1;
}

bool is_about_dates(const VerificationError& error) {
  return error.code == X509_V_ERR_CERT_HAS_EXPIRED || error.code == X509_V_ERR_CERT_NOT_YET_VALID;
}

bool matches_name(X509& leaf, const std::string& name) {
  // OpenSSL takes an empty name for "any" and a leading dot for "any host below".
  if (name.empty() || name.front() == '.') {
    return false;
  }
  if (is_ip_address(name)) {
    return X509_check_ip_asc(&leaf, name.c_str(), 0) == 1;
  }
  // As OkHttp and Go do: subjectAltName only, and a wildcard only for a whole label.
  constexpr unsigned flags =
      X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
  return X509_check_host(&leaf, name.data(), name.size(), flags, nullptr) == 1;
}

/// A chain as OpenSSL's verifier wants it.
struct ParsedChain {
  std::vector<X509Ptr> certificates;
  BorrowingStackPtr stack;
};

ParsedChain parse(const Chain& chain) {
  ParsedChain parsed{.certificates = {}, .stack = BorrowingStackPtr(sk_X509_new_null())};
  require(parsed.stack != nullptr, "collecting a chain");
  for (const CertificatePtr& certificate : chain) {
    parsed.certificates.push_back(parse_x509(certificate->der).value());
    require(sk_X509_push(parsed.stack.get(), parsed.certificates.back().get()) > 0,
            "collecting a chain");
  }
  return parsed;
}

CertificatePtr find_by_der(const Chain& chain, const Bytes& der) {
  const auto found = std::ranges::find_if(
      chain, [&](const CertificatePtr& certificate) { return certificate->der == der; });
  return found == chain.end() ? nullptr : *found;
}

/// Finds the value for a certificate on the path; those of the system's store are made here.
CertificatePtr find_or_describe(X509& certificate, const Chain& chain, const Chain& anchors) {
  const Bytes der = der_of(certificate);
  if (CertificatePtr found = find_by_der(chain, der)) {
    return found;
  }
  if (CertificatePtr found = find_by_der(anchors, der)) {
    return found;
  }
  Result<Certificate> facts = describe(certificate);
  return facts ? std::make_shared<const Certificate>(*std::move(facts)) : nullptr;
}

Chain path_of(X509_STORE_CTX& context, const Chain& chain, const Chain& anchors) {
  const STACK_OF(X509)* built = X509_STORE_CTX_get0_chain(&context);  // borrowed
  Chain path;
  for (int i = 0; i < sk_X509_num(built); ++i) {
    CertificatePtr certificate = find_or_describe(*sk_X509_value(built, i), chain, anchors);
    if (!certificate) {  // an anchor of the system's with a date that is none
      break;
    }
    path.push_back(std::move(certificate));
  }
  return path;
}

void free_certificates(STACK_OF(X509) * certificates) {
  sk_X509_pop_free(certificates, X509_free);
}

/// The store holds a certificate with this one's name and another key.
bool has_namesake(X509_STORE_CTX& context, X509& anchor) {
  const std::unique_ptr<STACK_OF(X509), Deleter<free_certificates>> found(
      X509_STORE_CTX_get1_certs(&context, X509_get_subject_name(&anchor)));
  EVP_PKEY* const key = X509_get0_pubkey(&anchor);  // borrowed
  for (int i = 0; i < sk_X509_num(found.get()); ++i) {
    EVP_PKEY* const other = X509_get0_pubkey(sk_X509_value(found.get(), i));  // borrowed
    if (key == nullptr || other == nullptr || EVP_PKEY_eq(key, other) != 1) {
      return true;
    }
  }
  return false;
}

/// The store's issuer of this certificate, if the signature is its key's; null: it has none.
X509Ptr issuer_in_store(X509_STORE_CTX& context, X509& certificate) {
  X509* found = nullptr;
  if (X509_STORE_CTX_get1_issuer(&found, &context, &certificate) != 1) {
    return nullptr;
  }
  X509Ptr issuer(found);
  EVP_PKEY* const key = X509_get0_pubkey(issuer.get());  // borrowed
  return key != nullptr && X509_verify(&certificate, key) == 1 ? std::move(issuer) : nullptr;
}

/// Says which certificates of the path are the store's, what it has above them (a path ends at the
/// first anchor that it meets), and whether their names, and those of the issuers that were sent,
/// are theirs alone.
void look_at_anchors(X509_STORE_CTX& context, const Chain& anchors, ChainVerification& outcome) {
  constexpr std::size_t longest = 10;
  const STACK_OF(X509)* built = X509_STORE_CTX_get0_chain(&context);  // borrowed
  const auto sent = static_cast<std::size_t>(X509_STORE_CTX_get_num_untrusted(&context));
  outcome.anchors = outcome.path.size() - std::min(sent, outcome.path.size());
  for (std::size_t i = 1; i < std::min(sent, outcome.path.size()); ++i) {
    outcome.has_namesake_of_sent =
        outcome.has_namesake_of_sent ||
        has_namesake(context, *sk_X509_value(built, static_cast<int>(i)));
  }
  bool has_any_namesake = false;
  X509Ptr last;
  for (std::size_t i = sent; i < outcome.path.size(); ++i) {
    last = share(sk_X509_value(built, static_cast<int>(i)));
    has_any_namesake = has_any_namesake || has_namesake(context, *last);
  }
  while (last && X509_check_issued(last.get(), last.get()) != X509_V_OK &&
         outcome.above.size() < longest) {
    last = issuer_in_store(context, *last);
    CertificatePtr issuer = last ? find_or_describe(*last, {}, anchors) : nullptr;
    if (!issuer) {
      break;
    }
    has_any_namesake = has_any_namesake || has_namesake(context, *last);
    outcome.above.push_back(std::move(issuer));
  }
  outcome.has_namesake_of_anchor = has_any_namesake;
}

/// A store's keys bring their chains, which are not meant to be trusted unless they say so.
bool is_anchor(const HeldEntry& entry, const StoreContent& content) {
  if (!content.is_keystore() || entry.is_trusted_entry) {
    return true;
  }
  return std::ranges::none_of(content.keys, [&](const HeldKey& key) {
    return std::ranges::any_of(key.chain, [&](const HeldCertificate& certificate) {
      return certificate.facts->der == entry.certificate.facts->der;
    });
  });
}

}  // namespace

TrustStore::TrustStore() : store_(X509_STORE_new()) {
  require(store_ != nullptr, "making a trust store");
}

TrustStore::~TrustStore() {
  X509_STORE_free(store_);
}

Result<TrustStorePtr> TrustStore::load(const TrustFiles& files) {
  const Result<Secret> password = read_optional_secret(files.password, "password");
  if (!password) {
    return password.error();
  }
  const Secret no_key_password;
  const Result<StoreContent> content =
      read_content_of(files.file, {.store = *password, .key = no_key_password});
  if (!content) {
    return content.error();
  }
  const Result<std::shared_ptr<TrustStore>> store = from_content(*content);
  if (!store) {
    return store.error().at(files.file);
  }
  (*store)->facts_ = facts_of(*content);
  return TrustStorePtr(*store);
}

Result<TrustStorePtr> TrustStore::from_pem(std::string_view pem) {
  const Result<StoreContent> content = read_pem(pem, Secret());
  if (!content) {
    return content.error();
  }
  const Result<std::shared_ptr<TrustStore>> store = from_content(*content);
  if (!store) {
    return store.error();
  }
  return TrustStorePtr(*store);
}

Result<std::shared_ptr<TrustStore>> TrustStore::from_content(const StoreContent& content) {
  std::shared_ptr<TrustStore> store(new TrustStore);  // its constructor is private
  for (const HeldEntry& entry : content.certificates) {
    if (is_anchor(entry, content)) {
      store->anchors_.push_back(entry.certificate.facts);
      require(X509_STORE_add_cert(store->store_, entry.certificate.x509.get()) == 1,
              "adding a trust anchor");
    }
  }
  if (store->anchors_.empty()) {
    return no_certificate(content);
  }
  return store;
}

Result<TrustStorePtr> TrustStore::load_system() {
  const ErrorQueueGuard quiet;
  const std::shared_ptr<TrustStore> store(new TrustStore);
  if (X509_STORE_set_default_paths(store->store_) != 1) {
    return openssl_error(Errc::unreadable, "reading the system's trust anchors");
  }
  return TrustStorePtr(store);
}

ChainVerification TrustStore::verify(const Chain& chain, const std::string& name,
                                     CivilTime now) const {
  return verify(chain, X509_PURPOSE_SSL_SERVER, &name, now);
}

ChainVerification TrustStore::verify_client(const Chain& chain, CivilTime now) const {
  return verify(chain, X509_PURPOSE_SSL_CLIENT, nullptr, now);
}

ChainVerification TrustStore::verify(const Chain& chain, int purpose, const std::string* name,
                                     CivilTime now) const {
  ChainVerification outcome{.name = name == nullptr ? std::string() : *name};
  if (chain.empty()) {
    return outcome;
  }
  const ErrorQueueGuard quiet;
  const ParsedChain parsed = parse(chain);
  X509& leaf = *parsed.certificates.front();
  outcome.name_matches = name != nullptr && matches_name(leaf, *name);

  const X509StoreCtxPtr context(X509_STORE_CTX_new());
  require(context && X509_STORE_CTX_init(context.get(), store_, &leaf, parsed.stack.get()) == 1,
          "preparing a verification");
  X509_STORE_CTX_set_purpose(context.get(), purpose);
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());  // borrowed
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_time(parameters, now.time_since_epoch().count());
  X509_VERIFY_PARAM_set_auth_level(parameters, 0);
  X509_STORE_CTX_set_app_data(context.get(), &outcome.errors);
  X509_STORE_CTX_set_verify_cb(context.get(), record);

  // What OpenSSL makes of anyExtendedKeyUsage is not what Java and Go make of it: assess asks.
  const bool has_any_usage = (X509_get_extension_flags(&leaf) & EXFLAG_XKUSAGE) != 0 &&
                             (X509_get_extended_key_usage(&leaf) & XKU_ANYEKU) != 0;
  const auto is_overlooked = [&](const VerificationError& error) {
    return is_about_dates(error) ||
           (has_any_usage && error.depth == 0 && error.code == X509_V_ERR_INVALID_PURPOSE);
  };
  const bool went_through = X509_verify_cert(context.get()) == 1;
  outcome.path = path_of(*context, chain, anchors_);
  look_at_anchors(*context, anchors_, outcome);
  // Beyond a missing issuer or a bad signature the verifier goes on unsure of what it has checked,
  // so any objection but one to a date means untrusted. That the path ends in the store is asked
  // once more for itself.
  const bool ends_at_anchor = X509_STORE_CTX_get_num_untrusted(context.get()) <
                              sk_X509_num(X509_STORE_CTX_get0_chain(context.get()));
  outcome.trusted =
      went_through && ends_at_anchor && std::ranges::all_of(outcome.errors, is_overlooked);
  outcome.incomplete =
      !ends_at_anchor && !outcome.path.empty() && !outcome.path.back()->is_self_issued;
  return outcome;
}

}  // namespace telltale::pki
