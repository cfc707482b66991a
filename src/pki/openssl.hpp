#pragma once
// Ownership of OpenSSL's objects, and its error queue as an Error. The one place that knows which
// free function belongs to which type.

#include <memory>
#include <string>
#include <string_view>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "telltale/error.hpp"

namespace telltale::pki {

/// Calls an OpenSSL free function; stateless, so that the owning pointer is as large as a raw one.
template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const noexcept {
    Free(pointer);
  }
};

/// Frees what OpenSSL allocated as plain memory (OPENSSL_free is a macro).
inline void free_memory(void* memory) noexcept {
  OPENSSL_free(memory);
}

/// Frees what OpenSSL allocated as secure memory.
inline void free_secure_memory(void* memory) noexcept {
  OPENSSL_secure_free(memory);
}

/// Frees a stack, not what it points to.
inline void free_borrowing_stack(STACK_OF(X509) * stack) noexcept {
  sk_X509_free(stack);
}

/// Frees stacks with what they point to.
inline void free_safe_bags(STACK_OF(PKCS12_SAFEBAG) * bags) noexcept {
  sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
}

inline void free_content_infos(STACK_OF(PKCS7) * contents) noexcept {
  sk_PKCS7_pop_free(contents, PKCS7_free);
}

using Asn1BitStringPtr = std::unique_ptr<ASN1_BIT_STRING, Deleter<ASN1_BIT_STRING_free>>;
using Asn1ObjectPtr = std::unique_ptr<ASN1_OBJECT, Deleter<ASN1_OBJECT_free>>;
using Asn1StringPtr = std::unique_ptr<ASN1_STRING, Deleter<ASN1_STRING_free>>;
using BasicConstraintsPtr = std::unique_ptr<BASIC_CONSTRAINTS, Deleter<BASIC_CONSTRAINTS_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using BorrowingStackPtr = std::unique_ptr<STACK_OF(X509), Deleter<free_borrowing_stack>>;
using EvpPkeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using ContentInfosPtr = std::unique_ptr<STACK_OF(PKCS7), Deleter<free_content_infos>>;
using ExtendedKeyUsagePtr = std::unique_ptr<EXTENDED_KEY_USAGE, Deleter<EXTENDED_KEY_USAGE_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES_free>>;
using Pbe2ParamPtr = std::unique_ptr<PBE2PARAM, Deleter<PBE2PARAM_free>>;
using PbeParamPtr = std::unique_ptr<PBEPARAM, Deleter<PBEPARAM_free>>;
using Pbkdf2ParamPtr = std::unique_ptr<PBKDF2PARAM, Deleter<PBKDF2PARAM_free>>;
using Pkcs12Ptr = std::unique_ptr<PKCS12, Deleter<PKCS12_free>>;
using Pkcs8InfoPtr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Deleter<PKCS8_PRIV_KEY_INFO_free>>;
using SafeBagsPtr = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), Deleter<free_safe_bags>>;
using ScryptParamsPtr = std::unique_ptr<SCRYPT_PARAMS, Deleter<SCRYPT_PARAMS_free>>;
using X509ExtensionPtr = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using X509NamePtr = std::unique_ptr<X509_NAME, Deleter<X509_NAME_free>>;
using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using X509SigPtr = std::unique_ptr<X509_SIG, Deleter<X509_SIG_free>>;
using X509StoreCtxPtr = std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX_free>>;
using X509StorePtr = std::unique_ptr<X509_STORE, Deleter<X509_STORE_free>>;
template <class T>
using OpensslMemory = std::unique_ptr<T, Deleter<free_memory>>;

static_assert(sizeof(X509Ptr) == sizeof(void*));

/// Takes another reference to a counted object.
[[nodiscard]] X509Ptr share(X509* certificate) noexcept;
[[nodiscard]] EvpPkeyPtr share(EVP_PKEY* key) noexcept;

/// Makes an Error of the oldest entry in this thread's error queue, which is the cause the later
/// ones follow from, and empties the queue. `doing` says what was tried: `reading a certificate`.
[[nodiscard]] Error openssl_error(Errc code, std::string_view doing);

/// Throws what openssl_error says, as std::runtime_error: for calls that fail only where memory or
/// the installation does.
[[noreturn]] void throw_openssl_error(std::string_view doing);

/// Throws unless `succeeded`.
inline void require(bool succeeded, std::string_view doing) {
  if (!succeeded) {
    throw_openssl_error(doing);
  }
}

/// Leaves this thread's error queue as it was found. Entries left behind by an expected failure
/// would be taken for the next TLS failure's.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() noexcept;
  ~ErrorQueueGuard();
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
};

/// What has been written to a memory BIO.
[[nodiscard]] std::string text_of(BIO& memory);

/// Spells an object identifier: by OpenSSL's long name, or in dotted decimals.
enum class ObjectSpelling { name, dotted };
[[nodiscard]] std::string text_of(const ASN1_OBJECT& object, ObjectSpelling spelling);

}  // namespace telltale::pki
