#pragma once
// PasswordCheck: judges passwords by their bcrypt hashes, off the serving thread, and remembers
// what it found.

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "telltale/http/web_config.hpp"
#include "telltale/pki/secret.hpp"

#include "http/basic_credentials.hpp"

namespace telltale::http {

/// The cost of a bcrypt hash; nothing if the text is none that matches_bcrypt() reads.
[[nodiscard]] std::optional<int> bcrypt_cost(std::string_view hash);

/// Whether a password has this hash. Costs what the hash says: 2 to the power of it, some 60 ms at
/// a cost of 10. Of a password only the first 72 bytes count, which is bcrypt's; one with a NUL
/// byte, or of more than 511 bytes, has no hash.
[[nodiscard]] bool matches_bcrypt(std::string_view password, const std::string& hash);

/// Keyed digest of a user, a hash and a password: what is remembered instead of them.
using PasswordTag = std::array<unsigned char, 32>;

/// The newest of some tags. Looking one up takes as long whatever it is.
class PasswordTags {
 public:
  /// As many as the toolkit keeps (web/cache.go).
  static constexpr std::size_t most = 100;

  [[nodiscard]] bool contains(const PasswordTag& tag) const;
  void add(const PasswordTag& tag);

 private:
  std::vector<PasswordTag> tags_;
  std::size_t oldest_ = 0;
};

/// One thread, started with the first password that has to be hashed, at a low priority: guesses
/// take what computing the probes leave. What was right and what was wrong are remembered apart, so
/// that guesses drive out nobody's password; both are keyed by the hash, so that another hash in
/// the configuration means another judgement. An unknown user costs what some known one would.
class PasswordCheck {
 public:
  /// Told once: right or wrong; nothing if too many wait, or this is at its end.
  using Decided = std::function<void(std::optional<bool>)>;
  using Matches = std::function<bool(std::string_view password, const std::string& hash)>;

  /// So many passwords may wait for the thread.
  static constexpr std::size_t most_waiting = 16;

  explicit PasswordCheck(Matches matches = matches_bcrypt);
  ~PasswordCheck();
  PasswordCheck(const PasswordCheck&) = delete;
  PasswordCheck& operator=(const PasswordCheck&) = delete;

  /// Any thread. `decided` is called at once, if the answer is known, or else on the thread.
  void judge(const Users& users, BasicCredentials credentials, const Decided& decided);

 private:
  struct Job {
    PasswordTag tag{};
    std::string hash;
    pki::Secret password;
    bool is_known = false;  // the user is
    Decided decided;
  };

  [[nodiscard]] const std::string& decoy_for(std::string_view user, const Users& users) const;
  [[nodiscard]] Job make_job(const Users& users, BasicCredentials credentials) const;
  [[nodiscard]] std::optional<bool> remembered(const PasswordTag& tag) const;
  [[nodiscard]] bool enqueue(Job job);
  [[nodiscard]] std::optional<Job> next(const std::stop_token& stop);
  [[nodiscard]] bool hash(const Job& job);
  void work(const std::stop_token& stop);

  Matches matches_;
  PasswordTag key_{};
  mutable std::mutex mutex_;  // of all below
  std::condition_variable_any has_job_;
  std::deque<Job> waiting_;
  PasswordTags right_;
  PasswordTags wrong_;
  std::jthread thread_;
};

}  // namespace telltale::http
