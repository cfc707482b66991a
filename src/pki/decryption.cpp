#include "pki/decryption.hpp"

#include <algorithm>
#include <limits>

#include <openssl/err.h>

namespace telltale::pki {

namespace {

/// How something is encrypted, by its AlgorithmIdentifier.
struct Encryption {
  std::string name;
  std::int64_t iterations = 0;  ///< scrypt: its three factors, multiplied
};

constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max();

Error malformed_parameters() {
  ERR_clear_error();
  return {Errc::malformed, "is encrypted with parameters that cannot be read"};
}

/// OpenSSL's short name, which for ciphers is the one people know; dotted decimals for others.
std::string short_name_of(const X509_ALGOR& algorithm) {
  const int nid = OBJ_obj2nid(algorithm.algorithm);
  return nid == NID_undef ? text_of(*algorithm.algorithm, ObjectSpelling::dotted) : OBJ_nid2sn(nid);
}

std::int64_t product_of(std::initializer_list<const ASN1_INTEGER*> factors) {
  std::int64_t product = 1;
  for (const ASN1_INTEGER* factor : factors) {
    const std::int64_t value = count_of(factor);
    if (value <= 0 || __builtin_mul_overflow(product, value, &product)) {
      return endless;
    }
  }
  return product;
}

/// RFC 8018 A.4; nothing if the parameters cannot be read.
std::optional<std::int64_t> iterations_of_key_derivation(const X509_ALGOR& function) {
  switch (OBJ_obj2nid(function.algorithm)) {
    case NID_id_pbkdf2: {
      const Pbkdf2ParamPtr parameters(static_cast<PBKDF2PARAM*>(
          ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), function.parameter)));
      return parameters ? std::optional(count_of(parameters->iter)) : std::nullopt;
    }
    case NID_id_scrypt: {
      const ScryptParamsPtr parameters(static_cast<SCRYPT_PARAMS*>(
          ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), function.parameter)));
      return parameters
                 ? std::optional(product_of({parameters->costParameter, parameters->blockSize,
                                             parameters->parallelizationParameter}))
                 : std::nullopt;
    }
    default:
      return 0;  // OpenSSL knows no other, and says so
  }
}

Result<Encryption> describe_pbes2(const X509_ALGOR& algorithm) {
  const Pbe2ParamPtr parameters(static_cast<PBE2PARAM*>(
      ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm.parameter)));
  if (!parameters) {
    return malformed_parameters();
  }
  const std::optional<std::int64_t> iterations = iterations_of_key_derivation(*parameters->keyfunc);
  if (!iterations) {
    return malformed_parameters();
  }
  return Encryption{.name = "PBES2 (" + short_name_of(*parameters->encryption) + ")",
                    .iterations = *iterations};
}

Result<Encryption> describe(const X509_ALGOR& algorithm) {
  const int nid = OBJ_obj2nid(algorithm.algorithm);
  if (nid == NID_pbes2) {
    return describe_pbes2(algorithm);
  }
  const std::string name = text_of(*algorithm.algorithm, ObjectSpelling::name);
  if (EVP_PBE_find(EVP_PBE_TYPE_OUTER, nid, nullptr, nullptr, nullptr) != 1) {
    ERR_clear_error();
    return Error(Errc::unsupported, "is encrypted in a way not supported: " + name);
  }
  const PbeParamPtr parameters(static_cast<PBEPARAM*>(
      ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), algorithm.parameter)));
  if (!parameters) {
    return malformed_parameters();
  }
  // Nothing means 1 to OpenSSL.
  return Encryption{.name = name,
                    .iterations = parameters->iter == nullptr ? 1 : count_of(parameters->iter)};
}

/// Whether the error queue says that this OpenSSL lacks the cipher or digest, as opposed to that
/// the password was wrong.
bool is_unsupported_here() {
  const unsigned long cause = ERR_peek_error();
  const int reason = ERR_GET_REASON(cause);
  return reason == ERR_R_UNSUPPORTED ||
         (ERR_GET_LIB(cause) == ERR_LIB_EVP &&
          (reason == EVP_R_UNSUPPORTED_ALGORITHM || reason == EVP_R_UNKNOWN_PBE_ALGORITHM ||
           reason == EVP_R_UNSUPPORTED_CIPHER || reason == EVP_R_UNSUPPORTED_PRF ||
           reason == EVP_R_UNSUPPORTED_KEY_DERIVATION_FUNCTION));
}

/// What trying a password's forms came to.
struct Attempt {
  void* opened = nullptr;  ///< owned by whoever knows its type
  bool is_unsupported = false;
};

Attempt attempt(const X509_ALGOR& algorithm, const ASN1_OCTET_STRING& encrypted,
                const ASN1_ITEM& type, std::string_view password, OSSL_LIB_CTX* context) {
  for (const PasswordForm& form : forms_of(password)) {
    ERR_clear_error();
    void* opened = PKCS12_item_decrypt_d2i_ex(&algorithm, &type, form.text, form.size, &encrypted,
                                              1, context, nullptr);
    if (opened != nullptr) {
      ERR_clear_error();
      return {.opened = opened};
    }
    if (is_unsupported_here()) {
      ERR_clear_error();
      return {.is_unsupported = true};
    }
  }
  ERR_clear_error();
  return {};
}

}  // namespace

std::vector<PasswordForm> forms_of(std::string_view password) {
  if (password.empty()) {
    return {{.text = nullptr, .size = 0}, {.text = "", .size = 0}};
  }
  return {{.text = &password.front(), .size = static_cast<int>(password.size())}};
}

std::int64_t count_of(const ASN1_INTEGER* count) noexcept {
  std::int64_t value = 0;
  if (count == nullptr || ASN1_INTEGER_get_int64(&value, count) != 1) {
    ERR_clear_error();
    return endless;
  }
  return value;
}

Result<void*> Decryption::open(const X509_ALGOR& algorithm, const ASN1_OCTET_STRING& encrypted,
                               const ASN1_ITEM& type, std::string_view password) {
  const Result<Encryption> encryption = describe(algorithm);
  if (!encryption) {
    return encryption.error();
  }
  if (std::ranges::find(protections_, encryption->name) == protections_.end()) {
    protections_.push_back(encryption->name);
  }
  if (encryption->iterations > max_iterations_) {
    return Error(Errc::invalid_value, "is encrypted with more than " +
                                          std::to_string(max_iterations_) +
                                          " iterations, which Java refuses too");
  }
  Attempt tried = attempt(algorithm, encrypted, type, password, nullptr);
  if (tried.is_unsupported) {
    if (!legacy_provider_) {
      Result<LegacyProvider> loaded = LegacyProvider::load();
      if (!loaded) {
        return Error(Errc::unsupported, "is encrypted with " + encryption->name +
                                            ", which is not supported: " + loaded.error().detail());
      }
      legacy_provider_.emplace(*std::move(loaded));
    }
    tried = attempt(algorithm, encrypted, type, password, legacy_provider_->context());
    needed_legacy_provider_ = needed_legacy_provider_ || !tried.is_unsupported;
  }
  if (tried.is_unsupported) {
    return Error(Errc::unsupported, "is encrypted in a way not supported: " + encryption->name);
  }
  if (tried.opened == nullptr) {
    return Error(Errc::wrong_password, "the password given does not open");
  }
  return tried.opened;
}

Result<Pkcs8InfoPtr> Decryption::open_key(const X509_SIG& encrypted, std::string_view password) {
  const X509_ALGOR* algorithm = nullptr;  // get0: both belong to `encrypted`
  const ASN1_OCTET_STRING* bytes = nullptr;
  X509_SIG_get0(&encrypted, &algorithm, &bytes);
  const Result<void*> opened =
      open(*algorithm, *bytes, *ASN1_ITEM_rptr(PKCS8_PRIV_KEY_INFO), password);
  if (!opened) {
    return opened.error();
  }
  return Pkcs8InfoPtr(static_cast<PKCS8_PRIV_KEY_INFO*>(*opened));
}

Result<SafeBagsPtr> Decryption::open_bags(const X509_ALGOR& algorithm,
                                          const ASN1_OCTET_STRING& encrypted,
                                          std::string_view password) {
  const Result<void*> opened =
      open(algorithm, encrypted, *ASN1_ITEM_rptr(PKCS12_SAFEBAGS), password);
  if (!opened) {
    return opened.error();
  }
  return SafeBagsPtr(static_cast<STACK_OF(PKCS12_SAFEBAG)*>(*opened));
}

}  // namespace telltale::pki
