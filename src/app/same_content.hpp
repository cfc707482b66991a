#pragma once
// Whether credentials say the same, whichever file or object they come from: one that was touched
// makes no difference, nor does a reload.

#include <memory>

#include "telltale/pki/identity.hpp"
#include "telltale/pki/secret.hpp"
#include "telltale/pki/trust_store.hpp"
#include "telltale/probe/prober.hpp"

namespace telltale::app {

[[nodiscard]] bool is_same(const pki::Chain& one, const pki::Chain& other);

/// Where nobody knows the anchors, as of the system's trust, they count as the same.
[[nodiscard]] bool is_same(const pki::TrustStorePtr& one, const pki::TrustStorePtr& other);

[[nodiscard]] bool is_same(const pki::IdentityPtr& one, const pki::IdentityPtr& other);

[[nodiscard]] bool is_same(const std::shared_ptr<const pki::Secret>& one,
                           const std::shared_ptr<const pki::Secret>& other);

/// In any order.
[[nodiscard]] bool is_same(const std::shared_ptr<const probe::CallRequest>& one,
                           const std::shared_ptr<const probe::CallRequest>& other);

}  // namespace telltale::app
