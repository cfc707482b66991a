#include "render/link.hpp"

#include <doctest/doctest.h>

namespace telltale::render {

TEST_SUITE_BEGIN("render");

TEST_CASE("percent-encoding: unreserved characters -> themselves; all others -> %XX") {
  CHECK(percent_encoded("orca-2.b_c~D9") == "orca-2.b_c~D9");
  CHECK(percent_encoded("a b/c?d#e%f&g:h\"") == "a%20b%2Fc%3Fd%23e%25f%26g%3Ah%22");
  CHECK(percent_encoded("\xC3\xA9\xFF") == "%C3%A9%FF");
  CHECK(percent_encoded("").empty());
}

TEST_CASE("links: from `/` and from below -> the same page; calls are told apart by a colon") {
  CHECK(target_href("", "orca") == "targets/orca");
  CHECK(target_href("../", "a b") == "../targets/a%20b");
  CHECK(target_id("orca") == "target-orca");
  CHECK(call_id("a-b", "c") == "call-a-b:c");
  CHECK(call_id("a:b", "c") != call_id("a", "b:c"));
}

TEST_SUITE_END();

}  // namespace telltale::render
