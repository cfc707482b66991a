#include "telltale/probe/resolver.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <netdb.h>
#include <system_error>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "telltale/ip_address.hpp"

namespace telltale::probe {

namespace asio = boost::asio;

namespace {

std::vector<fleet::Endpoint> with_port(const std::vector<std::string>& hosts, std::uint16_t port) {
  std::vector<fleet::Endpoint> endpoints;
  for (const std::string& host : hosts) {
    endpoints.push_back({host, port});
  }
  std::ranges::sort(endpoints);
  const auto doubles = std::ranges::unique(endpoints);
  endpoints.erase(doubles.begin(), doubles.end());
  return endpoints;
}

}  // namespace

Lookup look_up(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(name.c_str(), nullptr, &hints, &list);
  if (error != 0) {
    return {{}, error == EAI_SYSTEM ? std::generic_category().message(errno) : gai_strerror(error)};
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(list, &freeaddrinfo);
  Lookup lookup;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    std::string host(NI_MAXHOST, '\0');
    if (getnameinfo(entry->ai_addr, entry->ai_addrlen, host.data(), NI_MAXHOST, nullptr, 0,
                    NI_NUMERICHOST) == 0) {
      host.resize(host.find('\0'));
      lookup.hosts.push_back(std::move(host));
    }
  }
  return lookup;
}

/// The lookups under way. Threads hold it by shared_ptr: one that hangs in libc may come back when
/// the Resolver is long gone, and then finds nobody waiting.
class Resolver::Pool : public std::enable_shared_from_this<Resolver::Pool> {
 public:
  using Waiter = std::function<void(const Lookup&)>;

  Pool(asio::io_context& context, std::size_t limit, LookUp look_up)
      : look_up_(std::move(look_up)), context_(&context), limit_(limit) {}

  /// Calls `waiter` on the io_context's thread, once the name was looked up.
  void wait_for(const std::string& name, Waiter waiter) {
    const std::lock_guard lock(mutex_);
    auto& waiters = waiters_[name];
    waiters.push_back(std::move(waiter));
    if (waiters.size() == 1) {
      queue_.push_back(name);
      start_next();
    }
  }

  void abandon() {
    const std::lock_guard lock(mutex_);
    context_ = nullptr;
    queue_.clear();
    waiters_.clear();
  }

 private:
  // These run under the lock.

  void start_next() {
    while (!queue_.empty() && running_ < limit_) {
      const std::string name = std::move(queue_.front());
      queue_.pop_front();
      try {
        std::thread([pool = shared_from_this(), name] {
          Lookup lookup = pool->look_up_(name);
          const std::lock_guard lock(pool->mutex_);
          --pool->running_;
          pool->answer(name, std::move(lookup));
          pool->start_next();
        }).detach();
        ++running_;
      } catch (const std::system_error& error) {
        answer(name, {{}, std::string("no thread to look it up: ") + error.what()});
      }
    }
  }

  void answer(const std::string& name, Lookup lookup) {
    const auto found = waiters_.find(name);
    if (context_ == nullptr || found == waiters_.end()) {
      return;
    }
    asio::post(*context_, [waiters = std::move(found->second), lookup = std::move(lookup)] {
      for (const Waiter& waiter : waiters) {
        waiter(lookup);
      }
    });
    waiters_.erase(found);
  }

  const LookUp look_up_;
  std::mutex mutex_;
  asio::io_context* context_;  // null once abandoned
  std::size_t limit_;
  std::size_t running_ = 0;
  std::deque<std::string> queue_;
  std::map<std::string, std::vector<Waiter>> waiters_;
};

namespace {

/// One target waiting for its name, until its timeout.
struct Wait {
  Wait(asio::io_context& context, std::function<void(Resolution)> when_done)
      : timer(context), done(std::move(when_done)) {}

  asio::steady_timer timer;
  std::function<void(Resolution)> done;  // empty once called
  Resolution resolution;
  SteadyTime started_at = std::chrono::steady_clock::now();

  void finish(std::vector<fleet::Endpoint> addresses, const std::optional<Failure>& failure) {
    if (!done) {
      return;
    }
    timer.cancel();
    resolution.addresses = std::move(addresses);
    resolution.failure = failure;
    resolution.resolved_at = read_clocks();
    resolution.duration = resolution.resolved_at.steady - started_at;
    std::exchange(done, nullptr)(std::move(resolution));
  }
};

Failure failed(FailureKind kind, const std::string& name, const std::string& why) {
  return {Phase::resolve, kind, "resolving " + name + ": " + why};
}

}  // namespace

Resolver::Resolver(asio::io_context& context, std::size_t limit, LookUp look_up)
    : context_(context), pool_(std::make_shared<Pool>(context, limit, std::move(look_up))) {}

Resolver::~Resolver() {
  pool_->abandon();
}

void Resolver::resolve(const fleet::Target& target, Duration timeout,
                       std::function<void(Resolution)> done) {
  auto wait = std::make_shared<Wait>(context_, std::move(done));
  wait->resolution.target = target.name;
  const std::string name = target.discover.value_or(target.url.host);
  const std::uint16_t port = target.url.port;
  if (!target.addresses.empty() || is_ip_address(name)) {
    auto addresses = target.addresses;
    if (addresses.empty()) {
      addresses = with_port({name}, port);
    }
    asio::post(context_, [wait, addresses = std::move(addresses)]() mutable {
      wait->finish(std::move(addresses), std::nullopt);
    });
    return;
  }
  wait->resolution.name = name;
  wait->timer.expires_after(timeout);
  wait->timer.async_wait([wait, name](const boost::system::error_code& error) {
    if (!error) {
      wait->finish({}, failed(FailureKind::timed_out, name, "no answer in time"));
    }
  });
  pool_->wait_for(name, [wait, name, port](const Lookup& lookup) {
    if (lookup.hosts.empty()) {
      const std::string why = lookup.error.empty() ? "no addresses" : lookup.error;
      wait->finish({}, failed(FailureKind::resolve, name, why));
    } else {
      wait->finish(with_port(lookup.hosts, port), std::nullopt);
    }
  });
}

}  // namespace telltale::probe
