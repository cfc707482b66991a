#include "telltale/render/gzip.hpp"

#include <doctest/doctest.h>

#include "support/gunzip.hpp"

namespace telltale::render {
namespace {

using support::gunzip;

/// Text that compresses badly, the same in every run.
std::string noise(std::size_t bytes) {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < bytes) {
    state = state * 1664525 + 1013904223;
    text.push_back(static_cast<char>(state >> 24));
  }
  return text;
}

TEST_SUITE("render") {
  TEST_CASE("gzip: any text -> one member that unpacks to it") {
    const std::string texts[] = {"",         "a",          std::string(1, '\0'),    "telltale\n",
                                 noise(100), noise(70000), std::string(100000, 'x')};
    for (const std::string& text : texts) {
      CAPTURE(text.size());
      CHECK(gunzip(gzip(text)) == text);
    }
  }

  TEST_CASE("gzip: a kept part and the rest -> one member with both") {
    const std::string heads[] = {"", "# HELP a\n", noise(70000), std::string(1 << 20, 'y')};
    const std::string rests[] = {"", "# EOF\n", noise(3000)};
    for (const std::string& head : heads) {
      const Deflated kept = deflate(head);
      CHECK(kept.size == head.size());
      for (const std::string& rest : rests) {
        CAPTURE(head.size());
        CAPTURE(rest.size());
        CHECK(gunzip(gzip(kept, rest)) == head + rest);
      }
    }
  }

  TEST_CASE("gzip: an exposition -> a fraction of its size") {
    std::string text;
    for (int i = 0; i < 1000; ++i) {
      text += "telltale_probe_success{target=\"orca\",address=\"10.0.0." + std::to_string(i) +
              ":8083\"} 1\n";
    }
    CHECK(gzip(text).size() * 8 < text.size());
  }
}

}  // namespace
}  // namespace telltale::render
