// Reads `spinnaker`: where Spinnaker's own files lie, and what they yield.

#include <array>

#include "fleet/derive.hpp"
#include "fleet/readers.hpp"

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
};

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
  if (files.name_space) {
    installation.name_space = files.name_space;
  }
  derive_fleet(installation, files, fleet);
}

void append_spinnaker_keys(std::vector<std::string>& keys) {
  append_keys(keys, "spinnaker.", spinnaker_keys);
}

}  // namespace telltale::fleet
