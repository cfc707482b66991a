#include "pki/openssl.hpp"

#include <array>
#include <stdexcept>

#include <openssl/err.h>

namespace telltale::pki {

X509Ptr share(X509* certificate) noexcept {
  X509_up_ref(certificate);
  return X509Ptr(certificate);
}

EvpPkeyPtr share(EVP_PKEY* key) noexcept {
  EVP_PKEY_up_ref(key);
  return EvpPkeyPtr(key);
}

Error openssl_error(Errc code, std::string_view doing) {
  const unsigned long oldest = ERR_get_error();
  const char* reason = oldest == 0 ? nullptr : ERR_reason_error_string(oldest);
  ERR_clear_error();
  return {code, std::string(doing) + ": " + (reason == nullptr ? "no reason given" : reason)};
}

void throw_openssl_error(std::string_view doing) {
  throw std::runtime_error("OpenSSL: " + openssl_error(Errc::unsupported, doing).detail());
}

ErrorQueueGuard::ErrorQueueGuard() noexcept {
  ERR_set_mark();
}

ErrorQueueGuard::~ErrorQueueGuard() {
  ERR_pop_to_mark();
}

std::string text_of(BIO& memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(&memory, &bytes);
  return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

std::string text_of(const ASN1_OBJECT& object, ObjectSpelling spelling) {
  const int no_name = spelling == ObjectSpelling::dotted ? 1 : 0;
  std::array<char, 128> buffer{};
  const int size = OBJ_obj2txt(buffer.data(), static_cast<int>(buffer.size()), &object, no_name);
  if (size < static_cast<int>(buffer.size())) {
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
  }
  std::string text(static_cast<std::size_t>(size) + 1, '\0');
  OBJ_obj2txt(text.data(), size + 1, &object, no_name);
  text.pop_back();
  return text;
}

}  // namespace telltale::pki
