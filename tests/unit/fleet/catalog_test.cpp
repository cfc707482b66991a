// The catalog: nothing twice, and the table as it is meant.

#include "telltale/fleet/catalog.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

namespace telltale::fleet {
namespace {

TEST_SUITE_BEGIN("fleet");

TEST_CASE("catalog: every service -> name, port, health and client as Spinnaker has them") {
  std::string table;
  for (const CatalogService& each : catalog_services()) {
    table += std::string(each.name) + ' ' + std::to_string(each.port) + ' ' +
             std::string(each.health.empty() ? "-" : each.health) + ' ' +
             std::string(label(each.runtime)) + (each.is_core ? " core" : "") +
             (each.has_kork_tomcat ? " kork" : "") + '\n';
  }
  CHECK(table ==
        "clouddriver 7002 /health java core kork\n"
        "clouddriver-caching 7002 /health java kork\n"
        "clouddriver-ro 7002 /health java kork\n"
        "clouddriver-ro-deck 7002 /health java kork\n"
        "clouddriver-rw 7002 /health java kork\n"
        "deck 9000 - none core\n"
        "dinghy 8081 /health go-yaml-tools\n"
        "echo 8089 /health java core kork\n"
        "echo-scheduler 8089 /health java kork\n"
        "echo-worker 8089 /health java kork\n"
        "fiat 7003 /health java kork\n"
        "front50 8080 /health java core kork\n"
        "gate 8084 /health java core kork\n"
        "igor 8088 /health java kork\n"
        "kayenta 8090 /health java\n"
        "keel 7010 /health java kork\n"
        "orca 8083 /health java core kork\n"
        "redis 6379 - none core\n"
        "rosco 8087 /health java core kork\n"
        "terraformer 7088 /health go-yaml-tools\n");
}

TEST_CASE("catalog: every caller -> whom it calls, and where HA sends it") {
  std::string table;
  std::string_view caller;
  for (const CatalogCall& call : catalog_calls()) {
    if (call.caller != caller) {
      caller = call.caller;
      table += (table.empty() ? "" : "\n") + std::string(caller) + ':';
    }
    table += ' ' + std::string(call.callee.empty() ? call.property : call.callee);
    table +=
        call.ha_callee.empty() ? "" : '>' + std::string(call.ha_callee.substr(call.callee.size()));
    table += call.path == ClientPath::certificate ? "" : call.path == ClientPath::raw ? "*" : "!";
  }
  CHECK(table ==
        "clouddriver: fiat front50\n"
        "dinghy: echo* front50* orca*\n"
        "echo: dinghy fiat front50 igor orca rest.endpoints[].url\n"
        "fiat: clouddriver>-ro front50 igor\n"
        "front50: echo fiat\n"
        "gate: clouddriver>-ro clouddriver>-ro-deck echo>-worker fiat front50 igor kayenta keel "
        "orca rosco proxies[].uri!\n"
        "igor: clouddriver>-ro echo>-worker fiat front50 keel\n"
        "keel: clouddriver echo fiat front50 igor orca\n"
        "orca: clouddriver>-rw clouddriver>-ro clouddriver>-rw* echo>-worker fiat front50 igor "
        "kayenta keel rosco terraformer\n"
        "rosco: clouddriver>-ro\n"
        "terraformer: clouddriver");
}

TEST_CASE("catalog: names, keys and calls -> none twice, each with a source") {
  std::set<std::string_view> names;
  std::set<std::string_view> keys;
  for (const CatalogService& each : catalog_services()) {
    CAPTURE(each.name);
    CHECK(names.insert(each.name).second);
    CHECK(keys.insert(each.key).second);
    CHECK(each.source.find(':') != std::string_view::npos);
  }
  std::set<std::tuple<std::string_view, std::string_view, std::string_view, ClientPath>> calls;
  for (const CatalogCall& call : catalog_calls()) {
    CAPTURE(call.caller);
    CAPTURE(call.property);
    CHECK(calls.insert({call.caller, call.callee, call.property, call.path}).second);
    CHECK(call.source.find(':') != std::string_view::npos);
  }
}

TEST_CASE("catalog: a service's host -> prefixed or bare, with its namespace if there is one") {
  CHECK(service_host("orca", ServiceNames::prefixed, "sails") == "spin-orca.sails");
  CHECK(service_host("orca", ServiceNames::prefixed, "") == "spin-orca");
  CHECK(service_host("orca", ServiceNames::bare, "sails") == "orca.sails");
}

TEST_SUITE_END();

}  // namespace
}  // namespace telltale::fleet
