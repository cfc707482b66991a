// The extension in which certificates carry roles: its value alone, and inside a certificate. Roles
// are never empty, and an error is one line.

#include "telltale/pki/role_extension.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

void check(const telltale::Result<std::vector<std::string>>& roles) {
  const bool is_good =
      roles ? std::ranges::none_of(*roles,
                                   [](const std::string& role) {
                                     return role.empty() || role.find('\n') != std::string::npos;
                                   })
            : roles.error().detail().find('\n') == std::string::npos;
  if (!is_good) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace telltale::pki;
  check(parse_roles({data, size}));
  if (const auto certificate = parse_certificate({data, size})) {
    if (const auto roles = read_roles(*certificate, default_role_oid); roles && *roles) {
      check(**roles);
    }
  }
  (void)check_object_identifier({reinterpret_cast<const char*>(data), size});
  return 0;
}
