#include "fleet/secret_reference.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace telltale::fleet {
namespace {

constexpr std::string_view value_prefix = "encrypted:";
constexpr std::string_view file_prefix = "encryptedFile:";
constexpr std::string_view kubernetes = "k8s";

/// Of a Secret's name and of its key (Kubernetes `IsDNS1123Subdomain`, `IsConfigMapKey`).
constexpr std::size_t most_name_bytes = 253;

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_letter_or_digit(char c) {
  return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}

Error malformed(std::size_t element, std::string_view sentence) {
  return {Errc::malformed, "has a secret reference whose element " + std::to_string(element) + ' ' +
                               std::string(sentence) +
                               "; the form is encrypted:ENGINE!NAME:VALUE!NAME:VALUE"};
}

/// Reads `NAME:VALUE`, the `number`th element after the engine.
Result<std::pair<std::string, std::string>> read_element(std::string_view element,
                                                         std::size_t number,
                                                         std::string_view engine) {
  const std::size_t colon = element.find(':');
  if (colon == std::string_view::npos) {
    return malformed(number, "has no colon");
  }
  const std::string_view name = element.substr(0, colon);
  const std::string_view value = element.substr(colon + 1);
  if (engine == kubernetes && value.find(':') != std::string_view::npos) {
    return malformed(number, "has more than one colon");
  }
  if (name.empty() || value.empty() || !std::ranges::all_of(name, is_letter_or_digit)) {
    return malformed(number, "has no name of letters and digits, or no value");
  }
  return std::pair(std::string(name), std::string(value));
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

/// A DNS subdomain (RFC 1123 2.1).
bool is_secret_name(std::string_view name) {
  const auto is_allowed = [](char c) { return is_lower_or_digit(c) || c == '-' || c == '.'; };
  return !name.empty() && name.size() <= most_name_bytes && is_lower_or_digit(name.front()) &&
         is_lower_or_digit(name.back()) && std::ranges::all_of(name, is_allowed);
}

bool is_secret_key(std::string_view key) {
  const auto is_allowed = [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_';
  };
  return !key.empty() && key.size() <= most_name_bytes && key != "." && !key.starts_with("..") &&
         std::ranges::all_of(key, is_allowed);
}

std::string_view parameter(const SecretReference& reference, std::string_view name) {
  const auto found = reference.parameters.find(name);
  return found != reference.parameters.end() ? std::string_view(found->second) : std::string_view{};
}

}  // namespace

Result<std::optional<SecretReference>> parse_secret_reference(std::string_view text) {
  const bool is_file = text.starts_with(file_prefix);
  if (!is_file && !text.starts_with(value_prefix)) {
    return std::optional<SecretReference>{};
  }
  text.remove_prefix(is_file ? file_prefix.size() : value_prefix.size());
  const std::size_t end = std::min(text.find('!'), text.size());
  SecretReference reference{
      .engine = std::string(text.substr(0, end)), .is_file = is_file, .parameters = {}};
  if (!std::ranges::all_of(reference.engine,
                           [](char c) { return is_letter_or_digit(c) || c == '-'; }) ||
      reference.engine.empty() || end == text.size()) {
    return Error(Errc::malformed,
                 "has a secret reference without an engine or without parameters; the form is "
                 "encrypted:ENGINE!NAME:VALUE!NAME:VALUE");
  }
  text.remove_prefix(end);
  for (std::size_t number = 1; !text.empty(); ++number) {
    text.remove_prefix(1);
    const std::string_view element = text.substr(0, text.find('!'));
    auto read = read_element(element, number, reference.engine);
    if (!read) {
      return read.error();
    }
    reference.parameters.insert_or_assign(std::move(read->first), std::move(read->second));
    text.remove_prefix(element.size());
  }
  if (reference.engine == kubernetes &&
      (!reference.parameters.contains("n") || !reference.parameters.contains("k"))) {
    return Error(Errc::malformed,
                 "has a secret reference without the Secret's name or without its key; the form is "
                 "encrypted:k8s!n:SECRET!k:KEY");
  }
  return std::optional(std::move(reference));
}

Result<std::string> mounted_path(const SecretReference& reference,
                                 std::string_view secrets_directory) {
  if (reference.engine != kubernetes) {
    return Error(Errc::unsupported, "is kept by the secret engine " + reference.engine +
                                        "; only Secrets of Kubernetes (k8s) are mounted");
  }
  // kork's own engine lowers it (kork-secrets-k8s `KubernetesSecretEngine`).
  const std::string name = to_lower(parameter(reference, "n"));
  const std::string_view key = parameter(reference, "k");
  if (!is_secret_name(name)) {
    return Error(Errc::invalid_value,
                 "names a Secret that Kubernetes does not allow; a name has lower-case letters, "
                 "digits, dashes and dots");
  }
  if (!is_secret_key(key)) {
    return Error(Errc::invalid_value,
                 "names a key of a Secret that Kubernetes does not allow; a key has letters, "
                 "digits, dashes, underscores and dots, and does not begin with two dots");
  }
  std::string path(secrets_directory);
  if (!path.empty() && path.back() != '/') {
    path += '/';
  }
  return path.append(name).append("/").append(key);
}

}  // namespace telltale::fleet
