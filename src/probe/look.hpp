#pragma once
// Look: one look at one address, presentation after presentation.

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "telltale/probe/prober.hpp"

#include "probe/connection.hpp"

namespace telltale::probe {

/// Certificates that nobody should trust: a P-256 key, and an RSA one for servers that admit no
/// other; that one is made when the first such server is met.
class Strangers {
 public:
  explicit Strangers(CivilTime now);

  [[nodiscard]] const pki::IdentityPtr& ec() const noexcept { return ec_; }

  [[nodiscard]] const pki::IdentityPtr& rsa();

 private:
  CivilTime made_at_;
  pki::IdentityPtr ec_;
  pki::IdentityPtr rsa_;
};

/// The TLS contexts of a Prober, made when first wanted.
class Prober::Contexts {
 public:
  explicit Contexts(CivilTime now);

  /// As `before`, but without the contexts of identities that are not `in_use`.
  Contexts(const Contexts& before, const std::set<pki::IdentityPtr>& in_use);
  Contexts(const Contexts&) = delete;
  Contexts& operator=(const Contexts&) = delete;

  [[nodiscard]] const tls::ClientContext& context(tls::ProtocolVersion version,
                                                  const tls::Credential& credential);

  [[nodiscard]] const tls::Credential& stranger() const noexcept { return stranger_; }

 private:
  using Key = std::pair<tls::ProtocolVersion, pki::IdentityPtr>;

  tls::Credential stranger_;
  // Shared with the Contexts that came before and may still serve looks under way.
  std::map<Key, std::shared_ptr<const tls::ClientContext>> contexts_;
};

class Look {
 public:
  Look(boost::asio::io_context& io, LookRequest request);

  /// Makes every attempt; the Observation is whole afterwards.
  [[nodiscard]] Awaitable<void> run(Prober::Contexts& contexts);

  /// Drops what was seen so far: it is not a look.
  void forget();

  [[nodiscard]] Observation take();

 private:
  [[nodiscard]] Awaitable<void> look_over_tls(Prober::Contexts& contexts,
                                              tls::ProtocolVersion version);
  [[nodiscard]] Awaitable<void> attempt(const tls::ClientContext& tls, Presentation presentation);
  [[nodiscard]] Awaitable<MaybeFailure> shake_hands(Connection& connection,
                                                    const tls::ClientContext& tls,
                                                    Attempt& attempt);
  [[nodiscard]] Awaitable<MaybeFailure> speak(Connection& connection, Attempt& attempt);
  [[nodiscard]] Awaitable<void> look_in_plaintext(std::uint16_t port);
  [[nodiscard]] Awaitable<void> look_at_login(Prober::Contexts& contexts);
  [[nodiscard]] Awaitable<MaybeFailure> log_in(const tls::ClientContext& tls, LoginAttempt& login);

  /// The handshake as recorded; a chain not met before is verified and noted.
  void record(const Connection& connection, tls::Handshake& handshake);
  [[nodiscard]] const PeerChain* find(const pki::Chain& chain) const;
  [[nodiscard]] bool is_verified(const tls::Handshake& handshake) const;
  [[nodiscard]] std::optional<tls::ProtocolVersion> highest_version_spoken() const;
  [[nodiscard]] bool is_unconnected() const;
  [[nodiscard]] bool goes_on_over_tls() const;

  boost::asio::io_context& io_;
  LookRequest request_;
  SteadyTime deadline_;
  // Sooner, so that a server without TLS, which may wait for more of a ClientHello, is still found.
  SteadyTime tls_deadline_;
  CivilTime started_at_;
  std::string http_request_;
  bool redis_asked_ = false;  // AUTH and INFO go out once a look
  Observation observation_;
};

}  // namespace telltale::probe
