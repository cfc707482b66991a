// Reads a `trust`: the fleet's, a target's, a caller's or a call's.

#include <array>

#include "fleet/readers.hpp"

namespace telltale::fleet {
namespace {

constexpr std::array trust_keys{
    Key<pki::TrustFiles>{
        "file", [](const Value& value, pki::TrustFiles& trust) { trust.file = value.file(); }},
    Key<pki::TrustFiles>{"password_file",
                         [](const Value& value, pki::TrustFiles& trust) {
                           trust.password = read_secret_file(value);
                         }},
    Key<pki::TrustFiles>{"password_env",
                         [](const Value& value, pki::TrustFiles& trust) {
                           trust.password = read_secret_variable(value);
                         }},
};

}  // namespace

pki::TrustFiles read_trust_files(const Value& value) {
  if (value.is_text()) {
    value.fail("must be a mapping such as {file: ca.pem}, is a text");
  }
  pki::TrustFiles trust;
  read_mapping(value, trust_keys, trust);
  value.require("file");
  refuse_both(value, "password_file", "password_env");
  return trust;
}

void append_trust_keys(std::vector<std::string>& keys) {
  append_keys(keys, "trust.", trust_keys);
}

}  // namespace telltale::fleet
