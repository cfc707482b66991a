// Certificates and keys in PEM, and keys in DER, told apart as they are in files.

#include "pki/content_format.hpp"
#include "pki/read_der.hpp"
#include "pki/read_pem.hpp"
#include "store_content.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = telltale::fuzz;
  namespace pki = telltale::pki;
  const telltale::ByteView bytes(data, size);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool is_der = pki::format_of(bytes) == pki::ContentFormat::der_key;
  fuzz::read_twice([&](const pki::StorePasswords& passwords) {
    return is_der ? pki::read_der_key(bytes, passwords.store, fuzz::max_iterations)
                  : pki::read_pem(text, passwords.store, fuzz::max_iterations);
  });
  return 0;
}
