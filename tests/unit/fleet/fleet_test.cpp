#include "telltale/fleet/fleet.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/mint.hpp"

namespace telltale::fleet {
namespace {

/// Identities by name; those with `true` have a key.
std::map<std::string, pki::IdentityPtr> identities_of(
    const std::vector<std::pair<std::string, bool>>& names) {
  static const mint::Credential credential = mint::self_signed({});
  std::map<std::string, pki::IdentityPtr> identities;
  for (const auto& [name, has_key] : names) {
    const std::string key = has_key ? credential.key_pem() : "";
    identities[name] = pki::Identity::from_pem(credential.chain_pem(), key).value();
  }
  return identities;
}

std::string name_for(const Fleet& fleet, const std::map<std::string, pki::IdentityPtr>& identities,
                     const Target& target) {
  const std::string* name = identity_for(fleet, identities, target);
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
      const auto identities = identities_of({{"ci", true}, {"orca", true}, {"telltale", true}});
      const Fleet fleet{.probe = {.identity = "ci"}};
      CHECK(name_for(fleet, identities, orca) == "ci");
      CHECK(name_for(fleet, identities, plain) == "ci");
    }
    SUBCASE("telltale comes before the target's own") {
      const auto identities = identities_of({{"a", true}, {"orca", true}, {"telltale", true}});
      const Fleet fleet;
      CHECK(name_for(fleet, identities, orca) == "telltale");
      CHECK(name_for(fleet, identities, plain) == "telltale");
    }
    SUBCASE("the target's own comes before any") {
      const auto identities = identities_of({{"a", true}, {"orca", true}});
      const Fleet fleet;
      CHECK(name_for(fleet, identities, orca) == "orca");
      CHECK(name_for(fleet, identities, plain) == "a");
    }
    SUBCASE("what has no key cannot be presented") {
      const auto identities =
          identities_of({{"a", false}, {"ci", true}, {"orca", false}, {"telltale", false}});
      const Fleet fleet;
      CHECK(name_for(fleet, identities, orca) == "ci");
      CHECK(name_for(fleet, identities, plain) == "ci");
    }
    SUBCASE("nobody has a key") {
      CHECK(name_for(Fleet{}, identities_of({{"orca", false}}), orca) == "nobody");
      CHECK(name_for(Fleet{}, {}, orca) == "nobody");
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
