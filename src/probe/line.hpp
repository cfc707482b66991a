#pragma once
// What a peer said, made fit for people.

#include <string>
#include <string_view>

namespace telltale::probe {

/// The first line of `text`: at most 200 bytes of it, with `?` for all that is not printable ASCII.
[[nodiscard]] std::string first_line_of(std::string_view text);

/// The first line of the error that answered a command with a secret in it. Redis repeats the
/// arguments of a command that it does not know (AUTH renamed, or a proxy in between): an error in
/// which the secret begins is cut down to its code.
[[nodiscard]] std::string first_line_without(std::string_view error, std::string_view secret);

}  // namespace telltale::probe
