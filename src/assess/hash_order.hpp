#pragma once
// In which order Java's hash tables walk what was put into them.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace telltale::assess {

/// The places of `aliases` in the order of KeyStore.aliases() for a JKS: its entries stand in a
/// java.util.Hashtable (sun.security.provider.JavaKeyStore), which walks its buckets from the last
/// to the first, and each from what was put in last (Hashtable.Enumerator, addEntry, rehash).
/// Trusted certificates beside the keys widen the table too; of eight entries and more they are
/// missed here.
[[nodiscard]] std::vector<std::size_t> hashtable_order(std::span<const std::string> aliases);

}  // namespace telltale::assess
