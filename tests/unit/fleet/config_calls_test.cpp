// Who calls whom, as telltale.yml says it; and what is wrong with what it says.

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "unit/fleet/config_files.hpp"

namespace telltale::fleet {
namespace {

using test::check;
using test::ConfigFiles;
using tls::ProtocolVersion;

constexpr std::string_view every_key = R"(
targets:
  - name: orca
    url: https://orca:8083
    runtime: java-refreshable
    identity: orca
    trust: {file: ca.pem, password_file: key.password}
    calls:
      - gate
      - {target: redis, runtime: java-pkix, identity: jvm,
         trust: {file: tls.crt, password_env: TRUST_PASSWORD}, tls_versions: [TLSv1.2]}
      - {target: orca, path: "/ops?wait=1", runtime: none}
  - {name: gate, url: "https://gate:8084", runtime: go-yaml-tools}
  - {name: redis, url: "rediss://redis"}
identities:
  jvm: {certificate: tls.crt}
  orca: {certificate: tls.crt}
callers:
  - name: ci
    runtime: go
    identity: jvm
    trust: {file: ca.pem, password_file: key.password}
    tls_versions: [TLSv1.3, TLSv1.2]
    calls: [gate]
  - {name: cron, calls: [{target: gate, runtime: openssl}, {target: orca, runtime: java}]}
)";

constexpr std::string_view head =
    "identities: {ci: {certificate: tls.crt}}\n"
    "targets:\n"
    "  - {name: gate, url: \"https://gate\"}\n"
    "  - {name: redis, url: \"rediss://redis\"}\n";

/// A configuration whose line 5 is `line`, in a target orca.
std::string of_target(std::string_view line) {
  return std::string(head) + "  - {name: orca, url: \"https://orca\", " + std::string(line) + "}\n";
}

/// A configuration whose line 6 is `line`, in a caller ci.
std::string of_caller(std::string_view line) {
  return std::string(head) + "callers:\n  - {name: ci, " + std::string(line) + "}\n";
}

TEST_SUITE("fleet") {
  TEST_CASE("config: calls and callers, every key given -> every key read") {
    const ConfigFiles files;
    const auto parsed = files.parse(every_key);
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error().detail());
    const Fleet& fleet = *parsed;
    const pki::TrustFiles ca{.file = files.path("ca.pem"),
                             .password = pki::SecretSource::in_file(files.path("key.password"))};

    const Target& orca = fleet.targets[0];
    CHECK((orca.runtime == Runtime::java_refreshable));
    CHECK((orca.trust == ca));
    REQUIRE(orca.calls.size() == 3);
    Call to_gate{.target = "gate"};
    to_gate.source = orca.calls[0].source;
    CHECK((orca.calls[0] == to_gate));
    CHECK(files.without_directory(orca.calls[0].source) == "telltale.yml:9");
    const Call& to_redis = orca.calls[1];
    CHECK(to_redis.target == "redis");
    CHECK((to_redis.runtime == Runtime::java_pkix));
    CHECK(to_redis.identity == "jvm");
    CHECK((to_redis.trust ==
           pki::TrustFiles{.file = files.path("tls.crt"),
                           .password = pki::SecretSource::in_environment("TRUST_PASSWORD")}));
    CHECK((to_redis.tls_versions == std::vector{ProtocolVersion::tls_1_2}));
    CHECK_FALSE(to_redis.path);
    CHECK(files.without_directory(to_redis.source) == "telltale.yml:10");
    CHECK(orca.calls[2].path == "/ops?wait=1");
    CHECK((orca.calls[2].runtime == Runtime::none));
    CHECK((fleet.targets[1].runtime == Runtime::go_yaml_tools));
    CHECK(fleet.targets[1].calls.empty());
    CHECK_FALSE(fleet.targets[2].runtime);

    REQUIRE(fleet.callers.size() == 2);
    const Caller& ci = fleet.callers[0];
    CHECK(ci.name == "ci");
    CHECK((ci.runtime == Runtime::go));
    CHECK(ci.identity == "jvm");
    CHECK((ci.trust == ca));
    CHECK((ci.tls_versions == std::vector{ProtocolVersion::tls_1_3, ProtocolVersion::tls_1_2}));
    CHECK(ci.calls.size() == 1);
    CHECK(files.without_directory(ci.source) == "telltale.yml:19");
    CHECK_FALSE(fleet.callers[1].runtime);
    CHECK((fleet.callers[1].calls[0].runtime == Runtime::openssl));
    CHECK((fleet.callers[1].calls[1].runtime == Runtime::java));
  }

  TEST_CASE("config: a call of oneself, of one target in several ways -> read") {
    const ConfigFiles files;
    CHECK(files.complaint(of_target("runtime: java, calls: [orca]")) == "nothing");
    CHECK(files.complaint(of_target("runtime: java, calls: [gate, {target: gate, path: /x}, "
                                    "{target: gate, runtime: none}, {target: gate, identity: ci}, "
                                    "{target: gate, trust: {file: ca.pem}}, "
                                    "{target: gate, tls_versions: [TLSv1.2]}]")) == "nothing");
  }

  TEST_CASE("config errors: calls -> another type than wanted, unknown keys and words") {
    const std::string runtimes =
        "java, java-pkix, java-refreshable, go, go-yaml-tools, openssl, none";
    check({
        {of_target("calls: gate"), "5: targets[2].calls: must be a list of calls, is a text"},
        {of_target("calls: []"),
         "5: targets[2].calls: is an empty list; give it calls, or leave the key out"},
        {of_target("calls: [[gate]]"),
         "5: targets[2].calls[0]: must be a mapping of keys to values, is a list"},
        {of_target("calls: [Gate]"),
         "5: targets[2].calls[0]: must be a name of lower-case letters, digits and inner dashes, "
         "at most 63, is \"Gate\""},
        {of_target("calls: [{path: /x}]"), "5: targets[2].calls[0]: lacks the key \"target\""},
        {of_target("calls: [{target: gate, pth: /x}]"),
         "5: targets[2].calls[0].pth: unknown key; did you mean \"path\"?"},
        {of_target("calls: [{target: gate, trust: {}}]"),
         "5: targets[2].calls[0].trust: lacks the key \"file\""},
        {of_target("calls: [{target: gate, trust: {file: ca.pem, password: hunter2}}]"),
         "5: targets[2].calls[0].trust.password: secrets are read from files: use password_file"},
        {of_target("calls: [{target: gate, path: x}]"),
         "5: targets[2].calls[0].path: must be a path that begins with / and has neither spaces "
         "nor #, such as /health"},
        {of_target("runtime: Java"),
         "5: targets[2].runtime: must be one of " + runtimes + ", is \"Java\""},
        {of_target("runtime: java_pkix"),
         "5: targets[2].runtime: must be one of " + runtimes + ", is \"java_pkix\""},
        {of_target("tls_versions: [TLSv1.2]"),
         "5: targets[2].tls_versions: unknown key; known: name, url, discover, server_name, "
         "addresses, "
         "plaintext_ports, health, goal, identity, runtime, trust, server_trust, mesh, ingress, "
         "calls, "
         "username and 4 more"},
        {of_caller("runtime: go, calls: [gate], tls_versions: []"),
         "6: callers[0].tls_versions: is an empty list; give it TLS versions, or leave the key "
         "out"},
        {of_caller("runtime: go, calls: [gate], tls_versions: [TLSv1.3, TLSv1.3]"),
         "6: callers[0].tls_versions[1]: TLSv1.3 is in the list already; leave one out"},
        {of_caller("runtime: go, calls: [gate], tls_versions: [TLSv1.1]"),
         "6: callers[0].tls_versions[0]: must be one of TLSv1.2, TLSv1.3, is \"TLSv1.1\""},
        {of_caller("runtime: go, calls: [gate], url: \"https://ci\""),
         "6: callers[0].url: unknown key; known: name, runtime, identity, trust, tls_versions, "
         "mesh, "
         "calls"},
        {of_caller("runtime: go"), "6: callers[0]: lacks the key \"calls\""},
        {of_caller("runtime: go, calls: []"),
         "6: callers[0].calls: is an empty list; give it calls, or leave the key out"},
        {std::string(head) + "callers: [{runtime: go, calls: [gate]}]\n",
         "5: callers[0]: lacks the key \"name\""},
        {std::string(head) + "callers: []\n",
         "5: callers: is an empty list; give it callers, or leave the key out"},
    });
  }

  TEST_CASE("config errors: no runtime for a call -> the choices") {
    const std::string missing =
        "runtime is missing; give one to the call or to its caller: java, java-pkix, "
        "java-refreshable, go, go-yaml-tools, openssl, none";
    check({
        {of_target("calls: [{target: redis, runtime: java}, gate]"),
         "5: targets[2].calls[1]: " + missing},
        {of_caller("calls: [{target: gate}]"), "6: callers[0].calls[0]: " + missing},
    });
  }

  TEST_CASE("config errors: of a call or caller, keys that would have no effect -> refused") {
    const std::string nothing = "has no effect: the runtime none presents nothing; leave it out";
    check({
        {of_target("trust: {file: ca.pem}"),
         "5: targets[2].trust: has no effect without calls; it is whom the target trusts as a "
         "client"},
        {of_target("runtime: none, identity: ci"), "5: targets[2].identity: " + nothing},
        {of_target("runtime: java, calls: [gate, {target: gate, runtime: none, identity: ci}]"),
         "5: targets[2].calls[1].identity: " + nothing},
        {of_target("runtime: none, calls: [{target: gate, identity: ci}]"),
         "5: targets[2].calls[0].identity: " + nothing},
        {of_caller("runtime: none, identity: ci, calls: [gate]"),
         "6: callers[0].identity: " + nothing},
        {of_target("runtime: java, calls: [{target: redis, path: /x}]"),
         "5: targets[2].calls[0].path: has no effect on a rediss:// target; leave it out"},
    });
  }

  TEST_CASE("config errors: what a call or caller names -> must be there") {
    check({
        {of_target("runtime: java, calls: [gat]"),
         "5: targets[2].calls[0]: \"gat\" is not a target; did you mean \"gate\"?"},
        {of_target("runtime: java, calls: [{target: ci}]"),
         "5: targets[2].calls[0].target: \"ci\" is not a target; known: gate, orca, redis"},
        {of_target("runtime: java, calls: [{target: gate, identity: cj}]"),
         "5: targets[2].calls[0].identity: \"cj\" is not an identity; did you mean \"ci\"?"},
        {of_caller("runtime: java, identity: jenkins, calls: [gate]"),
         "6: callers[0].identity: \"jenkins\" is not an identity; known: ci"},
        {of_caller("runtime: java, calls: [jenkins]"),
         "6: callers[0].calls[0]: \"jenkins\" is not a target; known: gate, redis"},
        {of_caller("runtime: java, trust: {file: none.pem}, calls: [gate]"),
         "6: callers[0].trust.file: cannot read \"none.pem\": No such file or directory; name a "
         "file, absolute or relative to the configuration's directory"},
    });
  }

  TEST_CASE("config errors: names of callers -> unique, and no target's") {
    check({
        {std::string(head) + "callers: [{name: gate, runtime: go, calls: [redis]}]\n",
         "5: callers[0].name: \"gate\" is the name of a target already; give that target the "
         "calls"},
        {of_caller("runtime: go, calls: [gate]") + "  - {name: ci, runtime: go, calls: [redis]}\n",
         "7: callers[1].name: \"ci\" is the name of callers[0] already; names are unique"},
    });
  }

  TEST_CASE("config errors: calls that come to the same -> leave one out") {
    const std::string same = ": is the same call of gate as targets[2].calls[0]; leave one out";
    check({
        {of_target("runtime: java, calls: [gate, redis, gate]"), "5: targets[2].calls[2]" + same},
        {of_target("runtime: java, calls: [gate, {target: gate, path: /health}]"),
         "5: targets[2].calls[1]" + same},
        {of_target("runtime: java, calls: [gate, {target: gate, runtime: java}]"),
         "5: targets[2].calls[1]" + same},
        {of_target("runtime: java, calls: [gate, {target: gate, tls_versions: [TLSv1.2, "
                   "TLSv1.3]}]"),
         "5: targets[2].calls[1]" + same},
        {of_caller("runtime: go, calls: [gate]") +
             "  - {name: cron, runtime: go, calls: [gate, {target: gate}]}\n",
         "7: callers[1].calls[1]: is the same call of gate as callers[1].calls[0]; leave one out"},
    });
  }

  TEST_CASE("config errors: one trust file with two passwords -> the same for both") {
    check({
        {"trust: {file: ca.pem}\n" +
             of_caller("runtime: go, trust: {file: ca.pem, password_env: P}, calls: [gate]"),
         "7: callers[0].trust: opens \"ca.pem\" with another password than telltale.yml:1 does; "
         "give both the same"},
        {of_target("runtime: java, trust: {file: ca.pem}, calls: [{target: gate, trust: {file: "
                   "ca.pem, password_file: key.password}}]"),
         "5: targets[2].calls[0].trust: opens \"ca.pem\" with another password than telltale.yml:5 "
         "does; give both the same"},
    });
  }
}

}  // namespace
}  // namespace telltale::fleet
