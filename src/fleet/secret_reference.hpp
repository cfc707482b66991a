#pragma once
// SecretReference: how Spinnaker's files name a secret instead of writing it out.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "telltale/error.hpp"

namespace telltale::fleet {

/// `encrypted:ENGINE!NAME:VALUE!…` stands for a value, `encryptedFile:…` for the path of a file
/// (kork-secrets `EncryptedSecret`). It says where the secret lies and is none itself.
struct SecretReference {
  std::string engine;  ///< `k8s`, `s3`, `vault`, …
  bool is_file = false;
  std::map<std::string, std::string, std::less<>> parameters;  ///< given twice: the last

  friend bool operator==(const SecretReference&, const SecretReference&) = default;
};

/// Nothing: the text is no reference, but the value itself. Errors: it begins like one and is not
/// well-formed. With the engine k8s each element has exactly one colon, and the Secret's name `n`
/// and its key `k` are there (op `pkg/secrets/kubernetes.go`); other engines' values may have
/// colons. The sentence does not repeat the text, since somebody may have written a password there.
[[nodiscard]] Result<std::optional<SecretReference>> parse_secret_reference(std::string_view text);

/// Where a Secret of Kubernetes is mounted: `DIRECTORY/SECRET/KEY`, as the operator mounts them
/// (op `transformer/secrets.go`). Errors: another engine (Errc::unsupported), or a name or key that
/// Kubernetes does not allow, such as one that leads out of the directory.
[[nodiscard]] Result<std::string> mounted_path(const SecretReference& reference,
                                               std::string_view secrets_directory);

}  // namespace telltale::fleet
