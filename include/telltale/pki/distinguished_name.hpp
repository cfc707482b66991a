#pragma once
// DistinguishedName (X.501 Name, RFC 5280 4.1.2.4) in the two forms that matter for who sends a
// certificate: the DER bytes, as Go compares them, and Java's canonical form.

#include <string>
#include <string_view>

#include "telltale/bytes.hpp"
#include "telltale/error.hpp"

namespace telltale::pki {

/// A Name as it stood in a certificate or a CertificateRequest.
///
/// There is no operator== on purpose: Go compares `der` (crypto/tls common.go,
/// SupportsCertificate), Java compares `canonical` (javax.security.auth.x500.X500Principal.equals);
/// say which is meant.
struct DistinguishedName {
  Bytes der;            ///< the Name's DER, SEQUENCE header included
  std::string rfc4514;  ///< for people: RFC 4514, most specific first, UTF-8

  /// For comparing as Java does: X500Principal.getName(CANONICAL) of OpenJDK 17
  /// (sun/security/x509/AVA.java, toRFC2253CanonicalString). Case and white space are folded, and
  /// PrintableString and UTF8String are one; values of other string types, and of attributes for
  /// which RFC 2253 has no keyword (emailAddress, serialNumber), stand as hexadecimal DER. Letters
  /// beyond U+017F (Greek, Cyrillic) are not case-folded here as they are in Java.
  std::string canonical;
};

[[nodiscard]] inline bool same_der(const DistinguishedName& a, const DistinguishedName& b) {
  return a.der == b.der;
}

[[nodiscard]] inline bool same_canonical(const DistinguishedName& a, const DistinguishedName& b) {
  return a.canonical == b.canonical;
}

/// Reads a Name from its DER. Errc::malformed if it is not one, or has bytes behind it.
[[nodiscard]] Result<DistinguishedName> parse_distinguished_name(ByteView der);

/// Folds an RFC 4514 text that somebody typed (a configuration's `authorities`) into the canonical
/// form, so that `CN=Lab Root A, O=Telltale Lab` finds `CN=Lab Root A,O=Telltale Lab`. Attribute
/// types are those Java reads, those OpenSSL names, and dotted decimals; `;` and quoted values are
/// read too; the order is the text's. A text cannot say which string type a value has: as in Java,
/// emailAddress and DC are taken for IA5String, other values for PrintableString where that can
/// hold them, which matters only for types that `canonical` spells in hexadecimal (`#` and the DER
/// names any value exactly). Errc::malformed if the text is not a distinguished name.
[[nodiscard]] Result<std::string> canonical_of_text(std::string_view rfc4514);

}  // namespace telltale::pki
