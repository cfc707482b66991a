#include "telltale/bytes.hpp"

#include <doctest/doctest.h>

namespace telltale {

TEST_SUITE_BEGIN("root");

TEST_CASE("bytes: hexadecimal -> two lower-case digits each, none for none") {
  CHECK(to_hex({}).empty());
  CHECK(to_hex(Bytes{0x00}) == "00");
  CHECK(to_hex(Bytes{0x0f, 0xf0, 0xab}) == "0ff0ab");
}

TEST_CASE("bytes: a text is viewed -> its bytes, those above 127 unsigned") {
  const ByteView bytes = as_bytes("A\xff");
  REQUIRE(bytes.size() == 2);
  CHECK(bytes[0] == 0x41);
  CHECK(bytes[1] == 0xff);
}

TEST_SUITE_END();

}  // namespace telltale
