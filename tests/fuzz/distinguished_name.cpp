// Names as they stand in certificates and in CertificateRequests, and as people type them.

#include "telltale/pki/distinguished_name.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)telltale::pki::parse_distinguished_name({data, size});
  (void)telltale::pki::canonical_of_text({reinterpret_cast<const char*>(data), size});
  return 0;
}
