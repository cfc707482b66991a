#include "probe/dialogue.hpp"

#include <algorithm>
#include <array>

#include "probe/http_reader.hpp"
#include "probe/line.hpp"
#include "probe/login_reader.hpp"
#include "probe/resp_reader.hpp"

namespace telltale::probe {

namespace {

constexpr std::size_t buffer_bytes = 4096;

MaybeFailure failure_of(ReaderState state, const std::string& what, const std::string& why) {
  switch (state) {
    case ReaderState::malformed:
      return Failure{Phase::application, FailureKind::application,
                     "the answer is no " + what + ": " + why};
    case ReaderState::oversize:
      return Failure{Phase::application, FailureKind::oversize,
                     "the " + what + " answer is too large: " + why};
    default:
      return std::nullopt;
  }
}

/// One RESP answer.
struct RespAnswer {
  RespValue value;
  MaybeFailure failure;
};

Awaitable<RespAnswer> ask(Connection& connection, RespReader& reader, std::string_view command) {
  RespAnswer answer;
  answer.failure = co_await connection.send(command);
  std::array<char, buffer_bytes> buffer{};
  ReaderState state = ReaderState::more;
  while (!answer.failure && state == ReaderState::more) {
    const Received received = co_await connection.receive(buffer);
    answer.failure = received.failure;
    if (!received.failure) {
      state = reader.feed({buffer.data(), received.bytes});
    }
  }
  if (state == ReaderState::done) {
    answer.value = reader.take();
  } else if (!answer.failure) {
    answer.failure = failure_of(state, "RESP", reader.error());
  }
  co_return answer;
}

std::optional<std::string> field_of(std::string_view info, std::string_view name) {
  const std::string key = std::string(name) + ":";
  std::size_t at = 0;
  while (at < info.size()) {
    const std::size_t end = std::min(info.find("\r\n", at), info.size());
    const std::string_view line = info.substr(at, end - at);
    if (line.starts_with(key)) {
      return first_line_of(line.substr(key.size()));
    }
    at = end + 2;
  }
  return std::nullopt;
}

Awaitable<MaybeFailure> authenticate(Connection& connection, RespReader& reader,
                                     const RedisQuestions& questions, RedisReply& reply) {
  const std::string_view password = questions.password->reveal();
  std::string command = questions.username.empty()
                            ? resp_command({"AUTH", password})
                            : resp_command({"AUTH", questions.username, password});
  RespAnswer answer = co_await ask(connection, reader, command);
  pki::wipe(command);
  if (!answer.failure) {
    reply.authenticated = answer.value.kind == RespValue::Kind::status;
    if (!reply.authenticated) {
      reply.auth_error = first_line_without(answer.value.text, password);
    }
  }
  co_return answer.failure;
}

Awaitable<MaybeFailure> ask_info(Connection& connection, RespReader& reader,
                                 const RedisQuestions& questions, RedisReply& reply) {
  const std::string command = resp_command({"INFO", "server"});
  RespAnswer answer = co_await ask(connection, reader, command);
  if (answer.failure) {
    co_return answer.failure;
  }
  if (answer.value.kind == RespValue::Kind::string) {
    reply.version = field_of(answer.value.text, "redis_version");
    reply.mode = field_of(answer.value.text, "redis_mode");
  } else {
    // A peer that is out of step may be answering AUTH only now.
    reply.info_error = questions.password == nullptr
                           ? first_line_of(answer.value.text)
                           : first_line_without(answer.value.text, questions.password->reveal());
  }
  co_return std::nullopt;
}

/// Sends a request and reads the answer to its end.
Awaitable<MaybeFailure> exchange(Connection& connection, std::string_view request,
                                 HttpReader& reader) {
  MaybeFailure failure = co_await connection.send(request);
  std::array<char, buffer_bytes> buffer{};
  ReaderState state = ReaderState::more;
  while (!failure && state == ReaderState::more) {
    const Received received = co_await connection.receive(buffer);
    const bool ended = received.failure && received.failure->kind == FailureKind::closed;
    if (!received.failure) {
      state = reader.feed({buffer.data(), received.bytes});
    } else if (ended && reader.reply()) {
      state = reader.finish();
    } else {
      failure = received.failure;
    }
  }
  co_return failure ? failure : failure_of(state, "HTTP", reader.error());
}

}  // namespace

Awaitable<MaybeFailure> speak_http(Connection& connection, std::string_view request,
                                   std::optional<HttpReply>& reply) {
  HttpReader reader;
  MaybeFailure failure = co_await exchange(connection, request, reader);
  reply = reader.reply();
  co_return failure;
}

Awaitable<MaybeFailure> ask_login(Connection& connection, std::string_view request,
                                  LoginAttempt& login) {
  HttpReader reader;
  MaybeFailure failure = co_await exchange(connection, request, reader);
  if (!failure) {
    failure = read_login(reader.reply()->status, reader.body(), login);
  }
  co_return failure;
}

Awaitable<MaybeFailure> speak_redis(Connection& connection, const RedisQuestions& questions,
                                    std::optional<RedisReply>& reply) {
  RespReader reader;
  const std::string command = resp_command({"PING"});
  RespAnswer pong = co_await ask(connection, reader, command);
  if (pong.failure) {
    co_return pong.failure;
  }
  reply.emplace();
  reply->ping = first_line_of(pong.value.text);
  reply->ping_is_error = pong.value.kind == RespValue::Kind::error;
  MaybeFailure failure;
  if (questions.password != nullptr) {
    failure = co_await authenticate(connection, reader, questions, *reply);
  }
  const bool is_let_in = !reply->ping_is_error || reply->authenticated;
  if (!failure && questions.asks_info && is_let_in) {
    failure = co_await ask_info(connection, reader, questions, *reply);
  }
  co_return failure;
}

}  // namespace telltale::probe
