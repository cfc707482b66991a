// CertificateRequest messages of both TLS versions.

#include "telltale/tls/certificate_request.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using telltale::tls::ProtocolVersion;
  (void)telltale::tls::parse_certificate_request({data, size}, ProtocolVersion::tls_1_2);
  (void)telltale::tls::parse_certificate_request({data, size}, ProtocolVersion::tls_1_3);
  return 0;
}
