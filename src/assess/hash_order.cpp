#include "assess/hash_order.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>

#include "telltale/assess/selection.hpp"

namespace telltale::assess {

namespace {

/// One Unicode scalar value of UTF-8; pki has seen to it that aliases are well-formed.
char32_t take_code_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const int continued = std::max(0, std::countl_one(first) - 1);
  char32_t code_point =
      continued == 0 ? first : first & (0x3fU >> static_cast<unsigned>(continued));
  text.remove_prefix(1);
  for (int i = 0; i < continued && !text.empty(); ++i) {
    code_point = (code_point << 6U) | (static_cast<unsigned char>(text.front()) & 0x3fU);
    text.remove_prefix(1);
  }
  return code_point;
}

/// String.hashCode: over the UTF-16 code units.
std::uint32_t hash_code(std::string_view text) {
  std::uint32_t hash = 0;
  while (!text.empty()) {
    const char32_t code_point = take_code_point(text);
    if (code_point < 0x10000) {
      hash = 31 * hash + code_point;
      continue;
    }
    hash = 31 * hash + (0xd800U + ((code_point - 0x10000) >> 10U));
    hash = 31 * hash + (0xdc00U + ((code_point - 0x10000) & 0x3ffU));
  }
  return hash;
}

/// HashMap.hash.
std::uint32_t spread(std::uint32_t hash) {
  return hash ^ (hash >> 16U);
}

/// Of a HashMap made without a size (DEFAULT_INITIAL_CAPACITY, DEFAULT_LOAD_FACTOR, resize): it
/// doubles once it holds more than three quarters of its capacity.
std::size_t hash_map_capacity(std::size_t entries) {
  std::size_t capacity = 16;
  while (entries * 4 > capacity * 3) {
    capacity *= 2;
  }
  return capacity;
}

}  // namespace

std::vector<std::size_t> hash_map_order(std::span<const std::string> aliases) {
  // A bucket keeps the order of insertion, also when the table grows (HashMap.resize). A bucket of
  // nine in a small table, which would make it grow early (treeifyBin), is not looked for.
  const std::size_t capacity = hash_map_capacity(aliases.size());
  std::vector<std::size_t> places(aliases.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::ranges::sort(places, {}, [&](std::size_t place) {
    return std::pair(spread(hash_code(aliases[place])) & (capacity - 1), place);
  });
  return places;
}

std::vector<std::size_t> hashtable_order(std::span<const std::string> aliases) {
  using Bucket = std::vector<std::size_t>;  // what was put in last stands first
  std::vector<Bucket> buckets(11);
  const auto index = [&](std::size_t place) {
    return (hash_code(aliases[place]) & 0x7fffffffU) % buckets.size();
  };
  const auto rehash = [&] {
    std::vector<Bucket> old(buckets.size() * 2 + 1);
    old.swap(buckets);
    for (std::size_t i = old.size(); i-- > 0;) {
      for (const std::size_t place : old[i]) {
        Bucket& bucket = buckets[index(place)];
        bucket.insert(bucket.begin(), place);
      }
    }
  };
  for (std::size_t place = 0; place < aliases.size(); ++place) {
    if (place >= buckets.size() * 3 / 4) {
      rehash();
    }
    Bucket& bucket = buckets[index(place)];
    bucket.insert(bucket.begin(), place);
  }
  std::vector<std::size_t> places;
  for (std::size_t i = buckets.size(); i-- > 0;) {
    places.insert(places.end(), buckets[i].begin(), buckets[i].end());
  }
  return places;
}

}  // namespace telltale::assess
