#pragma once
// Selection: which certificate a client of some runtime sends when a server asks for one. The rules
// are those of the runtimes' sources, over the chains that the client holds. Pure.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "telltale/assess/reason.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/pki/certificate.hpp"
#include "telltale/pki/store.hpp"
#include "telltale/pki/verification.hpp"
#include "telltale/time.hpp"
#include "telltale/tls/handshake.hpp"

namespace telltale::assess {

/// One key that a caller holds, with its chain as held.
struct HeldKeyFacts {
  std::string alias;                         ///< a store's; empty where there is none
  pki::Chain chain;                          ///< leaf first, as held; never empty
  std::optional<pki::KeyEncoding> encoding;  ///< nothing: the key is not known
  bool is_seen_by_java = true;
  bool chain_links = false;  ///< each certificate is signed by the next one's key
  /// As a TLS client's chain against our trust: whole, and the first certificate alone.
  std::optional<pki::ChainVerification> verification;
  std::optional<pki::ChainVerification> verification_of_leaf;
};

/// What a runtime does about a CertificateRequest.
struct Selection {
  /// Which of the keys is presented, by its place; nothing: the Certificate message is empty, and
  /// `reason` says why.
  std::optional<std::size_t> key;
  Reason reason = Reason::caller_accepted;  ///< why nothing is presented, or the handshake fails
  std::string detail;                       ///< a clause for people, about this very case
  /// The client itself ends the handshake: it fails with any mode that asks.
  bool fails = false;
};

/// The certificates of `key` that this runtime sends: all of them, or the first alone.
[[nodiscard]] pki::Chain chain_sent(fleet::Runtime runtime, const HeldKeyFacts& key);

/// Chooses as `runtime` does, at `version`, among `keys` in the order of their store.
[[nodiscard]] Selection select(fleet::Runtime runtime, std::span<const HeldKeyFacts> keys,
                               const tls::CertificateRequest& request, tls::ProtocolVersion version,
                               CivilTime now);

/// What keeps a client with these keys from starting at all, whatever a server asks: its runtime
/// does not load them. Nothing: it starts.
[[nodiscard]] std::optional<Selection> find_start_failure(fleet::Runtime runtime,
                                                          std::span<const HeldKeyFacts> keys);

/// The places of `aliases` in the order in which a java.util.HashMap filled in this order walks
/// them: the order in which SunX509 asks a store's keys.
[[nodiscard]] std::vector<std::size_t> hash_map_order(std::span<const std::string> aliases);

}  // namespace telltale::assess
