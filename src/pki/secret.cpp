#include "telltale/pki/secret.hpp"

#include <utility>

#include <openssl/crypto.h>

#include "pki/read_file.hpp"

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

Result<Secret> read_secret(const std::string& file) {
  Result<Secret> content = read_file(file);
  if (!content) {
    return content;
  }
  std::string_view text = content->reveal();
  if (text.ends_with('\n')) {
    text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
  }
  if (text.empty()) {
    return Error(Errc::invalid_value, file + ": is empty, where a password was expected");
  }
  return Secret(text);
}

}  // namespace telltale::pki
