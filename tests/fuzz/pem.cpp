// Certificates and keys in PEM, and keys in DER as they stand within.

#include "pki/read_der.hpp"
#include "pki/read_pem.hpp"
#include "store_content.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = telltale::fuzz;
  namespace pki = telltale::pki;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  fuzz::read_twice([&](const pki::StorePasswords& passwords) {
    return pki::read_pem(text, passwords.store, fuzz::max_iterations);
  });
  fuzz::read_twice([&](const pki::StorePasswords& passwords) {
    return pki::read_der_key({data, size}, passwords.store, fuzz::max_iterations);
  });
  return 0;
}
