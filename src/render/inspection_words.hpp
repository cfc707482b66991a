#pragma once
// Words that the text and the JSON of inspections share.

#include <string>
#include <string_view>
#include <vector>

#include "telltale/assess/inspection.hpp"

namespace telltale::render {

/// Java's name of an entry, `privateKeyEntry` or `trustedCertEntry`; `certificate` for what is
/// none.
[[nodiscard]] std::string_view java_name_of(assess::EntryKind kind);

/// The purposes of extendedKeyUsage by name, in its order: `server_auth`, `codeSigning`,
/// `1.3.6.1.5.5.7.3.127`. Empty also where the extension is absent.
[[nodiscard]] std::vector<std::string> purposes_of(const pki::Certificate& certificate);

}  // namespace telltale::render
