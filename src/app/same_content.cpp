#include "app/same_content.hpp"

#include <algorithm>

namespace telltale::app {

namespace {

bool is_same_rehearsal(const probe::RehearsalRequest& one, const probe::RehearsalRequest& other) {
  return one.path == other.path && is_same(one.identity, other.identity);
}

bool are_same(const std::map<std::string, pki::TrustStorePtr>& one,
              const std::map<std::string, pki::TrustStorePtr>& other) {
  return std::ranges::equal(one, other, [](const auto& mine, const auto& theirs) {
    return mine.first == theirs.first && is_same(mine.second, theirs.second);
  });
}

}  // namespace

bool is_same(const pki::Chain& one, const pki::Chain& other) {
  return std::ranges::equal(one, other, {}, &pki::Certificate::fingerprint_sha256,
                            &pki::Certificate::fingerprint_sha256);
}

bool is_same(const pki::TrustStorePtr& one, const pki::TrustStorePtr& other) {
  return one == other || (one && other && is_same(one->anchors(), other->anchors()));
}

bool is_same(const pki::IdentityPtr& one, const pki::IdentityPtr& other) {
  return one == other || (one && other && is_same(one->chain(), other->chain()));
}

bool is_same(const std::shared_ptr<const pki::Secret>& one,
             const std::shared_ptr<const pki::Secret>& other) {
  return one == other || (one && other && one->reveal() == other->reveal());
}

bool is_same(const std::shared_ptr<const probe::CallRequest>& one,
             const std::shared_ptr<const probe::CallRequest>& other) {
  if (one == other || !one || !other) {
    return one == other;
  }
  return one->is_observed == other->is_observed && are_same(one->trusts, other->trusts) &&
         std::ranges::is_permutation(one->paths, other->paths) &&
         std::ranges::is_permutation(one->rehearsals, other->rehearsals, is_same_rehearsal);
}

}  // namespace telltale::app
