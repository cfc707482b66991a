// Java's own key stores.

#include "pki/read_jks.hpp"
#include "store_content.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = telltale::fuzz;
  namespace pki = telltale::pki;
  fuzz::read_twice(
      [&](const pki::StorePasswords& passwords) { return pki::read_jks({data, size}, passwords); });
  return 0;
}
