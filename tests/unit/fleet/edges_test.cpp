// Who calls whom, joined from what caller and call have.

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "telltale/fleet/fleet.hpp"

namespace telltale::fleet {
namespace {

using tls::ProtocolVersion;

std::optional<pki::TrustFiles> trust(std::string file) {
  return pki::TrustFiles{.file = std::move(file)};
}

Url https() {
  return {.scheme = Scheme::https, .host = "spin-gate", .port = 8084, .text = "https://gate"};
}

Url rediss() {
  return {.scheme = Scheme::rediss, .host = "redis", .port = 6379, .text = "rediss://redis"};
}

/// gate and redis, which may be called.
Fleet callees() {
  Fleet fleet;
  fleet.targets = {{.name = "gate", .url = https(), .health = "/up"},
                   {.name = "redis", .url = rediss()}};
  return fleet;
}

/// The edge of a single call of the target orca.
Edge edge_of_target(Target orca, Call call) {
  Fleet fleet = callees();
  orca.name = "orca";
  orca.url = https();
  orca.calls = {std::move(call)};
  fleet.targets.push_back(std::move(orca));
  const std::vector<Edge> edges = edges_of(fleet);
  REQUIRE(edges.size() == 1);
  return edges.front();
}

/// The edge of a single call of the caller ci.
Edge edge_of_caller(Caller ci, Call call) {
  Fleet fleet = callees();
  ci.name = "ci";
  ci.calls = {std::move(call)};
  fleet.callers.push_back(std::move(ci));
  const std::vector<Edge> edges = edges_of(fleet);
  REQUIRE(edges.size() == 1);
  return edges.front();
}

/// `java orca trust=ca.pem /up`: what an edge says, its versions left out.
std::string told(const Edge& edge) {
  std::string text = std::string(label(edge.runtime)) + ' ';
  text += edge.identity ? *edge.identity : edge.is_observed ? "observed" : "nothing";
  if (edge.trust) {
    text += " trust=" + trust_name(edge.trust);
  }
  return edge.path.empty() ? text : text + ' ' + edge.path;
}

TEST_SUITE("fleet") {
  TEST_CASE("label: every runtime -> as it is written, with dashes") {
    CHECK(label(Runtime::java) == "java");
    CHECK(label(Runtime::java_pkix) == "java-pkix");
    CHECK(label(Runtime::java_refreshable) == "java-refreshable");
    CHECK(label(Runtime::go) == "go");
    CHECK(label(Runtime::go_yaml_tools) == "go-yaml-tools");
    CHECK(label(Runtime::openssl) == "openssl");
    CHECK(label(Runtime::none) == "none");
  }

  TEST_CASE("edges: a call by a target over https -> what the call has, else what the target has") {
    using enum Runtime;
    const Target plain{.runtime = java};
    const Target full{.identity = "orca", .trust = trust("ca.pem"), .runtime = java_refreshable};

    struct Row {
      Target orca;
      Call call;
      std::string_view edge;
    };

    for (const Row& row : {
             Row{plain, {.target = "gate"}, "java observed /up"},
             Row{plain, {.target = "gate", .identity = "x"}, "java x /up"},
             Row{plain, {.target = "gate", .runtime = go}, "go observed /up"},
             Row{plain,
                 {.target = "gate", .trust = trust("x.pem")},
                 "java observed trust=x.pem /up"},
             Row{plain, {.target = "gate", .path = "/x"}, "java observed /x"},
             Row{plain, {.target = "gate", .runtime = none}, "none nothing /up"},
             Row{full, {.target = "gate"}, "java-refreshable orca trust=ca.pem /up"},
             Row{full,
                 {.target = "gate", .identity = "x", .trust = trust("x.pem"), .path = "/x"},
                 "java-refreshable x trust=x.pem /x"},
             Row{full, {.target = "gate", .runtime = openssl}, "openssl orca trust=ca.pem /up"},
             Row{full,
                 {.target = "gate", .runtime = go_yaml_tools},
                 "go-yaml-tools orca trust=ca.pem /up"},
             // A preStop hook beside the JVM.
             Row{full, {.target = "gate", .path = "/x", .runtime = none}, "none nothing /x"},
             Row{full,
                 {.target = "gate", .trust = trust("x.pem"), .runtime = none},
                 "none nothing trust=x.pem /up"},
         }) {
      CAPTURE(row.edge);
      CHECK(told(edge_of_target(row.orca, row.call)) == row.edge);
    }
  }

  TEST_CASE("edges: a call over rediss -> JVM-wide stores and Dinghy's have only what it names") {
    using enum Runtime;

    struct Row {
      Runtime runtime;
      std::string_view bare;  // the call has nothing of its own
      std::string_view own;   // it names identity and trust
    };

    for (const Row& row : {
             Row{java, "java nothing", "java x trust=x.pem"},
             Row{java_pkix, "java-pkix nothing", "java-pkix x trust=x.pem"},
             Row{java_refreshable, "java nothing", "java x trust=x.pem"},
             Row{go_yaml_tools, "go-yaml-tools nothing", "go-yaml-tools x trust=x.pem"},
             Row{go, "go orca trust=ca.pem", "go x trust=x.pem"},
             Row{openssl, "openssl orca trust=ca.pem", "openssl x trust=x.pem"},
         }) {
      CAPTURE(label(row.runtime));
      const Target orca{.identity = "orca", .trust = trust("ca.pem"), .runtime = row.runtime};
      const Call own{.target = "redis", .identity = "x", .trust = trust("x.pem")};
      CHECK(told(edge_of_target(orca, {.target = "redis"})) == row.bare);
      CHECK(told(edge_of_target(orca, own)) == row.own);
      const Caller ci{.runtime = row.runtime, .identity = "orca", .trust = trust("ca.pem")};
      CHECK(told(edge_of_caller(ci, {.target = "redis"})) == row.bare);
      CHECK(told(edge_of_caller(ci, own)) == row.own);
    }
    // The call's runtime is the one that counts.
    const Target orca{.identity = "orca", .runtime = java};
    CHECK(told(edge_of_target(orca, {.target = "redis", .runtime = go})) == "go orca");
    CHECK(told(edge_of_target({.runtime = go}, {.target = "redis"})) == "go nothing");
    CHECK(told(edge_of_target(orca, {.target = "redis", .runtime = none})) == "none nothing");
  }

  TEST_CASE("edges: what a target shows -> observed only where it is an https target itself") {
    Fleet fleet = callees();
    fleet.targets[0].runtime = Runtime::java;
    fleet.targets[0].calls = {{.target = "gate"}, {.target = "redis"}};
    fleet.targets[1].runtime = Runtime::openssl;
    fleet.targets[1].calls = {{.target = "redis"}, {.target = "gate"}};
    fleet.callers = {{.name = "ci", .runtime = Runtime::go, .calls = {{.target = "gate"}}}};
    std::string all;
    for (const Edge& edge : edges_of(fleet)) {
      all += edge.caller + '>' + edge.callee + (edge.is_observed ? " observed, " : ", ");
    }
    CHECK(all == "gate>gate observed, gate>redis, redis>redis, redis>gate, ci>gate, ");
  }

  TEST_CASE("edges: a caller that presents nothing -> keeps its own trust") {
    using enum Runtime;
    const Caller probe{.runtime = none, .trust = trust("ca.pem")};
    CHECK(told(edge_of_caller(probe, {.target = "gate"})) == "none nothing trust=ca.pem /up");
    CHECK(told(edge_of_caller(probe, {.target = "redis"})) == "none nothing trust=ca.pem");
    CHECK(told(edge_of_caller(probe, {.target = "gate", .trust = trust("x.pem")})) ==
          "none nothing trust=x.pem /up");
    CHECK(told(edge_of_caller(probe, {.target = "gate", .runtime = java})) ==
          "java nothing trust=ca.pem /up");
  }

  TEST_CASE("edges: TLS versions -> the call's, else the caller's, else both") {
    using enum ProtocolVersion;
    using Versions = std::vector<ProtocolVersion>;
    const Caller any{.runtime = Runtime::go};
    const Caller old{.runtime = Runtime::go, .tls_versions = {tls_1_2}};
    const Call bare{.target = "gate"};
    const Call own{.target = "gate", .tls_versions = {tls_1_3}};
    CHECK((edge_of_caller(any, bare).tls_versions == Versions{tls_1_3, tls_1_2}));
    CHECK((edge_of_caller(old, bare).tls_versions == Versions{tls_1_2}));
    CHECK((edge_of_caller(old, own).tls_versions == Versions{tls_1_3}));
    CHECK((edge_of_target({.runtime = Runtime::java}, own).tls_versions == Versions{tls_1_3}));
    CHECK((edge_of_target({.runtime = Runtime::java}, bare).tls_versions ==
           Versions{tls_1_3, tls_1_2}));
  }

  TEST_CASE("edges: several callers -> targets' in the file's order, then callers'; with sources") {
    Fleet fleet = callees();
    fleet.targets[0].calls = {{.target = "redis", .runtime = Runtime::java, .source = "t.yml:3"},
                              {.target = "nobody", .runtime = Runtime::java},
                              {.target = "gate", .runtime = Runtime::none, .source = "t.yml:4"}};
    fleet.targets[1].calls = {{.target = "gate", .runtime = Runtime::go, .source = "t.yml:6"}};
    fleet.callers = {
        {.name = "ci", .runtime = Runtime::go, .calls = {{.target = "gate", .source = "t.yml:9"}}}};
    std::string all;
    for (const Edge& edge : edges_of(fleet)) {
      all += edge.caller + '>' + edge.callee + ' ' + edge.source + ' ';
    }
    CHECK(all == "gate>redis t.yml:3 gate>gate t.yml:4 redis>gate t.yml:6 ci>gate t.yml:9 ");
    CHECK(edges_of(callees()).empty());
  }

  TEST_CASE("trust_name: a trust -> its file; the fleet's own -> nothing") {
    CHECK(trust_name(trust("ca.pem")) == "ca.pem");
    CHECK(trust_name(std::nullopt).empty());
  }
}

}  // namespace
}  // namespace telltale::fleet
