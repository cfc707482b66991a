#include "telltale/http/server.hpp"

#include <algorithm>
#include <list>
#include <thread>
#include <tuple>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/asio.hpp"
#include "http/connection.hpp"
#include "http/listen_address.hpp"
#include "http/service.hpp"

namespace telltale::http {
namespace {

constexpr std::chrono::milliseconds accept_retry{100};

// Of clients that found no room, so many are waited for to read their 503; the one told first goes.
constexpr std::size_t most_turned_away = 64;

using Connections = std::list<Connection>;

std::string to_text(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
  return host + ":" + std::to_string(endpoint.port());
}

/// Binds one address, already listening.
Result<tcp::acceptor> open_acceptor(asio::io_context& context, const std::string& text) {
  const auto parsed = parse_listen_address(text);
  if (!parsed) {
    return parsed.error();
  }
  error_code error;
  const bool is_any = parsed->host.empty();
  tcp::endpoint endpoint(is_any ? asio::ip::address(asio::ip::address_v6::any())
                                : asio::ip::make_address(parsed->host, error),
                         parsed->port);
  if (error) {
    return Error(Errc::invalid_value, text + ": `" + parsed->host +
                                          "` is not an IP address; write for example "
                                          "127.0.0.1:9943, [::1]:9943 or :9943 for all");
  }
  tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), error);
  if (error == asio::error::address_family_not_supported && is_any) {  // a kernel without IPv6
    endpoint = tcp::endpoint(asio::ip::address_v4::any(), parsed->port);
    acceptor.open(endpoint.protocol(), error);
  }
  if (!error) {
    acceptor.set_option(asio::socket_base::reuse_address(true), error);
  }
  if (!error && endpoint.address().is_v6()) {
    acceptor.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), error);
  }
  if (!error) {
    acceptor.bind(endpoint, error);
  }
  if (!error) {
    acceptor.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    return Error(Errc::invalid_value, text + ": cannot listen: " + error.message());
  }
  return acceptor;
}

}  // namespace

/// An address that is listened on.
struct Door {
  tcp::acceptor acceptor;
  const Listener& listener;
};

// Everything but construction, start() and stop() happens on the serving thread.
struct Server::State {
  State(std::vector<Listener> all, FailureListener on_failure, Limits limits)
      : listeners(std::move(all)), service(context, std::move(on_failure), limits) {}

  /// Runs a coroutine whose failure is heard, then calls `at_end`.
  template <class AtEnd>
  void spawn(std::string_view name, asio::awaitable<void> coroutine, AtEnd at_end) {
    const auto on_end = [this, name, at_end](const std::exception_ptr& failure) {
      if (failure) {
        service.report(name, failure);
      }
      at_end();
    };
    asio::co_spawn(context, std::move(coroutine), on_end);
  }

  asio::awaitable<void> listen(std::size_t which);
  void let_in(tcp::socket socket, const Listener& listener);
  void turn_away(tcp::socket socket, const Listener& listener);
  [[nodiscard]] bool has_room(const Listener& listener);
  [[nodiscard]] bool close_longest_idle(const Listener& listener);
  void end(Connections& among, Connections::iterator connection);
  void begin_stop();

  asio::io_context context{1};
  const std::vector<Listener> listeners;
  Service service;
  std::vector<Door> doors;
  std::vector<std::string> addresses;
  Connections connections;
  Connections turned_away;
  asio::steady_timer last_call{context};  ///< expires when stopping has taken long enough
  std::thread thread;
};

asio::awaitable<void> Server::State::listen(std::size_t which) {
  tcp::acceptor& acceptor = doors[which].acceptor;
  bool is_failing = false;
  while (!service.is_stopping) {
    auto [error, socket] = co_await acceptor.async_accept(use_tuple);
    if (service.is_stopping) {
      break;
    }
    if (error) {  // out of descriptors, say: others will be given back
      if (!std::exchange(is_failing, true)) {
        service.report("accept", error.message());
      }
      asio::steady_timer pause(context, accept_retry);
      std::ignore = co_await pause.async_wait(use_tuple);
      continue;
    }
    is_failing = false;
    const Listener& listener = doors[which].listener;
    if (has_room(listener)) {
      let_in(std::move(socket), listener);
    } else {
      turn_away(std::move(socket), listener);
    }
  }
}

void Server::State::let_in(tcp::socket socket, const Listener& listener) {
  const auto connection =
      connections.emplace(connections.end(), std::move(socket), listener, service);
  spawn("connection", connection->serve(), [this, connection] { end(connections, connection); });
}

void Server::State::turn_away(tcp::socket socket, const Listener& listener) {
  if (turned_away.size() >= most_turned_away) {
    turned_away.front().close();
  }
  const auto connection =
      turned_away.emplace(turned_away.end(), std::move(socket), listener, service);
  spawn("connection", connection->turn_away(),
        [this, connection] { end(turned_away, connection); });
}

/// Each listener has room of its own: who fills one, before it is known who that is, does not keep
/// the kubelet from the other.
bool Server::State::has_room(const Listener& listener) {
  if (connections.size() < service.limits.connections) {
    return true;
  }
  const auto is_one = [&](const Connection& connection) {
    return connection.came_to(listener) && !connection.is_closed();
  };
  const auto open = static_cast<std::size_t>(std::ranges::count_if(connections, is_one));
  return open < service.limits.connections || close_longest_idle(listener);
}

bool Server::State::close_longest_idle(const Listener& listener) {
  Connection* longest = nullptr;
  SteadyTime since = SteadyTime::max();
  for (Connection& connection : connections) {
    const bool is_open = connection.came_to(listener) && !connection.is_closed();
    const auto idle_since = is_open ? connection.idle_since() : std::nullopt;
    if (idle_since && *idle_since < since) {
      longest = &connection;
      since = *idle_since;
    }
  }
  if (longest != nullptr) {
    longest->close();
  }
  return longest != nullptr;
}

void Server::State::end(Connections& among, Connections::iterator connection) {
  among.erase(connection);
  if (service.is_stopping && connections.empty() && turned_away.empty()) {
    last_call.cancel();
  }
}

void Server::State::begin_stop() {
  service.is_stopping = true;
  for (Door& door : doors) {
    error_code ignored;
    door.acceptor.close(ignored);
  }
  service.streams.wake();
  std::ranges::for_each(turned_away, &Connection::close);
  for (Connection& connection : connections) {
    if (connection.idle_since()) {
      connection.close();
    }
  }
  if (connections.empty() && turned_away.empty()) {
    return;
  }
  last_call.expires_after(service.limits.finish_on_stop);
  last_call.async_wait([this](error_code cancelled) {
    if (!cancelled) {
      std::ranges::for_each(connections, &Connection::close);
    }
  });
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  try {
    stop();
  } catch (...) {  // a destructor cannot say it otherwise
    state_->service.report("stop", std::current_exception());
  }
}

Result<std::unique_ptr<Server>> Server::bind(std::vector<Listener> listeners,
                                             FailureListener on_failure, Limits limits) {
  auto state = std::make_unique<State>(std::move(listeners), std::move(on_failure), limits);
  for (const Listener& listener : state->listeners) {
    for (const std::string& address : listener.addresses) {
      auto acceptor = open_acceptor(state->context, address);
      if (!acceptor) {
        return acceptor.error().at(listener.flag);
      }
      state->addresses.push_back(to_text(acceptor->local_endpoint()));
      state->doors.push_back({*std::move(acceptor), listener});
    }
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

void Server::start() {
  for (std::size_t which = 0; which < state_->doors.size(); ++which) {
    state_->spawn("listener", state_->listen(which), [] {});
  }
  state_->thread = std::thread([state = state_.get()] { state->context.run(); });
}

void Server::stop() {
  if (!state_->thread.joinable()) {
    return;
  }
  asio::post(state_->context, [state = state_.get()] { state->begin_stop(); });
  state_->thread.join();
}

void Server::broadcast(std::string event) {
  if (state_->service.streams.keep(std::move(event))) {
    state_->service.entrance->enter([streams = &state_->service.streams] { streams->deliver(); });
  }
}

std::vector<std::string> Server::addresses() const {
  return state_->addresses;
}

}  // namespace telltale::http
