#pragma once
// What gate answers to `GET /auth/user`. No I/O.

#include <string_view>

#include "telltale/probe/observation.hpp"

namespace telltale::probe {

/// The path at which gate says whom it takes its caller for.
inline constexpr std::string_view login_path = "/auth/user";

/// Notes in `login` what an answer says: its status, and of a 200 with a user in JSON the
/// `username` and the `roles` (com.netflix.spinnaker.security.User of kork). A 200 without a body,
/// or `null`, is nobody. The failure says why a body is no user: not JSON, nested deeper than 32
/// levels, not an object with a username, texts that are not one line of at most 200 bytes, more
/// than 1000 roles.
[[nodiscard]] std::optional<Failure> read_login(unsigned status, std::string_view body,
                                                LoginAttempt& login);

}  // namespace telltale::probe
