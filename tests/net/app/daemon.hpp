#pragma once
// Daemon: the program on a port of its own, and a client for it.

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "net/http/client.hpp"
#include "support/child_process.hpp"

namespace telltale::app_test {

class Daemon {
 public:
  explicit Daemon(const std::string& config, const std::vector<std::string>& more = {})
      : process_(command(config, more)) {
    const std::string line = process_.read_line_with("msg=listening");
    address_ = line.substr(line.find("address=") + 8);
  }

  /// One exchange on a connection of its own; may be called from several threads.
  [[nodiscard]] http_test::Reply ask(std::string_view request) const {
    http_test::Client client(address_);
    auto reply = client.ask(request);
    REQUIRE(reply.has_value());
    return *std::move(reply);
  }

  [[nodiscard]] http_test::Reply get(std::string_view path, std::string_view headers = "") const {
    return ask(http_test::get(path, headers));
  }

  [[nodiscard]] http_test::Reply reload() const {
    return ask("POST /-/reload HTTP/1.1\r\nHost: telltale\r\nContent-Length: 0\r\n\r\n");
  }

  [[nodiscard]] bool has_metric(std::string_view text) const {
    return get("/metrics").body.find(text) != std::string::npos;
  }

  /// The value of a series, spelled with its labels; empty if there is none.
  [[nodiscard]] std::string metric(const std::string& series) const {
    const std::string body = "\n" + get("/metrics").body;
    const auto at = body.find("\n" + series + " ");
    const auto begin = at + series.size() + 2;
    return at == std::string::npos ? "" : body.substr(begin, body.find('\n', begin) - begin);
  }

  /// Asks until it is so. Fails the test, and does not hang, if it never comes to that.
  void wait_until(std::string_view what, const std::function<bool()>& is_so) const {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (!is_so()) {
      if (std::chrono::steady_clock::now() > give_up) {
        FAIL("never came to pass: ", what, "\n", get("/metrics").body);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  void wait_for_metric(const std::string& line) const {
    wait_until(line, [&] { return has_metric(line + "\n"); });
  }

  /// Asks until the status is the one wanted.
  [[nodiscard]] http_test::Reply wait_for(std::string_view path, unsigned status) const {
    http_test::Reply reply;
    wait_until(path, [&] {
      reply = get(path);
      return reply.status == status;
    });
    return reply;
  }

  void send_signal(int signal) const { process_.send_signal(signal); }

  int stop(int signal) {
    process_.send_signal(signal);
    return process_.wait();
  }

  /// Reads on until the program has printed a line with `text`.
  std::string read_line_with(std::string_view text) { return process_.read_line_with(text); }

  [[nodiscard]] const std::string& output() const { return process_.output(); }

  [[nodiscard]] pid_t pid() const { return process_.pid(); }

  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  static std::vector<std::string> command(const std::string& config,
                                          const std::vector<std::string>& more) {
    std::vector<std::string> words = {TELLTALE_PROGRAM, "--config.file", config,
                                      "--web.listen-address=127.0.0.1:0"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  support::ChildProcess process_;
  std::string address_;
};

}  // namespace telltale::app_test
