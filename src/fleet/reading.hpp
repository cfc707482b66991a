#pragma once
// Reading: Spinnaker's files while they are being read, and the readers of each kind. All throw
// BadConfig.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/installation.hpp"

namespace telltale::fleet {

/// What becomes of a file that is wrong.
enum class OnFault {
  throws,   ///< BadConfig
  goes_on,  ///< a Defect, and the next document
};

/// A file, or a document in it.
struct Place {
  std::filesystem::path file;
  bool is_patch = false;  ///< a kustomization names it among its patches
};

/// Owns the Installation until it is whole.
class Reading {
 public:
  explicit Reading(OnFault on_fault) : on_fault_(on_fault) {}

  [[nodiscard]] Installation& installation() noexcept { return installation_; }

  /// The SpinnakerServices so far, one patched over the other.
  [[nodiscard]] YamlNode& spinnaker_service() noexcept { return spinnaker_service_; }

  /// Profiles from files without `-local`, which finish_reading puts below the others.
  [[nodiscard]] std::map<std::string, std::vector<YamlNode>, std::less<>>&
  base_profiles() noexcept {
    return base_profiles_;
  }

  /// Every document of a file; none if it was read before.
  [[nodiscard]] std::vector<YamlNode> read_file(const std::filesystem::path& file);

  /// Every document of a text that stands for a file.
  [[nodiscard]] std::vector<YamlNode> read_text(std::string_view text, std::string file);

  /// Every document of a text inside a document. Those of a literal block (`|`) know their lines.
  [[nodiscard]] std::vector<YamlNode> parse_text(const YamlNode& text);

  /// Throws, or goes on after a Defect.
  void complain(std::string_view rule, const YamlNode& at, std::string_view sentence);

  /// Goes on after a Defect.
  void note(std::string_view rule, const YamlNode& at, std::string_view sentence);

  /// Says that something of Spinnaker's was found.
  void recognise() noexcept { ++recognised_; }

  [[nodiscard]] std::size_t recognised() const noexcept { return recognised_; }

 private:
  [[nodiscard]] std::vector<YamlNode> parse(const YamlSource& source);

  OnFault on_fault_;
  Installation installation_;
  YamlNode spinnaker_service_;
  std::map<std::string, std::vector<YamlNode>, std::less<>> base_profiles_;
  YamlBudget budget_;
  std::set<std::filesystem::path> read_;
  std::size_t recognised_ = 0;
};

/// `~` and `~/…` begin at $HOME.
[[nodiscard]] std::filesystem::path expand_home(std::string_view path);

/// The YAML files in a directory, by name, without hidden ones; nothing if there is no such
/// directory.
[[nodiscard]] std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& directory);

/// Reads a file or a directory, whatever it is.
void read_path(Reading& reading, const std::filesystem::path& path);

/// Reads every document of a file, whatever it is.
void read_any_file(Reading& reading, const Place& place);

/// Takes a document, whatever it is. `place` tells what cannot be told by its content.
void take_document(Reading& reading, YamlNode document, const Place& place);

/// Takes a SpinnakerService, or a patch of it.
void take_spinnaker_service(Reading& reading, const YamlNode& document);

/// Takes apart what take_spinnaker_service merged.
void finish_spinnaker_service(Reading& reading);

/// What was read, whole; the Reading is empty afterwards.
[[nodiscard]] Installation finish_reading(Reading& reading);

/// Takes an object of Kubernetes.
void take_kubernetes_object(Reading& reading, YamlNode document, const Place& place);

/// The kustomization of a directory; nothing if it has none.
[[nodiscard]] std::optional<std::filesystem::path> kustomization_in(
    const std::filesystem::path& directory);

/// Reads what a kustomization names: resources, components, patches, files of ConfigMaps.
void take_kustomization(Reading& reading, const YamlNode& document, const Place& place);

/// A directory that Halyard would read.
[[nodiscard]] bool is_halyard_directory(const std::filesystem::path& directory);

/// Reads Halyard's configuration of one deployment; an empty name is its `currentDeployment`.
void read_halyard(Reading& reading, const std::filesystem::path& directory,
                  std::string_view deployment);

/// Takes a halconfig's deployment and reads the directory beside it that belongs to it.
void take_halconfig(Reading& reading, const YamlNode& halconfig, std::string_view deployment,
                    const Place& place);

/// What Halyard itself generates from a halconfig, below all that users write.
void add_generated_profiles(Reading& reading);

/// Whose profile a file is.
struct ProfileName {
  std::string name;       ///< `clouddriver-rw`
  bool is_local = false;  ///< clouddriver-rw-local.yml
};

/// Reads a file's name. A foreign one is known by its last parts: `oss-gate.yml`. Nothing: it is no
/// profile of Spinnaker's.
[[nodiscard]] std::optional<ProfileName> profile_name_of(std::string_view file_name);

/// Adds a profile's document, unless Spring would not read it (is_active_document).
void add_profile(Reading& reading, const ProfileName& name, YamlNode document);

/// A document without `spring.config.activate.on-profile`, or one for `local`, with which Spinnaker
/// runs (Spring Boot reference, Externalized Configuration, Working With Multi-Document Files;
/// `spring.profiles` before Spring Boot 2.4).
[[nodiscard]] bool is_active_document(const Installation& installation, const YamlNode& document);

/// Adds the profile that a text is, such as a ConfigMap's member.
void add_profile_text(Reading& reading, const ProfileName& name, const YamlNode& text);

/// By its path of members; null if there is none.
[[nodiscard]] const YamlNode* find_path(const YamlNode& node,
                                        std::initializer_list<std::string_view> path);

/// Members of a mapping or items of a list; nothing of anything else.
[[nodiscard]] const std::vector<YamlNode>& members_of(const YamlNode* node);
[[nodiscard]] const std::vector<YamlNode>& items_of(const YamlNode* node);

/// A text, or nothing.
[[nodiscard]] std::string_view text_of(const YamlNode* node);

}  // namespace telltale::fleet
