// A directory for the files of one test, gone when the test is.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace telltale::mint {

/// TempDir owns a fresh directory (mode 0700) and removes it with all its content when destroyed.
class TempDir {
 public:
  /// Creates the directory under $TMPDIR or /tmp; throws std::system_error if it cannot.
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// Writes `text` to `name` (mode 0600, directories made as needed, an existing file replaced) and
  /// returns the full path, ready for a configuration text. Throws std::system_error on failure.
  std::string write(std::string_view name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace telltale::mint
