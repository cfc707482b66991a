// `telltale lint`, run as a user runs it.

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include "net/app/world.hpp"
#include "support/temp_dir.hpp"

using namespace telltale;
using namespace telltale::app_test;

namespace {

constexpr std::string_view head =
    "apiVersion: spinnaker.io/v1alpha2\n"
    "kind: SpinnakerService\n"
    "metadata: {name: spinnaker}\n"
    "spec:\n"
    "  spinnakerConfig:\n"
    "    config: {version: 1.30.1}\n";

std::string manifest(std::string_view rest) {
  return std::string(head).append(rest);
}

/// Ten aliases of ten aliases of ten aliases: a billion values in a kilobyte.
std::string alias_bomb() {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int level = 1; level < 10; ++level) {
    const std::string alias = "*a" + std::to_string(level - 1);
    text += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [" + alias;
    for (int i = 1; i < 10; ++i) {
      text.append(", ").append(alias);
    }
    text += "]\n";
  }
  return text;
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("lint: a manifest with an error -> it is named with its line, exit 1") {
    const mint::TempDir files;
    const std::string file = files.write("spinnakerservice.yml", manifest(R"(
    profiles:
      echo:
        ok-http-client:
          key-store: /secrets/echo.p12
)"));
    const auto table = run_telltale({"lint", file});
    CAPTURE(table.output);
    CHECK(table.exit_code == 1);
    CHECK(table.output.starts_with(file + ":11  error  ok-http-client-half  echo\n"));

    const auto whole = run_telltale({"lint", "-o", "json", file});
    CHECK(whole.exit_code == 1);
    const auto json = boost::json::parse(whole.output);
    CHECK(json.at("findings").at(0).at("line") == 11);
  }

  TEST_CASE("lint: a manifest with warnings alone -> exit 0, and no password") {
    const mint::TempDir files;
    const std::string file = files.write("spinnakerservice.yml", manifest(R"(
    profiles:
      front50:
        sql: {connectionPools: {default: {password: pass1word}}}
)"));
    const auto table = run_telltale({"lint", file});
    CAPTURE(table.output);
    CHECK(table.exit_code == 0);
    CHECK(table.output.find("plaintext-password") != std::string::npos);
    CHECK(table.output.find("pass1word") == std::string::npos);
  }

  TEST_CASE("lint: files that nobody should read whole -> one line and exit 2 each") {
    const mint::TempDir files;
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    const std::string cases[] = {
        files.write("large.yml", std::string(std::size_t{50} * 1024 * 1024, '#')),
        files.write("deep.yml", "a: " + deep),
        files.write("blocks.yml",
                    [] {
                      std::string text;
                      for (int depth = 0; depth < 500; ++depth) {
                        text += std::string(static_cast<std::size_t>(depth), ' ') + "a:\n";
                      }
                      return text;
                    }()),
        files.write("bomb.yml", alias_bomb()),
        (files.path() / "not-there.yml").string(),
    };
    for (const std::string& file : cases) {
      const auto run = run_telltale({"lint", file});
      CAPTURE(run.output);
      CHECK(run.exit_code == 2);
      CHECK(lines_of(run.output) == 1);
      CHECK(run.output.starts_with("telltale: " + file));
    }
  }

  TEST_CASE("lint: --rules -> the table, without any file") {
    const auto run = run_telltale({"lint", "--rules"});
    CHECK(run.exit_code == 0);
    CHECK(run.output.starts_with("| rule | severity |"));
  }
}
