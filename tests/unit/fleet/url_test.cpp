#include "fleet/url.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "telltale/enum_names.hpp"

namespace telltale::fleet {
namespace {

/// What a URL was read as, or what is wrong with it.
std::string reading_of(std::string_view text) {
  const Result<Url> url = parse_url(text);
  if (!url) {
    return url.error().detail();
  }
  return std::string(name_of(url->scheme)) + ' ' + url->host + ' ' + std::to_string(url->port);
}

std::string endpoint_of(std::string_view text) {
  const Result<Endpoint> endpoint = parse_endpoint(text);
  return endpoint ? to_text(*endpoint) : "nothing";
}

TEST_SUITE("fleet") {
  TEST_CASE(
      "parse_url: scheme, host and port -> read, with the scheme's port where none is given") {
    CHECK(reading_of("https://spin-orca.spinnaker:8083") == "https spin-orca.spinnaker 8083");
    CHECK(reading_of("https://spin-orca") == "https spin-orca 443");
    CHECK(reading_of("rediss://spin-redis") == "rediss spin-redis 6379");
    CHECK(reading_of("HTTPS://Spin-Orca.Example.COM:443") == "https spin-orca.example.com 443");
    CHECK(reading_of("https://10.0.0.7:65535") == "https 10.0.0.7 65535");
    CHECK(reading_of("https://[FD00:0:0::8]:8081") == "https fd00::8 8081");
    CHECK(reading_of("rediss://[::1]") == "rediss ::1 6379");
    CHECK(reading_of("https://spin_redis:1") == "https spin_redis 1");
    CHECK(reading_of("https://xn--bcher-kva.example") == "https xn--bcher-kva.example 443");
    CHECK(reading_of("https://4u.example:8443") == "https 4u.example 8443");
  }

  TEST_CASE("parse_url: as configured -> kept") {
    CHECK(parse_url("https://Spin-Orca:8083")->text == "https://Spin-Orca:8083");
  }

  TEST_CASE("parse_url: bad -> a sentence that says what would be right") {
    struct Row {
      std::string_view text;
      std::string_view complaint;
    };

    constexpr std::string_view no_host =
        "has no valid host; use a DNS name without a dot at its end, or an IP address";
    constexpr std::string_view no_port =
        "has no valid port; use one from 1 to 65535, or none and no colon";
    constexpr std::string_view no_scheme =
        "has another scheme than those judged; use https:// or rediss://";
    constexpr std::string_view no_url = "is not a URL; use https://HOST:PORT or rediss://HOST:PORT";
    constexpr std::string_view no_path =
        "must end after the port; the path to ask for goes to health";
    constexpr std::string_view no_user =
        "has an \"@\": no user or password belongs in a URL; use username and password_file";
    const std::string long_label = "https://" + std::string(64, 'a');
    std::string long_name = "https://a";
    for (int i = 0; i < 127; ++i) {
      long_name += ".a";
    }
    for (const Row& row : {
             Row{"http://spin-orca:8083", "telltale judges TLS; use https://"},
             Row{"HTTP://spin-orca", "telltale judges TLS; use https://"},
             Row{"redis://spin-redis:6379", "telltale judges TLS; use rediss://"},
             Row{"ftp://spin-orca", no_scheme},
             Row{"spin-orca:8083", no_scheme},
             Row{"spin-orca", no_url},
             Row{"//spin-orca:8083", no_url},
             Row{"10.0.0.7:8083", no_url},
             Row{"https:", no_url},
             Row{"https://", no_host},
             Row{"https://:8083", no_host},
             Row{"https://spin-orca.:8083", no_host},
             Row{"https://spin..orca", no_host},
             Row{"https://-orca", no_host},
             Row{"https://orca-", no_host},
             Row{"https://spin%2dorca", no_host},
             Row{"https://*.spinnaker", no_host},
             Row{"https://10.0.0.300", no_host},
             Row{"https://127.1", no_host},
             Row{"https://[v1.fe80]:1", no_host},
             Row{long_label, no_host},
             Row{long_name, no_host},
             Row{"https://[fe80::1%25eth0]:1", no_url},
             Row{"https://[fd00::8:8081", no_url},
             Row{"https://spin orca", no_url},
             Row{"https://orca:8083:1", no_path},
             Row{"https://orca:", no_port},
             Row{"https://orca:0", no_port},
             Row{"https://orca:65536", no_port},
             Row{"https://orca:99999999999999999999", no_port},
             Row{"https://orca:80a", no_path},
             Row{"https://orca/", no_path},
             Row{"https://orca:1/health", no_path},
             Row{"https://orca?token=hunter2", no_path},
             Row{"https://orca#hunter2", no_path},
             Row{"https:orca", no_url},
             Row{"rediss://redis/0", "must end after the port; databases do not matter here"},
             Row{"https://user:hunter2@orca", no_user},
             Row{"https://user:hun^ter 2@orca", no_user},
             Row{"rediss://:hunter2@redis:6379", no_user},
             Row{"https://bücher.example",
                 "has letters beyond ASCII; write the host in its xn-- form (RFC 5891)"},
         }) {
      CAPTURE(row.text);
      CHECK(reading_of(row.text) == row.complaint);
      CHECK(reading_of(row.text).find("hunter2") == std::string::npos);
    }
  }

  TEST_CASE("parse_endpoint: address and port -> read, in the one spelling addresses have") {
    CHECK(endpoint_of("10.0.0.7:8081") == "10.0.0.7:8081");
    CHECK(endpoint_of("[fd00::8]:8081") == "[fd00::8]:8081");
    CHECK(endpoint_of("[FD00:0:0:0:0:0:0:8]:1") == "[fd00::8]:1");
    CHECK(endpoint_of("[::ffff:10.0.0.7]:1") == "[::ffff:10.0.0.7]:1");
  }

  TEST_CASE("parse_endpoint: anything else -> nothing") {
    for (const std::string_view text :
         {"", ":", "10.0.0.7", "10.0.0.7:", "10.0.0.7:0", "10.0.0.7:65536", "10.0.0.7:-1",
          "10.0.0.7: 1", "10.0.0:1", "10.0.0.07:1", "[10.0.0.7]:1", "fd00::8:8081", "[fd00::8]",
          "[]:1", "[fe80::1%eth0]:1", "localhost:8081", "https://10.0.0.7:1"}) {
      CAPTURE(text);
      CHECK(endpoint_of(text) == "nothing");
    }
  }
}

}  // namespace
}  // namespace telltale::fleet
