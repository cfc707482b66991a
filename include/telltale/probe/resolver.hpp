#pragma once
// Resolver: names become addresses, without one slow name holding up another.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "telltale/fleet/fleet.hpp"
#include "telltale/probe/observation.hpp"

namespace boost::asio {
class io_context;
}

namespace telltale::probe {

/// What was said of a name: IP addresses, or in words why there are none.
struct Lookup {
  std::vector<std::string> hosts;
  std::string error;
};

/// Looks up a name's A and AAAA records through getaddrinfo(). Blocks, for as long as libc likes.
[[nodiscard]] Lookup look_up(const std::string& name);

/// Resolves through a function that blocks and cannot be cancelled: each lookup has a thread of its
/// own, a waiter gives up at its timeout, and a name that is still being looked up is not asked for
/// again.
class Resolver {
 public:
  /// Called on any thread, and from several at once.
  using LookUp = std::function<Lookup(const std::string& name)>;

  /// At most `limit` lookups run at once; later ones wait for their turn within their timeout.
  explicit Resolver(boost::asio::io_context& context, std::size_t limit = 64,
                    LookUp look_up = probe::look_up);

  /// Abandons the lookups under way without waiting for them. Who waits for one hears so at its
  /// timeout.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Finds every address of `target`: those configured; else the A and AAAA records of `discover`,
  /// else of the URL's host, with the URL's port. `done` is called on the io_context's thread,
  /// never from within this call.
  void resolve(const fleet::Target& target, Duration timeout, std::function<void(Resolution)> done);

 private:
  class Pool;

  boost::asio::io_context& context_;
  std::shared_ptr<Pool> pool_;  // a lookup that hangs in libc outlives us
};

}  // namespace telltale::probe
