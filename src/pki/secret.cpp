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

constexpr std::size_t max_text_bytes = std::size_t{8} * 1024 * 1024;

Error not_there() {
  return {Errc::invalid_value,
          "is not where it was when the file was read; if the file was changed, reload"};
}

Error not_plain() {
  return {Errc::unsupported,
          "is not written on one line, plain or in simple quotes; write it so, or name a Secret: "
          "encrypted:k8s!n:SECRET!k:KEY"};
}

/// What begins at a line, counted from 1.
std::string_view from_line(std::string_view text, std::size_t line) {
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return text;
}

void skip_blanks(std::string_view& text) {
  const std::size_t end = text.find_first_not_of(" \t");
  text.remove_prefix(end == std::string_view::npos ? text.size() : end);
}

Result<std::string_view> quoted_scalar(std::string_view text) {
  const char quote = text.front();
  text.remove_prefix(1);
  const std::size_t end = text.find(quote);
  const bool is_doubled = end != std::string_view::npos && text.substr(end + 1).starts_with(quote);
  if (end == std::string_view::npos || is_doubled ||
      text.substr(0, end).find('\\') != std::string_view::npos) {
    return not_plain();
  }
  return text.substr(0, end);
}

/// The plain or quoted scalar (YAML 1.2 7.3) behind a key, whose text is gone from `rest` already.
/// `before` is what stands on the key's line in front of it.
Result<std::string_view> scalar_behind_key(std::string_view rest, std::string_view before) {
  rest = rest.substr(0, rest.find_first_of("\r\n"));
  if (rest.starts_with('"') || rest.starts_with('\'')) {
    rest.remove_prefix(1);
  }
  skip_blanks(rest);
  if (!rest.starts_with(':')) {
    return not_there();
  }
  rest.remove_prefix(1);
  skip_blanks(rest);
  constexpr std::string_view indicators = "|>&*!{[";
  if (rest.empty() || indicators.find(rest.front()) != std::string_view::npos) {
    return not_plain();
  }
  if (rest.front() == '"' || rest.front() == '\'') {
    return quoted_scalar(rest);
  }
  rest = rest.substr(0, rest.find(" #"));
  if (before.find('{') != std::string_view::npos) {
    rest = rest.substr(0, rest.find_first_of(",}"));
  }
  const std::size_t last = rest.find_last_not_of(" \t");
  return rest.substr(0, last + 1);
}

Result<Secret> read_secret_in_text(const SecretSource& source) {
  const Result<Secret> content = read_file(source.name, max_text_bytes);
  if (!content) {
    return content.error();
  }
  const std::string_view text = from_line(content->reveal(), source.line);
  const std::size_t at = text.find(source.after);
  if (at == std::string_view::npos) {
    return not_there();
  }
  const std::string_view rest = text.substr(at + source.after.size());
  const std::size_t line_begin = text.substr(0, at).rfind('\n') + 1;
  const Result<std::string_view> found =
      source.until.empty()
          ? scalar_behind_key(rest, text.substr(line_begin, at - line_begin))
          : Result<std::string_view>(rest.substr(0, rest.find_first_of(source.until)));
  if (!found) {
    return found.error();
  }
  if (found->empty() || found->size() > max_password_bytes) {
    return not_plain();
  }
  return Secret(*found);
}

}  // namespace

Result<Secret> read_secret(const SecretSource& source) {
  switch (source.kind) {
    case SecretSource::Kind::file:
      return read_secret_file(source.name);
    case SecretSource::Kind::environment:
      return read_secret_variable(source.name);
    case SecretSource::Kind::text:
      return read_secret_in_text(source);
  }
  return Secret();
}

std::string secret_key(const SecretSource& source, std::string_view key) {
  std::string text(key);
  if (source.kind != SecretSource::Kind::text) {
    text += source.kind == SecretSource::Kind::file ? "_file" : "_env";
  }
  return text;
}

Result<Secret> read_optional_secret(const std::optional<SecretSource>& source,
                                    std::string_view key) {
  if (!source) {
    return Secret();
  }
  Result<Secret> secret = read_secret(*source);
  if (!secret) {
    return secret.error().at(secret_key(*source, key));
  }
  return secret;
}

}  // namespace telltale::pki
