#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "support/applications.hpp"
#include "support/faults.hpp"

namespace telltale::support {

namespace {

using Command = std::vector<std::string>;

std::optional<std::size_t> parse_length(std::string_view line, char type) {
  std::size_t length = 0;
  if (line.empty() || line.front() != type) {
    return std::nullopt;
  }
  const auto [end, error] = std::from_chars(line.data() + 1, line.data() + line.size(), length);
  constexpr std::size_t limit = 65536;
  if (error != std::errc{} || end != line.data() + line.size() || length > limit) {
    return std::nullopt;
  }
  return length;
}

Command split_words(std::string_view line) {
  Command words;
  while (!line.empty()) {
    const std::size_t size = std::min(line.find(' '), line.size());
    if (size > 0) {
      words.emplace_back(line.substr(0, size));
    }
    line.remove_prefix(std::min(size + 1, line.size()));
  }
  return words;
}

/// An array of bulk strings or, as redis also takes it, words on a line; nothing at the end of the
/// stream or where it is neither.
std::optional<Command> read_command(Stream& stream) {
  const auto line = stream.read_until("\r\n");
  if (!line) {
    return std::nullopt;
  }
  if (!line->starts_with('*')) {
    return split_words(*line);
  }
  const auto count = parse_length(*line, '*');
  if (!count) {
    return std::nullopt;
  }
  Command command;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto header = stream.read_until("\r\n");
    const auto size = header ? parse_length(*header, '$') : std::nullopt;
    const auto word = size ? stream.read_exactly(*size + 2) : std::nullopt;
    if (!word) {
      return std::nullopt;
    }
    command.push_back(word->substr(0, *size));
  }
  return command;
}

std::string to_upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

std::string bulk(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

/// One connection's view of the server: whether it has authenticated.
class RedisSession {
 public:
  RedisSession(const RedisBehaviour& behaviour, Record& record, bool is_encrypted)
      : behaviour_(behaviour),
        record_(record),
        is_encrypted_(is_encrypted),
        is_authenticated_(behaviour.password.empty()) {}

  std::string answer(const Command& command) {
    const std::string name = to_upper(command.front());
    record_.update([&](Seen& seen) {
      ++seen.requests;
      seen.plaintext_requests += is_encrypted_ ? 0 : 1;
      seen.last_request = name;
    });
    if (name == "AUTH") {
      return authenticate(command);
    }
    if (!is_authenticated_) {
      return "-NOAUTH Authentication required.\r\n";
    }
    if (name == "PING") {
      return "+PONG\r\n";
    }
    if (name == "INFO") {
      return info();
    }
    return "-ERR unknown command '" + command.front() + "', with args beginning with: \r\n";
  }

 private:
  std::string authenticate(const Command& command) {
    if (command.size() < 2 || command.size() > 3) {
      return "-ERR wrong number of arguments for 'auth' command\r\n";
    }
    const std::string user = command.size() == 3 ? command[1] : "default";
    record_.update([&](Seen& seen) {
      ++seen.auth_commands;
      seen.plaintext_auth_commands += is_encrypted_ ? 0 : 1;
      seen.last_user = user;
      seen.last_password = command.back();
    });
    if (behaviour_.password.empty() && command.size() == 2) {
      return "-ERR AUTH <password> called without any password configured for the default user. "
             "Are you sure your configuration is correct?\r\n";
    }
    if (user != "default" || command.back() != behaviour_.password) {
      return "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
    }
    is_authenticated_ = true;
    return "+OK\r\n";
  }

  [[nodiscard]] std::string info() const {
    if (behaviour_.denies_info) {
      return "-NOPERM this user has no permissions to run the 'info' command\r\n";
    }
    return bulk("# Server\r\nredis_version:" + behaviour_.version +
                "\r\nredis_mode:standalone\r\nos:Linux\r\ntcp_port:6379\r\n");
  }

  const RedisBehaviour& behaviour_;
  Record& record_;
  bool is_encrypted_;
  bool is_authenticated_;
};

}  // namespace

void serve_redis(Stream& stream, const PeerOptions& options, Record& record) {
  RedisSession session(options.redis, record, stream.is_encrypted());
  while (const auto command = read_command(stream)) {
    if (command->empty()) {
      continue;
    }
    const std::string reply = session.answer(*command);
    if (misbehave_at_request(stream, options)) {
      return;
    }
    if (!write_reply(stream, reply, options)) {
      return;
    }
    if (to_upper(command->front()) == "QUIT") {
      break;
    }
  }
  stream.finish();
}

}  // namespace telltale::support
