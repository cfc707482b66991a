#pragma once
// Aliases, by which a store names its entries, as people may read and type them.

#include <optional>
#include <string>
#include <string_view>

#include "telltale/bytes.hpp"

namespace telltale::pki {

/// Spells a BMPString (a PKCS#12's friendlyName, RFC 2985 5.5.1) in UTF-8. Control characters are
/// spelled `\` and two hexadecimal digits, so that an alias fits on a line; half a surrogate pair
/// becomes U+FFFD.
[[nodiscard]] std::string alias_of_bmp_string(ByteView big_endian);

/// The same for the modified UTF-8 of java.io.DataInput.readUTF, in which a JKS writes its aliases.
/// Nothing if the bytes are none.
[[nodiscard]] std::optional<std::string> alias_of_modified_utf8(ByteView bytes);

/// Whether Java's key stores take two aliases for one: they lower their letters (JavaKeyStore.java
/// and PKCS12KeyStore.java, engineGetKey). Letters beyond U+017F are not folded here.
[[nodiscard]] bool same_alias(std::string_view a, std::string_view b);

}  // namespace telltale::pki
