#include "gate/call_order.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

using namespace telltale::gate;

namespace {

/// `0:ab 1:c`: each circle's level and members, in order.
std::string told(const Calls& calls) {
  std::string text;
  for (Circle& circle : circles_of(calls)) {
    std::ranges::sort(circle.members);
    text += (text.empty() ? "" : " ") + std::to_string(circle.level) + ":";
    for (const std::size_t member : circle.members) {
      text += static_cast<char>('a' + member);
    }
  }
  return text;
}

}  // namespace

TEST_SUITE("gate") {
  TEST_CASE("call order: who is called comes before who calls; circles stand together") {
    struct Row {
      const char* what;
      Calls calls;
      const char* told;
    };

    const Row rows[] = {
        {"nobody", {}, ""},
        {"nobody calls", {{}, {}}, "0:a 0:b"},
        {"a chain", {{1}, {2}, {}}, "0:c 1:b 2:a"},
        {"a call to itself", {{0}}, "0:a"},
        {"two that call each other", {{1}, {0}}, "0:ab"},
        {"a circle above a leaf", {{1, 2}, {0}, {}}, "0:c 1:ab"},
        {"a circle below a caller", {{1}, {2}, {1}}, "0:bc 1:a"},
        {"two circles, one calling the other", {{1, 2}, {0}, {3}, {2}}, "0:cd 1:ab"},
        {"a diamond: the longer way counts", {{1, 2}, {3}, {1}, {}}, "0:d 1:b 2:c 3:a"},
        {"a circle of four with a chord", {{1}, {2, 0}, {3}, {0}}, "0:abcd"},
        {"the same call twice", {{1, 1}, {}}, "0:b 1:a"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      CHECK(told(row.calls) == row.told);
    }
  }

  TEST_CASE("call order: a chain of 100,000 calls -> as many levels, and no deep recursion") {
    constexpr std::size_t length = 100'000;
    Calls calls(length);
    for (std::size_t i = 0; i + 1 < length; ++i) {
      calls[i] = {i + 1};
    }
    const std::vector<Circle> circles = circles_of(calls);
    REQUIRE(circles.size() == length);
    CHECK(circles.back().level == length - 1);
    CHECK(circles.back().members == std::vector<std::size_t>{0});
  }
}
