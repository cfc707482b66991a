#pragma once
// From OpenSSL's X509 and X509_NAME to pki's values.

#include "telltale/pki/certificate.hpp"
#include "telltale/pki/distinguished_name.hpp"

#include "pki/openssl.hpp"

namespace telltale::pki {

/// Reads DER as an X509. Errc::malformed if it is none, or has bytes behind it.
[[nodiscard]] Result<X509Ptr> parse_x509(ByteView der);

/// Writes a certificate's DER.
[[nodiscard]] Bytes der_of(const X509& certificate);

/// States the facts of a certificate. Errc::malformed if a date is none.
[[nodiscard]] Result<Certificate> describe(X509& certificate);

/// States the facts of a key, public or private.
[[nodiscard]] PublicKey describe(const EVP_PKEY& key);

/// States a name in all its forms.
[[nodiscard]] DistinguishedName describe(const X509_NAME& name);

}  // namespace telltale::pki
