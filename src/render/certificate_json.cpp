#include "render/certificate_json.hpp"

#include "render/text.hpp"

namespace telltale::render {

boost::json::object certificate_json(const pki::CertificatePtr& certificate) {
  return {
      {"subject", to_valid_utf8(certificate->subject.rfc4514)},
      {"issuer", to_valid_utf8(certificate->issuer.rfc4514)},
      {"serial_number", certificate->serial_number},
      {"fingerprint_sha256", certificate->fingerprint_sha256},
      {"not_before", to_rfc3339(certificate->validity.not_before)},
      {"not_after", to_rfc3339(certificate->validity.not_after)},
      {"dns_names", array_of(certificate->dns_names, to_valid_utf8)},
  };
}

}  // namespace telltale::render
