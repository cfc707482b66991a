#include "telltale/pki/distinguished_name.hpp"

#include "pki/canonical_name.hpp"
#include "pki/x509.hpp"

namespace telltale::pki {

namespace {

// RFC 2253's flags without ESC_MSB: what is not ASCII is shown as it is, in UTF-8.
constexpr unsigned long rfc4514_flags =
    XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);

std::string rfc4514_text(const X509_NAME& name) {
  const BioPtr memory(BIO_new(BIO_s_mem()));
  require(memory != nullptr && X509_NAME_print_ex(memory.get(), &name, 0, rfc4514_flags) >= 0,
          "spelling a distinguished name");
  return text_of(*memory);
}

Bytes der_of(const X509_NAME& name) {
  const unsigned char* bytes = nullptr;  // get0: belongs to the name
  std::size_t size = 0;
  require(X509_NAME_get0_der(&name, &bytes, &size) == 1, "encoding a distinguished name");
  return {bytes, bytes + size};
}

}  // namespace

DistinguishedName describe(const X509_NAME& name) {
  return {.der = der_of(name), .rfc4514 = rfc4514_text(name), .canonical = canonical_form(name)};
}

Result<DistinguishedName> parse_distinguished_name(ByteView der) {
  const unsigned char* next = der.data();
  const X509NamePtr name(d2i_X509_NAME(nullptr, &next, static_cast<long>(der.size())));
  if (!name) {
    return openssl_error(Errc::malformed, "reading a distinguished name");
  }
  if (next != der.data() + der.size()) {
    return Error(Errc::malformed, "a distinguished name has bytes behind it");
  }
  return describe(*name);
}

}  // namespace telltale::pki
