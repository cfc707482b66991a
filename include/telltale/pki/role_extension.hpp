#pragma once
// The extension in which a certificate carries its owner's roles, as Spinnaker's X.509 login reads
// it: gate-x509's OidRolesExtractor.java (spinnaker/gate).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telltale/error.hpp"
#include "telltale/pki/certificate.hpp"

namespace telltale::pki {

/// What Spinnaker's documentation has people give gate as `x509.role-oid`; gate itself reads no
/// roles unless it is told an object identifier.
inline constexpr std::string_view default_role_oid = "1.2.840.10070.8.1";

/// Checks that a text is an object identifier in dotted decimals. Errc::invalid_value if it is not.
[[nodiscard]] Result<void> check_object_identifier(std::string_view text);

/// Reads the roles in the extension `oid`, or nothing where a certificate has none. The Error says
/// in one sentence why gate would fail to read them, or would take something for a role that is
/// none: Errc::malformed, also where the extension occurs twice, for which Java refuses the whole
/// certificate; Errc::invalid_value if `oid` is none.
[[nodiscard]] Result<std::optional<std::vector<std::string>>> read_roles(
    const Certificate& certificate, std::string_view oid);

/// Reads the roles in such an extension's value, the content of its OCTET STRING: one DER string of
/// any type that holds characters, a role a line. As in gate, lines end at `\n` alone and are not
/// trimmed, empty ones are skipped, and doubles count once; the order is the first occurrence's.
/// Errc::malformed if it is no such string, or has bytes behind it.
[[nodiscard]] Result<std::vector<std::string>> parse_roles(ByteView value);

}  // namespace telltale::pki
