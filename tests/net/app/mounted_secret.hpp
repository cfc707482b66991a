#pragma once
// MountedSecret: a directory as the kubelet keeps it for a Secret.

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace telltale::app_test {

/// Files are links to `..data/<name>`, and `..data` is a link to the newest version's directory. A
/// version replaces the one before by one rename(2) of that link
/// (kubernetes/pkg/volume/util/atomic_writer.go).
class MountedSecret {
 public:
  explicit MountedSecret(std::filesystem::path directory) : directory_(std::move(directory)) {
    std::filesystem::create_directories(directory_);
  }

  void publish(const std::map<std::string, std::string>& files) {
    namespace fs = std::filesystem;
    const fs::path before = version_;
    version_ = directory_ / ("..2026_11_22_" + std::to_string(++versions_));
    fs::create_directory(version_);
    for (const auto& [name, text] : files) {
      std::ofstream(version_ / name, std::ios::binary) << text;
    }
    fs::create_directory_symlink(version_.filename(), directory_ / "..data_tmp");
    fs::rename(directory_ / "..data_tmp", directory_ / "..data");
    for (const auto& [name, text] : files) {
      if (!fs::is_symlink(directory_ / name)) {
        fs::create_symlink(fs::path("..data") / name, directory_ / name);
      }
    }
    if (!before.empty()) {
      fs::remove_all(before);
    }
  }

 private:
  std::filesystem::path directory_;
  std::filesystem::path version_;
  int versions_ = 0;
};

}  // namespace telltale::app_test
