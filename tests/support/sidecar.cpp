#include "support/sidecar.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace telltale::support {

namespace {

constexpr std::array<std::string_view, 5> istio_alpns = {
    "istio", "istio-peer-exchange", "istio-http/1.0", "istio-http/1.1", "istio-h2"};
constexpr std::size_t record_header = 5;
constexpr char handshake_record = 22;

/// Takes the parts of a message one by one; past its end all is empty.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}

  std::size_t number(std::size_t bytes) {
    std::size_t value = 0;
    for (const char byte : take(bytes)) {
      value = value << 8U | static_cast<unsigned char>(byte);
    }
    return value;
  }

  std::string_view take(std::size_t bytes) {
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  /// What stands behind a length of so many bytes.
  std::string_view vector(std::size_t length_bytes) { return take(number(length_bytes)); }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// The first record, or what came instead of one.
std::string read_first(Socket& socket) {
  std::string bytes;
  std::array<char, 4096> buffer{};
  std::size_t wanted = record_header;
  while (bytes.size() < wanted) {
    const std::size_t count = socket.read(buffer);
    if (count == 0) {
      break;
    }
    bytes.append(buffer.data(), count);
    if (bytes.front() != handshake_record) {
      break;
    }
    if (bytes.size() >= record_header) {
      wanted = record_header + Cursor(std::string_view(bytes).substr(3)).number(2);
    }
  }
  return bytes;
}

/// Until `from` ends; then `to` ends, too.
void copy(Socket& from, Socket& to) {
  std::array<char, 4096> buffer{};
  for (std::size_t count = from.read(buffer); count != 0; count = from.read(buffer)) {
    if (!to.write({buffer.data(), count})) {
      break;
    }
  }
  to.interrupt();
}

}  // namespace

bool offers_istio_alpn(std::string_view record) {
  constexpr std::size_t alpn = 16;
  Cursor hello(record);
  (void)hello.take(record_header + 4 + 2 + 32);  // headers, legacy_version, random
  (void)hello.vector(1);                         // legacy_session_id
  (void)hello.vector(2);                         // cipher_suites
  (void)hello.vector(1);                         // legacy_compression_methods
  Cursor extensions(hello.vector(2));
  while (!extensions.at_end()) {
    const std::size_t type = extensions.number(2);
    Cursor body(extensions.vector(2));
    Cursor names(type == alpn ? body.vector(2) : std::string_view());
    while (!names.at_end()) {
      if (std::ranges::find(istio_alpns, names.vector(1)) != istio_alpns.end()) {
        return true;
      }
    }
  }
  return false;
}

struct Sidecar::Connection {
  explicit Connection(Socket accepted) : client(std::move(accepted)) {}

  /// From now on there is nothing to wait for.
  void interrupt() {
    const std::lock_guard lock(mutex);
    is_over = true;
    client.interrupt();
    if (backend) {
      backend->interrupt();
    }
  }

  /// Null if it is over already.
  Socket* connect(std::uint16_t port) {
    const std::lock_guard lock(mutex);
    if (!is_over) {
      backend.emplace(Socket::connect("127.0.0.1", port));
    }
    return backend ? &*backend : nullptr;
  }

  std::mutex mutex;
  bool is_over = false;
  Socket client;
  std::optional<Socket> backend;
  std::thread thread;
};

Sidecar::Sidecar(FilterChains chains, std::uint16_t application_port, std::uint16_t sidecar_port)
    : chains_(chains),
      application_port_(application_port),
      sidecar_port_(sidecar_port),
      listener_(Socket::bind("127.0.0.1", 0)),
      port_(listener_.local_port()) {
  constexpr int backlog = 128;
  listener_.listen(backlog);
  accepting_ = std::thread([this] { accept_connections(); });
}

Sidecar::~Sidecar() {
  listener_.interrupt();
  accepting_.join();
  for (Connection& connection : connections_) {
    connection.interrupt();
  }
  for (Connection& connection : connections_) {
    connection.thread.join();
  }
}

void Sidecar::accept_connections() {
  for (;;) {
    Socket accepted = listener_.accept();
    if (!accepted.is_open()) {
      return;
    }
    Connection& connection = connections_.emplace_back(std::move(accepted));
    connection.thread = std::thread([this, &connection] { serve(connection); });
  }
}

void Sidecar::serve(Connection& connection) const {
  const std::string first = read_first(connection.client);
  if (first.empty()) {
    connection.client.close();
    return;
  }
  const bool is_tls = first.front() == handshake_record;
  const bool is_istios = is_tls && offers_istio_alpn(first);
  const bool matches_nothing = is_tls ? chains_ == FilterChains::permissive_http && !is_istios
                                      : chains_ == FilterChains::strict;
  if (matches_nothing) {
    connection.client.reset();
    return;
  }
  const bool ends_here = is_tls && (is_istios || chains_ == FilterChains::strict);
  Socket* backend = connection.connect(ends_here ? sidecar_port_ : application_port_);
  if (backend == nullptr || !backend->write(first)) {
    connection.client.close();
    return;
  }
  std::thread back([&] { copy(*backend, connection.client); });
  copy(connection.client, *backend);
  back.join();
  connection.client.close();
}

}  // namespace telltale::support
