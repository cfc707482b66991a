#include "probe/contexts.hpp"

#include <chrono>

namespace telltale::probe {

namespace {

// A stranger outlives the daemon, or its certificate would one day be refused for its dates alone.
constexpr auto stranger_lifetime = std::chrono::years(20);

}  // namespace

Strangers::Strangers(CivilTime now)
    : made_at_(now),
      ec_(pki::Identity::make_stranger(pki::KeyAlgorithm::ec, now, stranger_lifetime)) {}

const pki::IdentityPtr& Strangers::rsa() {
  if (!rsa_) {
    rsa_ = pki::Identity::make_stranger(pki::KeyAlgorithm::rsa, made_at_, stranger_lifetime);
  }
  return rsa_;
}

Prober::Contexts::Contexts(CivilTime now) {
  // Owned by the credential, which contexts copy and which outlives this one.
  const auto strangers = std::make_shared<Strangers>(now);
  stranger_ = {.identity = strangers->ec(),
               .alternative = [strangers] { return strangers->rsa(); }};
}

Prober::Contexts::Contexts(const Contexts& before, const std::set<pki::IdentityPtr>& in_use)
    : stranger_(before.stranger_) {
  for (const auto& [key, context] : before.contexts_) {
    const pki::IdentityPtr& identity = key.second;
    if (!identity || identity == stranger_.identity || in_use.contains(identity)) {
      contexts_.emplace(key, context);
    }
  }
}

const tls::ClientContext& Prober::Contexts::context(tls::ProtocolVersion version,
                                                    const tls::Credential& credential) {
  auto& context = contexts_[Key(version, credential.identity)];
  if (!context) {
    context = std::make_shared<const tls::ClientContext>(version, credential);
  }
  return *context;
}

}  // namespace telltale::probe
