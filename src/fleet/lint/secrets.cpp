// Rules on secrets: those that are written out, and references that nothing resolves. What is
// written there is never repeated.

#include <algorithm>
#include <array>

#include "fleet/lint/subject.hpp"
#include "fleet/secret_reference.hpp"

namespace telltale::fleet::linting {
namespace {

/// A part of the files, and whose it is.
struct Part {
  std::string service;  ///< empty: all services', or Halyard's own
  std::string path;     ///< in front of what stands below
  const YamlNode* node = nullptr;
};

std::vector<Part> parts_of(const Installation& installation) {
  std::vector<Part> parts;
  parts.push_back({.service = {}, .path = {}, .node = &installation.config});
  const YamlNode* const api_security = at_path(&installation.config, "security.apiSecurity.ssl");
  // Halyard writes it into gate's profile; it is one text.
  const auto is_halconfig = [&](const YamlNode& layer) {
    const YamlNode* const ssl = at_path(&layer, "server.ssl");
    return ssl != nullptr && api_security != nullptr && ssl->line == api_security->line &&
           ssl->file == api_security->file;
  };
  const auto name_of = [](const std::string& name) { return name == "spinnaker" ? "" : name; };
  for (const auto& [name, layers] : installation.profiles) {
    for (const YamlNode& layer : layers) {
      if (!is_halconfig(layer)) {
        parts.push_back({.service = name_of(name), .path = {}, .node = &layer});
      }
    }
  }
  for (const auto& [name, settings] : installation.service_settings) {
    parts.push_back({.service = name_of(name), .path = {}, .node = &settings});
  }
  return parts;
}

/// The last member of a path in lower case, letters and digits only.
std::string last_word(std::string_view path) {
  std::string word = to_lower(path.substr(path.rfind('.') + 1));
  std::erase_if(word, [](char c) { return c == '-' || c == '_'; });
  return word;
}

bool is_password_word(std::string_view word) {
  constexpr std::array<std::string_view, 8> endings{
      "password",        "passphrase", "clientsecret",   "secretkey",
      "secretaccesskey", "apikey",     "applicationkey", "token"};
  return std::ranges::any_of(endings, [&](std::string_view each) { return word.ends_with(each); });
}

/// What examples have in a password's place: `abc`, `<password>`, `xxxx`, `{{ password }}`.
bool is_placeholder(std::string_view text) {
  const bool is_one_letter = text.find_first_not_of(text.front()) == std::string_view::npos;
  const bool is_in_brackets = text.starts_with('<') && text.ends_with('>');
  return is_one_letter || is_in_brackets || text.find("{{") != std::string_view::npos ||
         to_lower(text) == "abc";
}

/// A value that stands for another, or for none at all.
bool is_written_out(const YamlNode& node) {
  const std::string& text = node.text;
  const std::string lower = to_lower(text);
  return !text.empty() && !is_placeholder(text) && text.find("${") == std::string::npos &&
         text.find("$(") == std::string::npos && !text.starts_with("encrypted") &&
         text.find('\n') == std::string::npos && lower != "true" && lower != "false";
}

/// What every JRE ships its cacerts with is no secret.
bool is_public(const YamlNode& node, bool is_of_trust) {
  return is_of_trust && node.text == "changeit";
}

void add_password(const Installation& installation, const Part& part, const YamlNode& node,
                  const std::string& what, bool is_of_trust, Findings& findings) {
  if (is_public(node, is_of_trust)) {
    return;
  }
  findings.add(
      "plaintext-password", is_of_trust ? LintSeverity::info : LintSeverity::warning, part.service,
      installation.position(node),
      what + " is written out" + (is_of_trust ? "; a trust store holds nothing secret" : ""));
}

void check_password(const Installation& installation, const Part& part, const YamlNode& node,
                    const std::string& path, Findings& findings) {
  const std::string word = last_word(path);
  if (is_password_word(word) && is_written_out(node)) {
    add_password(installation, part, node, path, word.find("trust") != std::string::npos, findings);
    return;
  }
  const std::optional<Location> location = read_location(node.text);
  if (location && location->has_password && is_written_out(node)) {
    add_password(installation, part, node, "a password in the URL of " + path, false, findings);
  }
}

/// `name: REDIS_PASSWORD` and `value: …` side by side, as Kubernetes writes environments.
void check_pairs(const Installation& installation, const Part& part, const YamlNode& node,
                 Findings& findings) {
  const YamlNode* const name = node.find("name");
  const YamlNode* const value = node.find("value");
  if (name != nullptr && value != nullptr && value->kind == YamlNode::Kind::text &&
      is_password_word(last_word(name->text)) && is_written_out(*value)) {
    add_password(installation, part, *value, "the value of " + name->text, false, findings);
  }
  for (const YamlNode& child : node.children) {
    check_pairs(installation, part, child, findings);
  }
}

bool is_k8s_resolved(const Subject& subject, const Part& part) {
  if (subject.installation->layout == Layout::spinnaker_service) {
    return true;
  }
  const CatalogService* const service = find_service(part.service);
  const bool is_go = service != nullptr && fleet::is_go(service->runtime);
  const std::string_view reader = part.service.empty() ? "gate" : std::string_view(part.service);
  return !is_go && properties_of(*subject.installation, reader)
                       .is_true("spinnaker.secrets.kubernetes.enabled", false);
}

void check_reference(const Subject& subject, const Part& part, const YamlNode& node,
                     const std::string& path, Findings& findings) {
  constexpr std::array<std::string_view, 6> engines{
      "s3", "gcs", "secrets-manager", "google-secrets-manager", "vault", "noop"};
  const auto reference = parse_secret_reference(node.text);
  const std::string source = subject.installation->position(node);
  if (!reference) {
    findings.add("secret-reference-malformed", part.service, source,
                 path + " " + reference.error().detail());
    return;
  }
  if (!*reference) {
    return;
  }
  const std::string& engine = (*reference)->engine;
  if (engine == "k8s") {
    if (!is_k8s_resolved(subject, part)) {
      findings.add("secret-engine-unusable", part.service, source,
                   path + " refers to the engine k8s, which only the operator resolves");
    }
  } else if (std::ranges::find(engines, engine) == engines.end()) {
    findings.add("secret-engine-unusable", part.service, source,
                 path + " refers to an engine that Spinnaker does not have");
  }
}

/// A password in JAVA_OPTS that does not stand in a file or in another variable, `$(NAME)`.
void check_option(const ServiceView& view, const std::optional<std::string>& password,
                  const std::string& property, LintSeverity severity, Findings& findings) {
  if (!password || password->empty() || password->find('$') != std::string::npos) {
    return;
  }
  const std::string what = property + " in JAVA_OPTS is ";
  const bool is_trust = severity == LintSeverity::info;
  if (password->starts_with("encrypted")) {
    findings.add("java-opts-secret", LintSeverity::error, view.service->name,
                 view.jvm.options->source,
                 what + "a secret reference, which is taken for the password itself");
  } else if (!is_trust || *password != "changeit") {
    findings.add("java-opts-secret", severity, view.service->name, view.jvm.options->source,
                 what + "written out" + (is_trust ? "; a trust store holds nothing secret" : ""));
  }
}

void check_java_options(const Subject& subject, Findings& findings) {
  for (const ServiceView* const view : subject.concerned()) {
    check_option(*view, view->jvm.key_store_password, "javax.net.ssl.keyStorePassword",
                 LintSeverity::warning, findings);
    check_option(*view, view->jvm.trust_store_password, "javax.net.ssl.trustStorePassword",
                 LintSeverity::info, findings);
  }
}

}  // namespace

void check_secrets(const Subject& subject, Findings& findings) {
  for (const Part& part : parts_of(*subject.installation)) {
    visit_texts(*part.node, part.path, [&](const YamlNode& node, const std::string& path) {
      check_password(*subject.installation, part, node, path, findings);
      check_reference(subject, part, node, path, findings);
    });
    check_pairs(*subject.installation, part, *part.node, findings);
  }
  for (const KubernetesObject& object : subject.installation->objects) {
    const Part part{.service = std::string(bare_name(object.name)), .path = {}, .node = nullptr};
    check_pairs(*subject.installation, part, object.object, findings);
  }
  check_java_options(subject, findings);
}

}  // namespace telltale::fleet::linting
