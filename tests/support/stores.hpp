// Key stores and trust stores as keytool and openssl write them, made once for all tests of a run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/mint.hpp"

namespace telltale::support {

/// The password of every store that does not say otherwise.
inline constexpr std::string_view store_password = "hunter2-store";

/// The credentials and the files made of them.
struct Stores {
  mint::Ca root{{.common_name = "Root A"}};
  mint::Ca policy = root.intermediate({.common_name = "Policy A"});
  mint::Ca issuing = policy.intermediate({.common_name = "Issuing A1"});
  mint::Credential orca = issuing.issue({.common_name = "orca", .dns = {"spin-orca"}});
  mint::Credential gate =
      issuing.issue({.common_name = "gate", .key_type = mint::KeyType::rsa_2048});
  mint::TempDir files;

  [[nodiscard]] std::string path(std::string_view name) const {
    return (files.path() / name).string();
  }
};

/// Makes them when first asked. Throws std::runtime_error with what a tool said if it fails or is
/// not there: tests need keytool (openjdk-17-jdk-headless) and openssl.
///
/// By openssl, of orca with its chain under `store_password`, alias `orca`:
///   modern.p12 legacy.p12 3des.p12, reversed.p12 (chain with the root first), leaf.p12 (no chain),
///   nomac.p12, plain.p12 (nothing encrypted, no MAC),
///   nopass.p12 (password empty), changeit.p12, named.p12 (alias with a line break)
/// By openssl, of certificates only: nokeys.p12 (root and issuing under `store_password`),
///   nokeys_plain.p12 (the same, neither encrypted nor with a MAC)
/// By keytool: java.p12 java_legacy.p12 java.jks of orca; two.p12 of orca and gate; two.jks, where
///   gate has the password `another-one`; trust.p12 trust.jks of root and policy;
///   trust_changeit.p12 of root under `changeit`; mixed.p12 of orca and the root as a trusted entry
[[nodiscard]] const Stores& stores();

/// Runs a tool and returns what it printed. Throws std::runtime_error if it fails.
std::string run_tool(const std::vector<std::string>& arguments);

/// What `keytool -list` says of a store.
[[nodiscard]] std::string keytool_list(const std::string& file, std::string_view password);

/// A file's bytes.
[[nodiscard]] std::string bytes_of_file(const std::string& file);

}  // namespace telltale::support
