#include "fleet/redacted.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "unit/fleet/config_files.hpp"

namespace telltale::fleet {
namespace {

std::string shown(std::string_view text) {
  return redacted(parse_yaml(text, "telltale.yml"));
}

/// The same tree, wherever its parts stand.
bool is_alike(const YamlNode& a, const YamlNode& b) {
  return a.kind == b.kind && a.key == b.key && a.text == b.text &&
         std::ranges::equal(a.children, b.children, is_alike);
}

TEST_SUITE("fleet") {
  TEST_CASE("redacted: YAML -> the same in block style, without its comments") {
    struct Row {
      const char* text;
      const char* expected;
    };

    constexpr Row rows[] = {
        {"a: 1", "a: 1\n"},
        {"a: '1'", "a: \"1\"\n"},
        {"a: b c", "a: \"b c\"\n"},
        {"a: -1", "a: \"-1\"\n"},
        {"a:\nb: ~\nc: ''\n", "a: null\nb: null\nc: \"\"\n"},
        {"a: []\nb: {}", "a: []\nb: {}\n"},
        {"a: {b: [c, {d: e, f: g}], h: i}", "a:\n  b:\n    - c\n    - d: e\n      f: g\n  h: i\n"},
        {"[[a, b], [[c]]]", "- - a\n  - b\n- - - c\n"},
        {"# hunter2\na: b  # hunter2\n# hunter2\n", "a: b\n"},
        {"a: \"say \\\"x\\\" \\\\ y\"", "a: \"say \\\"x\\\" \\\\ y\"\n"},
        {"a: |\n  b\n  c\n", "a: \"b\\x0ac\\x0a\"\n"},
        {"\"a b\": \"\xc3\xbc\"", "\"a b\": \"\xc3\xbc\"\n"},
        {"a: \"# no comment\"", "a: \"# no comment\"\n"},
        {"a: \"null\"\nb: \"true\"", "a: \"null\"\nb: \"true\"\n"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      CHECK(shown(row.text) == row.expected);
      CHECK(is_alike(parse_yaml(row.text, "a"), parse_yaml(shown(row.text), "b")));
    }
  }

  TEST_CASE("redacted: what could be a secret -> <redacted>") {
    struct Row {
      const char* text;
      const char* expected;
    };

    constexpr Row rows[] = {
        {"password: hunter2", "password: \"<redacted>\"\n"},
        {"keyPassword: hunter2", "keyPassword: \"<redacted>\"\n"},
        {"API-TOKEN: hunter2", "API-TOKEN: \"<redacted>\"\n"},
        {"client_secret: [hunter2, {x: hunter2}]",
         "client_secret:\n  - \"<redacted>\"\n  - x: \"<redacted>\"\n"},
        {"pass_phrase: hunter2", "pass_phrase: \"<redacted>\"\n"},
        {"credentials: hunter2", "credentials: \"<redacted>\"\n"},
        // these name where it is
        {"password_file: p", "password_file: p\n"},
        {"key_password_env: P", "key_password_env: P\n"},
        {"spinnaker: {secrets: s}", "spinnaker:\n  secrets: s\n"},
        // an identity may be named so
        {"identities: {token: {certificate: t.pem}}",
         "identities:\n  token:\n    certificate: t.pem\n"},
        // wherever it stands in a value
        {"why: \"was https://me:hunter2@orca:1/x, see redis://hunter2@r\"",
         "why: \"was https://<redacted>@orca:1/x, see redis://<redacted>@r\"\n"},
        {"url: \"https://a@hunter2@orca\"", "url: \"https://<redacted>@orca\"\n"},
        {"why: \"redis://:pa/hunter2@r and redis://me:#hunter2@r, rediss://:?hunter2@r\"",
         "why: \"redis://<redacted>@r and redis://<redacted>@r, rediss://<redacted>@r\"\n"},
        {"url: \"https://me:hunter2@\"", "url: \"https://<redacted>@\"\n"},
        {"health: \"/health?key=hunter2\"", "health: \"/health?<redacted>\"\n"},
        {"path: \"https://orca/?hunter2\"", "path: \"https://orca/?<redacted>\"\n"},
        {"why: \"is it so? yes, ci@lab said\"", "why: \"is it so? yes, ci@lab said\"\n"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      CHECK(shown(row.text) == row.expected);
      CHECK(shown(row.text).find("hunter2") == std::string::npos);
    }
  }

  TEST_CASE("load_configuration: a secret wherever the schema admits one -> none is shown") {
    const test::ConfigFiles files;
    const std::string text =
        "# hunter2\n"
        "trust: {file: ca.pem}  # hunter2\n"
        "identities:\n"
        "  telltale: {certificate: tls.crt, key: tls.key, key_password_file: key.password}\n"
        "targets:\n"
        "  - {name: orca, url: \"https://orca:8083\", health: \"/health?token=hunter2\",\n"
        "     runtime: java,\n"
        "     calls: [{target: orca, path: \"/ops?key=hunter2\"}]}  # hunter2\n"
        "  - name: redis\n"
        "    url: rediss://redis  # hunter2\n"
        "    username: telltale\n"
        "    password_file: redis.password\n"
        "  - {name: deck, url: \"https://deck\", ingress: {routes: [\"/gate?hunter2\"]}}\n"
        "gates:\n"
        "  - name: need\n"
        "    accept:\n"
        "      - {target: orca, reason: chain_untrusted, until: 2027-01-31,\n"
        "         why: \"see https://hunter2:x@wiki/?hunter2=hunter2\"}\n"
        "# hunter2\n";
    const std::string file = files.write("telltale.yml", text);
    const auto configuration = load_configuration(file, test::acceptable);
    REQUIRE_MESSAGE(configuration.has_value(), configuration.error().detail());
    const std::string& told = configuration->text;
    CAPTURE(told);
    CHECK(told.find("hunter2") == std::string::npos);
    CHECK(told.starts_with("# " + file + ", without comments and secrets.\ntrust:\n"));
    CHECK(told.find("password_file: redis.password\n") != std::string::npos);
    CHECK(told.find("username: telltale\n") != std::string::npos);
    CHECK(configuration->fleet.targets.size() == 3);
  }

  TEST_CASE("load_configuration: what is shown of one without secrets -> reads as the same") {
    const test::ConfigFiles files;
    const std::string file =
        files.write("telltale.yml",
                    "probe: {interval: 10s, concurrency: 4}\n"
                    "trust: {file: ca.pem}\n"
                    "targets:\n"
                    "  - {name: orca, url: \"https://orca:8083\", addresses: ['10.0.0.7:8083', "
                    "'[fd00::8]:1'],\n"
                    "     plaintext_ports: [7101], expect: {client_auth: want, addresses: 2}}\n"
                    "  - {name: redis, url: \"rediss://redis\", expect: {redis_version: '>=6'}}\n"
                    "gates: [{name: need, targets: all, rounds: 3, for: 10m}]\n");
    const auto first = load_configuration(file, test::acceptable);
    REQUIRE_MESSAGE(first.has_value(), first.error().detail());
    const auto second = files.parse(first->text);
    REQUIRE_MESSAGE(second.has_value(), second.error().detail());
    REQUIRE(second->targets.size() == 2);
    CHECK(second->gates == first->fleet.gates);
    CHECK(second->probe == first->fleet.probe);
    for (std::size_t i = 0; i < second->targets.size(); ++i) {
      Target moved = second->targets[i];
      moved.source = first->fleet.targets[i].source;
      CHECK(moved == first->fleet.targets[i]);
    }
  }
}

}  // namespace
}  // namespace telltale::fleet
