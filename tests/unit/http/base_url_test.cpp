#include <string_view>

#include <doctest/doctest.h>

#include "telltale/http/fetch.hpp"

namespace telltale::http {
namespace {

TEST_SUITE("http") {
  TEST_CASE("base URL: http, a host, perhaps a port and a path -> its parts") {
    struct Row {
      std::string_view text;
      BaseUrl url;
    };

    const Row rows[] = {
        {"http://telltale", {"telltale", "80", ""}},
        {"http://127.0.0.1:9943", {"127.0.0.1", "9943", ""}},
        {"http://telltale.spinnaker:9944/", {"telltale.spinnaker", "9944", ""}},
        {"http://[fd00::8]:9943/telltale//", {"fd00::8", "9943", "/telltale"}},
        {"http://[::1]", {"::1", "80", ""}},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      const auto url = parse_base_url(row.text);
      REQUIRE_MESSAGE(url.has_value(), url.error().detail());
      CHECK((*url == row.url));
    }
  }

  TEST_CASE("base URL: anything else -> says what would be right, and repeats no password") {
    for (const std::string_view text :
         {"", "telltale:9943", "https://telltale:9943", "http://", "http://:9943", "http://a:0",
          "http://a:99999", "http://a:b", "http://ops:hunter2@telltale", "http://a/?x=1",
          "http://a/#b", "http://a b/", "http://fd00::8:9943"}) {
      CAPTURE(text);
      const auto url = parse_base_url(text);
      REQUIRE(url.has_error());
      CHECK((url.error().code() == Errc::invalid_value));
      CHECK(url.error().detail().find("hunter2") == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace telltale::http
