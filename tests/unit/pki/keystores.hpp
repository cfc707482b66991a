#pragma once
// How these tests name the stores of support/stores.hpp and their passwords.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "telltale/pki/identity.hpp"

#include "support/stores.hpp"

namespace telltale::pki::test {

/// Password files for a test.
struct Passwords {
  mint::TempDir files;
  SecretSource store =
      SecretSource::in_file(files.write("store", std::string(support::store_password) + "\n"));
  SecretSource other = SecretSource::in_file(files.write("other", "another-one"));
};

inline IdentityFiles keystore(std::string_view name, std::optional<SecretSource> password = {}) {
  return {.certificate = support::stores().path(name),
          .password = std::move(password),
          .is_keystore = true};
}

}  // namespace telltale::pki::test
