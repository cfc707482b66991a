#pragma once
// Credentials: the fleet's trust, identities and passwords, read from their files, and read again
// when those change.

#include <compare>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/describe/enum.hpp>

#include "telltale/error.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/pki/identity.hpp"
#include "telltale/pki/secret.hpp"
#include "telltale/pki/trust_store.hpp"

namespace telltale::fleet {

enum class CredentialKind { trust, identity, password };
BOOST_DESCRIBE_ENUM(CredentialKind, trust, identity, password)

/// Names one credential: a trust, an identity, or a target's password.
struct CredentialName {
  CredentialKind kind = CredentialKind::trust;
  /// Of the identity or of the target. Of a trust its trust_name(): empty for our own, else the
  /// file of a caller's or of a target's server, or system_trust_name.
  std::string name;

  friend auto operator<=>(const CredentialName&, const CredentialName&) = default;
};

/// What was read. Sharing all of it, so that a copy is cheap and looks under way keep theirs.
struct Credentials {
  pki::TrustStorePtr trust;  ///< ours, never null
  /// Callers' and those of targets' servers, by trust_name(); never null.
  std::map<std::string, pki::TrustStorePtr> trusts;
  std::map<std::string, pki::IdentityPtr> identities;  ///< by name
  /// Every key that an identity's file offers, in the file's order, by the identity's name. One
  /// without a key, where the file holds none. The first is what `identities` has.
  std::map<std::string, std::vector<pki::KeyEntry>> keys;
  std::map<std::string, std::shared_ptr<const pki::Secret>> redis_passwords;  ///< by target
  /// Those whose newest reading failed, and why: what stands above is then the last good one.
  std::map<CredentialName, Error> unreadable;
};

/// Whom the chain of this target's server is verified against: its `server_trust`, or the fleet's.
[[nodiscard]] pki::TrustStorePtr server_trust_of(const Credentials& credentials,
                                                 const Target& target);

/// There is a key, and TLS can sign with it: libssl takes none of X25519 or SM2.
[[nodiscard]] bool can_sign(const pki::Identity& identity);

/// Reads everything the fleet names; the first failure is returned, with the key it belongs to and
/// where that stands: `telltale.yml:7: targets[1].password_file: …`.
[[nodiscard]] Result<Credentials> load_credentials(const Fleet& fleet);

/// Reads `which` anew. What fails stays as it was in `before`, which held it, and is noted in
/// `unreadable`; what succeeds is no longer noted there. An identity that had a key and has lost it
/// has failed.
[[nodiscard]] Credentials reread(const Fleet& fleet, const Credentials& before,
                                 std::span<const CredentialName> which);

/// The files that each credential is read from; one that has none (the system's trust, a password
/// in the environment) is left out.
[[nodiscard]] std::map<CredentialName, std::vector<std::string>> files_of(const Fleet& fleet);

}  // namespace telltale::fleet
