// Holds the documentation and the examples against the keys that the reader knows.

#include <array>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "telltale/fleet/config.hpp"

#include "support/temp_dir.hpp"

namespace telltale::fleet {
namespace {

constexpr std::array<std::string_view, 2> reasons{"plaintext_open", "caller_presents_nothing"};
constexpr AcceptableReasons acceptable{.of_targets = reasons, .of_callers = reasons};

/// A file of the source tree.
std::string source_file(const std::string& path) {
  std::ifstream file(TELLTALE_SOURCE_DIR "/" + path);
  REQUIRE_MESSAGE(file.is_open(), path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The first column of the tables in a page, where it is code.
std::set<std::string> documented_keys(const std::string& page) {
  const std::regex row("^\\| `([^`]+)` \\|");
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

/// The last part of a key's path: `url` of `targets[].url`.
std::string last_part(const std::string& key) {
  return key.substr(key.rfind('.') + 1);
}

/// Reads an example beside the files that it names.
Result<Fleet> load_example(const std::string& path, std::initializer_list<const char*> files) {
  const mint::TempDir directory;
  for (const char* const file : files) {
    (void)directory.write(file, "content\n");
  }
  return load_config(directory.write("telltale.yml", source_file(path)), acceptable);
}

TEST_SUITE("fleet") {
  TEST_CASE("docs/configuration.md: its tables -> every key there is, and no other") {
    const std::vector<std::string> keys = config_keys();
    const std::set<std::string> known(keys.begin(), keys.end());
    CHECK(known.size() == keys.size());

    const std::set<std::string> documented = documented_keys(source_file("docs/configuration.md"));
    for (const std::string& key : known) {
      CHECK_MESSAGE(documented.contains(key), key, " is not documented");
    }
    for (const std::string& key : documented) {
      CHECK_MESSAGE(known.contains(key), key, " is documented, but is no key");
    }
  }

  TEST_CASE("config/telltale.example.yml: every key there is -> in it, and it loads") {
    const std::string example = source_file("config/telltale.example.yml");
    for (const std::string& key : config_keys()) {
      const std::regex mention("(^|[\\s{,-])" + last_part(key) + ":");
      CHECK_MESSAGE(std::regex_search(example, mention), key, " is not in the example");
    }

    const Result<Fleet> fleet = load_example(
        "config/telltale.example.yml",
        {"tls/truststore.p12", "tls/truststore.password", "tls/telltale.crt", "tls/telltale.key",
         "tls/telltale.key.password", "tls/orca.crt", "tls/gate.p12", "tls/ci.crt", "tls/jvm.p12",
         "tls/jvm.password", "tls/jvm-trust.p12", "tls/orca-trust.p12", "redis.password"});
    REQUIRE_MESSAGE(fleet.has_value(), fleet.error().detail());
    CHECK(fleet->targets.size() == 7);
    CHECK(fleet->callers.size() == 2);
    CHECK(edges_of(*fleet).size() == 9);
    CHECK(fleet->gates.size() == 3);
    // The example says what the defaults are.
    const ProbeRules defaults{.identity = "telltale"};
    CHECK(fleet->probe == defaults);
    CHECK(fleet->gates.front() == GateRules{});
  }

  TEST_CASE("config/minimal.yml: as shipped -> loads, all else by default") {
    const Result<Fleet> fleet =
        load_example("config/minimal.yml", {"ca.pem", "tls.crt", "tls.key"});
    REQUIRE_MESSAGE(fleet.has_value(), fleet.error().detail());
    CHECK(fleet->targets.size() == 3);
    CHECK(edges_of(*fleet).size() == 1);
    CHECK(fleet->probe == ProbeRules{});
    CHECK(fleet->identities.contains("telltale"));
  }

  TEST_CASE("README.md: the smallest useful configuration -> that of config/minimal.yml") {
    const std::string readme = source_file("README.md");
    std::istringstream lines(source_file("config/minimal.yml"));
    std::string quoted;
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with('#')) {
        quoted += line.empty() ? "\n" : "    " + line + "\n";
      }
    }
    REQUIRE(quoted.find("calls:") != std::string::npos);
    CHECK(readme.find(quoted) != std::string::npos);
  }
}

}  // namespace
}  // namespace telltale::fleet
