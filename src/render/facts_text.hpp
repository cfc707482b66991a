#pragma once
// Facts in the few words in which the table and the page show them.

#include <optional>
#include <string>

#include "telltale/gate/snapshot.hpp"

namespace telltale::render {

/// `want`, `need (http)`, `unknown`.
[[nodiscard]] std::string mode_text(const assess::AddressAssessment& look);

/// `permissive`, `strict`, `unknown`.
[[nodiscard]] std::string_view mesh_mode_text(const std::optional<fleet::MeshMode>& mode);

/// `yes`, `no`, and `-` for what is not known.
[[nodiscard]] std::string claim_text(std::optional<bool> claim);

/// The TLS versions that an address spoke: `1.3 1.2`; `-` for none.
[[nodiscard]] std::string versions_text(const assess::AddressAssessment& look);

/// Whom gate takes us for: `ci@lab with the roles a, b`, `nobody (HTTP 302)`. Nothing where that
/// was not asked.
[[nodiscard]] std::optional<std::string> login_text(const assess::AddressAssessment& look);

/// What trust anchors we go by: `3 trust anchors`, `the system's trust store`.
[[nodiscard]] std::string anchors_text(const assess::TrustFacts& trust);

/// How far `time` is from `now`: `in 41d`, `3h ago`, `now`.
[[nodiscard]] std::string distance_text(CivilTime time, CivilTime now);

/// The day of a time, `2027-01-31`.
[[nodiscard]] std::string date_text(CivilTime time);

}  // namespace telltale::render
