// The key and trust stores that Spinnaker's files name, as far as they are mounted here.

#include <algorithm>
#include <unistd.h>

#include "fleet/derive.hpp"
#include "fleet/secret_reference.hpp"
#include "fleet/service_readers.hpp"

namespace telltale::fleet {
namespace {

/// A file that is here, or why it is not.
struct Found {
  std::optional<std::string> file;
  std::string why;  ///< a clause: "the Secret … is not mounted here"

  explicit operator bool() const { return file.has_value(); }
};

Found missing(std::string why) {
  return {.file = std::nullopt, .why = std::move(why)};
}

bool can_be_read(const std::string& file) {
  return access(file.c_str(), R_OK) == 0;
}

/// A directory that a Secret is mounted at in the service's own pod.
struct Mount {
  std::string path;
  std::string secret;
};

/// service-settings' `kubernetes.volumes` (hal `ConfigSource`).
void add_settings_mounts(const Derivation& derivation, const ServiceView& view,
                         std::vector<Mount>& mounts) {
  const Properties settings = settings_of(derivation.installation, view.settings);
  const YamlNode* const volumes = settings.node("kubernetes.volumes");
  if (volumes == nullptr) {
    return;
  }
  for (const YamlNode& volume : volumes->children) {
    const YamlNode* const id = volume.find("id");
    const YamlNode* const path = volume.find("mountPath");
    const YamlNode* const type = volume.find("type");
    const bool is_secret = type == nullptr || type->text == "secret";
    if (id != nullptr && path != nullptr && is_secret) {
      mounts.push_back({.path = path->text, .secret = id->text});
    }
  }
}

/// The Secret of a pod's volume.
std::optional<std::string> secret_of_volume(const Installation& installation,
                                            std::string_view volume) {
  for (const KubernetesObject& object : installation.objects) {
    const YamlNode* const volumes =
        find_member(&object.object, {"spec", "template", "spec", "volumes"});
    for (std::size_t i = 0; volumes != nullptr && i < volumes->children.size(); ++i) {
      const YamlNode* const name = volumes->children[i].find("name");
      const YamlNode* const secret = find_member(&volumes->children[i], {"secret", "secretName"});
      if (name != nullptr && secret != nullptr && name->text == volume) {
        return secret->text;
      }
    }
  }
  return std::nullopt;
}

void add_container_mounts(const Derivation& derivation, const ServiceView& view,
                          std::vector<Mount>& mounts) {
  for (const YamlNode* const container :
       containers_of(derivation.installation, view.service->name)) {
    const YamlNode* const list = container->find("volumeMounts");
    for (std::size_t i = 0; list != nullptr && i < list->children.size(); ++i) {
      const YamlNode* const name = list->children[i].find("name");
      const YamlNode* const path = list->children[i].find("mountPath");
      if (name == nullptr || path == nullptr) {
        continue;
      }
      if (const auto secret = secret_of_volume(derivation.installation, name->text)) {
        mounts.push_back({.path = path->text, .secret = *secret});
      }
    }
  }
}

/// What is below the mount's path: a key of its Secret.
std::optional<std::string> key_below(const Mount& mount, std::string_view path) {
  std::string_view prefix = mount.path;
  while (prefix.ends_with('/')) {
    prefix.remove_suffix(1);
  }
  if (prefix.empty() || !path.starts_with(prefix) || !path.substr(prefix.size()).starts_with('/')) {
    return std::nullopt;
  }
  const std::string_view key = path.substr(prefix.size() + 1);
  const bool is_key = !key.empty() && key.find("..") == std::string_view::npos;
  return is_key ? std::optional(std::string(key)) : std::nullopt;
}

Found find_reference(const Derivation& derivation, const SecretReference& reference) {
  if (!derivation.files.secrets) {
    return missing("it is a Secret, and spinnaker.secrets does not say where Secrets are mounted");
  }
  const Result<std::string> path = mounted_path(reference, *derivation.files.secrets);
  if (!path) {
    return missing("its secret reference " + path.error().detail());
  }
  if (!can_be_read(*path)) {
    return missing(*path + " cannot be read here");
  }
  return {.file = *path, .why = {}};
}

/// Whether a file of a Secret is referred to in profiles.
bool refers_to(const YamlNode& node, std::string_view secret, std::string_view key) {
  const auto read = parse_secret_reference(node.text);
  if (read && *read && (*read)->is_file) {
    const auto& parameters = (*read)->parameters;
    const auto is = [&](std::string_view name, std::string_view value) {
      const auto found = parameters.find(name);
      return found != parameters.end() && found->second == value;
    };
    if (is("n", secret) && is("k", key)) {
      return true;
    }
  }
  return std::ranges::any_of(node.children,
                             [&](const YamlNode& child) { return refers_to(child, secret, key); });
}

/// The operator mounts what the service's profiles refer to, at `/opt/SERVICE/secrets/SECRET/KEY`
/// (op `transformer/secrets.go`), where JAVA_OPTS may name it.
std::optional<std::string> mounted_by_operator(const Derivation& derivation,
                                               const ServiceView& view, std::string_view path) {
  const std::string prefix = "/opt/" + std::string(view.service->name) + "/secrets/";
  const Installation& installation = derivation.installation;
  if (installation.layout != Layout::spinnaker_service || !path.starts_with(prefix)) {
    return std::nullopt;
  }
  const std::string_view below = path.substr(prefix.size());
  const std::size_t slash = std::min(below.find('/'), below.size());
  const std::string_view secret = below.substr(0, slash);
  const std::string_view key = below.substr(std::min(slash + 1, below.size()));
  for (const std::string_view name :
       {std::string_view("spinnaker"), view.service->base, view.service->name}) {
    const auto profiles = installation.profiles.find(name);
    if (profiles != installation.profiles.end() &&
        std::ranges::any_of(profiles->second, [&](const YamlNode& profile) {
          return refers_to(profile, secret, key);
        })) {
      return std::string(below);
    }
  }
  return std::nullopt;
}

Found find_path(const Derivation& derivation, const ServiceView& view, const std::string& path) {
  if (const auto below = mounted_by_operator(derivation, view, path);
      below && derivation.files.secrets) {
    std::string mounted = *derivation.files.secrets + '/' + *below;
    return can_be_read(mounted) ? Found{.file = std::move(mounted), .why = {}}
                                : missing(mounted + " cannot be read here");
  }
  std::vector<Mount> mounts;
  add_settings_mounts(derivation, view, mounts);
  add_container_mounts(derivation, view, mounts);
  for (const Mount& mount : mounts) {
    const auto key = key_below(mount, path);
    if (!key || !derivation.files.secrets) {
      continue;
    }
    std::string mounted = *derivation.files.secrets + '/' + mount.secret + '/' + *key;
    if (can_be_read(mounted)) {
      return {.file = std::move(mounted), .why = {}};
    }
    return missing(mounted + " cannot be read here");
  }
  if (!path.starts_with('/') || !can_be_read(path)) {
    return missing(path + " cannot be read here");
  }
  return {.file = path, .why = {}};
}

/// A store as it is written: a reference to a Secret, or a path in the service's own pod.
Found find_file(const Derivation& derivation, const ServiceView& view, const std::string& text) {
  if (text.find("${") != std::string::npos || text.find("$(") != std::string::npos) {
    return missing("it has a placeholder that the files do not resolve");
  }
  const auto reference = parse_secret_reference(text);
  if (!reference) {
    return missing("it " + reference.error().detail());
  }
  return *reference ? find_reference(derivation, **reference) : find_path(derivation, view, text);
}

/// Nobody resolves references in JAVA_OPTS: the operator does in profiles (op
/// `transformer/secrets.go`), kork in what Spring binds. The JVM takes them as they stand.
bool is_reference(std::string_view text) {
  return text.starts_with("encrypted:") || text.starts_with("encryptedFile:");
}

/// A store among the words of JAVA_OPTS.
Found find_jvm_file(const Derivation& derivation, const ServiceView& view,
                    const std::string& text) {
  return is_reference(text) ? missing("nobody resolves a secret reference in JAVA_OPTS")
                            : find_file(derivation, view, text);
}

/// A store's password: none is written, it is somewhere, or nobody can tell.
struct FoundPassword {
  bool is_usable = true;
  std::optional<pki::SecretSource> source;
  std::string why;
};

/// `place` is where a password stands that is written out.
FoundPassword find_password(const Derivation& derivation, const std::string& text,
                            pki::SecretSource place) {
  if (text.find("${") != std::string::npos || text.find("$(") != std::string::npos) {
    return {.is_usable = false,
            .source = {},
            .why = "its password has a placeholder that the files do not resolve"};
  }
  const auto reference = parse_secret_reference(text);
  if (reference && !*reference) {
    return {.source = std::move(place), .why = {}};
  }
  const Found file = reference ? find_reference(derivation, **reference)
                               : missing("it " + reference.error().detail());
  if (!file) {
    return {.is_usable = false, .source = {}, .why = "of its password: " + file.why};
  }
  return {.source = pki::SecretSource::in_file(*file.file), .why = {}};
}

std::size_t line_of(const YamlNode& node) {
  return static_cast<std::size_t>(node.line);
}

FoundPassword find_password(const Derivation& derivation, const std::optional<Setting>& setting) {
  if (!setting) {
    return {};
  }
  const YamlNode& node = *setting->node;
  if (setting->text != node.text && setting->text.find("${") == std::string::npos) {
    return {.is_usable = false,
            .source = {},
            .why = "its password stands behind a placeholder; name a Secret or write it out"};
  }
  return find_password(derivation, setting->text,
                       pki::SecretSource::in_text(derivation.installation.files.at(node.file),
                                                  line_of(node), node.key));
}

/// A password among the words of JAVA_OPTS.
FoundPassword find_option(const Derivation& derivation, const Setting& options,
                          std::string_view property, const std::optional<std::string>& text) {
  if (!text) {
    return {};
  }
  if (is_reference(*text)) {
    return {.is_usable = false,
            .source = {},
            .why = "its password is a secret reference, which nobody resolves in JAVA_OPTS"};
  }
  return find_password(
      derivation, *text,
      pki::SecretSource::in_text(derivation.installation.files.at(options.node->file),
                                 line_of(*options.node), "-D" + std::string(property) + '=',
                                 " \t\r\n\"'"));
}

bool is_same_store(const ServiceView& view) {
  const auto& server = view.server.keys.file;
  return view.server.has_tls && server && server->text == view.client.keys.file->text;
}

void lack_identity(Derivation& derivation, const ServiceView& view, Target& target,
                   const std::string& why) {
  const bool is_same = is_same_store(view);
  target.presents_unseen = !is_same;
  derivation.say_source(target.name, "identity", view.client.keys.file->source);
  derivation.say_note(
      target.name, "identity",
      why + (is_same
                 ? "; its endpoint shows the same key store's certificate, which counts"
                 : "; what it holds is not known: its endpoint is not known to show the same one"));
}

void derive_identity(Derivation& derivation, const ServiceView& view, Target& target) {
  const bool is_a_go_service = is_go(view.service->runtime);
  const std::optional<Setting>& store = view.client.keys.file;
  if (!store) {
    target.presents_nothing = true;
    derivation.say_note(target.name, "identity",
                        is_a_go_service
                            ? "it has no http.clientCertFile, and presents nothing"
                            : "it has no ok-http-client.key-store, and presents nothing");
    return;
  }
  const Found file = find_file(derivation, view, store->text);
  const FoundPassword password = find_password(derivation, view.client.keys.password);
  if (!file || !password.is_usable) {
    lack_identity(derivation, view, target, file ? password.why : file.why);
    return;
  }
  pki::IdentityFiles files{.certificate = *file.file};
  if (is_a_go_service) {
    files.key_password = password.source;
    const Found key = view.client.key_file ? find_file(derivation, view, view.client.key_file->text)
                                           : missing("it has no http.clientKeyFile");
    files.key = key.file;
  } else {
    files.is_keystore = true;
    files.password = password.source;
  }
  derivation.fleet.identities[target.name] = std::move(files);
  derivation.fleet.sources["identities." + target.name] = store->source;
  target.identity = target.name;
  derivation.say_source(target.name, "identity", store->source);
}

/// OkHttp without a trust store of its own takes the JVM's (okhttp
/// `Platform.platformTrustManager`).
void derive_trust(Derivation& derivation, const ServiceView& view, Target& target) {
  Found file;
  FoundPassword password;
  std::string source;
  if (view.client.trust.file) {
    file = find_file(derivation, view, view.client.trust.file->text);
    password = find_password(derivation, view.client.trust.password);
    source = view.client.trust.file->source;
  } else if (view.jvm.trust_store) {
    file = find_jvm_file(derivation, view, *view.jvm.trust_store);
    password = find_option(derivation, *view.jvm.options, "javax.net.ssl.trustStorePassword",
                           view.jvm.trust_store_password);
    source = view.jvm.options->source;
  } else {
    return;
  }
  derivation.say_source(target.name, "trust", source);
  if (!file || !password.is_usable) {
    derivation.say_note(target.name, "trust",
                        (file ? password.why : file.why) + "; telltale's own trust stands for it");
    return;
  }
  target.trust = pki::TrustFiles{.file = *file.file, .password = password.source};
}

}  // namespace

void derive_stores(Derivation& derivation, const ServiceView& view, Target& target) {
  if (view.service->runtime == Runtime::none) {
    return;
  }
  derive_identity(derivation, view, target);
  derive_trust(derivation, view, target);
}

void derive_jvm_stores(Derivation& derivation, const ServiceView& view, Call& call) {
  const std::string caller(view.service->name);
  const std::string key = "calls." + call.target;
  if (!is_jsse(view.service->runtime)) {
    call.presents_nothing = true;
    derivation.say_note(caller, key, "its Redis client presents nothing and trusts the system");
    return;
  }
  if (!view.jvm.key_store) {
    call.presents_nothing = true;
    derivation.say_note(caller, key,
                        "JAVA_OPTS names no javax.net.ssl.keyStore: it presents nothing");
  } else {
    const Found file = find_jvm_file(derivation, view, *view.jvm.key_store);
    const FoundPassword password =
        find_option(derivation, *view.jvm.options, "javax.net.ssl.keyStorePassword",
                    view.jvm.key_store_password);
    if (file && password.is_usable) {
      call.identity = caller + "-jvm";
      derivation.fleet.identities[*call.identity] = {
          .certificate = *file.file, .password = password.source, .is_keystore = true};
      derivation.fleet.sources["identities." + *call.identity] = view.jvm.options->source;
    } else {
      call.presents_unseen = true;
      derivation.say_note(caller, key,
                          "of javax.net.ssl.keyStore: " + (file ? password.why : file.why) +
                              "; what it holds is not known");
    }
  }
  if (view.jvm.trust_store) {
    const Found file = find_jvm_file(derivation, view, *view.jvm.trust_store);
    const FoundPassword password =
        find_option(derivation, *view.jvm.options, "javax.net.ssl.trustStorePassword",
                    view.jvm.trust_store_password);
    if (file && password.is_usable) {
      call.trust = pki::TrustFiles{.file = *file.file, .password = password.source};
    }
  }
}

}  // namespace telltale::fleet
