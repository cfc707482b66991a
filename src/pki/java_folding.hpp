#pragma once
// Folds text as Java folds it before comparing distinguished names.

#include <string>
#include <string_view>

namespace telltale::pki {

/// Spells `utf8` as `Normalizer.normalize(s.toUpperCase(US).toLowerCase(US), NFKD)` would
/// (sun.security.x509.AVA.toRFC2253CanonicalString) for the characters up to U+017F, which is
/// ASCII and the accented Latin letters of Europe. Characters beyond are kept as they are, and
/// several combining marks on one letter keep their order: two names that differ only there, in the
/// case of a Cyrillic letter for instance, are equal to Java and different here. That errs on the
/// side of "the client will not find its issuer". Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string fold_as_java(std::string_view utf8);

/// Appends one character in UTF-8.
void append_utf8(std::string& text, char32_t character);

/// Spells ISO 8859-1 bytes in UTF-8.
[[nodiscard]] std::string utf8_of_latin1(std::string_view latin1);

}  // namespace telltale::pki
