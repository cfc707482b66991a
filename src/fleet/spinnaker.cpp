// Reads `spinnaker`: where Spinnaker's own files lie, and what they yield.

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "fleet/derive.hpp"
#include "fleet/readers.hpp"
#include "fleet/service_readers.hpp"

namespace telltale::fleet {
namespace {

/// A file or a list of files.
std::vector<std::string> read_files(const Value& value) {
  if (value.is_text()) {
    return {value.file()};
  }
  std::vector<std::string> files;
  for (const Value& item : value.list("files")) {
    files.push_back(item.file());
  }
  return files;
}

/// A pattern with one `*`, which is a DNS label whatever service stands for it.
std::string read_discover_pattern(const Value& value) {
  const std::string& pattern = value.text("pattern");
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  const bool is_label = !pattern.starts_with('-') && !pattern.ends_with('-') &&
                        std::ranges::all_of(pattern, [&](char c) { return c == '*' || fits(c); });
  if (std::ranges::count(pattern, '*') != 1 || pattern.size() == 1 || !is_label) {
    value.fail(
        "must be the name of a headless Service with one * for the service, such as telltale-*");
  }
  return pattern;
}

constexpr std::array spinnaker_keys{
    Key<SpinnakerFiles>{
        "manifest",
        [](const Value& value, SpinnakerFiles& files) { files.manifests = read_files(value); }},
    Key<SpinnakerFiles>{"halyard",
                        [](const Value& value, SpinnakerFiles& files) {
                          files.halyard = value.file_or_directory();
                        }},
    Key<SpinnakerFiles>{
        "deployment",
        [](const Value& value, SpinnakerFiles& files) { files.deployment = value.text("name"); }},
    Key<SpinnakerFiles>{"profiles",
                        [](const Value& value, SpinnakerFiles& files) {
                          for (const Value& item : value.list("files and directories")) {
                            files.profiles.push_back(item.file_or_directory());
                          }
                        }},
    Key<SpinnakerFiles>{
        "namespace",
        [](const Value& value, SpinnakerFiles& files) { files.name_space = value.name(); }},
    Key<SpinnakerFiles>{"secrets",
                        [](const Value& value, SpinnakerFiles& files) {
                          files.secrets = value.file_or_directory();
                        }},
    Key<SpinnakerFiles>{"discover",
                        [](const Value& value, SpinnakerFiles& files) {
                          files.discover = read_discover_pattern(value);
                          files.discover_source = value.position();
                        }},
};

constexpr int most_entries = 1000;

/// Appends a directory that may hold other files tomorrow, with those below it.
void append_directories(const std::string& path, std::vector<std::string>& directories) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    return;
  }
  directories.push_back(path);
  std::filesystem::recursive_directory_iterator entry(path, error);
  for (int seen = 0; !error && seen < most_entries && entry != end(entry); ++seen) {
    if (entry->is_directory(error)) {
      directories.push_back(entry->path().string());
    }
    entry.increment(error);
  }
}

}  // namespace

void read_spinnaker(const Value& value, Fleet& fleet) {
  SpinnakerFiles files;
  read_mapping(value, spinnaker_keys, files);
  if (files.manifests.empty() && !files.halyard && files.profiles.empty()) {
    value.fail("names no files; give manifest, halyard or profiles");
  }
  refuse_both(value, "manifest", "halyard");
  if (!files.halyard) {
    refuse(value, "deployment", "has no effect without halyard; leave it out");
  }
  fleet.spinnaker = files;
  Installation installation = read_installation(files);
  fleet.spinnaker_files = installation.files;
  if (files.halyard) {
    append_directories(*files.halyard, fleet.spinnaker_files);
  }
  for (const std::string& path : files.profiles) {
    append_directories(path, fleet.spinnaker_files);
  }
  if (files.name_space) {
    installation.name_space = files.name_space;
  }
  if (name_space_of(installation).empty()) {
    refuse(value, "discover", "wants the namespace of the Services; give namespace, too");
  }
  derive_fleet(installation, files, fleet);
}

void append_spinnaker_keys(std::vector<std::string>& keys) {
  append_keys(keys, "spinnaker.", spinnaker_keys);
}

}  // namespace telltale::fleet
