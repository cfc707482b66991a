// What the tests of the readers of Spinnaker's files have in common.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/installation.hpp"
#include "support/temp_dir.hpp"

namespace telltale::fleet {

/// An Installation from files below a directory that is gone afterwards, whose name is left out of
/// every message.
class InstallationFiles {
 public:
  void write(std::string_view name, std::string_view text) { directory_.write(name, text); }

  /// As `lint` reads.
  [[nodiscard]] Installation read(const std::vector<std::string>& names) const {
    std::vector<std::string> paths;
    for (const std::string& name : names) {
      paths.push_back(path(name));
    }
    return read_paths(paths);
  }

  [[nodiscard]] Installation read_text(std::string_view text) {
    write("manifest.yml", text);
    return read({"manifest.yml"});
  }

  [[nodiscard]] std::string path(std::string_view name) const {
    return (directory_.path() / name).string();
  }

  /// A message or position without the directory.
  [[nodiscard]] std::string shortened(std::string text) const {
    const std::string prefix = directory_.path().string() + '/';
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
      text.erase(at, prefix.size());
    }
    return text;
  }

  /// `rule file:line: sentence`, one a line.
  [[nodiscard]] std::string defects_of(const Installation& installation) const {
    std::string text;
    for (const Defect& defect : installation.defects) {
      text += defect.rule + ' ' + shortened(defect.source) + ": " + defect.sentence + '\n';
    }
    return text;
  }

  /// `need at gate-local.yml:3`.
  [[nodiscard]] std::string found(const Installation& installation, std::string_view service,
                                  std::string_view property) const {
    const auto setting = properties_of(installation, service).find(property);
    return setting ? setting->text + " at " + shortened(setting->source) : "nothing";
  }

  /// What the daemon says of the files.
  [[nodiscard]] std::string complaint(const SpinnakerFiles& files) const {
    try {
      (void)read_installation(files);
      return "nothing";
    } catch (const BadConfig& bad) {
      return shortened(bad.error().detail());
    }
  }

 private:
  mint::TempDir directory_;
};

}  // namespace telltale::fleet
