#include "probe/look.hpp"

#include <algorithm>
#include <array>

#include "probe/http_reader.hpp"
#include "probe/login_reader.hpp"

namespace telltale::probe {

namespace {

using std::chrono::steady_clock;

// How long a TLS 1.3 server that accepts us may stay silent before we speak. Every refusal measured
// came within 20 ms; only a Go server without tickets makes us wait.
constexpr Duration longest_silence = std::chrono::seconds(1);
constexpr int silences_per_timeout = 5;

Duration silence_within(Duration timeout) {
  return std::min(longest_silence, timeout / silences_per_timeout);
}

// As istiod writes it into the filter chains of PERMISSIVE (istio
// pilot/pkg/networking/core/listener.go, mtlsTCPALPNs).
constexpr std::string_view istio_alpn = "istio";

std::string_view protocol_for(const fleet::Target& target) {
  return target.mesh && target.mesh->offers_istio_alpn ? istio_alpn : std::string_view();
}

/// Runs on to the end of its scope and notes how long that took.
class Stopwatch {
 public:
  explicit Stopwatch(std::optional<Duration>& duration)
      : duration_(duration), started_at_(steady_clock::now()) {}

  ~Stopwatch() { duration_ = steady_clock::now() - started_at_; }

  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  std::optional<Duration>& duration_;
  SteadyTime started_at_;
};

}  // namespace

Look::Look(boost::asio::io_context& io, LookRequest request)
    : io_(io),
      request_(std::move(request)),
      deadline_(steady_clock::now() + request_.timeout),
      tls_deadline_(deadline_ - silence_within(request_.timeout)),
      started_at_(read_clocks().civil),
      http_request_(http_request(*request_.target, request_.target->health)),
      protocol_(protocol_for(*request_.target)) {
  observation_.target = request_.target->name;
  observation_.address = request_.address;
  if (request_.identity) {
    observation_.identity = OurIdentity{request_.identity_name, request_.identity->chain()};
  }
}

bool Look::is_unconnected() const {
  const auto& attempts = observation_.attempts;
  return !attempts.empty() && attempts.back().failure &&
         attempts.back().failure->phase == Phase::connect;
}

bool Look::goes_on_over_tls() const {
  return !is_unconnected() && steady_clock::now() < tls_deadline_;
}

Awaitable<void> Look::run(Prober::Contexts& contexts) {
  co_await look_over_tls(contexts, tls::ProtocolVersion::tls_1_3);
  if (goes_on_over_tls()) {
    co_await look_over_tls(contexts, tls::ProtocolVersion::tls_1_2);
  }
  if (!protocol_.empty() && goes_on_over_tls()) {
    co_await look_without_alpn(contexts);
  }
  if (!is_unconnected()) {
    co_await look_in_plaintext(request_.address.port);
  }
  for (const std::uint16_t port : request_.target->plaintext_ports) {
    if (steady_clock::now() < deadline_) {
      co_await look_in_plaintext(port);
    }
  }
  if (request_.target->ingress) {
    co_await look_at_ingress(contexts);
  }
  // Last, so that a gate slow at its login takes no time from what shows a hole in the wall.
  if (request_.target->expect.login()) {
    co_await look_at_login(contexts);
  }
  if (request_.calls && !is_unconnected()) {
    co_await rehearse_all(contexts);
    verify_for_callers();
  }
}

void Look::forget() {
  observation_.attempts.clear();
  observation_.without_alpn.reset();
  observation_.plaintext.clear();
  observation_.peer_chains.clear();
  observation_.ingress.reset();
  observation_.login.reset();
  observation_.rehearsals.clear();
}

Observation Look::take() {
  observation_.looked_at = read_clocks();
  return std::move(observation_);
}

Awaitable<void> Look::look_over_tls(Prober::Contexts& contexts, tls::ProtocolVersion version) {
  const tls::Credential nothing;
  co_await present(contexts.context(version, nothing), Presentation::nothing);
  // Who is not asked presents nothing whatever it has, and so has been looked at already.
  const bool is_asked = observation_.attempts.back().handshake.certificate_request != nullptr;
  if (is_asked && request_.identity && goes_on_over_tls()) {
    const tls::Credential identity{.identity = request_.identity};
    co_await present(contexts.context(version, identity), Presentation::identity);
  }
  if (is_asked && request_.presents_stranger && goes_on_over_tls()) {
    co_await present(contexts.context(version, contexts.stranger()), Presentation::stranger);
  }
}

Awaitable<void> Look::present(const tls::ClientContext& tls, Presentation presentation) {
  const Terms terms{.deadline = tls_deadline_,
                    .silence = silence_within(request_.timeout),
                    .http_request = http_request_};
  Attempt made = co_await attempt(tls, presentation, terms);
  observation_.attempts.push_back(std::move(made));
}

Awaitable<Attempt> Look::attempt(const tls::ClientContext& tls, Presentation presentation,
                                 Terms terms) {
  Attempt attempt{.presentation = presentation, .version = tls.version()};
  Connection connection(io_, terms.deadline);
  {
    const Stopwatch stopwatch(attempt.durations[Phase::connect]);
    attempt.failure = co_await connection.connect(request_.address);
  }
  if (!attempt.failure) {
    attempt.failure = co_await shake_hands(connection, tls, terms.silence, protocol_, attempt);
    record(connection, attempt.handshake);
  }
  if (!attempt.failure) {
    const Stopwatch stopwatch(attempt.durations[Phase::application]);
    attempt.failure = co_await speak(connection, terms, attempt);
    // A server that has not asked for a certificate is not listened to before.
    attempt.handshake.session_tickets = connection.session()->session_tickets();
  }
  if (attempt.failure && attempt.failure->phase == Phase::application) {
    record(connection, attempt.handshake);  // an alert may have come late
  }
  co_return attempt;
}

Awaitable<MaybeFailure> Look::shake_hands(Connection& connection, const tls::ClientContext& tls,
                                          Duration silence, std::string_view protocol,
                                          Attempt& attempt) {
  MaybeFailure failure;
  {
    const Stopwatch stopwatch(attempt.durations[Phase::handshake]);
    failure = co_await connection.handshake(tls, request_.target->expected_name(), protocol);
  }
  // In TLS 1.2 the server has judged us before it finishes; in TLS 1.3 it does so afterwards.
  const bool is_judged_later = tls.version() == tls::ProtocolVersion::tls_1_3 &&
                               connection.session()->certificate_requested();
  if (!failure && is_judged_later) {
    const Stopwatch stopwatch(attempt.durations[Phase::first_read]);
    failure = co_await connection.first_read(silence);
  }
  co_return failure;
}

/// PERMISSIVE passes such TLS on to the application, STRICT does not.
Awaitable<void> Look::look_without_alpn(Prober::Contexts& contexts) {
  const auto version = highest_version_spoken().value_or(tls::ProtocolVersion::tls_1_3);
  const tls::ClientContext& tls = contexts.context(version, tls::Credential{});
  Attempt attempt{.presentation = Presentation::nothing, .version = version};
  Connection connection(io_, tls_deadline_);
  attempt.failure = co_await connection.connect(request_.address);
  if (!attempt.failure) {
    constexpr std::string_view no_protocol;
    attempt.failure = co_await shake_hands(connection, tls, silence_within(request_.timeout),
                                           no_protocol, attempt);
    attempt.handshake = connection.session()->recorded();
  }
  observation_.without_alpn = std::move(attempt);
}

Awaitable<MaybeFailure> Look::speak(Connection& connection, const Terms& terms, Attempt& attempt) {
  if (request_.target->url.scheme == fleet::Scheme::https) {
    co_return co_await speak_http(connection, terms.http_request, attempt.http);
  }
  RedisQuestions questions;
  if (!terms.only_pings) {
    questions = questions_for(attempt);
  }
  MaybeFailure failure = co_await speak_redis(connection, questions, attempt.redis);
  // Once PING is answered AUTH goes out, whatever becomes of its own answer.
  const auto& reply = attempt.redis;
  redis_asked_ = redis_asked_ ||
                 (reply && (questions.password != nullptr || reply->version || reply->info_error));
  co_return failure;
}

RedisQuestions Look::questions_for(const Attempt& attempt) const {
  RedisQuestions questions{.asks_info = !redis_asked_};
  // The password goes to nobody whose chain and name did not verify on this very connection.
  if (!redis_asked_ && is_verified(attempt.handshake)) {
    questions.password = request_.redis_password.get();
    questions.username = request_.target->username;
  }
  return questions;
}

void Look::record(const Connection& connection, tls::Handshake& handshake) {
  std::vector<pki::Chain> known;
  for (const PeerChain& chain : observation_.peer_chains) {
    known.push_back(chain.certificates);
  }
  handshake = connection.session()->recorded(known);
  if (!handshake.peer_certificates.empty() && find(handshake.peer_certificates) == nullptr) {
    observation_.peer_chains.push_back({.certificates = handshake.peer_certificates,
                                        .verification = verify(handshake.peer_certificates)});
  }
}

/// A workload's certificate names no host: where a sidecar shows itself and its SPIFFE ID is known,
/// that is looked for (SPIFFE X.509-SVID 2: exactly one URI SAN).
pki::ChainVerification Look::verify(const pki::Chain& chain) const {
  pki::ChainVerification verification =
      request_.trust->verify(chain, request_.target->expected_name(), started_at_);
  const std::optional<fleet::Mesh>& mesh = request_.target->mesh;
  const std::vector<std::string> ids = pki::spiffe_ids(*chain.front());
  if (mesh && mesh->spiffe && !ids.empty()) {
    verification.name = *mesh->spiffe;
    verification.name_matches = ids == std::vector{*mesh->spiffe};
  }
  return verification;
}

const PeerChain* Look::find(const pki::Chain& chain) const {
  // Certificates are shared between the attempts of a look, so that the pointers tell.
  const auto found = std::ranges::find(observation_.peer_chains, chain, &PeerChain::certificates);
  return found == observation_.peer_chains.end() ? nullptr : &*found;
}

bool Look::is_verified(const tls::Handshake& handshake) const {
  const PeerChain* chain = find(handshake.peer_certificates);
  // A chain that expired is trusted as far as its signatures go: no reason to hand out a secret.
  return chain != nullptr && chain->verification.trusted && chain->verification.errors.empty() &&
         chain->verification.name_matches && handshake.malformed_certificates == 0;
}

Awaitable<void> Look::look_in_plaintext(std::uint16_t port) {
  PlaintextAttempt attempt{.port = port};
  Connection connection(io_, deadline_);
  connection.hurry(silence_within(request_.timeout));
  const fleet::Endpoint endpoint{request_.address.host, port};
  attempt.failure = co_await connection.connect(endpoint);
  if (!attempt.failure && request_.target->url.scheme == fleet::Scheme::https) {
    attempt.failure = co_await speak_http(connection, http_request_, attempt.http);
  } else if (!attempt.failure) {
    std::optional<RedisReply> reply;
    const RedisQuestions only_ping;
    attempt.failure = co_await speak_redis(connection, only_ping, reply);
    if (reply) {
      attempt.redis = reply->ping;
    }
  }
  observation_.plaintext.push_back(std::move(attempt));
}

std::optional<tls::ProtocolVersion> Look::highest_version_spoken() const {
  std::optional<tls::ProtocolVersion> highest;
  for (const Attempt& attempt : observation_.attempts) {
    highest = std::max(highest, attempt.handshake.version);
  }
  return highest;
}

/// Each connection may take half of what is left of the look, the last one all of it.
SteadyTime Look::deadline_before(std::size_t others) const {
  const SteadyTime now = steady_clock::now();
  return now + share_of(deadline_ - now, others + 1);
}

/// One that is slow leaves time for those after it; what was not reached in time is not there.
Awaitable<void> Look::look_at_ingress(Prober::Contexts& contexts) {
  const fleet::Ingress& ingress = *request_.target->ingress;
  IngressReading& reading = observation_.ingress.emplace();
  const std::size_t logins = request_.target->expect.login() ? 1 : 0;
  if (ingress.redirect_port && steady_clock::now() < deadline_) {
    reading.redirect = co_await ask_redirect(*ingress.redirect_port,
                                             deadline_before(ingress.routes.size() + logins));
  }
  const std::optional<tls::ProtocolVersion> version = highest_version_spoken();
  if (!version) {
    co_return;
  }
  const tls::ClientContext& tls = contexts.context(*version, tls::Credential{});
  for (std::size_t i = 0; i < ingress.routes.size(); ++i) {
    if (steady_clock::now() < deadline_) {
      const SteadyTime deadline = deadline_before(ingress.routes.size() - i - 1 + logins);
      IngressReply reply = co_await ask_route(tls, ingress.routes[i], deadline);
      observation_.ingress->routes.push_back(std::move(reply));
    }
  }
}

Awaitable<IngressReply> Look::ask_redirect(std::uint16_t port, SteadyTime deadline) {
  constexpr std::uint16_t http_port = 80;
  IngressReply reply{.port = port, .path = "/"};
  Connection connection(io_, deadline);
  const fleet::Endpoint endpoint{request_.address.host, port};
  reply.failure = co_await connection.connect(endpoint);
  if (!reply.failure) {
    const std::string request =
        http_request(*request_.target, reply.path, port == http_port ? 0 : port);
    reply.failure = co_await speak_http(connection, request, reply.http);
  }
  co_return reply;
}

Awaitable<IngressReply> Look::ask_route(const tls::ClientContext& tls, std::string path,
                                        SteadyTime deadline) {
  IngressReply reply{.port = request_.address.port, .path = std::move(path)};
  Connection connection(io_, deadline);
  reply.failure = co_await connection.connect(request_.address);
  if (reply.failure) {
    co_return reply;
  }
  Attempt attempt{.presentation = Presentation::nothing, .version = tls.version()};
  reply.failure =
      co_await shake_hands(connection, tls, silence_within(request_.timeout), protocol_, attempt);
  record(connection, attempt.handshake);
  if (!reply.failure) {
    const std::string request = http_request(*request_.target, reply.path);
    reply.failure = co_await speak_http(connection, request, reply.http);
  }
  co_return reply;
}

Awaitable<void> Look::look_at_login(Prober::Contexts& contexts) {
  LoginAttempt login;
  const std::optional<tls::ProtocolVersion> version = highest_version_spoken();
  if (!version) {
    login.obstacle = LoginObstacle::no_handshake;
  } else if (!request_.identity) {
    login.obstacle = LoginObstacle::no_identity;
  } else if (steady_clock::now() >= deadline_) {
    login.obstacle = LoginObstacle::no_time;
  } else {
    const tls::Credential identity{.identity = request_.identity};
    login.failure = co_await log_in(contexts.context(*version, identity), login);
  }
  observation_.login = std::move(login);
}

Awaitable<MaybeFailure> Look::log_in(const tls::ClientContext& tls, LoginAttempt& login) {
  Connection connection(io_, deadline_);
  MaybeFailure failure = co_await connection.connect(request_.address);
  if (failure) {
    co_return failure;
  }
  Attempt attempt{.presentation = Presentation::identity, .version = tls.version()};
  failure =
      co_await shake_hands(connection, tls, silence_within(request_.timeout), protocol_, attempt);
  record(connection, attempt.handshake);
  if (failure) {
    co_return failure;
  }
  if (!is_verified(attempt.handshake)) {
    login.obstacle = LoginObstacle::unverified;
  } else if (!attempt.handshake.certificate_sent) {
    login.obstacle = LoginObstacle::not_presented;
  } else {
    const std::string request = http_request(*request_.target, std::string(login_path));
    failure = co_await ask_login(connection, request, login);
  }
  co_return failure;
}

Awaitable<void> Look::rehearse_all(Prober::Contexts& contexts) {
  const std::vector<PlannedRehearsal> planned =
      plan_rehearsals(*request_.calls, observation_.attempts, request_.identity);
  const SteadyTime deadline = steady_clock::now() + request_.timeout;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    const Duration left = deadline - steady_clock::now();
    if (left <= Duration::zero()) {
      break;
    }
    const tls::Credential credential{.identity = planned[i].identity};
    co_await rehearse(contexts.context(planned[i].version, credential), planned[i],
                      share_of(left, planned.size() - i));
  }
}

Awaitable<void> Look::rehearse(const tls::ClientContext& tls, PlannedRehearsal planned,
                               Duration share) {
  const Terms terms{.deadline = steady_clock::now() + share,
                    .silence = silence_within(share),
                    .http_request = http_request(*request_.target, planned.path),
                    .only_pings = true};
  const auto presentation = planned.identity ? Presentation::identity : Presentation::nothing;
  Rehearsal rehearsal{.path = std::move(planned.path), .is_ours = planned.is_ours};
  if (planned.identity) {
    rehearsal.chain = planned.identity->chain();
  }
  rehearsal.attempt = co_await attempt(tls, presentation, terms);
  observation_.rehearsals.push_back(std::move(rehearsal));
}

/// Once for each chain and trust, after everything else: it takes no time from any attempt.
void Look::verify_for_callers() {
  const std::string& name = request_.target->expected_name();
  const pki::TrustStorePtr& fleet_trust =
      request_.fleet_trust ? request_.fleet_trust : request_.trust;
  std::map<std::string, pki::TrustStorePtr> trusts = request_.calls->trusts;
  for (PeerChain& chain : observation_.peer_chains) {
    const bool is_by_name = chain.verification.name == name;
    if (fleet_trust != request_.trust || !is_by_name) {
      trusts.try_emplace("", fleet_trust);
    }
    for (const auto& [trust_name, trust] : trusts) {
      // A caller may name the very file that we trust.
      chain.by_trust.push_back(
          {trust_name, trust == request_.trust && is_by_name
                           ? chain.verification
                           : trust->verify(chain.certificates, name, started_at_)});
    }
    if (request_.calls->is_observed) {
      chain.as_client = fleet_trust->verify_client(chain.certificates, started_at_);
    }
  }
}

}  // namespace telltale::probe
