#pragma once
// How our own credentials stand: identities, trust and passwords, judged like a server's. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "telltale/assess/assessment.hpp"
#include "telltale/assess/selection.hpp"
#include "telltale/pki/certificate.hpp"
#include "telltale/pki/verification.hpp"
#include "telltale/time.hpp"

namespace telltale::assess {

struct IdentityFacts {
  std::string name;
  pki::Chain chain;  ///< as held: of the last good reading
  bool has_key = false;
  /// As a TLS client's, against our trust; nothing for an empty chain.
  std::optional<pki::ChainVerification> verification;
  std::string unreadable;          ///< why the newest reading failed; empty: it did not
  std::vector<HeldKeyFacts> keys;  ///< every key of its file, in the file's order; never empty
};

struct TrustFacts {
  std::string name;                ///< the file of a caller's; empty: our own
  bool is_system = false;          ///< the system's trust store, whose anchors are not counted
  std::size_t anchors = 0;         ///< of the last good reading
  bool is_empty_for_java = false;  ///< a store in which Java would find no trust anchor
  std::string unreadable;
};

struct PasswordFacts {
  std::string target;
  std::string unreadable;
};

struct CredentialFacts {
  std::vector<IdentityFacts> identities;  ///< by name
  TrustFacts trust;
  std::vector<PasswordFacts> passwords;
  std::vector<TrustFacts> caller_trusts;  ///< by name; those that are not our own
};

/// Judges an identity of ours: unreadable, expired, not yet valid, ending within `validity_margin`,
/// not meant for TLS clients, weak, incomplete.
[[nodiscard]] std::vector<Finding> assess_identity(const IdentityFacts& facts,
                                                   Duration validity_margin, CivilTime now);

/// Judges a trust, ours or a caller's: unreadable, or a store that Java takes for empty.
[[nodiscard]] std::vector<Finding> assess_trust(const TrustFacts& facts);

[[nodiscard]] std::vector<Finding> assess_password(const PasswordFacts& facts);

}  // namespace telltale::assess
