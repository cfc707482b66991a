// Certificates as a peer sends them.

#include "telltale/pki/certificate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)telltale::pki::parse_certificate({data, size});
  return 0;
}
