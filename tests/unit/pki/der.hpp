#pragma once
// Builds DER by hand, also wrong DER: what a peer may send and no library would write.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "telltale/bytes.hpp"

namespace telltale::der {

enum Tag : std::uint8_t {
  integer = 0x02,
  oid = 0x06,
  utf8 = 0x0c,
  printable = 0x13,
  t61 = 0x14,
  ia5 = 0x16,
  bmp = 0x1e,
  sequence = 0x30,
  set = 0x31,
};

/// Tag, length and content, up to 65535 bytes.
inline Bytes tlv(std::uint8_t tag, ByteView content) {
  Bytes bytes = {tag};
  const std::size_t size = content.size();
  if (size >= 0x100) {
    bytes.insert(bytes.end(), {0x82, static_cast<std::uint8_t>(size >> 8U)});
  } else if (size >= 0x80) {
    bytes.push_back(0x81);
  }
  bytes.push_back(static_cast<std::uint8_t>(size));
  bytes.insert(bytes.end(), content.begin(), content.end());
  return bytes;
}

inline Bytes joined(const std::vector<Bytes>& parts) {
  Bytes bytes;
  for (const Bytes& part : parts) {
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return bytes;
}

// The content of object identifiers.
inline const Bytes cn = {0x55, 4, 3};
inline const Bytes serial = {0x55, 4, 5};
inline const Bytes c = {0x55, 4, 6};
inline const Bytes l = {0x55, 4, 7};
inline const Bytes st = {0x55, 4, 8};
inline const Bytes street = {0x55, 4, 9};
inline const Bytes o = {0x55, 4, 10};
inline const Bytes ou = {0x55, 4, 11};
inline const Bytes title = {0x55, 4, 12};
inline const Bytes org_id = {0x55, 4, 97};
inline const Bytes uid = {0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1};
inline const Bytes dc = {0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25};
inline const Bytes email = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1};
inline const Bytes private_type = {0x2a, 0x03, 0x04};

struct Attribute {
  Bytes type;
  std::uint8_t tag = utf8;
  std::string value;
};

using Rdn = std::vector<Attribute>;

/// A Name, its RDNs in the order of the DER: the least specific first.
inline Bytes name(const std::vector<Rdn>& rdns) {
  Bytes content;
  for (const Rdn& rdn : rdns) {
    std::vector<Bytes> attributes;
    for (const Attribute& attribute : rdn) {
      attributes.push_back(tlv(sequence, joined({tlv(oid, attribute.type),
                                                 tlv(attribute.tag, as_bytes(attribute.value))})));
    }
    std::ranges::sort(attributes);  // DER sorts the members of a SET OF
    content = joined({content, tlv(set, joined(attributes))});
  }
  return tlv(sequence, content);
}

}  // namespace telltale::der
