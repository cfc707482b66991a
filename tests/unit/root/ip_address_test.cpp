#include "telltale/ip_address.hpp"

#include <doctest/doctest.h>

using telltale::is_ip_address;

TEST_SUITE("root") {
  TEST_CASE("is_ip_address: IPv4 and IPv6 -> yes; names, brackets and ports -> no") {
    for (const char* address : {"127.0.0.1", "::1", "fd00::8", "::ffff:10.0.0.7"}) {
      CAPTURE(address);
      CHECK(is_ip_address(address));
    }
    for (const char* other : {"", "localhost", "10.0.0", "10.0.0.256", "[::1]", "127.0.0.1:80",
                              "spin-orca.spinnaker", "1e100.net"}) {
      CAPTURE(other);
      CHECK_FALSE(is_ip_address(other));
    }
  }
}
