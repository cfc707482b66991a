#include "telltale/fleet/config.hpp"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include "unit/fleet/config_files.hpp"

namespace telltale::fleet {
namespace {

using namespace std::chrono_literals;
using test::ConfigFiles;

constexpr std::string_view every_key = R"(
probe:
  interval: 1m
  timeout: 2s500ms
  stale_after: 3m
  concurrency: 8
  identity: telltale
  stranger: never
trust: {file: ca.pem, password_env: TRUST_PASSWORD}
identities:
  telltale: {certificate: tls.crt, key: tls.key, key_password_file: key.password}
  orca: {certificate: tls.crt}
  gate: {keystore: tls.crt, password_file: key.password, key_password_env: GATE_KEY, alias: Gate}
targets:
  - name: orca
    url: https://Spin-Orca.spinnaker:8083
    discover: telltale-orca.spinnaker.svc.cluster.local.
    server_name: orca.example.com
    plaintext_ports: [7002, 8080]
    health: /health?probe=1
    goal: none
    identity: orca
    expect: {client_auth: want, authorities: ["CN=Root, O=Lab", "CN=Other"], addresses: 3}
  - name: redis
    url: rediss://spin-redis.spinnaker
    addresses: ["10.0.0.7:6379", "[FD00:0::8]:6380"]
    username: telltale
    password_file: redis.password
    expect: {client_auth: need, authorities: empty, redis_version: ">=6.2", addresses: 2}
  - {name: gate, url: "https://gate", expect: {principal: ops@example, roles: [ops, "dev lead"]}}
  - {name: cache, url: "rediss://10.0.0.9:6400", password_env: CACHE_PASSWORD}
gates:
  - name: need
    targets: all
    rounds: 5
    for: 1h
    certificate_validity: 14d
  - name: redis-only
    targets: [redis]
    accept:
      - {target: redis, reason: redis_version, until: 2027-01-31, why: "moves to SQL, says \"ops\""}
)";

TEST_SUITE("fleet") {
  TEST_CASE("config: the least there can be -> one target, one gate, every default") {
    const ConfigFiles files;
    const auto fleet = files.parse("targets:\n  - {name: gate, url: \"https://spin-gate:8084\"}\n");
    REQUIRE(fleet.has_value());

    CHECK(fleet->probe == ProbeRules{});
    CHECK(fleet->probe.interval == 30s);
    CHECK(fleet->probe.timeout == 5s);
    CHECK(fleet->probe.stale_after == 65s);
    CHECK(fleet->probe.concurrency == 32);
    CHECK_FALSE(fleet->trust);
    CHECK(fleet->identities.empty());

    REQUIRE(fleet->targets.size() == 1);
    const Target& gate = fleet->targets.front();
    CHECK(gate.name == "gate");
    CHECK(gate.url == Url{Scheme::https, "spin-gate", 8084, "https://spin-gate:8084"});
    CHECK(gate.health == "/health");
    CHECK((gate.goal == Goal::need));
    CHECK_FALSE(gate.expect.client_auth);
    CHECK((gate.expect.authorities.rule == AuthoritiesRule::any));
    CHECK(gate.expect.addresses == 1);
    CHECK(gate.expected_name() == "spin-gate");
    CHECK(files.without_directory(gate.source) == "telltale.yml:2");

    REQUIRE(fleet->gates.size() == 1);
    CHECK(fleet->gates.front() == GateRules{});
    CHECK(fleet->gates.front().name == "need");
    CHECK(fleet->gates.front().rounds == 3);
    CHECK(fleet->gates.front().minimum_time == 10min);
    CHECK(fleet->gates.front().certificate_validity == 168h);
  }

  TEST_CASE("config: every key given -> every key read") {
    const ConfigFiles files;
    const auto parsed = files.parse(every_key);
    REQUIRE(parsed.has_value());
    const Fleet& fleet = *parsed;

    CHECK(fleet.probe.interval == 1min);
    CHECK(fleet.probe.timeout == 2500ms);
    CHECK(fleet.probe.stale_after == 3min);
    CHECK(fleet.probe.concurrency == 8);
    CHECK(fleet.probe.identity == "telltale");
    CHECK((fleet.probe.stranger == Stranger::never));
    CHECK(fleet.trust ==
          pki::TrustFiles{.file = files.path("ca.pem"),
                          .password = pki::SecretSource::in_environment("TRUST_PASSWORD")});
    CHECK(
        fleet.identities.at("telltale") ==
        pki::IdentityFiles{.certificate = files.path("tls.crt"),
                           .key = files.path("tls.key"),
                           .key_password = pki::SecretSource::in_file(files.path("key.password"))});
    CHECK(fleet.identities.at("orca") == pki::IdentityFiles{.certificate = files.path("tls.crt")});
    CHECK(fleet.identities.at("gate") ==
          pki::IdentityFiles{.certificate = files.path("tls.crt"),
                             .password = pki::SecretSource::in_file(files.path("key.password")),
                             .key_password = pki::SecretSource::in_environment("GATE_KEY"),
                             .alias = "Gate",
                             .is_keystore = true});
    CHECK(files.without_directory(fleet.sources.at("trust.file")) == "telltale.yml:9");
    CHECK(files.without_directory(fleet.sources.at("identities.orca")) == "telltale.yml:12");

    REQUIRE(fleet.targets.size() == 4);
    const Target& orca = fleet.targets[0];
    CHECK(orca.url.host == "spin-orca.spinnaker");
    CHECK(orca.url.text == "https://Spin-Orca.spinnaker:8083");
    CHECK(orca.discover == "telltale-orca.spinnaker.svc.cluster.local.");
    CHECK(orca.expected_name() == "orca.example.com");
    CHECK(orca.plaintext_ports == std::vector<std::uint16_t>{7002, 8080});
    CHECK(orca.health == "/health?probe=1");
    CHECK((orca.goal == Goal::none));
    CHECK(orca.identity == "orca");
    CHECK((orca.expect.client_auth == tls::ClientAuthMode::want));
    CHECK(orca.expect.addresses == 3);
    CHECK((orca.expect.authorities.rule == AuthoritiesRule::listed));
    REQUIRE(orca.expect.authorities.names.size() == 2);
    CHECK(orca.expect.authorities.names[0].text == "CN=Root, O=Lab");
    CHECK(orca.expect.authorities.names[0].canonical == *pki::canonical_of_text("cn=root,o=lab"));

    CHECK_FALSE(orca.expect.login());
    CHECK(fleet.targets[2].expect.login());
    CHECK(fleet.targets[2].expect.principal == "ops@example");
    CHECK(fleet.targets[2].expect.roles == std::vector<std::string>{"ops", "dev lead"});

    const Target& redis = fleet.targets[1];
    CHECK(redis.url ==
          Url{Scheme::rediss, "spin-redis.spinnaker", 6379, "rediss://spin-redis.spinnaker"});
    CHECK(redis.addresses == std::vector<Endpoint>{{"10.0.0.7", 6379}, {"fd00::8", 6380}});
    CHECK(redis.username == "telltale");
    CHECK(redis.password == pki::SecretSource::in_file(files.path("redis.password")));
    CHECK((redis.expect.client_auth == tls::ClientAuthMode::need));
    CHECK((redis.expect.authorities.rule == AuthoritiesRule::empty));
    CHECK(redis.expect.minimum_redis_version == "6.2");
    CHECK(fleet.targets[3].password == pki::SecretSource::in_environment("CACHE_PASSWORD"));

    REQUIRE(fleet.gates.size() == 2);
    CHECK(fleet.gates[0] == GateRules{"need", {}, 5, 1h, 24h * 14, Evidence::observed, {}});
    CHECK(fleet.gates[1].targets == std::vector<std::string>{"redis"});
    REQUIRE(fleet.gates[1].accept.size() == 1);
    CHECK(fleet.gates[1].accept[0] ==
          Acceptance{"redis", "", "redis_version",
                     std::chrono::sys_days(std::chrono::year(2027) / 2 / 1),
                     "moves to SQL, says \"ops\""});
  }

  TEST_CASE("probe: only an interval given -> the other times follow it") {
    struct Row {
      std::string_view probe;
      Duration timeout;
      Duration stale_after;
    };

    const ConfigFiles files;
    for (const Row& row : {
             Row{"{}", 5s, 65s},
             Row{"{interval: 1m}", 5s, 125s},
             Row{"{interval: 2s}", 2s, 6s},
             Row{"{interval: 1m, timeout: 20s}", 20s, 140s},
             Row{"{timeout: 30s}", 30s, 90s},
         }) {
      CAPTURE(row.probe);
      const auto fleet = files.parse("probe: " + std::string(row.probe) +
                                     "\ntargets: [{name: a, url: \"https://a\"}]\n");
      REQUIRE(fleet.has_value());
      CHECK(fleet->probe.timeout == row.timeout);
      CHECK(fleet->probe.stale_after == row.stale_after);
    }
  }

  TEST_CASE("config: JSON, comments, byte order mark, directives -> read as YAML has it") {
    const ConfigFiles files;
    for (const std::string_view text : {
             R"({"targets": [{"name": "a", "url": "https://a:1"}]})",
             "\xef\xbb\xbftargets: [{name: a, url: \"https://a:1\"}]\n",
             "%YAML 1.2\n---\ntargets:\n\t# a comment may have its tab\n- name: a\n  url: "
             "https://a:1\n...\n",
             "targets:\r\n  - name: a\r\n    url: https://a:1\r\n",
         }) {
      CAPTURE(text);
      CHECK(files.complaint(text) == "nothing");
    }
  }

  TEST_CASE("config: an absolute path -> kept; a relative one -> from the file's directory") {
    const ConfigFiles files;
    const std::string elsewhere = files.write("tls/other.pem", "content");
    const auto absolute =
        files.parse("trust: {file: " + elsewhere + "}\ntargets: [{name: a, url: \"https://a\"}]\n");
    const auto relative = files.parse(
        "trust: {file: ./tls/../tls/other.pem}\ntargets: [{name: a, url: \"https://a\"}]\n");
    REQUIRE(absolute.has_value());
    REQUIRE(relative.has_value());
    CHECK(absolute->trust->file == elsewhere);
    CHECK(relative->trust->file == elsewhere);
  }

  TEST_CASE("load_config: a file that is there, missing, a directory, too large") {
    const ConfigFiles files;
    const std::string good = files.write("good.yml", "targets: [{name: a, url: \"https://a\"}]\n");
    CHECK(load_config(good, test::acceptable).has_value());

    const auto complaint = [&](const std::string& file) {
      return files.without_directory(load_config(file, test::acceptable).error().detail());
    };
    CHECK(complaint(files.path("none.yml")) ==
          "none.yml: cannot be read: No such file or directory");
    (void)files.write("directory.yml/file", "");
    CHECK(complaint(files.path("directory.yml")) ==
          "directory.yml: cannot be read: Is a directory");
    const std::string large = files.write("large.yml", std::string(3 * 1024 * 1024, '#'));
    CHECK(complaint(large) == "large.yml: is larger than 2097152 bytes");
  }
}

}  // namespace
}  // namespace telltale::fleet
