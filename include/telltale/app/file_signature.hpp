#pragma once
// FileSignature: tells that a file has changed, without reading it.

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace telltale::app {

/// What stat(2) says of the file that a path leads to, through every symbolic link: a file that is
/// written, replaced or hidden by another one looks different. What cannot be asked for has an
/// errno and nothing else.
struct FileSignature {
  int error = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint32_t mode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;  ///< since the epoch; content
  std::int64_t changed_ns = 0;   ///< since the epoch; content, mode, owner, links

  friend bool operator==(const FileSignature&, const FileSignature&) = default;
};

/// Signatures by path.
using FileSignatures = std::map<std::string, FileSignature>;

/// Whether any of them looks different now.
[[nodiscard]] bool has_changed(const FileSignatures& signatures);

[[nodiscard]] FileSignature read_signature(const std::string& file);

/// The directories in which something happens when the file that `file` leads to is written or
/// replaced: its own, and the one of each symbolic link on the way. Kubernetes replaces a mounted
/// Secret by renaming a symbolic link, `..data`, beside the files
/// (kubernetes/pkg/volume/util/atomic_writer.go).
[[nodiscard]] std::set<std::string> directories_of(const std::string& file);

}  // namespace telltale::app
