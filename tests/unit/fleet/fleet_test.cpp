#include "telltale/fleet/fleet.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace telltale::fleet {
namespace {

Fleet fleet_of(std::vector<std::pair<std::string, bool>> identities) {
  Fleet fleet;
  for (const auto& [name, has_key] : identities) {
    fleet.identities[name].certificate = name + ".crt";
    if (has_key) {
      fleet.identities[name].key = name + ".key";
    }
  }
  return fleet;
}

std::string name_for(const Fleet& fleet, const Target& target) {
  const std::string* name = identity_for(fleet, target);
  return name == nullptr ? "nobody" : *name;
}

TEST_SUITE("fleet") {
  TEST_CASE("to_text: an endpoint -> address and port, brackets for IPv6 only") {
    CHECK(to_text(Endpoint{"10.0.0.7", 8081}) == "10.0.0.7:8081");
    CHECK(to_text(Endpoint{"fd00::8", 443}) == "[fd00::8]:443");
  }

  TEST_CASE(
      "identity_for: who we are -> probe.identity, telltale, the target's own, any with a key") {
    const Target plain{.name = "gate"};
    const Target orca{.name = "orca", .identity = "orca"};

    SUBCASE("probe.identity comes before all") {
      Fleet fleet = fleet_of({{"ci", true}, {"orca", true}, {"telltale", true}});
      fleet.probe.identity = "ci";
      CHECK(name_for(fleet, orca) == "ci");
      CHECK(name_for(fleet, plain) == "ci");
    }
    SUBCASE("telltale comes before the target's own") {
      const Fleet fleet = fleet_of({{"a", true}, {"orca", true}, {"telltale", true}});
      CHECK(name_for(fleet, orca) == "telltale");
      CHECK(name_for(fleet, plain) == "telltale");
    }
    SUBCASE("the target's own comes before any") {
      const Fleet fleet = fleet_of({{"a", true}, {"orca", true}});
      CHECK(name_for(fleet, orca) == "orca");
      CHECK(name_for(fleet, plain) == "a");
    }
    SUBCASE("what has no key cannot be presented") {
      const Fleet fleet =
          fleet_of({{"a", false}, {"ci", true}, {"orca", false}, {"telltale", false}});
      CHECK(name_for(fleet, orca) == "ci");
      CHECK(name_for(fleet, plain) == "ci");
    }
    SUBCASE("nobody has a key") {
      CHECK(name_for(fleet_of({{"orca", false}}), orca) == "nobody");
      CHECK(name_for(Fleet{}, orca) == "nobody");
    }
  }

  TEST_CASE("targets_of: a gate -> its targets in the fleet's order, all where it names none") {
    Fleet fleet;
    for (const char* const name : {"orca", "gate", "redis"}) {
      fleet.targets.push_back({.name = name});
    }
    const auto names = [&](const GateRules& gate) {
      std::string joined;
      for (const Target* target : targets_of(fleet, gate)) {
        joined += target->name + ' ';
      }
      return joined;
    };
    CHECK(names(GateRules{}) == "orca gate redis ");
    CHECK(names(GateRules{.targets = {"redis", "orca"}}) == "orca redis ");
  }
}

}  // namespace
}  // namespace telltale::fleet
