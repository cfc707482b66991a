#include "http/query.hpp"

#include <doctest/doctest.h>

namespace telltale::http {
namespace {

TEST_SUITE("http") {
  TEST_CASE("query: a request target -> a parameter's value") {
    struct Row {
      const char* target;
      const char* name;
      const char* expected;
    };

    constexpr Row rows[] = {
        {"/probe", "target", ""},
        {"/probe?", "target", ""},
        {"/probe?target=orca", "target", "orca"},
        {"/probe?target=orca&debug=true", "debug", "true"},
        {"/probe?target=orca&debug", "debug", ""},
        {"/probe?&&target=orca&", "target", "orca"},
        {"/probe?target=a+b%20c", "target", "a b c"},
        {"/probe?target=a%2Bb", "target", "a+b"},
        {"/probe?target=https%3A%2F%2Forca%3A8083", "target", "https://orca:8083"},
        {"/probe?target=https://orca:8083", "target", "https://orca:8083"},
        {"/probe?a=b=c", "a", "b=c"},
        {"/probe?a=b?c", "a", "b?c"},
        {"/probe?%74arget=orca", "target", "orca"},
        {"/probe?Target=orca", "target", ""},
        {"/probe?=x", "", "x"},
        {"/probe?x=%C3%BC", "x", "\xc3\xbc"},
        {"http://telltale:9943/probe?target=orca", "target", "orca"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.target);
      const auto query = Query::parse(row.target);
      REQUIRE(query.has_value());
      const auto value = query->find(row.name);
      REQUIRE(value.has_value());
      CHECK(*value == row.expected);
    }
  }

  TEST_CASE("query: what is no query -> why") {
    std::string many = "/probe?";
    for (int i = 0; i < 65; ++i) {
      many += "a" + std::to_string(i) + "&";
    }
    CHECK(Query::parse("/probe?a=%zz").error().detail() ==
          "request target: `%` must be followed by two hexadecimal digits");
    CHECK(Query::parse("/probe?%=a").error().detail() ==
          "request target: `%` must be followed by two hexadecimal digits");
    CHECK(Query::parse("/probe?a=%0a").error().detail() ==
          "request target: control characters are not allowed, escaped or not");
    CHECK(Query::parse(many).error().detail() == "request target: has more than 64 parameters");
  }

  TEST_CASE("query: a parameter given twice -> an error where it is asked for") {
    const auto query = Query::parse("/probe?target=orca&target=echo&debug=true");
    REQUIRE(query.has_value());
    CHECK(query->find("target").error().detail() ==
          "`target` is given more than once; give it once");
    CHECK(*query->find("debug") == "true");
  }
}

}  // namespace
}  // namespace telltale::http
