#pragma once
// The application's part of an attempt: one HTTP request, or a few words of RESP.

#include "telltale/pki/secret.hpp"

#include "probe/connection.hpp"

namespace telltale::probe {

/// Sends `request` and reads the answer. A reply can come with a failure: its header was read, its
/// body went on beyond the cap.
[[nodiscard]] Awaitable<MaybeFailure> speak_http(Connection& connection, std::string_view request,
                                                 std::optional<HttpReply>& reply);

/// Sends the `request` for login_path and notes in `login` what gate answers. Only for a peer that
/// was verified.
[[nodiscard]] Awaitable<MaybeFailure> ask_login(Connection& connection, std::string_view request,
                                                LoginAttempt& login);

/// What may be asked of a Redis besides PING.
struct RedisQuestions {
  const pki::Secret* password = nullptr;  ///< null: no AUTH. Only for a peer that was verified
  std::string_view username;              ///< empty: the default user
  bool asks_info = false;
};

/// Sends PING, then AUTH and INFO as far as they are asked for and let through.
[[nodiscard]] Awaitable<MaybeFailure> speak_redis(Connection& connection,
                                                  const RedisQuestions& questions,
                                                  std::optional<RedisReply>& reply);

}  // namespace telltale::probe
