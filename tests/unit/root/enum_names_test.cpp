#include "telltale/enum_names.hpp"

#include <doctest/doctest.h>

namespace telltale {

namespace {

enum class Sail { main = 3, jib, spinnaker = 9 };
BOOST_DESCRIBE_ENUM(Sail, main, jib, spinnaker)

static_assert(name_of(Sail::jib) == "jib");

}  // namespace

TEST_SUITE_BEGIN("root");

TEST_CASE("enum names: name and back -> the same enumerator") {
  for (const Sail sail : enumerators<Sail>()) {
    CHECK(from_name<Sail>(name_of(sail)) == sail);
  }
  CHECK(enumerators<Sail>().size() == 3);
  CHECK(enumerators<Sail>().back() == Sail::spinnaker);
}

TEST_CASE("enum names: no such name or value -> nothing, unknown") {
  CHECK_FALSE(from_name<Sail>("Jib").has_value());
  CHECK_FALSE(from_name<Sail>("").has_value());
  CHECK(name_of(static_cast<Sail>(4711)) == "unknown");
}

TEST_SUITE_END();

}  // namespace telltale
