#include "telltale/app/file_signature.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>

namespace telltale::app {

namespace {

// As many links as the kernel follows (path_resolution(7)).
constexpr int most_links = 40;

std::int64_t nanoseconds_of(const timespec& time) {
  constexpr std::int64_t per_second = 1'000'000'000;
  return static_cast<std::int64_t>(time.tv_sec) * per_second + time.tv_nsec;
}

}  // namespace

FileSignature read_signature(const std::string& file) {
  FileSignature signature;
  struct stat status{};
  if (stat(file.c_str(), &status) != 0) {
    signature.error = errno;
    return signature;
  }
  signature.device = status.st_dev;
  signature.inode = status.st_ino;
  signature.mode = status.st_mode;
  signature.size = status.st_size;
  signature.modified_ns = nanoseconds_of(status.st_mtim);
  signature.changed_ns = nanoseconds_of(status.st_ctim);
  return signature;
}

bool has_changed(const FileSignatures& signatures) {
  return std::ranges::any_of(
      signatures, [](const auto& known) { return read_signature(known.first) != known.second; });
}

std::set<std::string> directories_of(const std::string& file) {
  std::set<std::string> directories;
  std::filesystem::path path = file;
  for (int links = 0; links < most_links; ++links) {
    const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
    directories.insert(directory.string());
    std::error_code error;
    const std::filesystem::path target = std::filesystem::read_symlink(path, error);
    if (error) {
      break;
    }
    path = directory / target;  // an absolute target replaces the directory
  }
  return directories;
}

}  // namespace telltale::app
