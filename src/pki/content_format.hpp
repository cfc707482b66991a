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
  der_key,  ///< PKCS#8, plain or encrypted, PKCS#1, SEC1 or DSA
  der,      ///< ASN.1 of another kind, e.g. PKCS#7
  unknown,
};

/// Says what `content` looks like; whether it parses is another matter.
[[nodiscard]] ContentFormat format_of(ByteView content);

/// Errc::malformed if DER's outermost element says a greater length than `content` has. An
/// indefinite length (BER) says none.
[[nodiscard]] Result<void> check_not_cut_off(ByteView content);

/// The same, and for bytes behind the element's end.
[[nodiscard]] Result<void> check_length(ByteView content);

}  // namespace telltale::pki
