#pragma once
// Reads the presentation language of RFC 8446 section 3: big-endian integers and vectors with a
// length in front.

#include <cstddef>
#include <cstdint>

#include "telltale/bytes.hpp"

namespace telltale::tls {

/// A cursor over bytes that a peer sent. Reading past the end makes it fail for good; what is read
/// then is empty or zero.
class WireReader {
 public:
  explicit WireReader(ByteView bytes) : rest_(bytes) {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  /// An unsigned integer of `width` bytes, at most 4.
  [[nodiscard]] std::uint32_t integer(std::size_t width) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : take(width)) {
      value = (value << 8U) | byte;
    }
    return value;
  }

  /// A vector whose length is an integer of `length_width` bytes.
  [[nodiscard]] ByteView vector(std::size_t length_width) { return take(integer(length_width)); }

 private:
  [[nodiscard]] ByteView take(std::size_t count) {
    if (!ok_ || count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  ByteView rest_;
  bool ok_ = true;
};

}  // namespace telltale::tls
