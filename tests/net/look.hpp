#pragma once
// Runs looks to their end: the prober of the program against test peers on loopback.

#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "telltale/probe/prober.hpp"

#include "support/mint.hpp"
#include "support/test_peer.hpp"

namespace telltale::net {

/// The certificates of a small fleet: one root, one issuing authority, a server and us.
struct Lab {
  mint::Ca root{{.common_name = "Lab Root"}};
  mint::Ca issuing = root.intermediate({.common_name = "Lab Issuing"});
  mint::Credential server =
      issuing.issue({.common_name = "orca", .dns = {"localhost"}, .ip = {"127.0.0.1", "::1"}});
  mint::Credential client = issuing.issue({.common_name = "telltale"});
  pki::IdentityPtr identity;
  pki::TrustStorePtr trust;

  Lab();
};

/// Made once a process.
[[nodiscard]] const Lab& lab();

/// A peer of the lab: its certificate, and its root as what clients are verified against.
[[nodiscard]] support::PeerOptions options_of(support::ClientAuth client_auth);

/// A target called `orca` at the peer's port, to be looked at as `localhost`.
[[nodiscard]] fleet::Target target_of(const support::TestPeer& peer,
                                      fleet::Scheme scheme = fleet::Scheme::https);

/// A look at the target on 127.0.0.1 with the lab's identity, a stranger and the lab's trust, and
/// so much time that no good peer runs out of it.
[[nodiscard]] probe::LookRequest request_of(fleet::Target target);
[[nodiscard]] probe::LookRequest request_of(const support::TestPeer& peer);

/// Owns a Prober and runs it.
class Looker {
 public:
  Looker();

  /// Makes one look. Fails the test if it hangs.
  [[nodiscard]] probe::Observation look(probe::LookRequest request);

  /// Makes all looks at once; the observations come in the order of the requests.
  [[nodiscard]] std::vector<probe::Observation> look_at_all(
      std::vector<probe::LookRequest> requests);

 private:
  boost::asio::io_context io_;
  std::vector<std::string> internal_errors_;
  probe::Prober prober_;
};

/// Runs what the io_context has to do, for at most as long as something must have gone wrong.
void run_guarded(boost::asio::io_context& io);

/// Fails the test unless the look went as it does at a healthy peer that asks for nothing: over
/// both versions, with its chain verified and its application well.
void check_good(const probe::Observation& observation);

}  // namespace telltale::net
