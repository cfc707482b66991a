#include "telltale/pki/secret.hpp"

#include <cstdlib>
#include <utility>

#include <openssl/crypto.h>

#include "telltale/pki/file.hpp"

namespace telltale::pki {

Secret::Secret(std::string_view text) : bytes_(text.begin(), text.end()) {}

Secret::Secret(std::vector<char>&& bytes) noexcept : bytes_(std::move(bytes)) {}

Secret::~Secret() {
  wipe();
}

Secret::Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::exchange(other.bytes_, {});
  }
  return *this;
}

void Secret::wipe() noexcept {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
  bytes_.clear();
}

void wipe(std::string& text) noexcept {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

namespace {

constexpr std::size_t max_password_bytes = 4096;

Result<Secret> read_secret_file(const std::string& file) {
  Result<Secret> content = read_file(file, max_password_bytes + 2);
  if (!content) {
    return content;
  }
  std::string_view text = content->reveal();
  if (text.ends_with('\n')) {
    text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
  }
  if (text.size() > max_password_bytes) {
    return Error(Errc::invalid_value,
                 "is larger than " + std::to_string(max_password_bytes) + " bytes");
  }
  if (text.empty()) {
    return Error(Errc::invalid_value, "is empty; write the password into the file");
  }
  return Secret(text);
}

Result<Secret> read_secret_variable(const std::string& variable) {
  const char* const value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0') {
    return Error(Errc::invalid_value,
                 "names an environment variable that is not set; set it to the password");
  }
  return Secret(value);
}

}  // namespace

Result<Secret> read_secret(const SecretSource& source) {
  return source.kind == SecretSource::Kind::file ? read_secret_file(source.name)
                                                 : read_secret_variable(source.name);
}

Result<Secret> read_optional_secret(const std::optional<SecretSource>& source,
                                    std::string_view key) {
  if (!source) {
    return Secret();
  }
  Result<Secret> secret = read_secret(*source);
  if (!secret) {
    const bool is_file = source->kind == SecretSource::Kind::file;
    return secret.error().at(std::string(key) + (is_file ? "_file" : "_env"));
  }
  return secret;
}

}  // namespace telltale::pki
