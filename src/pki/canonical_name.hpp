#pragma once
// The canonical form of a distinguished name, by which Java compares names.

#include <string>
#include <string_view>

#include "pki/openssl.hpp"

namespace telltale::pki {

/// Spells a name as X500Principal.getName(CANONICAL) does (OpenJDK 17,
/// sun/security/x509/{X500Name,RDN,AVA}.java): RDNs last to first; attribute types by the keywords
/// of RFC 2253, else in dotted decimals; PrintableString and UTF8String values under a keyword as
/// text, with case and white space folded, all others as `#` and the hexadecimal DER; attributes of
/// a multi-valued RDN sorted. See fold_as_java for which letters are folded.
[[nodiscard]] std::string canonical_form(const X509_NAME& name);

/// The keyword that OpenJDK's AVAKeyword marks as compliant with RFC 2253, or an empty text.
[[nodiscard]] std::string_view rfc2253_keyword(const ASN1_OBJECT& type);

/// `#` and the DER of an attribute's value in hexadecimal.
[[nodiscard]] std::string hexadecimal_der(const ASN1_STRING& value);

}  // namespace telltale::pki
