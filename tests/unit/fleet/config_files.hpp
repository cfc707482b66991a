#pragma once
// The files that the configurations of these tests name.

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "telltale/fleet/config.hpp"

#include "support/temp_dir.hpp"

namespace telltale::fleet::test {

inline constexpr std::array<std::string_view, 3> target_reasons{
    "chain_untrusted", "certificate_expiring", "redis_version"};
inline constexpr std::array<std::string_view, 2> caller_reasons{"chain_untrusted",
                                                                "caller_presents_nothing"};
inline constexpr AcceptableReasons acceptable{.of_targets = target_reasons,
                                              .of_callers = caller_reasons};

/// A directory with a file for every key that wants one. Their content does not matter: reading a
/// configuration looks whether they can be read, no more.
class ConfigFiles {
 public:
  ConfigFiles() {
    for (const char* const name :
         {"ca.pem", "tls.crt", "tls.key", "key.password", "redis.password"}) {
      (void)directory_.write(name, "content\n");
    }
  }

  [[nodiscard]] std::string path(std::string_view name) const {
    return (directory_.path() / name).string();
  }

  [[nodiscard]] std::string write(std::string_view name, std::string_view text) const {
    return directory_.write(name, text);
  }

  [[nodiscard]] Result<Fleet> parse(std::string_view text) const {
    return parse_config(text, path("telltale.yml"), acceptable);
  }

  /// What is wrong with `text`, the directory's name left out; "nothing" if it is read.
  [[nodiscard]] std::string complaint(std::string_view text) const {
    const Result<Fleet> fleet = parse(text);
    return fleet ? "nothing" : without_directory(fleet.error().detail());
  }

  [[nodiscard]] std::string without_directory(std::string text) const {
    const std::string prefix = directory_.path().string() + '/';
    for (std::size_t at = 0; (at = text.find(prefix)) != std::string::npos;) {
      text.erase(at, prefix.size());
    }
    return text;
  }

 private:
  mint::TempDir directory_;
};

/// A configuration and what is wrong with it, without `telltale.yml:`.
struct Refused {
  std::string text;
  std::string complaint;
};

/// Checks that each text is refused with exactly its complaint.
inline void check(std::initializer_list<Refused> rows) {
  const ConfigFiles files;
  for (const Refused& row : rows) {
    CAPTURE(row.text.substr(0, 200));
    CHECK(files.complaint(row.text) == "telltale.yml:" + row.complaint);
  }
}

}  // namespace telltale::fleet::test
