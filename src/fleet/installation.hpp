#pragma once
// Installation: what Spinnaker's own files say, merged and remembering where each word stands. No
// meaning is given to it here; ServiceView does that.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "telltale/fleet/catalog.hpp"
#include "telltale/fleet/fleet.hpp"

#include "fleet/yaml.hpp"

namespace telltale::fleet {

/// Something that a file has wrong by itself, so that it, or a part of it, could not be read.
/// `lint` goes on after it; whoever derives targets does not.
struct Defect {
  std::string rule;    ///< a lint rule's id, such as `yaml-tab`
  std::string source;  ///< `file:line`
  std::string sentence;
};

/// What a Kubernetes manifest beside the SpinnakerService says: Deployment, Service,
/// PeerAuthentication. Patches inside `spec.kustomize` become such objects, too.
struct KubernetesObject {
  std::string kind;
  std::string name;  ///< metadata.name; for a patch that has none the service's: `spin-orca`
  YamlNode object;
  bool is_patch = false;
};

/// How the files came, which decides how names are written.
enum class Layout { spinnaker_service, halyard, profiles };

struct Installation {
  Layout layout = Layout::spinnaker_service;
  std::vector<std::string> files;  ///< as messages name them; YamlNode::file is an index into it
  std::optional<std::string> name_space;  ///< metadata.namespace, if it was written
  ServiceNames names = ServiceNames::prefixed;
  YamlNode config;  ///< one deployment of a halconfig; Kind::nothing if there is none
  /// Profile documents by the name of their file without `.yml` and `-local`: `spinnaker` for all
  /// services, `clouddriver`, `clouddriver-rw`. Several of one name: the later wins.
  std::map<std::string, std::vector<YamlNode>, std::less<>> profiles;
  /// service-settings by service, with those of `spinnaker` for all (but deck).
  std::map<std::string, YamlNode, std::less<>> service_settings;
  YamlNode expose;
  std::vector<KubernetesObject> objects;
  std::vector<Defect> defects;

  /// `spinnakerservice.yml:12`.
  [[nodiscard]] std::string position(const YamlNode& node) const;
};

/// Reads the files that a configuration names. Throws BadConfig: `file:line: sentence`.
[[nodiscard]] Installation read_installation(const SpinnakerFiles& files);

/// Reads files and directories whose kind is told by what is in them: SpinnakerService manifests,
/// Kubernetes manifests, Halyard directories, kustomizations, profile files. What cannot be parsed
/// as YAML is a Defect; what cannot be read at all, or is too large, too deep or too much, throws
/// BadConfig.
[[nodiscard]] Installation read_paths(std::span<const std::string> paths);

/// JSON merge patch (RFC 7386), which is what kustomize's strategic merge comes to for a custom
/// resource: mappings are merged, `null` deletes, all else is replaced.
void merge_patch(YamlNode& base, const YamlNode& patch);

/// A value as a service sees it.
struct Setting {
  std::string text;    ///< placeholders (`${a.b:default}`) resolved as far as the files allow
  std::string source;  ///< `file:line`
  const YamlNode* node = nullptr;  ///< never null; borrowed from the Installation
  bool is_resolved = true;  ///< false: `text` holds a placeholder that the files do not resolve
};

/// How a service finds a key.
enum class Binding {
  relaxed,  ///< Spring: `clientAuth`, `client-auth`, `CLIENT_AUTH`; keys may be dotted
  exact,    ///< go-yaml-tools with mapstructure: letters' case is ignored, dashes are not
};

/// What the profiles of one service come to: its layers, the last one wins. Borrows the
/// Installation.
class Properties {
 public:
  Properties(const Installation& installation, Binding binding,
             std::vector<const YamlNode*> layers);

  /// A scalar by its path, `server.ssl.client-auth`. Nothing: it is not there, or has no value.
  [[nodiscard]] std::optional<Setting> find(std::string_view path) const;

  /// The node by its path from the last layer that has it: a list, a mapping. Null: none.
  [[nodiscard]] const YamlNode* node(std::string_view path) const;

  /// Some layer has a key below or at this path.
  [[nodiscard]] bool has(std::string_view path) const { return node(path) != nullptr; }

  /// `true`, `yes`, `on` in any case, as Spring has it; the default where it is not there.
  [[nodiscard]] bool is_true(std::string_view path, bool if_absent) const;

  [[nodiscard]] const std::vector<const YamlNode*>& layers() const noexcept { return layers_; }

 private:
  const Installation* installation_;
  Binding binding_;
  std::vector<const YamlNode*> layers_;
};

/// What `service` reads: `profiles.spinnaker`, its base's profile, its own (clouddriver-rw); for a
/// service that is not in the catalog its own profile.
[[nodiscard]] Properties properties_of(const Installation& installation, std::string_view service);

}  // namespace telltale::fleet
