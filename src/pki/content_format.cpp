#include "pki/content_format.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace telltale::pki {

namespace {

constexpr std::string_view pem_begin = "-----BEGIN ";
// Java's KeyStore files (sun.security.provider.JavaKeyStore, com.sun.crypto.provider.JceKeyStore).
constexpr std::array<std::uint8_t, 4> jks_magic = {0xfe, 0xed, 0xfe, 0xed};
constexpr std::array<std::uint8_t, 4> jceks_magic = {0xce, 0xce, 0xce, 0xce};

constexpr std::uint8_t sequence = 0x30;
constexpr std::uint8_t integer = 0x02;
constexpr std::uint8_t object_identifier = 0x06;

bool starts_with(ByteView content, ByteView head) {
  return content.size() >= head.size() && std::ranges::equal(content.first(head.size()), head);
}

bool has_pem_block(ByteView content) {
  const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
  for (std::size_t at = text.find(pem_begin); at != std::string_view::npos;
       at = text.find(pem_begin, at + 1)) {
    if (at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r') {
      return true;
    }
  }
  return false;
}

/// The first octets of an element: its length, and where it begins.
struct Header {
  std::size_t size = 0;
  std::optional<std::size_t> length;  ///< nothing if it is indefinite
};

/// Nothing if `content` does not begin with a SEQUENCE and its length, of up to four octets.
std::optional<Header> header_of_sequence(ByteView content) {
  constexpr std::uint8_t indefinite = 0x80;
  if (content.size() < 2 || content[0] != sequence) {
    return std::nullopt;
  }
  const std::uint8_t first = content[1];
  if (first <= indefinite) {
    return first == indefinite ? Header{.size = 2, .length = std::nullopt}
                               : Header{.size = 2, .length = first};
  }
  const std::size_t octets = first & 0x7fU;
  if (octets > 4 || content.size() < 2 + octets) {
    return std::nullopt;
  }
  std::size_t length = 0;
  for (const std::uint8_t octet : content.subspan(2, octets)) {
    length = length << 8U | octet;
  }
  return Header{.size = 2 + octets, .length = length};
}

/// What stands inside the outermost SEQUENCE, or nothing if there is none. The length is not
/// trusted, only skipped.
std::optional<ByteView> content_of_sequence(ByteView content) {
  const std::optional<Header> header = header_of_sequence(content);
  if (!header || content.size() <= header->size) {
    return std::nullopt;
  }
  return content.subspan(header->size);
}

/// Of the outermost SEQUENCE with its header; nothing if it says none.
std::optional<std::size_t> size_said_by(ByteView content) {
  const std::optional<Header> header = header_of_sequence(content);
  return header && header->length ? std::optional(header->size + *header->length) : std::nullopt;
}

/// Tells by the first two elements.
ContentFormat format_of_sequence(ByteView inside) {
  // RFC 7292 4: PFX ::= SEQUENCE { version INTEGER {v3(3)}, ... }
  constexpr std::array<std::uint8_t, 3> pfx_version = {0x02, 0x01, 0x03};
  if (starts_with(inside, pfx_version)) {
    return ContentFormat::pkcs12;
  }
  if (inside.front() == integer) {  // all plain keys begin with a version
    return ContentFormat::der_key;
  }
  if (inside.front() != sequence) {
    return ContentFormat::der;
  }
  // RFC 5208 6: EncryptedPrivateKeyInfo begins with an algorithm's SEQUENCE, RFC 5280 4.1: a
  // Certificate with the SEQUENCE to be signed.
  const std::optional<ByteView> first = content_of_sequence(inside);
  return first && first->front() == object_identifier ? ContentFormat::der_key
                                                      : ContentFormat::der_certificate;
}

}  // namespace

ContentFormat format_of(ByteView content) {
  if (content.empty()) {
    return ContentFormat::empty;
  }
  if (starts_with(content, jks_magic)) {
    return ContentFormat::jks;
  }
  if (starts_with(content, jceks_magic)) {
    return ContentFormat::jceks;
  }
  if (has_pem_block(content)) {
    return ContentFormat::pem;
  }
  const std::optional<ByteView> inside = content_of_sequence(content);
  return inside ? format_of_sequence(*inside) : ContentFormat::unknown;
}

Result<void> check_not_cut_off(ByteView content) {
  const std::optional<std::size_t> said = size_said_by(content);
  if (said && *said > content.size()) {
    return Error(Errc::malformed, "is cut off: it has " + std::to_string(content.size()) + " of " +
                                      std::to_string(*said) + " bytes");
  }
  return {};
}

Result<void> check_length(ByteView content) {
  const std::optional<std::size_t> said = size_said_by(content);
  if (said && *said < content.size()) {
    return Error(Errc::malformed,
                 "has " + std::to_string(content.size() - *said) + " bytes behind its end");
  }
  return check_not_cut_off(content);
}

}  // namespace telltale::pki
