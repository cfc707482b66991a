#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <thread>

#include <doctest/doctest.h>

#include "bare_client.hpp"
#include "support/socket.hpp"
#include "support/test_peer.hpp"
#include "support/unreachable.hpp"

namespace telltale::support {

namespace {

constexpr int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

bool has_ended(const Seen& seen) {
  return seen.ended_connections == seen.connections;
}

int tcp_state(const Socket& socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  getsockopt(socket.descriptor(), IPPROTO_TCP, TCP_INFO, &info, &size);
  return info.tcpi_state;
}

}  // namespace

TEST_SUITE_BEGIN("support");

TEST_CASE("Fault: before or within the handshake -> no handshake and an end of its own") {
  struct Row {
    Fault fault;
    End end;
    int alert = 0;
  };

  const Row rows[] = {
      {Fault::reset_at_accept, End::reset},
      {Fault::close_at_accept, End::truncated},
      {Fault::garbage_at_accept, End::not_tls},
      {Fault::plaintext_http_400, End::not_tls},
      {Fault::reset_after_client_hello, End::reset},
      {Fault::close_after_client_hello, End::truncated},
      {Fault::alert_after_client_hello, End::alert, 80},
  };
  for (const Row& row : rows) {
    for (const int version : versions) {
      CAPTURE(static_cast<int>(row.fault));
      CAPTURE(version);
      const TestPeer peer({.fault = row.fault, .alert = 80});
      const Account account = visit({.port = peer.port(), .version = version});
      CHECK(account.is_connected);
      CHECK_FALSE(account.handshake);
      CHECK(account.end == row.end);
      CHECK(account.alert == row.alert);
      CHECK(peer.wait_until(has_ended));
      CHECK(peer.seen().connections == 1);
      CHECK(peer.seen().requests == 0);
    }
  }
}

TEST_CASE("Fault: after the handshake -> the first read meets it") {
  struct Row {
    Fault fault;
    End end;
  };

  const Row rows[] = {
      {Fault::reset_after_handshake, End::reset},
      {Fault::close_after_handshake, End::truncated},
  };
  for (const Row& row : rows) {
    for (const int version : versions) {
      const TestPeer peer({.session_tickets = 0, .fault = row.fault});
      const Account account = visit({.port = peer.port(), .version = version, .reads_first = true});
      CHECK(account.handshake);
      CHECK(account.end == row.end);
      CHECK(account.reply.empty());
      CHECK(peer.wait_until(has_ended));
      CHECK(peer.seen().handshakes == 1);
      CHECK(peer.seen().requests == 0);
    }
  }
}

TEST_CASE("Fault: at the request -> the request was read and the answer is what it says") {
  struct Row {
    Fault fault;
    End end;
    std::string reply;
    Application application = Application::http;
  };

  const Row rows[] = {
      {Fault::reset_at_request, End::reset, ""},
      {Fault::close_at_request, End::truncated, ""},
      {Fault::garbage_reply, End::closed, ""},
      {Fault::dribbled_reply, End::closed, "HTTP/1.1 200 OK\r\nContent-Type: "},
      {Fault::endless_http_header, End::still_sending, "HTTP/1.1 200 OK\r\nX-Endless: "},
      {Fault::endless_http_body, End::still_sending, "HTTP/1.1 200 OK\r\n"},
      {Fault::endless_chunk_extension, End::still_sending, "HTTP/1.1 200 OK\r\n"},
      {Fault::endless_resp_array, End::still_sending, "*1000000000\r\n$4\r\nmore\r\n",
       Application::redis},
      {Fault::nested_resp_array, End::still_sending, "*1\r\n*1\r\n", Application::redis},
  };
  for (const Row& row : rows) {
    for (const int version : {0, TLS1_2_VERSION, TLS1_3_VERSION}) {
      CAPTURE(static_cast<int>(row.fault));
      CAPTURE(version);
      const bool is_redis = row.application == Application::redis;
      const TestPeer peer({.transport = Transport::either,
                           .application = row.application,
                           .fault = row.fault,
                           .dribble_interval = std::chrono::milliseconds(1)});
      const Account account =
          visit({.port = peer.port(),
                 .version = version,
                 .request = is_redis ? "PING\r\n" : "GET /health HTTP/1.1\r\n\r\n",
                 .read_limit = 100'000});
      CHECK(account.handshake == (version != 0));
      const bool is_plain_close = version == 0 && row.end == End::truncated;
      CHECK(account.end == (is_plain_close ? End::closed : row.end));
      CHECK(account.reply.starts_with(row.reply));
      CHECK(peer.seen().requests == 1);
      CHECK(peer.wait_until(has_ended));
    }
  }
}

TEST_CASE("Fault: garbage_reply -> neither HTTP nor RESP nor a line end") {
  const TestPeer peer({.transport = Transport::plaintext, .fault = Fault::garbage_reply});
  const Account account = visit({.port = peer.port(), .version = 0});
  CHECK(account.reply.size() == 1024);
  CHECK(account.reply.find_first_of("\r\nHTP+-:$*") == std::string::npos);
}

TEST_CASE("Fault: silence at each moment -> the peer says nothing until the client hangs up") {
  struct Row {
    Fault fault;
    bool handshake;
  };

  const Row rows[] = {
      {Fault::silent_at_accept, false},
      {Fault::silent_after_client_hello, false},
      {Fault::silent_after_handshake, true},
      {Fault::silent_at_request, true},
  };
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.fault));
    Account account;
    // Silence has no end of its own: the peer's destruction ends it, when it has seen the client
    // come as far as the fault lets it.
    std::thread client;
    {
      const TestPeer peer({.session_tickets = 0, .fault = row.fault});
      client = std::thread([&account, port = peer.port()] {
        account = visit({.port = port, .version = TLS1_2_VERSION});
      });
      CHECK(peer.wait_until([&](const Seen& seen) {
        const bool is_waiting_for_request = row.fault == Fault::silent_at_request;
        return seen.connections == 1 && seen.handshakes == (row.handshake ? 1 : 0) &&
               seen.requests == (is_waiting_for_request ? 1 : 0);
      }));
      CHECK(peer.seen().ended_connections == 0);
    }
    client.join();
    // A FIN or, where the peer left bytes unread, an RST. Nothing before it.
    CHECK((account.end == End::truncated || account.end == End::reset));
    CHECK(account.reply.empty());
    CHECK(account.alert == 0);
  }
}

TEST_CASE("Fault: a silent peer -> its connection ends with the client's") {
  const TestPeer peer({.fault = Fault::silent_at_accept});
  {
    const Socket client = Socket::connect("127.0.0.1", peer.port());
  }
  CHECK(peer.wait_until([](const Seen& seen) { return seen.ended_connections == 1; }));
}

TEST_CASE("Fault: dribbled_handshake -> a byte at a time until it completes") {
  for (const int version : versions) {
    const TestPeer peer(
        {.fault = Fault::dribbled_handshake, .dribble_interval = std::chrono::milliseconds(1)});
    const Account account = visit({.port = peer.port(), .version = version});
    CHECK(account.handshake);
    CHECK(account.reply.starts_with("HTTP/1.1 200"));
  }
}

TEST_CASE("Fault: dribbled_handshake -> the first read after the ClientHello is one byte") {
  const TestPeer peer(
      {.fault = Fault::dribbled_handshake, .dribble_interval = std::chrono::hours(1)});
  Socket client = Socket::connect("127.0.0.1", peer.port());
  // A ClientHello OpenSSL cannot like is answered by an alert record; its first byte comes alone.
  CHECK(client.write({"\x16\x03\x01\x00\x04\x01\x00\x00\x00", 9}));
  std::array<char, 64> buffer{};
  CHECK(client.read(buffer) == 1);
  CHECK(buffer[0] == 21);
}

TEST_CASE("ClosedPort: connecting -> refused") {
  const ClosedPort closed;
  CHECK_THROWS_AS(static_cast<void>(Socket::connect("127.0.0.1", closed.port())),
                  std::system_error);
}

TEST_CASE("BlackholePort: connecting -> neither accepted nor refused") {
  const BlackholePort blackhole;
  const Socket client = Socket::start_connecting("127.0.0.1", blackhole.port());
  // On loopback a SYN is answered before connect returns, so a state seen now is the state.
  CHECK(tcp_state(client) == TCP_SYN_SENT);
}

TEST_SUITE_END();

}  // namespace telltale::support
