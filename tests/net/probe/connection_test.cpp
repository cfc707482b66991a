#include "probe/connection.hpp"

#include <array>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include "net/look.hpp"
#include "probe/dialogue.hpp"
#include "support/socket.hpp"
#include "support/stream.hpp"

namespace telltale::net {

namespace {

using probe::Awaitable;
using probe::Connection;
using probe::FailureKind;
using probe::MaybeFailure;
using probe::Phase;
using probe::RedisReply;
using support::TestPeer;

/// Answers one connection's commands, whatever they are, by its script; then says nothing more.
class ScriptedPeer {
 public:
  explicit ScriptedPeer(std::vector<std::string> answers)
      : listener_(support::Socket::bind("127.0.0.1", 0)), answers_(std::move(answers)) {
    listener_.listen(1);
    thread_ = std::thread([this] { serve(); });
  }

  ~ScriptedPeer() {
    listener_.interrupt();
    thread_.join();
  }

  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  [[nodiscard]] fleet::Endpoint endpoint() const { return {"127.0.0.1", listener_.local_port()}; }

  [[nodiscard]] std::string received() const {
    const std::lock_guard lock(mutex_);
    return received_;
  }

 private:
  void serve() {
    support::Socket socket = listener_.accept();
    std::array<char, 4096> buffer{};
    for (const std::string& answer : answers_) {
      const std::size_t count = socket.is_open() ? socket.read(buffer) : 0;
      const std::lock_guard lock(mutex_);
      received_.append(buffer.data(), count);
      if (count == 0 || !socket.write(answer)) {
        return;
      }
    }
    socket.drain();
  }

  support::Socket listener_;
  std::vector<std::string> answers_;
  mutable std::mutex mutex_;
  std::string received_;
  std::thread thread_;
};

SteadyTime in(Duration span) {
  return std::chrono::steady_clock::now() + span;
}

template <class T>
T run(boost::asio::io_context& io, Awaitable<T> awaitable) {
  std::signal(SIGPIPE, SIG_IGN);
  std::optional<T> result;
  boost::asio::co_spawn(io, std::move(awaitable),
                        [&](const std::exception_ptr& exception, T value) {
                          CHECK_FALSE(exception);
                          result = std::move(value);
                        });
  run_guarded(io);
  REQUIRE(result);
  return *std::move(result);
}

Awaitable<void> sleep_until(boost::asio::io_context& io, SteadyTime time) {
  boost::asio::steady_timer timer(io, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

struct Talk {
  MaybeFailure failure;
  std::optional<RedisReply> reply;
};

Awaitable<Talk> talk(boost::asio::io_context& io, fleet::Endpoint endpoint,
                     probe::RedisQuestions questions, Duration timeout) {
  Connection connection(io, in(timeout));
  Talk told;
  told.failure = co_await connection.connect(endpoint);
  if (!told.failure) {
    told.failure = co_await probe::speak_redis(connection, questions, told.reply);
  }
  co_return told;
}

std::string bulk(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("Connection: its deadline passes between two steps -> the next one has timed out") {
  enum class Next { connects, sends, receives, shakes_hands };

  const TestPeer peer(
      {.transport = support::Transport::plaintext, .fault = support::Fault::silent_at_accept});
  const tls::ClientContext context(tls::ProtocolVersion::tls_1_3, {});
  boost::asio::io_context io;
  const auto procrastinate = [&](Next next) -> Awaitable<MaybeFailure> {
    // Once connected, the deadline comes at once and finds nothing to cancel.
    Connection connection(io, in(std::chrono::minutes(1)));
    const fleet::Endpoint endpoint{"127.0.0.1", peer.port()};
    if (next != Next::connects) {
      MaybeFailure failure = co_await connection.connect(endpoint);
      if (failure) {
        co_return failure;
      }
    }
    connection.hurry(std::chrono::milliseconds(1));
    co_await sleep_until(io, in(std::chrono::milliseconds(20)));
    std::array<char, 16> buffer{};
    switch (next) {
      case Next::connects:
        co_return co_await connection.connect(endpoint);
      case Next::sends:
        co_return co_await connection.send("hello");
      case Next::receives: {
        const probe::Received received = co_await connection.receive(buffer);
        co_return received.failure;
      }
      default:
        co_return co_await connection.handshake(context, "localhost");
    }
  };

  struct Row {
    Next next;
    Phase phase;
  };

  const Row rows[] = {
      {Next::connects, Phase::connect},
      {Next::sends, Phase::application},
      {Next::receives, Phase::application},
      {Next::shakes_hands, Phase::handshake},
  };
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.next));
    const MaybeFailure failure = run(io, procrastinate(row.next));
    REQUIRE(failure);
    CHECK(failure->kind == FailureKind::timed_out);
    CHECK(failure->phase == row.phase);
  }
}

TEST_CASE("speak_redis: what is answered -> a reply of one printable line each") {
  const std::string long_line(1000, 'x');

  struct Row {
    std::string what;
    std::vector<std::string> answers;  // to PING, AUTH, INFO
    RedisReply reply;
  };

  const std::string ok = "+OK\r\n";
  const std::string pong = "+PONG\r\n";
  const std::string info = bulk("# Server\r\nredis_version:7.2.4\r\nredis_mode:cluster\r\n");
  const std::string no_auth = "-NOAUTH Authentication required.\r\n";
  const Row rows[] = {
      {"all is well",
       {pong, ok, info},
       {.ping = "PONG", .authenticated = true, .version = "7.2.4", .mode = "cluster"}},
      {"NOAUTH, then let in",
       {no_auth, ok, info},
       {.ping = "NOAUTH Authentication required.",
        .ping_is_error = true,
        .authenticated = true,
        .version = "7.2.4",
        .mode = "cluster"}},
      {"NOAUTH, and not let in: no INFO",
       {no_auth, "-WRONGPASS invalid\r\n"},
       {.ping = "NOAUTH Authentication required.",
        .ping_is_error = true,
        .auth_error = "WRONGPASS invalid"}},
      {"AUTH unknown, its arguments repeated",
       {pong, "-ERR unknown command 'AUTH', with args beginning with: 'hunter2-hunter2' \r\n",
        info},
       {.ping = "PONG",
        .auth_error = "ERR (the error's text is withheld: it may repeat the password)",
        .version = "7.2.4",
        .mode = "cluster"}},
      {"INFO refused",
       {pong, ok, "-NOPERM no\r\n"},
       {.ping = "PONG", .authenticated = true, .info_error = "NOPERM no"}},
      {"INFO without a version",
       {pong, ok, bulk("# Server\r\nnot_redis_version:1\r\n")},
       {.ping = "PONG", .authenticated = true}},
      {"INFO whose last line has no end",
       {pong, ok, bulk("redis_version:6.0")},
       {.ping = "PONG", .authenticated = true, .version = "6.0"}},
      {"INFO of odd bytes",
       {pong, ok, bulk("redis_version:\x1b[2J" + long_line)},
       {.ping = "PONG", .authenticated = true, .version = "?[2J" + std::string(196, 'x')}},
      {"PING answered by a number",
       {":7\r\n", ok, info},
       {.ping = "7", .authenticated = true, .version = "7.2.4", .mode = "cluster"}},
      {"PING answered at length",
       {bulk(long_line + "\r\n" + long_line), ok, info},
       {.ping = std::string(200, 'x'),
        .authenticated = true,
        .version = "7.2.4",
        .mode = "cluster"}},
  };
  const pki::Secret password("hunter2-hunter2");
  boost::asio::io_context io;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const ScriptedPeer peer(row.answers);
    const Talk told = run(io, talk(io, peer.endpoint(), {.password = &password, .asks_info = true},
                                   std::chrono::minutes(1)));
    CHECK_FALSE(told.failure);
    CHECK(told.reply == row.reply);
  }
}

TEST_CASE("speak_redis: what is asked -> these very bytes") {
  struct Row {
    bool has_password;
    std::string_view username;
    bool asks_info;
    std::string sent;
  };

  const std::string ping = "*1\r\n$4\r\nPING\r\n";
  const std::string info = "*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n";
  const Row rows[] = {
      {false, "", false, ping},
      {false, "ignored", true, ping + info},
      {true, "", true, ping + "*2\r\n$4\r\nAUTH\r\n$6\r\nse\r\net\r\n" + info},
      {true, "probe", false, ping + "*3\r\n$4\r\nAUTH\r\n$5\r\nprobe\r\n$6\r\nse\r\net\r\n"},
  };
  const pki::Secret password("se\r\net");
  boost::asio::io_context io;
  for (const Row& row : rows) {
    const ScriptedPeer peer({"+PONG\r\n", row.has_password ? "+OK\r\n" : "-ERR\r\n", "-ERR\r\n"});
    const probe::RedisQuestions questions{.password = row.has_password ? &password : nullptr,
                                          .username = row.username,
                                          .asks_info = row.asks_info};
    const Talk told = run(io, talk(io, peer.endpoint(), questions, std::chrono::minutes(1)));
    CHECK_FALSE(told.failure);
    CHECK(peer.received() == row.sent);
  }
}

TEST_CASE("speak_redis: silence after PONG -> what was said is kept, the rest timed out") {
  const pki::Secret password("hunter2-hunter2");
  boost::asio::io_context io;
  const ScriptedPeer peer({"+PONG\r\n"});
  const Talk told = run(io, talk(io, peer.endpoint(), {.password = &password, .asks_info = true},
                                 std::chrono::seconds(1)));
  REQUIRE(told.failure);
  CHECK(told.failure->kind == FailureKind::timed_out);
  CHECK(told.failure->phase == Phase::application);
  CHECK(told.reply == RedisReply{.ping = "PONG"});
}

TEST_SUITE_END();

}  // namespace telltale::net
