#include "support/test_peer.hpp"

#include <atomic>
#include <list>
#include <optional>
#include <thread>
#include <utility>

#include "support/applications.hpp"
#include "support/faults.hpp"
#include "support/record.hpp"
#include "support/socket.hpp"
#include "support/stream.hpp"
#include "support/tls_server.hpp"

namespace telltale::support {

class TestPeer::Server {
 public:
  explicit Server(PeerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] const PeerOptions& options() const noexcept { return options_; }

  [[nodiscard]] const Record& record() const noexcept { return record_; }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  struct Connection {
    explicit Connection(Socket accepted) : socket(std::move(accepted)) {}

    Socket socket;
    std::atomic<bool> is_over = false;
    std::thread thread;
  };

  void accept_connections();
  void forget_ended_connections();

  void serve(Socket& socket);
  void serve_tls(Socket& socket);
  void serve_application(Stream& stream, const HttpRefusal& refusal);
  [[nodiscard]] HttpRefusal refusal_of(const TlsStream& stream) const;

  const PeerOptions options_;
  Record record_;
  std::optional<TlsServer> tls_;
  Socket listener_;
  const std::uint16_t port_;
  /// The accepting thread's alone, until it has been joined.
  std::list<Connection> connections_;
  std::thread accepting_;
};

TestPeer::Server::Server(PeerOptions options)
    : options_(std::move(options)),
      listener_(Socket::bind(options_.address, options_.port)),
      port_(listener_.local_port()) {
  if (options_.transport != Transport::plaintext) {
    tls_.emplace(options_, record_);
  }
  constexpr int backlog = 128;
  listener_.listen(backlog);
  accepting_ = std::thread([this] { accept_connections(); });
}

TestPeer::Server::~Server() {
  listener_.interrupt();
  accepting_.join();
  for (Connection& connection : connections_) {
    connection.socket.interrupt();
  }
  for (Connection& connection : connections_) {
    connection.thread.join();
  }
}

void TestPeer::Server::accept_connections() {
  for (;;) {
    Socket accepted = listener_.accept();
    if (!accepted.is_open()) {
      return;
    }
    forget_ended_connections();
    record_.update([](Seen& seen) { ++seen.connections; });
    Connection& connection = connections_.emplace_back(std::move(accepted));
    connection.thread = std::thread([this, &connection] {
      serve(connection.socket);
      connection.socket.close();
      record_.update([](Seen& seen) { ++seen.ended_connections; });
      connection.is_over = true;
    });
  }
}

void TestPeer::Server::forget_ended_connections() {
  std::erase_if(connections_, [](Connection& connection) {
    if (!connection.is_over) {
      return false;
    }
    connection.thread.join();
    return true;
  });
}

void TestPeer::Server::serve(Socket& socket) {
  if (misbehave_at_accept(socket, options_)) {
    return;
  }
  constexpr int tls_handshake_record = 22;
  const bool speaks_tls =
      options_.transport != Transport::plaintext && socket.peek() == tls_handshake_record;
  if (speaks_tls) {
    serve_tls(socket);
    return;
  }
  PlainStream stream(socket);
  if (options_.transport == Transport::tls) {
    refuse_plaintext(stream, options_, record_);
    return;
  }
  if (!misbehave_after_handshake(stream, options_)) {
    serve_application(stream, std::nullopt);
  }
}

void TestPeer::Server::serve_tls(Socket& socket) {
  if (misbehave_after_client_hello(socket, options_)) {
    return;
  }
  if (options_.fault == Fault::dribbled_handshake) {
    socket.set_pace(options_.dribble_interval);
  }
  TlsStream stream = tls_->make_stream(socket);
  const bool is_accepted = stream.accept();
  socket.set_pace(std::chrono::milliseconds(0));
  record_.update([&](Seen& seen) { ++(is_accepted ? seen.handshakes : seen.failed_handshakes); });
  if (!is_accepted) {
    socket.close_gracefully();
    return;
  }
  if (!misbehave_after_handshake(stream, options_)) {
    serve_application(stream, refusal_of(stream));
  }
}

void TestPeer::Server::serve_application(Stream& stream, const HttpRefusal& refusal) {
  if (options_.application == Application::http) {
    serve_http(stream, options_, record_, refusal);
    return;
  }
  serve_redis(stream, options_, record_);
}

HttpRefusal TestPeer::Server::refusal_of(const TlsStream& stream) const {
  if (!options_.refuses_in_http || options_.client_auth == ClientAuth::none) {
    return std::nullopt;
  }
  if (!stream.has_client_certificate()) {
    return options_.client_auth == ClientAuth::need
               ? HttpRefusal("No required SSL certificate was sent")
               : std::nullopt;
  }
  return stream.trusts_client_certificate() ? std::nullopt
                                            : HttpRefusal("The SSL certificate error");
}

TestPeer::TestPeer(Options options) : server_(std::make_unique<Server>(std::move(options))) {}

TestPeer::~TestPeer() = default;

std::uint16_t TestPeer::port() const noexcept {
  return server_->port();
}

std::string TestPeer::endpoint() const {
  const std::string& address = server_->options().address;
  const bool is_ipv6 = address.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + address + "]" : address) + ":" + std::to_string(port());
}

std::string TestPeer::url(std::string_view host) const {
  const bool is_http = server_->options().application == Application::http;
  const bool is_plaintext = server_->options().transport == Transport::plaintext;
  std::string url = is_http ? "http" : "redis";
  url += is_plaintext ? "://" : "s://";
  return url.append(host) + ":" + std::to_string(port());
}

Seen TestPeer::seen() const {
  return server_->record().copy();
}

bool TestPeer::wait_until(const std::function<bool(const Seen&)>& holds,
                          std::chrono::milliseconds at_most) const {
  return server_->record().wait_until(holds, at_most);
}

}  // namespace telltale::support
