// Holds docs/web.md and config/web.yml against the keys that the reader knows.

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "telltale/http/web_config.hpp"

namespace telltale::http {
namespace {

std::string source_file(const std::string& path) {
  std::ifstream file(TELLTALE_SOURCE_DIR "/" + path);
  REQUIRE_MESSAGE(file.is_open(), path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The first column of the page's tables, where it is code and no flag.
std::set<std::string> documented_keys(const std::string& page) {
  const std::regex row("^\\| `([^-`][^`]*)` \\|");
  std::set<std::string> keys;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_search(line, match, row)) {
      CHECK_MESSAGE(keys.insert(match[1]).second, match[1].str(), " is documented twice");
    }
  }
  return keys;
}

TEST_SUITE("http") {
  TEST_CASE("docs/web.md: its tables -> every key there is, and no other") {
    const std::vector<std::string> keys = web_config_keys();
    const std::set<std::string> known(keys.begin(), keys.end());
    CHECK(known.size() == keys.size());
    const std::set<std::string> documented = documented_keys(source_file("docs/web.md"));
    for (const std::string& key : known) {
      CHECK_MESSAGE(documented.contains(key), key, " is not documented");
    }
    for (const std::string& key : documented) {
      CHECK_MESSAGE(known.contains(key), key, " is documented, but is no key");
    }
  }

  TEST_CASE("config/web.yml: every key there is -> in it, and it loads") {
    const std::string example = source_file("config/web.yml");
    for (const std::string& key : web_config_keys()) {
      const std::regex mention("(^|[\\s`])" + key.substr(key.rfind('.') + 1) + ":");
      CHECK_MESSAGE(std::regex_search(example, mention), key, " is not in the example");
    }
    const Result<WebConfig> config = parse_web_config(example, "/etc/telltale/web.yml");
    REQUIRE_MESSAGE(config.has_value(), config.error().detail());
    REQUIRE(config->tls.has_value());
    CHECK(config->tls->client_ca->file == "/etc/telltale/tls/clients.pem");
    CHECK(config->headers.size() == 5);
    CHECK(config->users.contains("prometheus"));
    // The example says what the defaults are.
    const TlsServerConfig defaults;
    CHECK((config->tls->min_version == defaults.min_version));
    CHECK((config->tls->max_version == defaults.max_version));
    CHECK(config->tls->prefer_server_cipher_suites == defaults.prefer_server_cipher_suites);
  }
}

}  // namespace
}  // namespace telltale::http
