#pragma once
// One runtime's view each, and the words they share.

#include <string>

#include "telltale/assess/runtime_view.hpp"

namespace telltale::assess {

[[nodiscard]] RuntimeView java_view(const pki::StoreFacts& facts);
[[nodiscard]] RuntimeView go_view(const pki::StoreFacts& facts);
[[nodiscard]] RuntimeView openssl_view(const pki::StoreFacts& facts);

/// `the leaf alone, issued by CN=A`, `2 certificates, up to one issued by CN=Root`, `3
/// certificates, up to the root`, `2 certificates in the wrong order`.
[[nodiscard]] std::string chain_text(const pki::Chain& chain);

/// `the key orca`; `the key` without an alias.
[[nodiscard]] std::string key_text(const pki::StoreKey& key);

/// Of a key that is not the first certificate's: `belongs to certificate 3 of the file, which must
/// stand first`, `belongs to no certificate in it`.
[[nodiscard]] std::string stray_key_text(const pki::StoreKey& key);

/// There is no key, and every certificate is an authority's: it is there to be trusted.
[[nodiscard]] bool holds_authorities_only(const pki::StoreFacts& facts);

/// Every certificate of a file, in its order.
[[nodiscard]] pki::Chain certificates_of(const pki::StoreFacts& facts);

}  // namespace telltale::assess
