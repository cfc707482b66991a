#include "support/socket.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace telltale::support {

namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }

  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Address parse_address(const std::string& text, std::uint16_t port) {
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof *v4;
    return address;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof *v6;
    return address;
  }
  throw std::invalid_argument("not a numeric IP address: " + text);
}

[[noreturn]] void throw_errno(const std::string& doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

Socket open_socket(const Address& address, int flags = 0) {
  Socket socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  if (!socket.is_open()) {
    throw_errno("socket");
  }
  return socket;
}

}  // namespace

Socket Socket::bind(const std::string& address, std::uint16_t port) {
  const Address local = parse_address(address, port);
  Socket socket = open_socket(local);
  const int on = 1;
  setsockopt(socket.descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.descriptor_, local.get(), local.size) != 0) {
    throw_errno("cannot bind " + address + " port " + std::to_string(port));
  }
  return socket;
}

Socket Socket::connect(const std::string& address, std::uint16_t port) {
  const Address remote = parse_address(address, port);
  Socket socket = open_socket(remote);
  if (::connect(socket.descriptor_, remote.get(), remote.size) != 0) {
    throw_errno("cannot connect to " + address + " port " + std::to_string(port));
  }
  return socket;
}

Socket Socket::start_connecting(const std::string& address, std::uint16_t port) {
  const Address remote = parse_address(address, port);
  Socket socket = open_socket(remote, SOCK_NONBLOCK);
  if (::connect(socket.descriptor_, remote.get(), remote.size) != 0 && errno != EINPROGRESS) {
    throw_errno("cannot connect to " + address + " port " + std::to_string(port));
  }
  return socket;
}

Socket::~Socket() {
  close();
}

Socket::Socket(Socket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), pace_(other.pace_) {}

void Socket::listen(int backlog) {
  if (::listen(descriptor_, backlog) != 0) {
    throw_errno("listen");
  }
}

Socket Socket::accept() {
  for (;;) {
    Socket accepted(::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC));
    if (accepted.is_open()) {
      const int on = 1;
      setsockopt(accepted.descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return accepted;
    }
    // A listener that was shut down fails with EINVAL for ever.
    if (errno != EINTR && errno != ECONNABORTED) {
      return accepted;
    }
  }
}

std::uint16_t Socket::local_port() const {
  Address local;
  local.size = sizeof local.storage;
  if (getsockname(descriptor_, local.get(), &local.size) != 0) {
    throw_errno("getsockname");
  }
  return ntohs(local.storage.ss_family == AF_INET
                   ? reinterpret_cast<const sockaddr_in*>(&local.storage)->sin_port
                   : reinterpret_cast<const sockaddr_in6*>(&local.storage)->sin6_port);
}

std::size_t Socket::read(std::span<char> buffer) {
  ssize_t count = 0;
  do {
    count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  } while (count < 0 && errno == EINTR);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

int Socket::peek() {
  unsigned char byte = 0;
  ssize_t count = 0;
  do {
    count = ::recv(descriptor_, &byte, 1, MSG_PEEK);
  } while (count < 0 && errno == EINTR);
  return count > 0 ? byte : -1;
}

bool Socket::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const bool is_paced = pace_.count() > 0;
    const ssize_t count =
        ::send(descriptor_, bytes.data(), is_paced ? 1 : bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
    if (is_paced && !pause(pace_)) {
      return false;
    }
  }
  return true;
}

bool Socket::pause(std::chrono::milliseconds duration) const {
  pollfd hung_up{.fd = descriptor_, .events = POLLRDHUP, .revents = 0};
  return ::poll(&hung_up, 1, static_cast<int>(duration.count())) == 0;
}

void Socket::drain() {
  std::array<char, 16384> dropped{};
  while (read(dropped) > 0) {
  }
}

void Socket::close_gracefully() {
  ::shutdown(descriptor_, SHUT_WR);
  drain();
  close();
}

void Socket::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Socket::interrupt() {
  const std::scoped_lock lock(*mutex_);
  if (descriptor_ >= 0) {
    ::shutdown(descriptor_, SHUT_RDWR);
  }
}

void Socket::close() {
  const std::scoped_lock lock(*mutex_);
  if (descriptor_ >= 0) {
    ::close(descriptor_);
    descriptor_ = -1;
  }
}

}  // namespace telltale::support
