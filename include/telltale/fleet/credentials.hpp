#pragma once
// Credentials: the fleet's trust, identities and passwords, read from their files.

#include <map>
#include <memory>
#include <string>

#include "telltale/error.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/pki/identity.hpp"
#include "telltale/pki/secret.hpp"
#include "telltale/pki/trust_store.hpp"

namespace telltale::fleet {

struct Credentials {
  pki::TrustStorePtr trust;                            ///< never null
  std::map<std::string, pki::IdentityPtr> identities;  ///< by name
  std::map<std::string, pki::Secret> redis_passwords;  ///< by target
};

/// Reads everything the fleet names; the first failure is returned, with the key it belongs to and
/// where that stands: `telltale.yml:7: targets[1].password_file: …`.
[[nodiscard]] Result<Credentials> load_credentials(const Fleet& fleet);

}  // namespace telltale::fleet
