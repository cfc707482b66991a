// What must hold for whatever a reader of stores makes of its input.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "telltale/error.hpp"

#include "pki/store_content.hpp"

namespace telltale::fuzz {

/// Seeds have as many iterations at most; more cost the fuzzer time.
inline constexpr std::int64_t max_iterations = 64;

/// The seeds' password.
inline constexpr std::string_view password = "fuzzer";

inline void require_one_line(std::string_view text) {
  if (std::ranges::any_of(text, [](char c) { return c >= 0 && c < 0x20; })) {
    std::abort();
  }
}

/// Every sentence and alias fits on a line, and a key has either opened or an error.
inline void check(const Result<pki::StoreContent>& content) {
  if (!content) {
    require_one_line(content.error().detail());
    if (content.error().detail().empty()) {
      std::abort();
    }
    return;
  }
  for (const pki::HeldKey& key : content->keys) {
    if ((key.key == nullptr) != key.error.has_value()) {
      std::abort();
    }
  }
  const pki::StoreFacts facts = pki::facts_of(*content);
  for (const pki::StoreKey& key : facts.keys) {
    require_one_line(key.alias);
    require_one_line(key.error);
  }
  for (const pki::StoreCertificate& entry : facts.certificates) {
    require_one_line(entry.alias);
  }
  for (const std::string& protection : facts.protections) {
    require_one_line(protection);
  }
  for (const std::string& block : facts.pem_blocks) {
    require_one_line(block);
  }
  require_one_line(pki::no_certificate(*content).detail());
}

/// Reads once with the seeds' password and once without any.
template <class Read>
void read_twice(Read read) {
  const pki::Secret given(password);
  const pki::Secret none;
  check(read(pki::StorePasswords{.store = given, .key = none}));
  check(read(pki::StorePasswords{.store = none, .key = none}));
}

}  // namespace telltale::fuzz
