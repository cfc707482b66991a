#pragma once
// Secret: a password or key text that is wiped from memory when dropped and cannot be printed by
// accident.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telltale/error.hpp"

namespace telltale::pki {

/// Owns secret bytes. Moves, but does not copy; the bytes are overwritten on destruction and on
/// being moved from. There is no operator<< and no formatter: reveal() marks every use.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text);
  /// Takes a buffer over, without copying it.
  explicit Secret(std::vector<char>&& bytes) noexcept;
  ~Secret();
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

  /// The secret itself; valid while this lives. For the call that needs it, never for a log.
  [[nodiscard]] std::string_view reveal() const noexcept { return {bytes_.data(), bytes_.size()}; }

 private:
  void wipe() noexcept;

  std::vector<char>
      bytes_;  // not std::string: a short one would live on, unwiped, in a moved-from object
};

/// Overwrites a buffer that held a secret; not optimised away.
void wipe(std::string& text) noexcept;

/// Where a password is to be read from.
struct SecretSource {
  enum class Kind { file, environment, text };

  Kind kind = Kind::file;
  std::string name;  ///< of the file or of the environment variable

  /// Of Kind::text, a password that stands among other things in a file: the line, from 1, that
  /// what leads to it stands in or above, and what that is, such as a key of YAML. It ends at the
  /// first of the bytes in `until`; where there are none, it is a scalar of YAML behind its key.
  std::size_t line = 0;
  std::string after;
  std::string until;

  [[nodiscard]] static SecretSource in_file(std::string name) {
    return {.kind = Kind::file, .name = std::move(name)};
  }

  [[nodiscard]] static SecretSource in_environment(std::string name) {
    return {.kind = Kind::environment, .name = std::move(name)};
  }

  [[nodiscard]] static SecretSource in_text(std::string name, std::size_t line, std::string after,
                                            std::string until = {}) {
    return {.kind = Kind::text,
            .name = std::move(name),
            .line = line,
            .after = std::move(after),
            .until = std::move(until)};
  }

  friend bool operator==(const SecretSource&, const SecretSource&) = default;
};

/// Reads a password. Of Kind::text only what stands on one line, plain or in quotes without
/// escapes, in a file of at most 8 MiB. One newline at the end of a file is dropped, since editors
/// add it; a file may hold 4096 bytes. Errc::unreadable, or Errc::invalid_value if there is no
/// password. The sentence does not name the file or variable: people write the password itself
/// there.
[[nodiscard]] Result<Secret> read_secret(const SecretSource& source);

/// The configuration's key for a password: `key` and `_file` or `_env`, or `key` alone.
[[nodiscard]] std::string secret_key(const SecretSource& source, std::string_view key);

/// The same where one may not be stated: an empty Secret then. The Error begins with the key that
/// the configuration has for it, see secret_key().
[[nodiscard]] Result<Secret> read_optional_secret(const std::optional<SecretSource>& source,
                                                  std::string_view key);

}  // namespace telltale::pki
