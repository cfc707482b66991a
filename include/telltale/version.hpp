#pragma once
// What this build is. The build system supplies TELLTALE_VERSION.

#include <string_view>

#define TELLTALE_TEXT_OF(x) #x
#define TELLTALE_DOTTED(major, minor, patch) \
  TELLTALE_TEXT_OF(major) "." TELLTALE_TEXT_OF(minor) "." TELLTALE_TEXT_OF(patch)

namespace telltale {

/// The version, e.g. `0.1.0`.
inline constexpr std::string_view program_version = TELLTALE_VERSION;

/// The commit it was built from, with `-dirty` where files differed from it; `unknown` where
/// neither git nor the builder said.
extern const std::string_view program_revision;

/// The compiler, e.g. `clang 19.1.7`.
#if defined(__clang__)
inline constexpr std::string_view program_compiler =
    "clang " TELLTALE_DOTTED(__clang_major__, __clang_minor__, __clang_patchlevel__);
#else
inline constexpr std::string_view program_compiler =
    "gcc " TELLTALE_DOTTED(__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif

}  // namespace telltale

#undef TELLTALE_DOTTED
#undef TELLTALE_TEXT_OF
