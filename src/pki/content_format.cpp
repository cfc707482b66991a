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

/// What stands inside the outermost SEQUENCE, or nothing if there is none. The length is not
/// trusted, only skipped.
std::optional<ByteView> content_of_sequence(ByteView content) {
  if (content.size() < 2 || content[0] != sequence) {
    return std::nullopt;
  }
  const std::uint8_t length = content[1];
  const std::size_t header = length > 0x80 ? 2U + (length & 0x7fU) : 2U;
  if (content.size() <= header || length > 0x84) {
    return std::nullopt;
  }
  return content.subspan(header);
}

}  // namespace

ContentFormat format_of(ByteView content) {
  // RFC 7292 4: PFX ::= SEQUENCE { version INTEGER {v3(3)}, ... }
  constexpr std::array<std::uint8_t, 3> pfx_version = {0x02, 0x01, 0x03};
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
  if (!inside) {
    return ContentFormat::unknown;
  }
  if (starts_with(*inside, pfx_version)) {
    return ContentFormat::pkcs12;
  }
  // RFC 5280 4.1: a Certificate begins with the SEQUENCE to be signed.
  return inside->front() == sequence ? ContentFormat::der_certificate : ContentFormat::der;
}

Result<void> require_pem(ByteView content) {
  const auto unsupported = [](const char* what) {
    return Error(Errc::unsupported, std::string("is ") + what + "; this version reads PEM");
  };
  switch (format_of(content)) {
    case ContentFormat::pem:
      return {};
    case ContentFormat::pkcs12:
      return unsupported("a PKCS#12 keystore");
    case ContentFormat::jks:
      return unsupported("a Java keystore (JKS)");
    case ContentFormat::jceks:
      return unsupported("a Java keystore (JCEKS)");
    case ContentFormat::der_certificate:
      return unsupported("a certificate in DER");
    case ContentFormat::der:
      return unsupported("DER");
    case ContentFormat::empty:
      return Error(Errc::malformed, "is empty, where PEM was expected");
    case ContentFormat::unknown:
      break;
  }
  return Error(Errc::malformed, "is not PEM: no line begins with -----BEGIN");
}

}  // namespace telltale::pki
