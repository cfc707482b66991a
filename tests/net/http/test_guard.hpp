#pragma once
// A Guard as a test wants it.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "telltale/http/guard.hpp"

#include "support/mint.hpp"

namespace telltale::http_test {

/// A server's context: TLS 1.2 and 1.3, `credential`, and, where there is a `client_ca`, a client
/// certificate that it signed.
[[nodiscard]] std::shared_ptr<SSL_CTX> make_context(const mint::Credential& credential,
                                                    const mint::Ca* client_ca = nullptr);

/// Set it up before it serves.
class TestGuard : public http::Guard {
 public:
  /// Without a context it serves plain HTTP.
  explicit TestGuard(std::shared_ptr<SSL_CTX> context = nullptr) : context_(std::move(context)) {}

  using Judge = std::function<void(std::string authorization,
                                   std::function<void(std::optional<bool>)> decided)>;

  std::vector<std::pair<std::string, std::string>> fields;  ///< headers()
  std::string admitted_name;                ///< the common name that may come in; empty: all may
  std::atomic<bool> admits_nobody = false;  ///< from now on
  Judge judge;                              ///< identify(); empty: nobody is asked

  /// What tls() gives from now on. Any thread.
  void replace_context(std::shared_ptr<SSL_CTX> context);

  [[nodiscard]] std::shared_ptr<SSL_CTX> tls() override;
  [[nodiscard]] bool admits(SSL* ssl) override;

  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& headers() const override {
    return fields;
  }

  [[nodiscard]] bool asks_who() const override { return judge != nullptr; }

  void identify(std::string authorization,
                std::function<void(std::optional<bool>)> decided) override {
    judge(std::move(authorization), std::move(decided));
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<SSL_CTX> context_;
};

}  // namespace telltale::http_test
