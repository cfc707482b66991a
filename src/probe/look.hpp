#pragma once
// Look: one look at one address, presentation after presentation.

#include <optional>
#include <string>
#include <string_view>

#include "telltale/probe/prober.hpp"

#include "probe/connection.hpp"
#include "probe/contexts.hpp"
#include "probe/dialogue.hpp"
#include "probe/rehearsal.hpp"

namespace telltale::probe {

/// What an attempt may take and ask.
struct Terms {
  SteadyTime deadline;
  Duration silence{};        ///< a TLS 1.3 server that accepts us may keep for so long
  std::string http_request;  ///< https only
  bool only_pings = false;   ///< rediss only: neither AUTH nor INFO
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
  [[nodiscard]] Awaitable<void> present(const tls::ClientContext& tls, Presentation presentation);
  [[nodiscard]] Awaitable<Attempt> attempt(const tls::ClientContext& tls, Presentation presentation,
                                           Terms terms);
  [[nodiscard]] Awaitable<MaybeFailure> shake_hands(Connection& connection,
                                                    const tls::ClientContext& tls, Duration silence,
                                                    std::string_view protocol, Attempt& attempt);
  [[nodiscard]] Awaitable<void> look_without_alpn(Prober::Contexts& contexts);
  [[nodiscard]] Awaitable<MaybeFailure> speak(Connection& connection, const Terms& terms,
                                              Attempt& attempt);
  [[nodiscard]] RedisQuestions questions_for(const Attempt& attempt) const;
  [[nodiscard]] Awaitable<void> look_in_plaintext(std::uint16_t port);
  [[nodiscard]] Awaitable<void> look_at_ingress(Prober::Contexts& contexts);
  [[nodiscard]] Awaitable<IngressReply> ask_redirect(std::uint16_t port, SteadyTime deadline);
  [[nodiscard]] Awaitable<IngressReply> ask_route(const tls::ClientContext& tls, std::string path,
                                                  SteadyTime deadline);
  [[nodiscard]] SteadyTime deadline_before(std::size_t others) const;
  [[nodiscard]] Awaitable<void> look_at_login(Prober::Contexts& contexts);
  [[nodiscard]] Awaitable<MaybeFailure> log_in(const tls::ClientContext& tls, LoginAttempt& login);

  [[nodiscard]] Awaitable<void> rehearse_all(Prober::Contexts& contexts);
  [[nodiscard]] Awaitable<void> rehearse(const tls::ClientContext& tls, PlannedRehearsal planned,
                                         Duration share);
  [[nodiscard]] pki::ChainVerification verify(const pki::Chain& chain) const;
  void verify_for_callers();

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
  std::string_view protocol_;  // by ALPN; empty: none
  bool redis_asked_ = false;   // AUTH and INFO go out once a look
  Observation observation_;
};

}  // namespace telltale::probe
