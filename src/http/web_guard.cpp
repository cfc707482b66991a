#include "telltale/http/web_guard.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include "telltale/http/web_config.hpp"
#include "telltale/pki/file.hpp"
#include "telltale/pki/secret.hpp"

#include "http/basic_credentials.hpp"
#include "http/password_check.hpp"
#include "http/server_context.hpp"

namespace telltale::http {
namespace {

using Digest = std::array<unsigned char, 32>;
using ContextPtr = std::shared_ptr<SSL_CTX>;

/// Tells two readings apart without keeping what was read.
class Digester {
 public:
  Digester() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
      throw std::runtime_error("OpenSSL: cannot make a digest");
    }
  }

  void add(std::string_view part) {
    const std::string size = std::to_string(part.size()) + ':';
    EVP_DigestUpdate(context_.get(), size.data(), size.size());
    EVP_DigestUpdate(context_.get(), part.data(), part.size());
  }

  void add(const Result<pki::Secret>& content) {
    add(content ? "read" : "unreadable");
    add(content ? content->reveal() : std::string_view(content.error().detail()));
  }

  [[nodiscard]] Digest finish() {
    Digest digest{};
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    return digest;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

Result<pki::Secret> read_source(const PemSource& source) {
  if (source.file.empty()) {
    return pki::Secret(source.text->reveal());
  }
  Result<pki::Secret> content = pki::read_file(source.file);
  if (!content) {
    return content.error().at(source.where);
  }
  return content;
}

/// The web configuration and what it names, read together.
struct Reading {
  Result<WebConfig> config;
  Result<pki::Secret> certificate = pki::Secret();
  Result<pki::Secret> key = pki::Secret();
  Result<pki::Secret> client_ca = pki::Secret();
  Digest digest{};
};

Result<WebConfig> parse(const Result<pki::Secret>& content, const std::string& file) {
  if (!content) {
    return content.error().at(file);
  }
  return parse_web_config(content->reveal(), file);
}

Reading read_all(const std::string& file) {
  Digester digester;
  const Result<pki::Secret> content = pki::read_file(file, max_web_config_bytes);
  digester.add(content);
  Reading reading{.config = parse(content, file)};
  if (reading.config && reading.config->tls) {
    const TlsServerConfig& tls = *reading.config->tls;
    reading.certificate = read_source(tls.certificate);
    reading.key = read_source(tls.key);
    if (tls.client_ca) {
      reading.client_ca = read_source(*tls.client_ca);
    }
  }
  for (const Result<pki::Secret>* const pem :
       {&reading.certificate, &reading.key, &reading.client_ca}) {
    digester.add(*pem);
  }
  reading.digest = digester.finish();
  return reading;
}

/// Null: plain HTTP.
Result<ContextPtr> make_context(const Reading& reading) {
  for (const Result<pki::Secret>* const pem :
       {&reading.certificate, &reading.key, &reading.client_ca}) {
    if (!*pem) {
      return pem->error();
    }
  }
  const std::optional<TlsServerConfig>& tls = reading.config->tls;
  return tls ? make_server_context(*tls, {.certificate = reading.certificate->reveal(),
                                          .key = reading.key->reveal(),
                                          .client_ca = reading.client_ca->reveal()})
             : ContextPtr();
}

/// What is asked of clients during a handshake and after it.
struct ClientPolicy {
  ClientAuthType type = ClientAuthType::no_client_cert;
  Digest client_ca{};
  std::vector<std::string> allowed_sans;

  friend bool operator==(const ClientPolicy&, const ClientPolicy&) = default;
};

/// Of a reading with TLS.
ClientPolicy policy_of(const Reading& reading) {
  Digester client_ca;
  client_ca.add(reading.client_ca);
  const TlsServerConfig& tls = *reading.config->tls;
  return {.type = tls.client_auth_type,
          .client_ca = client_ca.finish(),
          .allowed_sans = tls.client_allowed_sans};
}

/// Where it is, or comes to be.
template <class T>
T* known_among(std::list<T>& all, T one) {
  const auto known = std::ranges::find(all, one);
  return known != all.end() ? &*known : &all.emplace_back(std::move(one));
}

std::set<std::string> files_of(const std::string& file, const WebConfig& config) {
  std::set<std::string> files{file};
  if (config.tls) {
    files.insert(config.tls->certificate.file);
    files.insert(config.tls->key.file);
    files.insert(config.tls->client_ca ? config.tls->client_ca->file : std::string());
  }
  files.erase(std::string());
  return files;
}

}  // namespace

struct WebGuard::State {
  explicit State(std::string of) : file(std::move(of)) {}

  /// Takes over users and headers, and the TLS if it could be made.
  [[nodiscard]] std::optional<Error> take(const Reading& reading);
  [[nodiscard]] Result<ContextPtr> make(const Reading& reading) const;
  void put_access(const WebConfig& config, bool is_whole);
  [[nodiscard]] WebRefresh fail(const Error& error, SteadyTime now);

  std::string file;
  bool serves_tls = false;

  mutable std::mutex mutex;  // of what is in force
  ContextPtr context;
  std::list<ClientPolicy> policies;    // each that ever was: contexts point to theirs
  ClientPolicy* policy = nullptr;      // of the context
  std::shared_ptr<const Users> users;  // shared with the request that is judged by it
  std::list<Headers> all_headers;      // each that ever was: callers hold references
  const Headers* headers = nullptr;

  // The reading thread's.
  std::set<std::string> files;
  std::optional<Digest> in_force;  // nothing: only a part of what was read is
  Digest seen{};
  SteadyTime seen_at;
  std::optional<SteadyTime> failing_since;
  std::string told;

  PasswordCheck passwords;  // last: its thread is joined first
};

std::optional<Error> WebGuard::State::take(const Reading& reading) {
  if (!reading.config) {
    return reading.config.error();
  }
  files = files_of(file, *reading.config);
  Result<ContextPtr> made = make(reading);
  const std::lock_guard lock(mutex);
  put_access(*reading.config, made.has_value());
  in_force.reset();
  if (!made) {
    return made.error();
  }
  context = *std::move(made);
  in_force = reading.digest;
  if (context) {
    policy = known_among(policies, policy_of(reading));
    SSL_CTX_set_app_data(context.get(), policy);
  }
  return std::nullopt;
}

Result<ContextPtr> WebGuard::State::make(const Reading& reading) const {
  if (reading.config->tls.has_value() != serves_tls) {
    return Error(Errc::unsupported,
                 file + ":1: tls_server_config: turning TLS on or off takes a restart of telltale");
  }
  return make_context(reading);
}

/// No users at all means everybody, perhaps because certificates are asked for instead: that counts
/// only if they really are.
void WebGuard::State::put_access(const WebConfig& config, bool is_whole) {
  if (is_whole || !config.users.empty() || !users) {
    users = std::make_shared<const Users>(config.users);
  }
  headers = known_among(all_headers, config.headers);
}

/// The gaps double, and the last attempt comes when patience ends.
WebRefresh WebGuard::State::fail(const Error& error, SteadyTime now) {
  const Duration elapsed = now - failing_since.value_or(now);
  failing_since = now - elapsed;
  if (elapsed < patience) {
    return {.again_in = std::min(std::max(elapsed, settling), patience - elapsed)};
  }
  const bool is_new = told != error.detail();
  told = error.detail();
  return {.error = is_new ? told : std::string()};
}

WebGuard::WebGuard(std::unique_ptr<State> state) : state_(std::move(state)) {}

WebGuard::~WebGuard() = default;

Result<std::unique_ptr<WebGuard>> WebGuard::read(const std::string& file) {
  const Reading reading = read_all(file);
  auto state = std::make_unique<State>(file);
  state->serves_tls = reading.config && reading.config->tls;
  if (const std::optional<Error> error = state->take(reading)) {
    return *error;
  }
  state->seen = reading.digest;
  return std::unique_ptr<WebGuard>(new WebGuard(std::move(state)));
}

bool WebGuard::serves_tls() const noexcept {
  return state_->serves_tls;
}

std::shared_ptr<SSL_CTX> WebGuard::tls() {
  const std::lock_guard lock(state_->mutex);
  return state_->context;
}

bool WebGuard::admits(SSL* ssl) {
  const std::lock_guard lock(state_->mutex);
  const ClientPolicy* const policy = state_->policy;
  if (SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)) != policy) {
    return false;  // let in by what was asked of clients before
  }
  if (policy->allowed_sans.empty()) {
    return true;
  }
  const X509* const certificate = SSL_get0_peer_certificate(ssl);
  return certificate != nullptr && has_allowed_san(*certificate, policy->allowed_sans);
}

const std::vector<std::pair<std::string, std::string>>& WebGuard::headers() const {
  const std::lock_guard lock(state_->mutex);
  return *state_->headers;
}

bool WebGuard::asks_who() const {
  const std::lock_guard lock(state_->mutex);
  return !state_->users->empty();
}

void WebGuard::identify(std::string authorization,
                        std::function<void(std::optional<bool>)> decided) {
  std::optional<BasicCredentials> credentials = parse_basic_credentials(authorization);
  pki::wipe(authorization);
  std::unique_lock lock(state_->mutex);
  const std::shared_ptr<const Users> users = state_->users;
  lock.unlock();
  if (users->empty()) {
    decided(true);  // who may ask has changed since asks_who()
  } else if (!credentials) {
    decided(false);
  } else {
    state_->passwords.judge(*users, *std::move(credentials), decided);
  }
}

WebRefresh WebGuard::refresh(SteadyTime now) {
  State& state = *state_;
  const Reading reading = read_all(state.file);
  if (reading.digest == state.in_force) {
    const bool was_told = !state.told.empty();
    state.seen = reading.digest;
    state.failing_since.reset();
    state.told.clear();
    return {.is_renewed = was_told};
  }
  if (reading.digest != state.seen) {
    state.seen = reading.digest;
    state.seen_at = now;
  }
  if (now - state.seen_at < settling) {
    return {.again_in = settling - (now - state.seen_at)};
  }
  if (const std::optional<Error> error = state.take(reading)) {
    return state.fail(*error, now);
  }
  state.failing_since.reset();
  state.told.clear();
  return {.is_renewed = true};
}

std::set<std::string> WebGuard::files() const {
  return state_->files;
}

}  // namespace telltale::http
