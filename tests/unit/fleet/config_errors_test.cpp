// What is wrong with a configuration: one line with file, line and key, and what would be right.

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "unit/fleet/config_files.hpp"

namespace telltale::fleet {
namespace {

using test::check;
using test::ConfigFiles;

std::string repeat(std::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) {
    repeated += text;
  }
  return repeated;
}

/// A configuration whose third line is `line`, within an https:// target.
std::string https(std::string_view line) {
  return "targets:\n  - {name: orca, url: \"https://orca\",\n     " + std::string(line) + "}\n";
}

std::string rediss(std::string_view line) {
  return "targets:\n  - {name: redis, url: \"rediss://redis\",\n     " + std::string(line) + "}\n";
}

constexpr std::string_view target_line = "targets: [{name: orca, url: \"https://orca\"}]\n";

/// A configuration whose second line is `line`, beside a target.
std::string beside(std::string_view line) {
  return std::string(target_line) + std::string(line) + "\n";
}

/// A configuration whose third line is `line`, within an acceptance.
std::string accepted(std::string_view line) {
  return beside("gates: [{name: need, targets: [orca], accept: [{\n" + std::string(line) + "}]}]");
}

TEST_SUITE("fleet") {
  TEST_CASE("config errors: no YAML -> the reader's words and the line") {
    check({
        {"", "1: is empty; a configuration names at least one target under targets"},
        {"# nothing\n", "1: is empty; a configuration names at least one target under targets"},
        {"---\n", "1: is empty; a configuration names at least one target under targets"},
        {"targets: [\n", "2: targets[0]: is not YAML: end of sequence flow not found"},
        {"targets:\n  - name: a: b\n", "2: targets[0]: is not YAML: illegal map value"},
        {"targets: @\n", "1: targets: is not YAML: unknown token"},
        {"a: \"\\q\"\n", "1: a: is not YAML: unknown escape character: q"},
        {"targets:\n\t- name: a\n", "2: is indented with a tab; YAML wants spaces"},
        {"targets:\n  - name: a\n  \turl: b\n", "3: is indented with a tab; YAML wants spaces"},
        {"a: 1\nb: \"x\x04y\"\n", "2: has a control character; YAML is plain UTF-8 text"},
        {std::string("a: 1\nb: \0\n", 10), "2: has a control character; YAML is plain UTF-8 text"},
        {"a: 1\nb: \"\xff\"\n", "2: is not UTF-8; save the file as UTF-8"},
        {"a: \xc0\xaf\n", "1: is not UTF-8; save the file as UTF-8"},
        {"a: \xed\xa0\x80\n", "1: is not UTF-8; save the file as UTF-8"},
        {"a: \xe2\x82\n", "1: is not UTF-8; save the file as UTF-8"},
        {"just text\n", "1: must be a mapping of keys to values, is a text"},
        {"- name: a\n", "1: must be a mapping of keys to values, is a list"},
        {"? [a]\n: b\n", "1: has a list or mapping for a key; a key is a text"},
        {"~: b\n", "1: has an empty key; a key is a text"},
        {"\"a\\nb\": c\n", "1: has a key with a control character"},
        {std::string(target_line) + "---\na: b\n",
         "2: starts a second document; a configuration is one"},
    });
  }

  TEST_CASE(
      "config errors: anchors, aliases, merge keys, tags -> not supported, at the first one") {
    const std::string_view sentence =
        "anchors, aliases and tags are not supported; write the value out";
    const auto refused = [&](std::string_view place) {
      return std::string(place).append(sentence);
    };
    check({
        {"probe: &p {interval: 30s}\n", refused("1: probe: ")},
        {"targets:\n  - &t\n    name: a\n", refused("2: targets[0]: ")},
        {"targets:\n  - name: a\n  - *hunter2\n", refused("3: targets[1]: ")},
        {"probe:\n  <<: *defaults\n", refused("2: probe.<<: ")},
        {"probe: {interval: !!str 30s}\n", refused("1: probe.interval: ")},
        {"probe: !custom {}\n", refused("1: probe: ")},
        {"probe: {<<: {interval: 30s}}\n",
         "1: probe.<<: unknown key; known: interval, timeout, stale_after, concurrency, identity, "
         "stranger"},
    });
  }

  TEST_CASE("config errors: hostile sizes -> refused at a bound") {
    const std::string deep = "targets: " + std::string(20, '[') + std::string(20, ']');
    const std::string wide = "targets: [" + repeat("1,\n", 300'000);
    check({
        {deep, "1: targets[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: is nested too deeply"},
        {wide, "299998: targets[299997]: has more than 300000 values; a configuration has fewer"},
        {"targets:\n" + repeat("- ", 1000),
         "2: targets[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: is nested too deeply"},
        {std::string(2 * 1024 * 1024 + 1, '\n'), "1: is larger than 2 MiB; a configuration is not"},
    });
  }

  TEST_CASE("config errors: brackets and braces that nobody closes -> refused") {
    const ConfigFiles files;
    for (const std::string_view opening :
         {"[", "{", "{a: ", "[a,", "? ", "\"a\":", "&a ", "!a ", "\""}) {
      CAPTURE(opening);
      CHECK(files.complaint(repeat(opening, 50'000)).starts_with("telltale.yml:1: "));
    }
  }

  TEST_CASE("config errors: keys -> unknown, doubled, missing, without a value") {
    check({
        {"targets:\n  - name: orca\n    urll: \"https://orca\"\n",
         "3: targets[0].urll: unknown key; did you mean \"url\"?"},
        {beside("lookout: {}"),
         "2: lookout: unknown key; known: probe, trust, identities, spinnaker, targets, callers, "
         "gates"},
        {beside("target: []"), "2: target: unknown key; did you mean \"targets\"?"},
        {beside("trust: {path: ca.pem}"),
         "2: trust.path: unknown key; known: file, password_file, password_env"},
        {https("language: java"),
         "3: targets[0].language: unknown key; known: name, url, discover, server_name, addresses, "
         "plaintext_ports, health, goal, identity, runtime, trust, server_trust, mesh, ingress, "
         "calls, "
         "username and 4 more"},
        {https("expect: {clientauth: want}"),
         "3: targets[0].expect.clientauth: unknown key; did you mean \"client_auth\"?"},
        {rediss("password: hunter2"),
         "3: targets[0].password: secrets are read from files: use password_file"},
        {beside("identities: {orca: {key_password: hunter2}}"),
         "2: identities.orca.key_password: secrets are read from files: use key_password_file"},
        {"targets:\n  - name: orca\n    url: https://orca\n    name: gate\n",
         "4: targets[0].name: is given twice, first on line 2; leave one out"},
        {beside("\ntargets: []"), "3: targets: is given twice, first on line 1; leave one out"},
        {"probe: {}\n", "1: lacks the key \"targets\""},
        {"targets:\n  - {name: orca}\n", "2: targets[0]: lacks the key \"url\""},
        {"targets:\n  - url: https://orca\n", "2: targets[0]: lacks the key \"name\""},
        {beside("trust: ca.pem"), "2: trust: must be a mapping such as {file: ca.pem}, is a text"},
        {beside("trust: {}"), "2: trust: lacks the key \"file\""},
        {beside("identities: {orca: {key: tls.key}}"),
         "2: identities.orca: lacks the key \"certificate\""},
        {beside("gates: [{rounds: 1}]"), "2: gates[0]: lacks the key \"name\""},
        {accepted("target: orca, reason: chain_untrusted, until: 2027-01-31"),
         "2: gates[0].accept[0]: lacks the key \"why\""},
        {https("health:"), "3: targets[0].health: has no value; give it one or leave the key out"},
        {https("health: ~"),
         "3: targets[0].health: has no value; give it one or leave the key out"},
        {https("health: \"\""),
         "3: targets[0].health: is an empty text; give it a value or leave the key out"},
    });
  }

  TEST_CASE("config errors: another type than wanted -> says both") {
    check({
        {"targets: orca\n", "1: targets: must be a list of targets, is a text"},
        {"targets:\n", "1: targets: must be a list of targets, has no value"},
        {"targets: {orca: {}}\n", "1: targets: must be a list of targets, is a mapping"},
        {"targets: []\n", "1: targets: is an empty list; give it targets, or leave the key out"},
        {"targets: [orca]\n", "1: targets[0]: must be a mapping of keys to values, is a text"},
        {beside("probe:"), "2: probe: must be a mapping of keys to values, has no value"},
        {beside("identities: [tls.crt]"),
         "2: identities: must be a mapping of keys to values, is a list"},
        {https("health: [/health]"), "3: targets[0].health: must be a path, is a list"},
        {https("discover: {name: orca}"),
         "3: targets[0].discover: must be a host name, is a mapping"},
        {https("addresses: \"10.0.0.7:1\""),
         "3: targets[0].addresses: must be a list of addresses, is a text"},
        {https("plaintext_ports: 80"),
         "3: targets[0].plaintext_ports: must be a list of ports, is a text"},
        {https("expect: {authorities: {}}"),
         "3: targets[0].expect.authorities: must be a list of distinguished names (or any, or "
         "empty), is a mapping"},
        {beside("gates: [{name: need, targets: orca}]"),
         "2: gates[0].targets: must be a list of target names (or the word all), is a text"},
        {rediss("password_file: [hunter2]"),
         "3: targets[0].password_file: must be a file name, is a list"},
    });
  }

  TEST_CASE("config errors: numbers -> whole, decimal and in their range") {
    const std::string range = "2: probe.concurrency: must be a whole number from 1 to 1024";
    check({
        {beside("probe: {concurrency: 0}"), range + ", is \"0\""},
        {beside("probe: {concurrency: 1025}"), range + ", is \"1025\""},
        {beside("probe: {concurrency: -1}"), range + ", is \"-1\""},
        {beside("probe: {concurrency: +1}"), range + ", is \"+1\""},
        {beside("probe: {concurrency: 1.5}"), range + ", is \"1.5\""},
        {beside("probe: {concurrency: 010}"), range + ", is \"010\""},
        {beside("probe: {concurrency: 0x10}"), range + ", is \"0x10\""},
        {beside("probe: {concurrency: many}"), range + ", is \"many\""},
        {beside("probe: {concurrency: \"8\"}"), range + " without quotes, is \"8\""},
        {beside("probe: {concurrency: 99999999999999999999}"),
         range + ", is \"99999999999999999999\""},
        {https("plaintext_ports: [80, 65536]"),
         "3: targets[0].plaintext_ports[1]: must be a whole number from 1 to 65535, is \"65536\""},
        {https("plaintext_ports: [80, 80]"),
         "3: targets[0].plaintext_ports[1]: 80 is in the list already; leave one out"},
        {https("expect: {addresses: 0}"),
         "3: targets[0].expect.addresses: must be a whole number from 1 to 10000, is \"0\""},
        {beside("gates: [{name: need, rounds: 0}]"),
         "2: gates[0].rounds: must be a whole number from 1 to 1000000, is \"0\""},
    });
  }

  TEST_CASE("config errors: durations -> written as Prometheus does, in their range and order") {
    check({
        {beside("probe: {interval: 30}"),
         "2: probe.interval: must be a duration such as 500ms, 30s or 1h30m, is \"30\""},
        {beside("probe: {interval: -5s}"),
         "2: probe.interval: must be a duration such as 500ms, 30s or 1h30m, is \"-5s\""},
        {beside("probe: {interval: 10ms}"),
         "2: probe.interval: must be from 100ms to 1d, is \"10ms\""},
        {beside("probe: {interval: 99y}"),
         "2: probe.interval: must be from 100ms to 1d, is \"99y\""},
        {beside("probe: {timeout: 0}"), "2: probe.timeout: must be from 1ms to 1d, is \"0\""},
        {beside("probe: {interval: 10s, timeout: 11s}"),
         "2: probe.timeout: must be at most the interval, 10s, is 11s"},
        {beside("probe: {stale_after: 30s}"),
         "2: probe.stale_after: must be longer than the interval, 30s, is 30s"},
        {beside("gates: [{name: need, for: soon}]"),
         "2: gates[0].for: must be a duration such as 500ms, 30s or 1h30m, is \"soon\""},
        {beside("gates: [{name: need, certificate_validity: 11y}]"),
         "2: gates[0].certificate_validity: must be from 0s to 3650d, is \"11y\""},
    });
  }

  TEST_CASE("config errors: names -> fit for a label, unique") {
    const std::string rule =
        "must be a name of lower-case letters, digits and inner dashes, at most 63";
    const std::string long_name(64, 'a');
    check({
        {"targets: [{name: Orca}]\n", "1: targets[0].name: " + rule + ", is \"Orca\""},
        {"targets: [{name: spin_orca}]\n", "1: targets[0].name: " + rule + ", is \"spin_orca\""},
        {"targets: [{name: -orca}]\n", "1: targets[0].name: " + rule + ", is \"-orca\""},
        {"targets: [{name: orca-}]\n", "1: targets[0].name: " + rule + ", is \"orca-\""},
        {"targets: [{name: bücher}]\n", "1: targets[0].name: " + rule + ", is \"bücher\""},
        {"targets: [{name: " + long_name + "}]\n",
         "1: targets[0].name: " + rule + ", is \"" + long_name + "\""},
        {"targets: [{name: " + std::string(63, 'a') + "äöü}]\n",
         "1: targets[0].name: " + rule + ", is \"" + std::string(63, 'a') + "…\""},
        {beside("identities: {Orca: {certificate: tls.crt}}"), "2: identities.Orca: " + rule},
        {"targets:\n  - {name: orca, url: \"https://a\"}\n  - {name: orca, url: \"https://b\"}\n",
         "3: targets[1].name: \"orca\" is the name of targets[0] already; names are unique"},
        {beside("gates: [{name: need}, {name: need}]"),
         "2: gates[1].name: \"need\" is the name of gates[0] already; names are unique"},
        {beside("identities: {orca: {certificate: tls.crt}, orca: {}}"),
         "2: identities.orca: is given twice, first on line 2; leave one out"},
    });
  }

  TEST_CASE("config errors: files -> must be there; a password's is not named") {
    const std::string missing =
        ": No such file or directory; name a file, absolute or relative to the configuration's "
        "directory";
    const std::string directory =
        ": is a directory; name a file, absolute or relative to the configuration's directory";
    check({
        {beside("trust: {file: none.pem}"), "2: trust.file: cannot read \"none.pem\"" + missing},
        {beside("trust: {file: /}"), "2: trust.file: cannot read \"/\"" + directory},
        {beside("identities: {orca: {certificate: tls.crt, key: none.key}}"),
         "2: identities.orca.key: cannot read \"none.key\"" + missing},
        {beside("identities: {orca: {certificate: tls.crt, key: tls.key, key_password_file: "
                "hunter2}}"),
         "2: identities.orca.key_password_file: cannot read the file named here" + missing},
        {rediss("password_file: hunter2"),
         "3: targets[0].password_file: cannot read the file named here" + missing},
        {rediss("password_env: hunter-2"),
         "3: targets[0].password_env: must be the name of an environment variable, such as "
         "REDIS_PASSWORD"},
        {beside("identities: {orca: {keystore: tls.crt, certificate: tls.crt}}"),
         "2: identities.orca.certificate: contradicts keystore; leave one of the two out"},
        {beside("identities: {orca: {keystore: tls.crt, key: tls.key}}"),
         "2: identities.orca.key: has no effect beside keystore, which holds the key; leave it "
         "out"},
        {beside("identities: {orca: {certificate: tls.crt, password_file: key.password, "
                "password_env: P}}"),
         "2: identities.orca.password_env: contradicts password_file; leave one of the two out"},
        {beside("trust: {file: ca.pem, password_file: key.password, password_env: P}"),
         "2: trust.password_env: contradicts password_file; leave one of the two out"},
    });
  }

  TEST_CASE("config errors: where a target is -> URL, names, addresses, path") {
    check({
        {"targets:\n  - name: a\n    url: http://orca:8083\n",
         "3: targets[0].url: telltale judges TLS; use https://"},
        {"targets:\n  - name: a\n    url: https://u:hunter2@orca\n",
         "3: targets[0].url: has an \"@\": no user or password belongs in a URL; use username and "
         "password_file"},
        {https("discover: \"orca:8083\""),
         "3: targets[0].discover: must be a DNS name without a port, such as "
         "telltale-orca.spinnaker"},
        {https("server_name: orca."),
         "3: targets[0].server_name: must be a DNS name without a dot at its end, such as "
         "spin-orca.spinnaker"},
        {https("server_name: 10.0.0.7"),
         "3: targets[0].server_name: must be a DNS name without a dot at its end, such as "
         "spin-orca.spinnaker"},
        {https("addresses: [\"10.0.0.7:8081\", \"orca:8081\"]"),
         "3: targets[0].addresses[1]: must be an address and port such as 10.0.0.7:8081 or "
         "[fd00::8]:8081"},
        {https("addresses: [\"[fd00::8]:1\", \"[FD00:0::8]:1\"]"),
         "3: targets[0].addresses[1]: [fd00::8]:1 is in the list already; leave one out"},
        {https("addresses: [\"10.0.0.7:1\"], discover: orca"),
         "3: targets[0].discover: has no effect beside addresses; leave one of the two out"},
        {https("addresses: [\"10.0.0.7:1\"], expect: {addresses: 2}"),
         "3: targets[0].expect.addresses: must be at most the number of the target's addresses, 1, "
         "is 2"},
        {https("health: health"),
         "3: targets[0].health: must be a path that begins with / and has neither spaces nor #, "
         "such as /health"},
        {https("health: \"/he alth\""),
         "3: targets[0].health: must be a path that begins with / and has neither spaces nor #, "
         "such as /health"},
        {https("health: \"/health\\r\\nX: y\""),
         "3: targets[0].health: has a line break or control character; write one line (`>-` folds "
         "several into one)"},
        {https("health: \"/health\n\""),
         "3: targets[0].health: begins or ends with a space; is a quote not closed?"},
    });
  }

  TEST_CASE("config errors: what a target is expected to show -> one of the words") {
    check({
        {https("goal: want"), "3: targets[0].goal: must be one of need, none, is \"want\""},
        {https("expect: {client_auth: unknown}"),
         "3: targets[0].expect.client_auth: must be one of none, want, need, is \"unknown\""},
        {https("expect: {authorities: none}"),
         "3: targets[0].expect.authorities: must be any, empty or a list of distinguished names"},
        {https("expect: {authorities: [\"CN=Root\", \"Root\"]}"),
         "3: targets[0].expect.authorities[1]: \"Root\" is not a distinguished name: \"Root\" is "
         "not followed by ="},
        {beside("probe: {stranger: sometimes}"),
         "2: probe.stranger: must be one of every_round, never, is \"sometimes\""},
        {rediss("expect: {redis_version: 6}"),
         "3: targets[0].expect.redis_version: must be the least version, such as \">=6\" or "
         "\">=6.2.7\""},
        {rediss("expect: {redis_version: \">=6.\"}"),
         "3: targets[0].expect.redis_version: must be the least version, such as \">=6\" or "
         "\">=6.2.7\""},
        {rediss("expect: {redis_version: \">=6..2\"}"),
         "3: targets[0].expect.redis_version: must be the least version, such as \">=6\" or "
         "\">=6.2.7\""},
    });
  }

  TEST_CASE("config errors: keys that would have no effect -> refused") {
    check({
        {https("username: telltale"),
         "3: targets[0].username: has no effect on an https:// target; leave it out"},
        {https("password_file: redis.password"),
         "3: targets[0].password_file: has no effect on an https:// target; leave it out"},
        {https("password_env: PASSWORD"),
         "3: targets[0].password_env: has no effect on an https:// target; leave it out"},
        {https("expect: {redis_version: \">=6\"}"),
         "3: targets[0].expect.redis_version: has no effect on an https:// target; leave it out"},
        {rediss("health: /health"),
         "3: targets[0].health: has no effect on a rediss:// target; leave it out"},
        {rediss("username: telltale"),
         "3: targets[0].username: has no effect without a password; add password_file or "
         "password_env"},
        {rediss("password_file: redis.password, password_env: PASSWORD"),
         "3: targets[0].password_env: contradicts password_file; leave one of the two out"},
    });
  }

  TEST_CASE("config errors: what one part says of another -> must be there") {
    check({
        {beside("probe: {identity: telltale}"),
         "2: probe.identity: \"telltale\" is not an identity; there are none"},
        {beside("probe: {identity: teltale}\nidentities: {telltale: {certificate: tls.crt}}"),
         "2: probe.identity: \"teltale\" is not an identity; did you mean \"telltale\"?"},
        {https("identity: orca"),
         "3: targets[0].identity: \"orca\" is not an identity; there are none"},
        {beside("gates: [{name: need, targets: [orca, gate]}]"),
         "2: gates[0].targets[1]: \"gate\" is not a target; known: orca"},
        {beside("gates: [{name: need, targets: [orca, orca]}]"),
         "2: gates[0].targets[1]: \"orca\" is in the list already; leave one out"},
        {beside("gates: [{name: need, targets: []}]"),
         "2: gates[0].targets: is an empty list; give it target names (or the word all), or leave "
         "the key out"},
    });
  }

  TEST_CASE("config errors: several -> the first in the file") {
    check({
        {"probe: {interval: 1}\ntargets: []\ngates: 3\n",
         "1: probe.interval: must be a duration such as 500ms, 30s or 1h30m, is \"1\""},
        {"gates: 3\ntargets: []\nprobe: {interval: 1}\n",
         "1: gates: must be a list of gates, is a text"},
    });
  }
}

}  // namespace
}  // namespace telltale::fleet
