// Reads where passwords come from, and refuses keys that contradict each other.

#include <algorithm>

#include "fleet/readers.hpp"

namespace telltale::fleet {

namespace {

bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

pki::SecretSource read_secret_file(const Value& value) {
  return pki::SecretSource::in_file(value.file());
}

pki::SecretSource read_secret_variable(const Value& value) {
  const std::string& name = value.text("name");
  const auto fits = [](char c) { return is_letter(c) || is_digit(c); };
  if (!std::ranges::all_of(name, fits) || is_digit(name.front())) {
    value.fail("must be the name of an environment variable, such as REDIS_PASSWORD");
  }
  return pki::SecretSource::in_environment(name);
}

void refuse(const Value& mapping, std::string_view key, std::string_view why) {
  if (const auto found = mapping.find(key)) {
    found->fail(why);
  }
}

void refuse_both(const Value& mapping, std::string_view kept, std::string_view refused) {
  if (mapping.find(kept)) {
    refuse(mapping, refused, "contradicts " + std::string(kept) + "; leave one of the two out");
  }
}

}  // namespace telltale::fleet
