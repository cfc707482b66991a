// Rules on files as such: what cannot be read, and profiles that nobody reads.

#include "fleet/lint/subject.hpp"

namespace telltale::fleet::linting {

void check_defects(const Subject& subject, Findings& findings) {
  for (const Defect& defect : subject.installation->defects) {
    const bool is_known = find_lint_rule(defect.rule) != nullptr;
    findings.add(is_known ? std::string_view(defect.rule) : "yaml-malformed", "", defect.source,
                 defect.sentence);
  }
}

/// The operator adds `-local.yml` to the name by itself (op `pkg/halyard/halyard.go`).
void check_profiles(const Subject& subject, Findings& findings) {
  if (subject.installation->layout != Layout::spinnaker_service) {
    return;
  }
  for (const auto& [name, layers] : subject.installation->profiles) {
    for (const YamlNode& layer : layers) {
      if (name.ends_with("-local") && !layer.children.empty()) {
        findings.add("profile-inert", "", subject.installation->position(layer),
                     "profiles." + name + " becomes " + name + "-local.yml, which nobody reads");
      }
    }
  }
}

}  // namespace telltale::fleet::linting
