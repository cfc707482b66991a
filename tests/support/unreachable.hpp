// Ports on which nobody answers: one that refuses connections, one that swallows them.
#pragma once

#include <cstdint>
#include <vector>

#include "support/socket.hpp"

namespace telltale::support {

/// ClosedPort holds a loopback port on which connecting is refused. The port is bound and not
/// listened on, so nobody else can take it meanwhile.
class ClosedPort {
 public:
  ClosedPort();

  [[nodiscard]] std::uint16_t port() const { return socket_.local_port(); }

 private:
  Socket socket_;
};

/// BlackholePort holds a loopback port on which connecting hangs: its listener has a backlog of 0
/// that is already full, so Linux drops every further SYN.
class BlackholePort {
 public:
  BlackholePort();

  [[nodiscard]] std::uint16_t port() const { return listener_.local_port(); }

 private:
  Socket listener_;
  std::vector<Socket> fillers_;
};

}  // namespace telltale::support
