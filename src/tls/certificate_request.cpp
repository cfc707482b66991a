#include "telltale/tls/certificate_request.hpp"

#include "tls/wire.hpp"

namespace telltale::tls {

namespace {

// RFC 8446 4.2
constexpr std::uint32_t extension_signature_algorithms = 13;
constexpr std::uint32_t extension_certificate_authorities = 47;
constexpr std::uint32_t extension_signature_algorithms_cert = 50;

Error malformed(std::string_view part) {
  return Error(Errc::malformed, "CertificateRequest: " + std::string(part) + " does not fit");
}

bool read_schemes(ByteView bytes, std::vector<SignatureScheme>& schemes) {
  WireReader reader(bytes);
  while (!reader.at_end()) {
    schemes.push_back(static_cast<SignatureScheme>(reader.integer(2)));
  }
  return reader.ok();
}

// A name that is not a DER Name is kept by its bytes: it still takes part in what Go compares.
pki::DistinguishedName read_name(ByteView der) {
  const auto name = pki::parse_distinguished_name(der);
  if (name) {
    return *name;
  }
  const std::string hex = "#" + to_hex(der);
  return {.der = Bytes(der.begin(), der.end()), .rfc4514 = hex, .canonical = hex};
}

bool read_authorities(ByteView bytes, std::vector<pki::DistinguishedName>& authorities) {
  WireReader reader(bytes);
  while (!reader.at_end()) {
    const ByteView name = reader.vector(2);
    if (!reader.ok() || name.empty()) {
      return false;
    }
    authorities.push_back(read_name(name));
  }
  return reader.ok();
}

// RFC 5246 7.4.4
Result<CertificateRequest> parse_tls_1_2(ByteView body) {
  CertificateRequest request{.bytes = body.size()};
  WireReader reader(body);
  const ByteView types = reader.vector(1);
  request.certificate_types.assign(types.begin(), types.end());
  if (!read_schemes(reader.vector(2), request.signature_algorithms)) {
    return malformed("supported_signature_algorithms");
  }
  if (!read_authorities(reader.vector(2), request.certificate_authorities)) {
    return malformed("certificate_authorities");
  }
  if (!reader.ok() || !reader.at_end()) {
    return malformed("the message");
  }
  return request;
}

bool read_extension(std::uint32_t type, ByteView data, CertificateRequest& request) {
  WireReader reader(data);
  bool is_read = true;
  switch (type) {
    case extension_signature_algorithms:
      is_read = read_schemes(reader.vector(2), request.signature_algorithms);
      break;
    case extension_signature_algorithms_cert:
      is_read = read_schemes(reader.vector(2), request.signature_algorithms_cert);
      break;
    case extension_certificate_authorities:
      is_read = read_authorities(reader.vector(2), request.certificate_authorities);
      break;
    default:
      return true;
  }
  return is_read && reader.ok() && reader.at_end();
}

// RFC 8446 4.3.2
Result<CertificateRequest> parse_tls_1_3(ByteView body) {
  CertificateRequest request{.bytes = body.size()};
  WireReader message(body);
  (void)message.vector(1);  // certificate_request_context
  WireReader extensions(message.vector(2));
  if (!message.ok() || !message.at_end()) {
    return malformed("the message");
  }
  while (!extensions.at_end()) {
    const std::uint32_t type = extensions.integer(2);
    const ByteView data = extensions.vector(2);
    if (!extensions.ok() || !read_extension(type, data, request)) {
      return malformed("extension " + std::to_string(type));
    }
  }
  return request;
}

}  // namespace

Result<CertificateRequest> parse_certificate_request(ByteView body, ProtocolVersion version) {
  return version == ProtocolVersion::tls_1_3 ? parse_tls_1_3(body) : parse_tls_1_2(body);
}

}  // namespace telltale::tls
