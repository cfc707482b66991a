#pragma once
// A Server on loopback that tells what it was asked.

#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "telltale/http/server.hpp"

namespace telltale::http_test {

/// Answers with method and target, so that a reply shows which request it belongs to.
inline http::Response echo(const http::Request& request) {
  http::Response response;
  response.body = request.method + " " + request.target + "\n";
  return response;
}

/// Makes a handler of a function that has its answer at once.
inline http::Handler at_once(std::function<http::Response(const http::Request&)> answer) {
  return [answer = std::move(answer)](const http::Request& request, const http::Reply& reply) {
    reply(answer(request));
  };
}

/// One listener, as `--web.listen-address` makes one.
inline std::vector<http::Listener> listener(std::vector<std::string> addresses,
                                            http::Handler handler,
                                            std::shared_ptr<http::Guard> guard = nullptr) {
  return {{.flag = "--web.listen-address",
           .addresses = std::move(addresses),
           .handler = std::move(handler),
           .guard = std::move(guard)}};
}

/// A started server on a port of its own.
struct RunningServer {
  explicit RunningServer(http::Handler handler = at_once(&echo), http::Limits limits = {},
                         http::FailureListener on_failure = {})
      : RunningServer(listener({"127.0.0.1:0"}, std::move(handler)), limits,
                      std::move(on_failure)) {}

  explicit RunningServer(std::vector<http::Listener> listeners, http::Limits limits = {},
                         http::FailureListener on_failure = {})
      : server(http::Server::bind(std::move(listeners), std::move(on_failure), limits).value()) {
    std::signal(SIGPIPE, SIG_IGN);  // as main does: libssl writes without MSG_NOSIGNAL
    server->start();
  }

  [[nodiscard]] std::string address() const { return server->addresses().front(); }

  std::unique_ptr<http::Server> server;
};

}  // namespace telltale::http_test
