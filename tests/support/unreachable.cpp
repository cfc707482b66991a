#include "support/unreachable.hpp"

#include <utility>

namespace telltale::support {

ClosedPort::ClosedPort() : socket_(Socket::bind("127.0.0.1", 0)) {}

BlackholePort::BlackholePort() : listener_(Socket::bind("127.0.0.1", 0)) {
  listener_.listen(0);
  // One connection fills a backlog of 0. The further ones stay unanswered, which does no harm and
  // spares us from knowing exactly how this kernel counts.
  constexpr int enough = 4;
  for (int i = 0; i < enough; ++i) {
    fillers_.push_back(Socket::start_connecting("127.0.0.1", listener_.local_port()));
  }
}

}  // namespace telltale::support
