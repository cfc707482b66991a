#pragma once
// WebGuard: the Guard that a web configuration makes, and keeps up to date with its files.

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "telltale/error.hpp"
#include "telltale/http/guard.hpp"
#include "telltale/time.hpp"

namespace telltale::http {

/// What came of looking for changes.
struct WebRefresh {
  bool is_renewed = false;           ///< the files have changed, and all that they say is in force
  std::string error;                 ///< why not all of it is, in one line; empty: nothing new
  std::optional<Duration> again_in;  ///< refresh() should be called again after so long
};

/// What Guard has may be called from any thread, and waits for no file; refresh() and files() are
/// one thread's, the one that reads.
class WebGuard final : public Guard {
 public:
  /// What is read must be found unchanged after so long: a file that is half written can be a
  /// whole one that says something else, such as that nobody needs a password.
  static constexpr Duration settling = std::chrono::milliseconds(100);
  /// For so long something may fail to be read before that counts: a certificate waits for its key.
  static constexpr Duration patience = std::chrono::seconds(3);

  /// Reads `--web.config.file` and what it names. See parse_web_config() for the errors, and
  /// Errc::unreadable, Errc::malformed, Errc::key_mismatch for the PEMs.
  [[nodiscard]] static Result<std::unique_ptr<WebGuard>> read(const std::string& file);

  ~WebGuard() override;

  /// Whether TLS is served. That is settled when the file is first read, as in the toolkit: a
  /// change of it takes a restart, and refresh() says so.
  [[nodiscard]] bool serves_tls() const noexcept;

  [[nodiscard]] std::shared_ptr<SSL_CTX> tls() override;
  [[nodiscard]] bool admits(SSL* ssl) override;
  /// Valid as long as this.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& headers() const override;
  [[nodiscard]] bool asks_who() const override;
  void identify(std::string authorization,
                std::function<void(std::optional<bool>)> decided) override;

  /// Reads all files anew and takes over what has changed. What cannot be read leaves in force what
  /// was; users and headers count even where the TLS beside them cannot be read. Blocks as files
  /// do. To be called when one of files() has changed, or every few seconds.
  [[nodiscard]] WebRefresh refresh(SteadyTime now);

  /// The web configuration and the files that it names.
  [[nodiscard]] std::set<std::string> files() const;

 private:
  struct State;
  explicit WebGuard(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace telltale::http
