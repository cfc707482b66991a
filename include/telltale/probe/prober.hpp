#pragma once
// Prober: looks at addresses. Every look is a handful of fresh connections, bounded by one
// deadline.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "telltale/fleet/fleet.hpp"
#include "telltale/pki/identity.hpp"
#include "telltale/pki/secret.hpp"
#include "telltale/pki/trust_store.hpp"
#include "telltale/probe/observation.hpp"

namespace boost::asio {
class io_context;
}

namespace telltale::probe {

/// A caller's certificate, to be presented as that caller would: exactly its chain, for its path.
struct RehearsalRequest {
  pki::IdentityPtr identity;  ///< with a key; its chain is what the caller's runtime sends
  std::string path;           ///< empty on rediss
};

/// What the calls of one target ask of a look at it.
struct CallRequest {
  std::vector<RehearsalRequest> rehearsals;  ///< distinct
  /// Distinct paths of calls other than the target's `health`: asked for with nothing and with our
  /// identity, so that a rehearsal can be compared.
  std::vector<std::string> paths;
  std::map<std::string, pki::TrustStorePtr> trusts;  ///< callers', by fleet::trust_name()
  bool is_observed = false;  ///< what the target presents is what it holds as a caller
};

/// Everything one look needs; it owns or shares all of it, since a reload may come meanwhile.
struct LookRequest {
  std::shared_ptr<const fleet::Target> target;
  fleet::Endpoint address;
  Duration timeout{};  ///< for the whole look but the rehearsals, which have another one
  bool presents_stranger = true;
  std::string identity_name;
  pki::IdentityPtr identity;  ///< with a key; null: we have none to present here
  pki::TrustStorePtr trust;   ///< that the server's chain is verified against; never null
  /// What callers trust that name none, and a client's chain is verified against; null: `trust`.
  pki::TrustStorePtr fleet_trust;
  std::shared_ptr<const pki::Secret> redis_password;  ///< null: no AUTH
  std::shared_ptr<const CallRequest> calls;           ///< null: nobody calls it, nor does it call
};

/// Makes looks on one io_context, whose thread is the only one to call it. Keeps one TLS context
/// per identity and version, and the stranger (a P-256 key; an RSA one where only that is
/// admitted).
class Prober {
 public:
  /// `now` dates the strangers. `on_internal_error` hears of exceptions, which only a bug or a
  /// machine out of memory can cause. Throws std::runtime_error if OpenSSL cannot make the
  /// strangers.
  Prober(boost::asio::io_context& context, CivilTime now,
         std::function<void(std::string)> on_internal_error);
  ~Prober();
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  /// Looks at one address: `nothing`, `identity` and `stranger` over TLS 1.3 and over TLS 1.2, then
  /// plaintext, each on a fresh connection. A server that asks for no certificate is not presented
  /// one, and a version that it does not speak is tried once. Then, within another `timeout`, what
  /// `calls` asks for at each version that the server spoke: where it asked for a certificate, the
  /// rehearsals, then nothing and our identity on each of `paths`; where it did not, nothing on
  /// each of them. Each may take half of the time that is left, and the last one all. None is made
  /// where the address could not be connected to. `done` is called on the io_context's thread,
  /// never from within this call, and always: what goes wrong is in the Observation.
  void look(LookRequest request, std::function<void(Observation)> done);

  /// Drops the TLS contexts of all identities but these, and with them the keys. Looks under way go
  /// on with theirs, and let go of it when they end.
  void keep_only(const std::set<pki::IdentityPtr>& in_use);

  class Contexts;

 private:
  boost::asio::io_context& context_;
  std::shared_ptr<Contexts> contexts_;  // looks under way keep theirs
  std::function<void(std::string)> on_internal_error_;
};

}  // namespace telltale::probe
