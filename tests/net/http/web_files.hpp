#pragma once
// The files of a web configuration, as an operator would lay them out.

#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "telltale/http/web_guard.hpp"
#include "telltale/time.hpp"

#include "support/mint.hpp"

namespace telltale::http_test {

/// A server's certificate and key, and a client CA, beside a web.yml.
struct WebFiles {
  mint::Ca ca{{.common_name = "Servers"}};
  mint::Ca clients{{.common_name = "Clients"}};
  mint::Credential server = ca.intermediate({.common_name = "Issuing"})
                                .issue({
                                    .common_name = "telltale",
                                    .dns = {"localhost"},
                                });
  mint::TempDir files;

  WebFiles() {
    present(server);
    trust(clients);
  }

  void present(const mint::Credential& credential) const {
    (void)files.write("tls.crt", credential.chain_pem());
    (void)files.write("tls.key", credential.key_pem());
  }

  void trust(const mint::Ca& authority) const {
    (void)files.write("ca.pem", authority.certificate_pem());
  }

  [[nodiscard]] std::string path(std::string_view name) const {
    return (files.path() / name).string();
  }

  [[nodiscard]] std::string configure(const std::string& text) const {
    return files.write("web.yml", text);
  }

  /// Of TLS with the pair above and more keys, each on a line of its own.
  [[nodiscard]] std::string configure_tls(const std::string& keys = {}) const {
    return configure("tls_server_config:\n  cert_file: tls.crt\n  key_file: tls.key\n" + keys);
  }

  [[nodiscard]] std::unique_ptr<http::WebGuard> guard() const {
    auto read = http::WebGuard::read(path("web.yml"));
    REQUIRE_MESSAGE(read.has_value(), read.error().detail());
    return *std::move(read);
  }

  /// What is wrong, the directory's name left out; "nothing" if it is read.
  [[nodiscard]] std::string complaint() const {
    const auto read = http::WebGuard::read(path("web.yml"));
    return read ? "nothing" : without_directory(read.error().detail());
  }

  [[nodiscard]] std::string without_directory(std::string text) const {
    const std::string prefix = files.path().string() + '/';
    for (std::size_t at = 0; (at = text.find(prefix)) != std::string::npos;) {
      text.erase(at, prefix.size());
    }
    return text;
  }
};

/// Looks for changes as the reading thread does, by a clock of its own.
struct Refresher {
  http::WebGuard& guard;
  SteadyTime now{std::chrono::hours(1)};

  [[nodiscard]] http::WebRefresh once(Duration later = {}) {
    now += later;
    return guard.refresh(now);
  }

  /// Again and again, as it asks for, until it asks no more.
  [[nodiscard]] http::WebRefresh until_settled() {
    http::WebRefresh refresh = once();
    while (refresh.again_in) {
      refresh = once(*refresh.again_in);
    }
    return refresh;
  }
};

}  // namespace telltale::http_test
