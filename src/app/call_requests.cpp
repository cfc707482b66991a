#include "telltale/app/call_requests.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "app/same_content.hpp"

namespace telltale::app {

namespace {

// A file of more keys than that is nobody's client keystore.
constexpr std::size_t most_keys = 8;

/// The keys of one file among which `runtime` chooses.
std::vector<pki::IdentityPtr> offered(const std::vector<pki::KeyEntry>& keys,
                                      fleet::Runtime runtime) {
  const std::size_t most = runtime == fleet::Runtime::java_refreshable ? 1 : most_keys;
  std::vector<pki::IdentityPtr> identities;
  for (const pki::KeyEntry& key : keys) {
    const bool is_seen = key.is_seen_by_java || !fleet::is_jsse(runtime);
    if (key.identity->has_key() && is_seen && identities.size() < most) {
      identities.push_back(key.identity);
    }
  }
  std::erase_if(identities, [](const pki::IdentityPtr& each) { return !fleet::can_sign(*each); });
  return identities;
}

bool asks_for_something(const probe::CallRequest& request) {
  return !request.rehearsals.empty() || !request.paths.empty() || !request.trusts.empty() ||
         request.is_observed;
}

/// Collects what each target is asked for, edge by edge.
class Collection {
 public:
  explicit Collection(const fleet::Credentials& credentials) : credentials_(credentials) {}

  void add(const fleet::Edge& edge, const fleet::Target& callee);

  [[nodiscard]] std::map<std::string, probe::CallRequest> take() { return std::move(by_target_); }

 private:
  void rehearse(const fleet::Edge& edge, probe::CallRequest& request);

  /// As `runtime` sends it; one object for each, whoever sends it.
  [[nodiscard]] pki::IdentityPtr as_sent(fleet::Runtime runtime, const pki::IdentityPtr& identity);

  const fleet::Credentials& credentials_;
  std::map<pki::IdentityPtr, pki::IdentityPtr> leaves_;
  std::map<std::string, probe::CallRequest> by_target_;
};

void Collection::add(const fleet::Edge& edge, const fleet::Target& callee) {
  probe::CallRequest& request = by_target_[edge.callee];
  rehearse(edge, request);
  const bool is_elsewhere = !edge.path.empty() && edge.path != callee.health;
  if (is_elsewhere && std::ranges::count(request.paths, edge.path) == 0) {
    request.paths.push_back(edge.path);
  }
  const auto trust = credentials_.trusts.find(fleet::trust_name(edge.trust));
  if (trust != credentials_.trusts.end()) {
    request.trusts.insert(*trust);
  }
  if (edge.is_observed) {
    by_target_[edge.caller].is_observed = true;
  }
}

void Collection::rehearse(const fleet::Edge& edge, probe::CallRequest& request) {
  if (!edge.identity || edge.runtime == fleet::Runtime::none) {
    return;
  }
  const auto keys = credentials_.keys.find(*edge.identity);
  if (keys == credentials_.keys.end()) {
    return;
  }
  for (const pki::IdentityPtr& each : offered(keys->second, edge.runtime)) {
    const pki::IdentityPtr identity = as_sent(edge.runtime, each);
    const bool is_known = std::ranges::any_of(request.rehearsals, [&](const auto& known) {
      return known.path == edge.path && is_same(known.identity, identity);
    });
    if (!is_known) {
      request.rehearsals.push_back({identity, edge.path});
    }
  }
}

pki::IdentityPtr Collection::as_sent(fleet::Runtime runtime, const pki::IdentityPtr& identity) {
  if (runtime != fleet::Runtime::go_yaml_tools || identity->chain().size() == 1) {
    return identity;
  }
  pki::IdentityPtr& leaf = leaves_[identity];
  if (!leaf) {
    leaf = identity->leaf_only();
  }
  return leaf;
}

}  // namespace

CallRequests::CallRequests(const fleet::Fleet& fleet, const fleet::Credentials& credentials) {
  std::map<std::string_view, const fleet::Target*> targets;
  for (const fleet::Target& target : fleet.targets) {
    targets.emplace(target.name, &target);
  }
  Collection collection(credentials);
  for (const fleet::Edge& edge : fleet::edges_of(fleet)) {
    collection.add(edge, *targets.at(edge.callee));
  }
  for (auto& [target, request] : collection.take()) {
    if (asks_for_something(request)) {
      by_target_.emplace(target, std::make_shared<const probe::CallRequest>(std::move(request)));
    }
  }
}

std::shared_ptr<const probe::CallRequest> CallRequests::of(const std::string& target) const {
  const auto found = by_target_.find(target);
  return found == by_target_.end() ? nullptr : found->second;
}

std::set<pki::IdentityPtr> CallRequests::identities() const {
  std::set<pki::IdentityPtr> identities;
  for (const auto& [target, request] : by_target_) {
    for (const probe::RehearsalRequest& rehearsal : request->rehearsals) {
      identities.insert(rehearsal.identity);
    }
  }
  return identities;
}

}  // namespace telltale::app
