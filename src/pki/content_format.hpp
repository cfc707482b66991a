#pragma once
// Tells the formats of certificates, keys and stores apart by their first bytes. File names are not
// asked: people call anything .p12 or .jks.

#include "telltale/bytes.hpp"
#include "telltale/error.hpp"

namespace telltale::pki {

enum class ContentFormat {
  empty,
  pem,
  pkcs12,
  jks,
  jceks,
  der_certificate,
  der,  ///< ASN.1 of another kind, e.g. a bare private key
  unknown,
};

/// Says what `content` looks like; whether it parses is another matter.
[[nodiscard]] ContentFormat format_of(ByteView content);

/// Refuses what is not PEM, naming what it is: Errc::unsupported for a format known by its looks,
/// Errc::malformed otherwise.
[[nodiscard]] Result<void> require_pem(ByteView content);

}  // namespace telltale::pki
